"""The shape of `harness.toml`, built on the settings that `project` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine_harness.manifest import ceilings
from engine_harness.manifest.schema.parts import ABOVE_ZERO, MAP, TEXT, TEXTS, closed, key, whole
from engine_harness.manifest.settings import (
    DRIVERS,
    JOBS_MAX,
    SETTINGS,
    SUITE_KEYS,
    TEXTS_MAX,
    Kind,
)
from engine_harness.manifest.sources import RESERVED_FOLDERS, RESERVED_SUITES, SECTIONS

if TYPE_CHECKING:
    from engine_harness._types import Json, JsonMap

__all__ = ["project_schema"]

_NAME: Final = "^[A-Za-z0-9_-]+$"

_SHAPES: Final[dict[Kind, JsonMap]] = {
    "texts": {**TEXTS, "maxItems": TEXTS_MAX},
    "text": TEXT,
    "jobs": {"anyOf": [{"const": "auto"}, whole(1, JOBS_MAX)]},
    "deadline_s": {**ABOVE_ZERO, "maximum": ceilings.ceiling("deadline_s")},
    "memory_mb": whole(1, ceilings.ceiling("memory_mb")),
    "seed": {"type": ["integer", "string"], "minLength": 1},
}

_SETTING_WORDS: Final = {
    "paths.scenarios": ("Scenarios", "Folders of manifests, from the root."),
    "paths.lua": ("Lua", "Roots for require(), from the root; the first match wins."),
    "paths.artifacts": ("Artifacts", "Folder of everything that is written, from the root."),
    "paths.goldens": ("Goldens", "A name: a folder beside the manifest; a path: from the root."),
    "paths.baselines": ("Baselines", "A name: a folder of scenarios; a path: from the root."),
    "run.jobs": ("Jobs", "Worker processes: a whole number, or 'auto' for one per core."),
    "run.deadline_s": ("Deadline (s)", "Wall time of one run, where the scenario sets none."),
    "run.memory_mb": ("Memory (MiB)", "Ceiling of one run, where the scenario sets none."),
    "run.seed": ("Seed", "Seed of every scenario that sets none: a whole number or a text."),
}

_SUITE_WORDS: Final = {
    "tags": ("Tags", "A scenario of the suite has all of them, whatever their case."),
    "exclude_tags": ("Without tags", "A scenario of the suite has none of them."),
    "worlds": ("Worlds", "Scenarios in one of these worlds."),
    "drivers": ("Drivers", "Scenarios with one of these drivers."),
    "description": ("Description", "What --list says of the suite."),
    "gate": ("Gate", "File with the limits of the suite's gate, from the root."),
}


def project_schema() -> JsonMap:
    """Return the schema of `harness.toml`, without `$schema`."""
    section_words = {
        "paths": ("Paths", "Where things are; all paths start at the root."),
        "run": ("Run", "What holds for every run."),
    }
    sections: dict[str, JsonMap] = {
        name: key(*words, _settings(name)) for name, words in section_words.items()
    }
    sections["world"] = key(
        "Worlds", "Options that every scenario of a world starts from.", _named(MAP)
    )
    suites = _named(_suite())
    taken: list[Json] = [*RESERVED_SUITES, *RESERVED_FOLDERS]
    names: JsonMap = {"pattern": _NAME, "not": {"enum": taken}}
    sections["suites"] = key(
        "Suites", "Suites of one's own, by name.", {**suites, "propertyNames": names}
    )
    return key("harness.toml", "The project file of run-harness.", closed(SECTIONS, sections))


def _named(shape: JsonMap) -> JsonMap:
    return {
        "type": "object",
        "propertyNames": {"pattern": _NAME},
        "additionalProperties": shape,
    }


def _settings(section: str) -> JsonMap:
    own = {
        setting.key.partition(".")[2]: setting
        for setting in SETTINGS
        if setting.key.startswith(f"{section}.")
    }
    shapes = {
        name: key(
            *_SETTING_WORDS[setting.key], {**_SHAPES[setting.kind], "default": setting.default}
        )
        for name, setting in own.items()
    }
    return closed(tuple(own), shapes)


def _suite() -> JsonMap:
    drivers: list[Json] = list(DRIVERS)
    shapes = {name: key(*_SUITE_WORDS[name], _SHAPES[kind]) for name, kind in SUITE_KEYS.items()}
    shapes["drivers"] = {**shapes["drivers"], "items": {"enum": drivers}}
    return closed(tuple(SUITE_KEYS), shapes)
