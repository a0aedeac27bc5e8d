"""Where Lua comes from: the harness' own modules, and the roots in which user code is looked up.

Used on both sides of the process border, so it needs nothing but the standard library.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LUA_SUFFIXES",
    "LuaRoot",
    "TwoFiles",
    "deciding_files",
    "find_module",
    "harness_texts",
    "lookups",
    "lua_roots",
    "module_files",
    "read_module",
    "shadowed",
    "shipped_lua",
]

MODULE_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
MODULE_BYTES_MAX = 16 << 20

LUA_SUFFIXES = (".lua", ".luau")
"""Of the files that may be modules."""


class TwoFiles(ValueError):
    """A module is there in Lua and in Luau; its text names both files."""


@dataclass(frozen=True)
class LuaRoot:
    """One folder in which `require` looks."""

    path: Path
    """Absolute."""
    name: str
    """How messages call it: its path from the project root, or `<shipped>`."""


@cache
def shipped_lua() -> Path:
    """Return the folder of the shipped Lua: in the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_lua", package.parent / "lua"):
        if (folder / "harness" / "init.lua").is_file():
            return folder
    msg = f"the Lua sources of engine_harness are missing beside {package}; install it again"
    raise FileNotFoundError(msg)


@cache
def harness_texts() -> dict[str, str]:
    """Return the text of every module of the harness by its name, as `harness.scheduler`."""
    root = shipped_lua()
    texts = {}
    for path in sorted((root / "harness").rglob("*.lua")):
        if not path.name.endswith(".spec.lua"):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            texts[name] = path.read_text("utf-8")
    return texts


def lua_roots(project_root: Path, lua_paths: tuple[str, ...]) -> tuple[LuaRoot, ...]:
    """Return the project's roots in order, the shipped one last."""
    roots = [
        LuaRoot(path=(project_root / path).resolve(), name=Path(path).as_posix())
        for path in lua_paths
    ]
    shipped = shipped_lua()
    if all(root.path != shipped for root in roots):
        roots.append(LuaRoot(path=shipped, name="<shipped>"))
    return tuple(roots)


def _candidates(name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The files of a module in order; of two that differ in their suffix only one may exist."""
    path = name.replace(".", "/")
    return (f"{path}.lua", f"{path}.luau"), (f"{path}/init.lua", f"{path}/init.luau")


def _flat(name: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(_candidates(name)))


def _is_file(path: str, root: str) -> bool:
    # Text instead of Path: a short run spends a tenth of its time here otherwise.
    return os.path.isfile(path) and os.path.realpath(path).startswith(  # noqa: PTH113
        os.path.realpath(root) + os.sep
    )


def lookups(name: str, roots: tuple[LuaRoot, ...]) -> list[tuple[Path, str]]:
    """Return every file that may be module `name`, the first that exists wins, as `find_module`.

    Those before the one that was found would be found instead if somebody made them.
    """
    if not MODULE_NAME.fullmatch(name) or name == "harness" or name.startswith("harness."):
        return []
    return [
        (root.path / relative, f"{root.name}/{relative}")
        for root in roots
        for relative in _flat(name)
    ]


def deciding_files(
    modules: Mapping[str, str | None], roots: tuple[LuaRoot, ...]
) -> frozenset[Path]:
    """Return the files that decide what `modules` are, existing or not.

    `modules`: name -> its path as shown, None where nothing was found.
    """
    files: set[Path] = set()
    for name, found in modules.items():
        for path, shown in lookups(name, roots):
            files.add(path)
            if shown == found:
                # The same name with the other suffix would be an error.
                files.update(path.with_suffix(suffix) for suffix in LUA_SUFFIXES)
                break
    return frozenset(files)


def find_module(name: str, roots: tuple[LuaRoot, ...]) -> tuple[Path, str] | None:
    """Return the file of module `name` and its path as messages show it; None: no such module.

    A file that a link leads out of its root is not found. Raises `TwoFiles` where it is not clear
    which file is meant.
    """
    if not MODULE_NAME.fullmatch(name):
        return None
    candidates = _candidates(name)
    for root in roots:
        folder = str(root.path)
        for pair in candidates:
            found = [relative for relative in pair if _is_file(f"{folder}/{relative}", folder)]
            if len(found) > 1:
                shown = " and ".join(f"'{root.name}/{relative}'" for relative in found)
                msg = f"module '{name}' has two files, {shown}; remove or rename one of them"
                raise TwoFiles(msg)
            if found:
                return Path(f"{folder}/{found[0]}"), f"{root.name}/{found[0]}"
    return None


def read_module(name: str, roots: tuple[LuaRoot, ...]) -> tuple[str, str] | str:
    """Return the text and the shown path of module `name`, or a text that says why there is none.

    The text is as it stands in the file, decoded byte by byte (latin-1): Lua strings are bytes.
    """
    if name == "harness" or name.startswith("harness."):
        return f"module '{name}' not found: the harness' own modules are not for worlds"
    try:
        found = find_module(name, roots)
    except TwoFiles as error:
        return str(error)
    if found is None:
        tried = [f"\n\tno file '{root.name}/{path}'" for root in roots for path in _flat(name)]
        return f"module '{name}' not found:{''.join(tried)}"
    path, shown = found
    data = path.read_bytes()
    if len(data) > MODULE_BYTES_MAX:
        return f"module '{name}': {shown} is larger than {MODULE_BYTES_MAX >> 20} MiB"
    return data.decode("latin-1"), shown


def module_files(root: Path) -> list[tuple[str, Path]]:
    """Return the Lua modules below `root` by name, in order of their paths."""
    if not root.is_dir():
        return []
    found = []
    for path in sorted(chain.from_iterable(root.rglob(f"*{suffix}") for suffix in LUA_SUFFIXES)):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "init" and len(parts) > 1 else parts)
        found.append((name, path))
    return found


def shadowed(roots: tuple[LuaRoot, ...]) -> list[tuple[str, Path]]:
    """Return name and file of every module of a project root that hides a shipped one.

    A copy with the same bytes hides nothing: a checkout may be run with an installed wheel.
    """
    shipped = shipped_lua()
    return [
        (name, root.path / relative)
        for root in roots
        if root.path != shipped
        for name, original in module_files(shipped)
        for relative in _flat(name)
        if (root.path / relative).is_file()
        and (root.path / relative).read_bytes() != original.read_bytes()
    ]
