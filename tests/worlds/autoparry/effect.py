"""What an option is for, as plays that differ in nothing else: a scene, a measure, and its values.

The first row of an effect is the option's default, and its play does not name the option.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from .duel import ON, Duel, Entry, Trace
from .reference_options import DEFAULTS, TUNING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Options = dict[str, Any]
Row = tuple[Any, Any]

FIXED: Options = {"smartTuning": False}
"""Lead and slack are those of the options alone."""

# Nobody looks at the rows of the telemetry.
QUICK: Options = {"telemetryRowLimit": 2}

# Times of contacts take the sphere's own allowance of 1e-6 studs, and positions have 32 bits.
CLOSE = 2e-6

__all__ = ["FIXED", "Effect", "Options", "Plays", "Row", "Scene", "default_of", "near"]


def near(value: float) -> Any:
    return pytest.approx(value, abs=CLOSE)


def default_of(key: str) -> Any:
    """Return the default of an option, or of a key `smartTuning.x` of one."""
    name, _, part = key.partition(".")
    return TUNING[name][part] if part else DEFAULTS[key]


@dataclass(frozen=True)
class Scene:
    """What is played around an option."""

    timeline: tuple[Entry, ...]
    options: Options = field(default_factory=lambda: FIXED)
    script: str = ""
    engine: Options = field(default_factory=dict)
    world: Options = field(default_factory=dict)

    def under(self, **options: Any) -> Scene:
        """Return the same scene with more options; tables of keys are merged."""
        return Scene(
            self.timeline, merged(self.options, options), self.script, self.engine, self.world
        )


@dataclass(frozen=True)
class Effect:
    """What `key` changes in a scene: `measure` is `wanted` for each (value, wanted) of the rows."""

    key: str
    scene: Scene
    measure: Callable[[Trace], Any]
    rows: tuple[Row, ...]

    def options(self, value: Any) -> Options:
        """Return the options of a play; the default stands for itself."""
        if value == self.rows[0][0]:
            return self.scene.options
        name, _, part = self.key.partition(".")
        return merged(self.scene.options, {name: {part: value} if part else value})


class Plays:
    """Plays scenes, each with the same options once."""

    def __init__(self, duel: Duel) -> None:
        self._duel = duel
        self._traces: dict[str, Trace] = {}

    def __call__(self, scene: Scene, options: Options) -> Trace:
        world = self._duel.world(scene.script)
        key = json.dumps(
            [scene.timeline, world, scene.engine, scene.world, options], sort_keys=True
        )
        if key not in self._traces:
            config = {
                "autoparry": options,
                "engine": {**QUICK, **scene.engine},
                "world": scene.world,
            }
            record = self._duel.bench.play([ON, *scene.timeline], world=world, config=config)
            assert record.outcome.status == "completed", record.outcome
            self._traces[key] = Trace(record)
        return self._traces[key]


def merged(options: Mapping[str, Any], more: Mapping[str, Any]) -> Options:
    found = dict(options)
    for key, value in more.items():
        before = found.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            found[key] = {**before, **value}
        else:
            found[key] = value
    return found
