"""Which modules are fresh: the build record and the two hashes that it keeps per module.

`inputHash` covers all that a module is made from, `outputHash` its bytes. Time stamps play no part
in a decision; within one process they only spare a second reading of the tool's own sources.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, JsonValue, ValidationError

from engine_harness._canonical import canonical_json, sha256_hex
from engine_harness._model import Model
from engine_harness.errors import CompileError
from engine_harness.manifest.drivers import MacroEntry
from engine_harness.plan.builtin_macros import BUILTIN_MACROS
from engine_harness.plan.macros import macro_registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness.manifest.models import Scenario

__all__ = [
    "RECORD_NAME",
    "BuildRecord",
    "Built",
    "Inputs",
    "read_build_record",
    "runtime_sources",
]

RECORD_NAME = "build.json"

_LOADING_PACKAGES = ("manifest", "plan", "compile", "vm")
"""Packages that load, plan and compile; `vm` because Lua manifests are evaluated there."""


class Built(Model):
    """One module as it was written."""

    manifest: str
    label: str
    inputHash: str = Field(pattern=r"^[0-9a-f]{64}$")  # noqa: N815
    outputHash: str = Field(pattern=r"^[0-9a-f]{64}$")  # noqa: N815


class BuildRecord(Model):
    """What the harness wrote into the folder of modules."""

    version: Literal[1] = 1
    outputs: dict[str, Built] = Field(default_factory=dict)
    """Module by file name."""
    bundles: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)
    """`metadata` of a bundle, by manifest and label (`a.yaml`, `a.yaml[2]` inside it).

    Nothing else keeps it, members inherit nothing.
    """

    def problem(self) -> str | None:
        """Return why the record cannot be ours, or None."""
        # A name with a folder in it would let an edited record have files of others removed.
        for name in self.outputs:
            if "/" in name or "\\" in name or "\0" in name or not name.endswith(".lua"):
                return f"outputs: '{name}' is no file name of a module"
        return None


def read_build_record(folder: Path) -> tuple[BuildRecord, str | None]:
    """Return the record of `folder`, or an empty one and what is wrong with the file."""
    try:
        text = (folder / RECORD_NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return BuildRecord(), None
    except OSError as error:
        return BuildRecord(), error.strerror or str(error)
    try:
        record = BuildRecord.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        return BuildRecord(), f"{place}: {first['msg']}" if place else first["msg"]
    problem = record.problem()
    return (record, None) if problem is None else (BuildRecord(), problem)


def runtime_sources(harness_lua: Path) -> list[tuple[str, Path]]:
    """Return name and path of every source that can change a module, sorted by name."""
    package = Path(__file__).parents[1]
    python = [path for name in _LOADING_PACKAGES for path in (package / name).rglob("*.py")]
    python += [*package.glob("_*.py"), package / "errors.py"]
    templates = (package / "compile" / "templates").iterdir()
    named = [
        *(("engine_harness", package, path) for path in (*python, *templates)),
        *(("lua/harness", harness_lua, path) for path in harness_lua.rglob("*.lua")),
    ]
    return sorted(
        (f"{name}/{path.relative_to(base).as_posix()}", path)
        for name, base, path in named
        if path.is_file()
    )


@dataclass(frozen=True)
class Inputs:
    """What every module of one invocation is made from, beside its own manifest."""

    runtime: str
    """SHA-256 of the runtime sources."""
    version: str
    """The tool's version."""

    @classmethod
    def of(cls, harness_lua: Path, version: str) -> Inputs:
        """Read the runtime sources; `harness_lua` is the folder `lua/harness`."""
        return cls(_sources_hash(runtime_sources(harness_lua)), version)

    def hash_for(self, scenario: Scenario, manifest_sha256: str) -> str:
        """Return the `inputHash` of the module of `scenario`."""
        macros = {entry.macro for entry in scenario.timeline if isinstance(entry, MacroEntry)}
        base_id = scenario.origin.base_id
        parts: dict[str, JsonValue] = {
            "manifest": manifest_sha256,
            "label": scenario.origin.label,
            "combination": "" if base_id is None else scenario.id.removeprefix(base_id),
            "runtime": self.runtime,
            # All that a plan has from the world.
            "ruleAliases": {**scenario.rule_aliases},
            "macros": _macros_hash(macros - BUILTIN_MACROS.keys()),
            "version": self.version,
        }
        return sha256_hex(canonical_json(parts).encode("ascii"))


def _sources_hash(named: Iterable[tuple[str, Path]]) -> str:
    try:
        return _hash_of(
            tuple(
                (name, path, (stat := path.stat()).st_mtime_ns, stat.st_size, stat.st_ino)
                for name, path in named
            )
        )
    except OSError as error:
        msg = f"cannot read the source {error.filename}: {error.strerror or error}"
        raise CompileError(msg) from error


@lru_cache(maxsize=64)
def _hash_of(files: tuple[tuple[str, Path, int, int, int], ...]) -> str:
    """Return one hash of names and contents; the rest of a key only notices a changed file."""
    whole = hashlib.sha256()
    for name, path, *_ in files:
        whole.update(f"{name}\0{sha256_hex(path.read_bytes())}\n".encode())
    return whole.hexdigest()


def _macros_hash(names: Iterable[str]) -> str:
    """Return the hash of the sources of macros from entry points, empty without any."""
    files: dict[str, Path] = {}
    for name in sorted(names):
        module = sys.modules.get(getattr(macro_registry()[name].expand, "__module__", ""))
        source = getattr(module, "__file__", None)
        if source is None:
            continue
        path = Path(source)
        # A macro of a package may use all of it.
        package = (
            sorted(path.parent.rglob("*.py")) if (path.parent / "__init__.py").exists() else []
        )
        for file in package or [path]:
            files[f"{name}/{file.relative_to(path.parent).as_posix()}"] = file
    return _sources_hash(sorted(files.items())) if files else ""
