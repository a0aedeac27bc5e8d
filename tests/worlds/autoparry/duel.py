"""Small plays of the whole world `autoparry`, what they leave, and the numbers they should have.

A duel may have a script: Lua functions of a world that wraps the shipped one, which a timeline
calls as actions. They reach what no plan does: the controller, the services, the queue.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from engine_harness._canonical import sha256_hex

from . import reference_timing as timing

if TYPE_CHECKING:
    from conftest import Bench

    from engine_harness.records.models import RunRecord

Entry = dict[str, Any]

FRAME_S = 1 / 240
SAFE_RADIUS = 10.0
GRACE_S = 0.2
COOLDOWN_S = 0.1

ON: Entry = {"at": 0, "kind": "rule", "rule": "autoparry-enabled", "value": True}
REMOTE: Entry = {"at": 0, "kind": "network", "event": "remotes:ParryButtonPress"}
FIXED: Entry = {"smartTuning": False}
"""Lead and slack are those of the options alone."""

SKELETON = """
local World = require("worlds.autoparry.init")
local W = {} W.__index = W
W.describe = {}
for key, value in pairs(World.describe) do W.describe[key] = value end
W.describe.actions = {}
for key, value in pairs(World.describe.actions) do W.describe.actions[key] = value end
for _, name in ipairs({ NAMES }) do W.describe.actions[name] = {} end
W.describe.events = { "said" }
for _, name in ipairs(World.describe.events) do table.insert(W.describe.events, name) end
function W.new(env, options)
    local self = setmetatable({ env = env, clock = env.clock }, W)
    self.world = World.new(env, options)
    self.controller, self.api = self.world.controller, self.world.controller.api
    self.services, self.stage = env.services, self.world.stage
    if self.begin then self:begin() end
    return self
end
function W:say(...)
    local parts = { ... }
    for index = 1, select("#", ...) do
        local part = parts[index]
        parts[index] = type(part) == "number" and ("%.14g"):format(part) or tostring(part)
    end
    self.env.record:event("said", { text = table.concat(parts, " ") })
end
function W:ball(id) return self.controller.of_slot[self.world.threats:slot_of(id)] end
function W:apply(action)
    local act = self[action.name]
    if World.describe.actions[action.name] then return self.world:apply(action) end
    act(self)
    return true
end
function W:substep(dt, time_s) return self.world:substep(dt, time_s) end
function W:step(dt) return self.world:step(dt) end
function W:metrics(names) return self.world:metrics(names) end
function W:done() return self.world:done() end
function W:section() return self.world:section() end
"""


def rule(at: float, name: str, value: Any) -> Entry:
    return {"at": at, "kind": "rule", "rule": name, "value": value}


def highlight(at: float, value: bool) -> Entry:
    return rule(at, "highlight-gate", value)


def network(at: float, event: str, **payload: Any) -> Entry:
    return {"at": at, "kind": "network", "event": event, "payload": payload}


def player(at: float, action: str, **keys: Any) -> Entry:
    return {"at": at, "kind": "player", "action": action, **keys}


def configure(at: float, **overrides: Any) -> Entry:
    return player(at, "configure", parameters={"overrides": overrides})


def hitch(at: float, duration: float) -> Entry:
    return player(at, "inject-hitch", duration=duration)


def ball(at: float, name: str, distance: float, speed: float, **spawn: Any) -> Entry:
    """Return a ball that flies straight at the player, `distance` studs away."""
    spawn = {"position": [0, 0, distance], "velocity": [0, 0, -speed], **spawn}
    return {"at": at, "kind": "threat", "id": name, **spawn}


def swing(frequency_hz: float = 12, magnitude: float = 13, **more: Any) -> Entry:
    """Return the attributes of a ball that swings along its way to the player and back."""
    return {
        "oscillationFrequency": frequency_hz,
        "oscillationMagnitude": magnitude,
        "axis": [0, 0, 1],
        **more,
    }


def swinging(at: float, name: str, **attributes: Any) -> Entry:
    """Return a ball that swings around a place just off the sphere, for ever."""
    return ball(at, name, 11.5, 13, attributes=swing(**attributes))


class Press(NamedTuple):
    """A press as the log and the events tell of it."""

    at_s: float
    name: str
    planned_s: float
    lead_s: float
    reason: str
    scheduled_s: float | None
    in_stall: bool


@dataclass(frozen=True)
class Trace:
    """What a duel left."""

    record: RunRecord

    @property
    def section(self) -> dict[str, Any]:
        section: Any = self.record.sections[self.record.scenario.world]
        return dict(section)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The events of the record."""
        return list(self.record.events)

    def events(self, name: str) -> list[tuple[float, dict[str, Any]]]:
        return [
            (row["at_s"], row.get("fields") or {})
            for row in self.rows
            if row["source"] == "world" and row["event"] == name
        ]

    @property
    def said(self) -> list[str]:
        return [fields["text"] for _, fields in self.events("said")]

    @property
    def presses(self) -> list[Press]:
        rows, events = self.section["parryLog"], self.events("press")
        assert len(rows) == len(events)
        found = []
        for row, (at_s, fields) in zip(rows, events, strict=True):
            assert (row["timestamp"], row["threatId"]) == (at_s, fields["id"])
            assert row["plannedAt"] == fields["planned_at_s"]
            assert row["plannedLead"] == fields["planned_lead_s"]
            found.append(
                Press(
                    at_s, row["threatId"], row["plannedAt"], row["plannedLead"],
                    fields["reason"], row.get("scheduledAt"), row["inStall"],
                )
            )  # fmt: skip
        return found

    @property
    def press(self) -> Press:
        (press,) = self.presses
        return press

    def press_of(self, name: str) -> float:
        """Return when a ball was pressed, once."""
        (press,) = [press for press in self.presses if press.name == name]
        return press.at_s

    @property
    def cleared(self) -> list[tuple[float, str, str]]:
        """Return when, whose, why."""
        rows = self.events("schedule-cleared")
        return [(at_s, fields["id"], fields["reason"]) for at_s, fields in rows]

    @property
    def keys(self) -> list[tuple[float, bool]]:
        return [(row["timestamp"], row["isPressed"]) for row in self.section["virtualInput"]]

    @property
    def outcomes(self) -> dict[str, str]:
        return {row["id"]: row["outcome"] for row in self.section["threats"]}

    @property
    def threats(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.section["threats"]}

    def metric(self, name: str) -> Any:
        assert self.record.metrics is not None
        return self.record.metrics[name]

    def details(self, action: str) -> list[Any]:
        """Return the details of the player's actions of this name."""
        return [
            row.get("details")
            for row in self.rows
            if row["source"] == "plan" and row.get("fields", {}).get("action") == action
        ]


