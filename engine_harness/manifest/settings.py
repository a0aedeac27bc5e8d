"""The settings of a project one by one: what each may be, and what is wrong with one that is not.

`project` decides which source wins; here a value is judged, wherever it came from.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from engine_harness.manifest import ceilings

if TYPE_CHECKING:
    from engine_harness._types import Json

__all__ = ["SETTINGS", "SUITE_KEYS", "Judged", "Setting", "cores", "judge", "judge_suite_key"]

JOBS_MAX = 256
TEXTS_MAX = 1_000

Kind = Literal["texts", "text", "jobs", "deadline_s", "memory_mb", "seed"]

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_ALLOWED: dict[Kind, str] = {
    "texts": "a list of texts that are not empty",
    "text": "a text that is not empty",
    "jobs": f"'auto' or a whole number from 1 to {JOBS_MAX}",
    "deadline_s": ceilings.wording("deadline_s"),
    "memory_mb": ceilings.wording("memory_mb"),
    "seed": "a whole number or a text that is not empty",
}


@dataclass(frozen=True)
class Setting:
    """One key of the sections `paths` and `run`."""

    key: str
    """`run.jobs`"""
    kind: Kind
    default: Json
    flag: str | None = None
    """The flag that stands in for it."""

    @property
    def variable(self) -> str:
        """The environment variable that stands in for it."""
        return "HARNESS_" + self.key.replace(".", "_").upper()


SETTINGS = (
    Setting("paths.scenarios", "texts", ["scenarios"], "--scenarios"),
    Setting("paths.lua", "texts", ["lua"]),
    Setting("paths.artifacts", "text", "artifacts"),
    Setting("paths.goldens", "text", "goldens"),
    Setting("paths.baselines", "text", "baselines"),
    Setting("run.jobs", "jobs", "auto", "--jobs"),
    Setting("run.deadline_s", "deadline_s", ceilings.DEFAULTS["deadline_s"], "--deadline"),
    Setting("run.memory_mb", "memory_mb", ceilings.DEFAULTS["memory_mb"], "--memory-mb"),
    Setting("run.seed", "seed", 0, "--seed"),
)
"""In the order of the documentation."""

SUITE_KEYS: dict[str, Kind] = {
    "tags": "texts",
    "exclude_tags": "texts",
    "worlds": "texts",
    "drivers": "texts",
    "description": "text",
    "gate": "text",
}
"""Keys of a suite of one's own."""

DRIVERS = ("timeline",)


class Judged(NamedTuple):
    """A value in its final form, or what is wrong with it."""

    value: Json
    problem: str | None = None
    allowed: str | None = None


def judge(setting: Setting, value: Json, *, is_text: bool = False) -> Judged:
    """Judge a value of a setting; with `is_text` it was written outside of TOML.

    Lists are written there with commas, numbers as digits.
    """
    if is_text and isinstance(value, str):
        value = _from_text(setting.kind, value)
    return _judge_kind(setting.kind, value)


def judge_suite_key(key: str, value: Json) -> Judged:
    """Judge a value of `[suites.<name>]`; tags are compared lower-cased."""
    judged = _judge_kind(SUITE_KEYS[key], value)
    if judged.problem is not None or not isinstance(judged.value, list):
        return judged
    if key in ("tags", "exclude_tags"):
        return Judged([str(tag).lower() for tag in judged.value])
    if key == "drivers":
        strange = [str(driver) for driver in judged.value if driver not in DRIVERS]
        if strange:
            return Judged(value, f"unknown driver '{strange[0]}'", ", ".join(DRIVERS))
    return judged


def _from_text(kind: Kind, text: str) -> Json:
    if kind == "texts":
        return [part.strip() for part in text.split(",")]
    if kind in ("jobs", "memory_mb", "seed") and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "deadline_s":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _judge_kind(kind: Kind, value: Json) -> Judged:
    if kind == "jobs" and value == "auto":
        return Judged("auto")
    if _fits(kind, value):
        if kind == "deadline_s" and isinstance(value, float) and value.is_integer():
            return Judged(int(value))
        return Judged(value)
    return Judged(value, "cannot be that", _ALLOWED[kind])


def _fits(kind: Kind, value: Json) -> bool:
    if kind == "texts":
        return (
            isinstance(value, list)
            and len(value) <= TEXTS_MAX
            and all(isinstance(item, str) and item != "" for item in value)
        )
    if kind == "text":
        return isinstance(value, str) and value != ""
    if kind == "seed" and isinstance(value, str):
        return value != ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind == "deadline_s":
        return math.isfinite(value) and 0 < value <= ceilings.ceiling(kind)
    if not isinstance(value, int):
        return False
    if kind == "jobs":
        return 1 <= value <= JOBS_MAX
    return kind == "seed" or 1 <= value <= ceilings.ceiling(kind)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
