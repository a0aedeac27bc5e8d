"""The project: its root, `harness.toml`, the environment and the flags, each value with its source.

Light to import: nothing but the standard library. Precedence: flag, environment
`HARNESS_<SECTION>_<KEY>`, `harness.toml`, default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.errors import ManifestError, UsageError
from engine_harness.manifest.settings import SETTINGS, cores
from engine_harness.manifest.sources import FILE_NAME, Sources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine_harness._types import Json, JsonMap

__all__ = [
    "ENVELOPE_SUFFIX",
    "ConfigValue",
    "Project",
    "SuiteConfig",
    "baseline_beside",
    "find_root",
    "load_project",
]

ENVELOPE_SUFFIX = ".envelope.json"


class ConfigValue(NamedTuple):
    """One effective value and where it came from."""

    key: str
    """`run.jobs`, `world.arena.hp`, `suites.smoke.tags`."""
    value: Json
    source: str
    """`flag --jobs`, `environment HARNESS_RUN_JOBS`, `harness.toml:7` or `default`."""


@dataclass(frozen=True, kw_only=True)
class SuiteConfig:
    """A suite of one's own: a selection with a name."""

    tags: tuple[str, ...] = ()
    """Lower-cased; a scenario has all of them."""
    exclude_tags: tuple[str, ...] = ()
    """Lower-cased; a scenario has none of them."""
    worlds: tuple[str, ...] = ()
    """Empty: any."""
    drivers: tuple[str, ...] = ()
    """Empty: any."""
    description: str = ""
    gate: str | None = None
    """The file with the limits of its gate, from the root."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """Everything that is true for all scenarios of one folder."""

    root: Path
    """Absolute."""
    scenarios: tuple[str, ...]
    """Folders of manifests, relative to the root."""
    lua: tuple[str, ...]
    """Roots of the project's own Lua, relative to the root, first match wins."""
    artifacts: str
    goldens: str
    baselines: str
    jobs: int
    """Worker processes; `auto` has been resolved to the cores at hand."""
    deadline_s: float
    memory_mb: int
    seed: int | str
    worlds: dict[str, JsonMap] = field(default_factory=dict)
    """Default options by world."""
    suites: dict[str, SuiteConfig] = field(default_factory=dict)
    values: tuple[ConfigValue, ...] = ()
    """Every effective value, in the order of the documentation."""

    def source(self, key: str) -> str:
        """Return where the value of `key` came from."""
        return next((value.source for value in self.values if value.key == key), "default")


def baseline_beside(envelope: Path) -> Path:
    """Return the baseline that belongs to the limits of a gate, beside them."""
    name = envelope.name.removesuffix(ENVELOPE_SUFFIX).removesuffix(".json")
    return envelope.with_name(f"{name}.baseline.json")


def find_root(start: Path) -> Path:
    """Return the nearest folder upwards from `start` that holds `harness.toml`, else `start`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    return start


def load_project(
    root: Path, *, flags: Mapping[str, Json] | None = None, environ: Mapping[str, str] | None = None
) -> Project:
    """Return the project in `root`.

    `flags` are keyed as `run.jobs`; a None among them counts as not given. Raises UsageError when
    the root is no folder, ManifestError with all problems of file, environment and flags.
    """
    if not root.is_dir():
        msg = f"{root}: the project root is not a folder"
        raise UsageError(msg)
    sources = Sources(environ or {}, flags or {})
    sources.read_file(root / FILE_NAME)
    values = [ConfigValue(setting.key, *sources.value(setting)) for setting in SETTINGS]
    sources.refuse_unknown()
    worlds, suites = sources.worlds(), sources.suites()
    for section, tables in (("world", worlds), ("suites", suites)):
        for name, table in tables.items():
            for key, value in table.items():
                path = f"{section}.{name}.{key}"
                values.append(ConfigValue(path, value, sources.place(path)))
    if sources.problems:
        raise ManifestError(tuple(sorted(sources.problems, key=lambda item: item.line or 0)))
    return _project(root.resolve(), values, worlds, suites)


def _project(
    root: Path, values: list[ConfigValue], worlds: dict[str, JsonMap], suites: dict[str, JsonMap]
) -> Project:
    """Return the project; the values have been judged."""
    by_key = {value.key: value.value for value in values}
    jobs, seed = by_key["run.jobs"], by_key["run.seed"]
    deadline_s, memory_mb = by_key["run.deadline_s"], by_key["run.memory_mb"]
    assert isinstance(deadline_s, int | float)
    assert isinstance(memory_mb, int)
    assert isinstance(seed, int | str)
    return Project(
        root=root,
        scenarios=_texts(by_key["paths.scenarios"]),
        lua=_texts(by_key["paths.lua"]),
        artifacts=str(by_key["paths.artifacts"]),
        goldens=str(by_key["paths.goldens"]),
        baselines=str(by_key["paths.baselines"]),
        jobs=jobs if isinstance(jobs, int) else cores(),
        deadline_s=deadline_s,
        memory_mb=memory_mb,
        seed=seed,
        worlds=worlds,
        suites={name: _suite(table) for name, table in suites.items()},
        values=tuple(values),
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _suite(table: JsonMap) -> SuiteConfig:
    return SuiteConfig(
        tags=_texts(table.get("tags")),
        exclude_tags=_texts(table.get("exclude_tags")),
        worlds=_texts(table.get("worlds")),
        drivers=_texts(table.get("drivers")),
        description=str(table.get("description", "")),
        gate=str(table["gate"]) if "gate" in table else None,
    )
