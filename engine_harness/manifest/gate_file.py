"""Opens the JSON files of a gate: what is wrong with the text is told with its place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from engine_harness.errors import Diagnostic, ManifestError
from engine_harness.manifest.bounded import NO_SUCH_FILE, read_bounded
from engine_harness.manifest.diagnostics import Problems, path_text
from engine_harness.manifest.document import Document
from engine_harness.manifest.json_format import read_json
from engine_harness.manifest.problem import FILE_BYTES_MAX

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_document", "require_sound"]

_BOM = b"\xef\xbb\xbf"


def read_document(path: Path, name: str, top: str, *, is_optional: bool = False) -> Problems:
    """Return the document at `path`, with what is wrong with its text so far.

    Args:
        path: of the file.
        name: what it is called in messages.
        top: the first word of all paths into its data.
        is_optional: a file that is not there holds an empty map.

    Raises:
        ManifestError: nothing in it can be looked at.
    """
    data = read_bounded(path, FILE_BYTES_MAX)
    if data == NO_SUCH_FILE and is_optional:
        return Problems(name, Document({}), top=top)
    if isinstance(data, str):
        _refuse(name, top, data)
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        _refuse(name, top, f"not UTF-8: byte 0x{error.object[error.start]:02x}", line)
    document, odd = read_json(text)
    found = [
        Diagnostic(
            file=name,
            path=path_text(problem.path, top),
            message=problem.message,
            line=problem.at.line if problem.at else None,
            column=(problem.at.column or None) if problem.at else None,
        )
        for problem in odd
    ]
    if any(problem.fatal for problem in odd):
        raise ManifestError(tuple(found))
    spoiled = frozenset(problem.path for problem in odd if problem.spoils)
    return Problems(name, replace(document, spoiled=spoiled), found=found, top=top)


def require_sound(problems: Problems) -> None:
    """Raise all problems at once, if there are any, in the order of the file."""
    if problems.found:
        found = sorted(problems.found, key=lambda item: (item.line or 0, item.column or 0))
        raise ManifestError(tuple(found))


def _refuse(name: str, top: str, message: str, line: int | None = None) -> NoReturn:
    raise ManifestError((Diagnostic(file=name, path=top, message=message, line=line),))
