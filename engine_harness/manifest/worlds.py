"""The worlds of a project: where their Lua lies and what each says about itself.

A world is asked once, in a child process, and only when a scenario names it. A world that cannot be
loaded is no problem of a manifest: its scenarios run and fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from engine_harness.errors import Diagnostic
from engine_harness.manifest.describe import FRAME_RATE_ALLOWED, WorldDescribe, read_describe
from engine_harness.vm.job import Job
from engine_harness.vm.loader import LUA_SUFFIXES, deciding_files

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from engine_harness._types import Json
    from engine_harness.vm.job import Caller, Reply
    from engine_harness.vm.loader import LuaRoot

__all__ = ["WorldCatalog", "WorldInfo", "Worlds", "is_same_world", "modules_told"]

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_MAIN_FILES = tuple(f"init{suffix}" for suffix in LUA_SUFFIXES)
_DECLARATION = re.compile(
    r"world (?P<world>[A-Za-z0-9_-]+)(?:: |\.)"
    r"(?P<path>(?:invariants|describe)[^\s:]*):? (?P<rest>.*)"
)


@dataclass(frozen=True, kw_only=True)
class WorldInfo:
    """What is known of one world before anything runs."""

    name: str
    module: str
    """As `require` knows it: `worlds.arena`."""
    file: str
    """Path of its `init.lua` or `init.luau` as messages show it."""
    describe: WorldDescribe = field(default_factory=WorldDescribe)
    methods: frozenset[str] = frozenset()
    invariants: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """The declared ones by name: `{severity}`."""
    failure: Reply | None = None
    """Why it could not be loaded; then nothing is known and nothing is checked."""
    problems: tuple[Diagnostic, ...] = ()
    """What is wrong with its `describe`."""
    modules: Mapping[str, str | None] | None = field(default=None, compare=False)
    """What it loaded to describe itself: name -> path as shown, None where nothing was found.
    None as a whole: nobody knows."""


class Worlds(Protocol):
    """What a reader of manifests asks about worlds."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all worlds, sorted."""
        ...

    def get(self, name: str) -> WorldInfo | None:
        """Return what is known of world `name`, or None when there is none."""
        ...


def is_same_world(one: WorldInfo | None, other: WorldInfo | None) -> bool:
    """Return whether a manifest reads the same with either.

    No manifest is the same with a world that is missing: the problem names those that are there.
    """
    if one is None or other is None:
        return False
    if one.failure is not None or other.failure is not None:
        return one.failure is not None and other.failure is not None
    return one is other or one == other


def modules_told(host: Mapping[str, Json]) -> dict[str, str | None] | None:
    """Return the modules that a job has loaded, by name, from the host's part of its reply."""
    told = host.get("modules")
    if not isinstance(told, dict):
        return None
    return {name: path if isinstance(path, str) else None for name, path in told.items()}


class WorldCatalog:
    """All worlds in the Lua roots; the first root that has a name wins."""

    def __init__(
        self,
        roots: Sequence[LuaRoot],
        caller: Caller,
        *,
        deadline_s: float = 60.0,
        memory_mb: int = 1024,
    ) -> None:
        self._roots = tuple(roots)
        self._caller = caller
        self._deadline_s = deadline_s
        self._memory_mb = memory_mb
        self._known: dict[str, WorldInfo | None] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names of all worlds, sorted."""
        found: set[str] = set()
        for root in self._roots:
            folder = root.path / "worlds"
            if folder.is_dir():
                found.update(
                    inner.name
                    for inner in folder.iterdir()
                    if _NAME.fullmatch(inner.name) and _main_file(inner)
                )
        return tuple(sorted(found))

    def get(self, name: str) -> WorldInfo | None:
        """Return what is known of world `name`, or None when there is none."""
        if name not in self._known:
            self._known[name] = self._ask(name)
        return self._known[name]

    def forget(self, changed: Collection[Path]) -> None:
        """Ask again about every world that one of the `changed` files may be a part of."""
        for name, info in list(self._known.items()):
            if info is not None and info.modules is not None:
                files = deciding_files(info.modules, self._roots)
                if files.isdisjoint(changed):
                    continue
            del self._known[name]

    def keep(self, names: Collection[str]) -> None:
        """Forget the worlds that are not among `names`: nobody asks about them any more."""
        self._known = {name: info for name, info in self._known.items() if name in names}

    def asked(self) -> tuple[WorldInfo, ...]:
        """Return the worlds that were asked so far, in order of their names."""
        known = (self._known[name] for name in sorted(self._known))
        return tuple(info for info in known if info is not None)

    def _ask(self, name: str) -> WorldInfo | None:
        if not _NAME.fullmatch(name):
            return None
        files = ((root, _main_file(root.path / "worlds" / name)) for root in self._roots)
        file = next((f"{root.name}/worlds/{name}/{main}" for root, main in files if main), None)
        if file is None:
            return None
        reply = self._caller.call(
            Job(
                function="describe",
                data={"world": name},
                roots=tuple(str(each.path) for each in self._roots),
                root_names=tuple(each.name for each in self._roots),
                deadline_s=self._deadline_s,
                memory_mb=self._memory_mb,
            )
        )
        modules = modules_told(reply.host)
        if reply.status != "ok" or not isinstance(reply.value, dict):
            problem = _declaration_problem(name, file, reply) if reply.status == "error" else None
            return WorldInfo(
                name=name,
                module=f"worlds.{name}",
                file=file,
                failure=reply,
                problems=(problem,) if problem else (),
                modules=modules,
            )
        return replace(_info(name, file, reply.value), modules=modules)


def _main_file(folder: Path) -> str | None:
    """Return the name of the file that makes `folder` a world."""
    return next((name for name in _MAIN_FILES if (folder / name).is_file()), None)


def _declaration_problem(name: str, file: str, reply: Reply) -> Diagnostic | None:
    """Return what is wrong with what a world declares, when its file could be loaded.

    The words are those of the Lua side, which has no place in the user's files to name.
    """
    found = _DECLARATION.fullmatch(reply.message or "")
    if found is None or found["world"] != name or (reply.where or {}).get("file"):
        return None
    allowed = FRAME_RATE_ALLOWED if found["path"] == "describe.frame_rate_hz" else None
    return Diagnostic(file=file, path=found["path"], message=found["rest"], allowed=allowed)


def _info(name: str, file: str, value: Mapping[str, Json]) -> WorldInfo:
    describe, problems = read_describe(value.get("describe"), file)
    methods = value.get("methods")
    declared = value.get("invariants")
    return WorldInfo(
        name=name,
        module=f"worlds.{name}",
        file=file,
        describe=describe,
        methods=frozenset(str(method) for method in methods)
        if isinstance(methods, list)
        else frozenset(),
        invariants={
            key: item if isinstance(item, dict) else {} for key, item in sorted(declared.items())
        }
        if isinstance(declared, dict)
        else {},
        problems=problems,
    )