class Duel:
    """Plays timelines on the shipped world; AutoParry is on from time 0, with a fixed lead."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._names: dict[str, str] = {}

    def world(self, script: str) -> str:
        """Return the name of the world with this script; it is written once."""
        if not script:
            return "autoparry"
        names = re.findall(r"function W:(\w+)\(\)", script)
        skeleton = SKELETON.replace("NAMES", ", ".join(f'"{name}"' for name in names))
        text = f"{' '.join(skeleton.split())} {script}\nreturn W\n"
        if text not in self._names:
            name = f"d{sha256_hex(text.encode())[:12]}"
            self._names[text] = self.bench.world(name, text)
        return self._names[text]

    def __call__(
        self,
        *timeline: Entry,
        script: str = "",
        options: dict[str, Any] | None = None,
        engine: dict[str, Any] | None = None,
        world: dict[str, Any] | None = None,
        is_on: bool = True,
    ) -> Trace:
        """Play; `options` are AutoParry's, beside `FIXED`."""
        config = {
            "autoparry": {**FIXED, **(options or {})},
            "engine": engine or {},
            "world": world or {},
        }
        record = self.bench.play(
            [ON, *timeline] if is_on else list(timeline), world=self.world(script), config=config
        )
        assert record.outcome.status == "completed", record.outcome
        return Trace(record)


def call(at: float, name: str) -> Entry:
    """Return the entry that calls a function of the script."""
    return {"at": at, "action": name}


@dataclass(frozen=True)
class Timing:
    """The numbers of one evaluation while the ping is steady."""

    ping_s: float = 0.095
    activation_s: float = 0.12
    bias_s: float = 0.02
    schedule_slack_s: float = 0.015
    ping_offset_s: float = 0.05
    max_tti_s: float = 0.55
    window_s: float = 0.4

    @property
    def delta_s(self) -> float:
        return self.ping_s / 2 + self.activation_s

    @property
    def lead_s(self) -> float:
        return timing.lead(
            self.delta_s,
            self.bias_s,
            timing.lead_floor(self.ping_offset_s),
            timing.min_lead(self.ping_s),
            timing.compensation(self.ping_s, 0.0),
            self.window_s,
        )

    @property
    def reach_s(self) -> float:
        """How long before its timer a ball is pressed at once: slack and trigger grace."""
        slack_s = timing.slack(
            self.schedule_slack_s,
            timing.min_lead(self.ping_s),
            timing.slack_add(self.ping_s, 0.0),
            1.2,
        )
        return slack_s + 0.01

    @property
    def response_s(self) -> float:
        """The response window of a ball that flies straight."""
        return self.delta_s + 0.05

    def wait(self, distance: float, speed: float) -> float:
        """How long after now a ball that flies straight at the player is pressed."""
        tti_s = timing.time_to_impact(distance, speed, self.ping_s, self.ping_offset_s)
        impact_s = impact(distance, speed)
        return timing.wait(impact_s, self.lead_s, tti_s, self.max_tti_s, self.response_s)


def impact(distance: float, speed: float) -> float:
    return max(distance - SAFE_RADIUS, 0.0) / speed


def adapted_s(due_s: float, answered_s: float, ping_s: float = 0.095) -> float:
    """Return what the first answered press of a schedule adds to the lead of those after it.

    The press was due at `due_s`, and worked half a ping before its answer came.
    """
    return min(max(answered_s - ping_s / 2 - due_s, -0.03), 0.08)


def frame_at(time_s: float) -> float:
    """Return the time of the first frame at or after `time_s`."""
    return math.ceil((time_s - 1e-9) * 240) / 240
