"""Where Lua comes from: the harness' own modules, and the roots in which user code is looked up.

Used on both sides of the process border, so it needs nothing but the standard library.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = [
    "LuaRoot",
    "find_module",
    "harness_texts",
    "lua_roots",
    "module_files",
    "read_module",
    "shadowed",
    "shipped_lua",
]

MODULE_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
MODULE_BYTES_MAX = 16 << 20


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


def _candidates(name: str) -> tuple[str, str]:
    path = name.replace(".", "/")
    return f"{path}.lua", f"{path}/init.lua"


def _inside(path: str, root: str) -> bool:
    # Text instead of Path: a short run spends a tenth of its time here otherwise.
    return os.path.realpath(path).startswith(os.path.realpath(root) + os.sep)


def find_module(name: str, roots: tuple[LuaRoot, ...]) -> tuple[Path, str] | None:
    """Return the file of module `name` and its path as messages show it; None: no such module.

    A file that a link leads out of its root is not found.
    """
    if not MODULE_NAME.fullmatch(name):
        return None
    candidates = _candidates(name)
    for root in roots:
        folder = str(root.path)
        for relative in candidates:
            path = f"{folder}/{relative}"
            if os.path.isfile(path) and _inside(path, folder):  # noqa: PTH113
                return Path(path), f"{root.name}/{relative}"
    return None


def read_module(name: str, roots: tuple[LuaRoot, ...]) -> tuple[str, str] | str:
    """Return the text and the shown path of module `name`, or a text that says why there is none.

    The text is decoded byte by byte (latin-1): Lua strings are bytes.
    """
    if name == "harness" or name.startswith("harness."):
        return f"module '{name}' not found: the harness' own modules are not for worlds"
    found = find_module(name, roots)
    if found is None:
        tried = [
            f"\n\tno file '{root.name}/{path}'" for root in roots for path in _candidates(name)
        ]
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
    for path in sorted(root.rglob("*.lua")):
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
        for relative in _candidates(name)
        if (root.path / relative).is_file()
        and (root.path / relative).read_bytes() != original.read_bytes()
    ]
