"""The project: its root, `harness.toml`, the environment and the flags, each value with its source.

Light to import: nothing but the standard library. Precedence: flag, environment
`HARNESS_<SECTION>_<KEY>`, `harness.toml`, default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.errors import ManifestError, UsageError
from engine_harness.manifest.settings import SETTINGS, Setting, Source, Sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine_harness._types import Json, JsonMap

__all__ = ["ConfigValue", "Project", "SuiteConfig", "find_root", "load_project"]

FILE_NAME = "harness.toml"


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
    sources = Sources()
    data = sources.read_file(root / FILE_NAME)
    values: list[ConfigValue] = []
    for setting in SETTINGS:
        values.append(_value(setting, sources, data, flags or {}, environ or {}))
    sources.refuse_unknown(environ or {}, flags or {})
    worlds, suites = sources.worlds(data), sources.suites(data)
    for name, options in worlds.items():
        prefix = f"world.{name}"
        values += [
            ConfigValue(f"{prefix}.{key}", value, sources.place(f"{prefix}.{key}"))
            for key, value in options.items()
        ]
    for name, suite in suites.items():
        values += [
            ConfigValue(f"suites.{name}.{key}", value, sources.place(f"suites.{name}.{key}"))
            for key, value in suite.items()
        ]
    if sources.problems:
        raise ManifestError(tuple(sources.problems))
    return _project(root.resolve(), values, worlds, suites)
