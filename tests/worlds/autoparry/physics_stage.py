"""Plays games of the physics probe on the real engine."""

from __future__ import annotations

import math
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine_harness.api import Harness, open_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .reference_flight import Spawn

PROBE = Path(__file__).with_name("physics_probe.lua")
FRAME_HZ = 240
SETTINGS = {
    "safe_radius": 10,
    "parry_window_s": 0.4,
    "contact_grace_s": 0,
    "destroy_on_press": False,
}


class Stage:
    """The probe in a child process."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness

    def call(self, function: str, *args: Any) -> Any:
        (found,) = self._harness.call_lua("probe.physics", function, *args)
        return found

    def play(
        self,
        events: Sequence[dict[str, Any]],
        *,
        frames: int = 480,
        trail: bool = False,
        **settings: Any,
    ) -> Any:
        """Play one game; Events of one frame keep their order."""
        (result,) = self.call("play", [task(events, frames=frames, trail=trail, **settings)])
        return result


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    (folder / "harness.toml").write_text("[run]\njobs = 1\n", "utf-8")
    (folder / "lua/probe").mkdir(parents=True)
    (folder / "lua/probe/physics.lua").write_text(PROBE.read_text("utf-8"), "utf-8")
    with Harness(open_project(folder)) as harness:
        yield Stage(harness)


def task(
    events: Sequence[dict[str, Any]], *, frames: int = 480, trail: bool = False, **settings: Any
) -> dict[str, Any]:
    return {
        "settings": {**SETTINGS, **settings},
        "events": sorted(events, key=lambda event: event["frame"]),
        "frames": frames,
        "trail": trail,
    }


def spawning(spawn: Spawn, frame: int | None = None) -> dict[str, Any]:
    """Return the event that spawns after the substep of a frame, by default the first possible."""
    if frame is None:
        frame = math.ceil(spawn.start_s * FRAME_HZ - 1e-9)
    return {"frame": frame, "kind": "spawn", "spec": spawn.spec()}


def straight(
    name: str, distance: float, speed: float, start_s: float = 0, **attributes: Any
) -> Any:
    """Return the event of a threat that flies along z at the player."""
    spec = {
        "id": name,
        "position": [0, 0, distance],
        "velocity": {"x": 0, "y": 0, "z": -speed},
        "start_s": start_s,
        "attributes": attributes,
    }
    return {"frame": math.ceil(start_s * FRAME_HZ - 1e-9), "kind": "spawn", "spec": spec}


def endings(result: Any) -> list[tuple[Any, ...]]:
    """Return id, outcome and press of what was resolved, in order."""
    return [(row["id"], row["outcome"], row.get("press")) for row in result["resolved"]]
