"""What an option is for, as plays that differ in nothing else: setting, measure and values.

The first row of an effect is the option's default, and its play does not name the option.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from .duel import FIXED, ON, Duel, Entry, Trace
from .reference_options import DEFAULTS, TUNING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Options = dict[str, Any]
Row = tuple[Any, Any]

# Nobody looks at the rows of the telemetry.
FEW_ROWS: Options = {"telemetryRowLimit": 2}

# Times of contacts take the sphere's own allowance of 1e-6 studs, and positions have 32 bits.
CLOSE = 2e-6

__all__ = ["Effect", "Options", "Plays", "Row", "Setting", "default_of", "near"]


def near(value: float) -> Any:
    return pytest.approx(value, abs=CLOSE)


def default_of(key: str) -> Any:
    """Return the default of an option, or of a key `smartTuning.x` of one."""
    name, _, part = key.partition(".")
    return TUNING[name][part] if part else DEFAULTS[key]


@dataclass(frozen=True)
class Setting:
    """What is played around an option."""

    timeline: tuple[Entry, ...]
    options: Options = field(default_factory=lambda: FIXED)
    script: str = ""
    engine: Options = field(default_factory=dict)
    world: Options = field(default_factory=dict)

    def under(self, **options: Any) -> Setting:
        """Return the same setting with more options; tables of keys are merged."""
        return Setting(
            self.timeline, merged(self.options, options), self.script, self.engine, self.world
        )


@dataclass(frozen=True)
class Effect:
    """What `key` changes: `measure` is `wanted` for each (value, wanted) of the rows."""

    key: str
    setting: Setting
    measure: Callable[[Trace], Any]
    rows: tuple[Row, ...]

    def options(self, value: Any) -> Options:
        """Return the options of a play; the default stands for itself."""
        if value == self.rows[0][0]:
            return self.setting.options
        name, _, part = self.key.partition(".")
        return merged(self.setting.options, {name: {part: value} if part else value})


class Plays:
    """Plays settings, each with the same options once."""

    def __init__(self, duel: Duel) -> None:
        self._duel = duel
        self._traces: dict[str, Trace] = {}

    def __call__(self, setting: Setting, options: Options) -> Trace:
        world = self._duel.world(setting.script)
        key = json.dumps(
            [setting.timeline, world, setting.engine, setting.world, options], sort_keys=True
        )
        if key not in self._traces:
            config = {
                "autoparry": options,
                "engine": {**FEW_ROWS, **setting.engine},
                "world": setting.world,
            }
            record = self._duel.bench.play([ON, *setting.timeline], world=world, config=config)
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
