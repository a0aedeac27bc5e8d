"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MODULE_LINES_MAX = {".py": 500, ".lua": 350}
FUNCTION_LINES_MAX = 70
LUA_LINE_MAX = 100


def test_no_module_is_too_long(root: Path, project_files: list[Path]) -> None:
    long = {
        str(path): lines
        for path in project_files
        if path.suffix in MODULE_LINES_MAX
        and (lines := len((root / path).read_text("utf-8").splitlines()))
        > MODULE_LINES_MAX[path.suffix]
    }
    assert long == {}


def test_no_python_function_is_too_long(root: Path, project_files: list[Path]) -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in project_files
        if path.suffix == ".py"
        for node in ast.walk(ast.parse((root / path).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


OPENING = re.compile(r"^(\t*)(?:local )?(?:function\b|[\w.:\[\]\"' ]+= function\b)")


def lua_functions(text: str) -> list[tuple[int, int]]:
    """Return first line and own length of each function that begins a line.

    Its `end` is indented alike. The functions inside it do not count: a constructor that makes
    closures is as long as what it does itself.
    """
    lines = text.splitlines()
    found: list[tuple[int, int]] = []
    for first, line in enumerate(lines):
        opening = OPENING.match(line)
        if opening is None or re.search(r"\bend\W*$", line):
            continue
        closing = re.compile(rf"^{opening[1]}end\b")
        length = next((n for n, text in enumerate(lines[first:], 1) if closing.match(text)), 0)
        found.append((first + 1, length))
    return [(first, length - inner_lines(first, length, found)) for first, length in found]


def inner_lines(first: int, length: int, found: list[tuple[int, int]]) -> int:
    """Return how many lines of a function belong to the outermost functions inside it."""
    total, last = 0, first
    for start, lines in found:
        if last < start < first + length:
            total, last = total + lines, start + lines - 1
    return total


def test_no_lua_function_is_too_long(root: Path, lua_files: list[Path]) -> None:
    functions = {path: lua_functions((root / path).read_text("utf-8")) for path in lua_files}
    # A length of 0 is a function whose end was not found: then this test has lost its eyes.
    odd = [
        f"{path}:{line} ({length} lines)"
        for path, found in functions.items()
        for line, length in found
        if not 0 < length <= FUNCTION_LINES_MAX
    ]
    assert odd == []
    assert sum(map(len, functions.values())) > len(lua_files)


def test_no_line_of_lua_is_too_long(root: Path, lua_files: list[Path]) -> None:
    long = [
        f"{path}:{number}"
        for path in lua_files
        for number, line in enumerate((root / path).read_text("utf-8").splitlines(), 1)
        if len(line) > LUA_LINE_MAX
    ]
    assert long == []
