"""One file to one `Document`, whatever its format, or the problems that stop it.

What is refused here is refused in every format: files that are too big, not UTF-8, nested too
deeply, with duplicate keys or numbers that are not finite.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from engine_harness._canonical import sha256_hex
from engine_harness.errors import Diagnostic
from engine_harness.manifest.bounded import read_bounded
from engine_harness.manifest.diagnostics import path_text
from engine_harness.manifest.document import Document, Position
from engine_harness.manifest.json_format import read_json
from engine_harness.manifest.lua_format import read_lua, read_luau
from engine_harness.manifest.problem import FILE_BYTES_MAX, SyntaxProblem
from engine_harness.manifest.toml_format import read_toml
from engine_harness.manifest.yaml_format import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from engine_harness.vm.job import Caller

__all__ = ["SUFFIXES", "Parsed", "parse", "read_file"]

SUFFIXES = (".yaml", ".yml", ".json", ".toml", ".lua", ".luau")
"""The formats that are read."""

_READERS = {
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".json": read_json,
    ".toml": read_toml,
}

_BOM = b"\xef\xbb\xbf"


class Parsed(NamedTuple):
    """A file that was read: its document, None when it cannot be looked at."""

    document: Document | None
    sha256: str
    problems: tuple[Diagnostic, ...]


def read_file(path: Path, name: str, caller: Caller) -> Parsed:
    """Read the manifest at `path`, called `name` in messages."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        return _unread(shown, "the name of the file is not UTF-8; give it another one")
    data = read_bounded(path, FILE_BYTES_MAX)
    if isinstance(data, str):
        return _unread(name, data)
    document, problems = parse(data, path.suffix.lower(), name, caller)
    fatal = any(problem.fatal for problem in problems)
    found = tuple(_diagnostic(name, problem) for problem in problems)
    spoiled = frozenset(problem.path for problem in problems if problem.spoils)
    document = replace(document, spoiled=spoiled) if spoiled else document
    return Parsed(None if fatal else document, sha256_hex(data), found)


def _unread(name: str, why: str) -> Parsed:
    return Parsed(None, "", (_diagnostic(name, SyntaxProblem(why, None)),))


def parse(
    data: bytes, suffix: str, name: str, caller: Caller
) -> tuple[Document, list[SyntaxProblem]]:
    """Return the document in `data`, written in the format of `suffix`, and its problems."""
    try:
        # Editors of Windows put a byte order mark in front; it is no part of the text.
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        return Document(None), [_not_utf8(error)]
    if suffix == ".lua":
        return read_lua(text, name, caller)
    if suffix == ".luau":
        return read_luau(text, name, caller)
    return _READERS[suffix](text)


def _not_utf8(error: UnicodeDecodeError) -> SyntaxProblem:
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
    message = f"not UTF-8: byte 0x{error.object[error.start]:02x}"
    return SyntaxProblem(message, Position(line, column), fatal=True)


def _diagnostic(name: str, problem: SyntaxProblem) -> Diagnostic:
    return Diagnostic(
        file=name,
        path=path_text(problem.path),
        message=problem.message,
        line=problem.at.line if problem.at else None,
        column=(problem.at.column or None) if problem.at else None,
    )
