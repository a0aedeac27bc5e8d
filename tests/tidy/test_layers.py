"""A module imports its own package and packages of the layers above it, nothing else of ours."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

PACKAGE = "engine_harness"

LAYERS = (
    {
        "errors",
        "_types",
        "_canonical",
        "_collector",
        "_counted",
        "_wallclock",
        "_registry",
        "_model",
        "_version",
    },
    {"vm", "records"},
    {"manifest"},
    {"plan", "checks"},
    {"compile"},
    {"run"},
    {"execute", "report"},
    {"watch"},
    {"api"},
    {"cli", "once", "testing"},
    {"__main__", "__init__"},
)
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}

# Verdicts can be recomputed from a record, so they know nothing that runs one.
FORBIDDEN = {("checks", "vm"), ("checks", "run"), ("report", "vm")}


class Import(NamedTuple):
    file: Path
    line: int
    package: str
    """Which of our packages (or modules at the top) the file is in."""
    target: str
    """Which of ours it imports."""


def imports_of(root: Path, file: Path) -> list[Import]:
    parts = file.with_suffix("").parts
    package = parts[1]
    found = []
    for node in ast.walk(ast.parse((root / file).read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*parts[: -node.level], *(node.module or "").split(".")]
            module = ".".join(part for part in base if part) if node.level else node.module or ""
            # `from engine_harness import x` may name a module or one of the public names.
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            words = name.split(".")
            if words[0] == PACKAGE:
                target = words[1] if len(words) > 1 and words[1] in LAYER else "__init__"
                found.append(Import(file, getattr(node, "lineno", 0), package, target))
    return found


def test_every_module_has_its_layer(package_files: list[Path]) -> None:
    tops = {path.with_suffix("").parts[1] for path in package_files}
    assert tops - LAYER.keys() == set()


def test_imports_point_to_the_layers_above(root: Path, package_files: list[Path]) -> None:
    wrong = [
        f"{found.file}:{found.line} imports {found.target}"
        for file in package_files
        for found in imports_of(root, file)
        if found.target != found.package
        and not (LAYER[found.package] == LAYER[found.target] == 0)
        and (
            LAYER[found.target] >= LAYER[found.package]
            or (found.package, found.target) in FORBIDDEN
        )
    ]
    assert wrong == []


def test_the_layer_test_sees_a_wrong_import(tmp_path: Path) -> None:
    file = Path(PACKAGE, "records", "bad.py")
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(
        "def f():\n    from engine_harness.cli import main\n    from .. import api\n", "utf-8"
    )
    assert [(found.line, found.target) for found in imports_of(tmp_path, file)] == [
        (2, "cli"),
        (3, "api"),
    ]


REQUIRE = re.compile(r"""\brequire\s*\(?\s*["']([^"'\n]+)["']\s*(?:\)|$)""", re.MULTILINE)
BUILT_IN = {"bit", "ffi", "jit", "string.buffer", "table.new"}


def test_host_lua_requires_host_lua_and_a_world_requires_itself(
    root: Path, lua_files: list[Path]
) -> None:
    wrong = []
    for file in lua_files:
        if file.parts[1] == "harness":
            allowed, own = BUILT_IN, "harness"
        else:
            allowed, own = set(), ".".join(file.parts[1:3]).removesuffix(".lua")
        for name in REQUIRE.findall((root / file).read_text("utf-8")):
            if name not in allowed and name != own and not name.startswith(own + "."):
                wrong.append(f"{file} requires {name}")
    assert wrong == []
