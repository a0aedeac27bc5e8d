"""TOML text to a `Document`: the data as `tomllib` reads it, with a position for all of it.

Dates, times and numbers that are not finite are TOML and no data of a manifest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from engine_harness.manifest.document import Document, Mark, Position
from engine_harness.manifest.problem import DEPTH_MAX, SyntaxProblem
from engine_harness.manifest.toml_marks import TomlMarks, mark_toml

if TYPE_CHECKING:
    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.document import DataPath

__all__ = ["key_lines", "read_toml"]

_PLACE = re.compile(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$")
_REPEATED = ("Cannot ", "Duplicate ")
_WORD = re.compile(r"[^\s,\]}#=]{1,40}")
# What `tomllib` calls invalid, in words that say what to write.
_OVER_THE_LINE = "a text ends in the line where it begins, unless it has three quotes on each side"
_WORDS = {
    "Invalid statement": "expected a key, a [table] or a comment",
    "Invalid date or datetime": "there is no such date or time",
    "Invalid hex value": "\\u takes four hex digits, \\U eight",
    "Invalid initial character for a key part": "expected a key; one that is not made of "
    "A-Z, a-z, 0-9, _ and - needs quotes",
    "Illegal character '\\n'": _OVER_THE_LINE,
    "Found invalid character '\\n'": _OVER_THE_LINE,
    'Expected "\'"': "a text in single quotes has no end",
}


def read_toml(text: str) -> tuple[Document, list[SyntaxProblem]]:
    """Return the document and what is wrong with it; after a syntax error there is no data."""
    # Costs 12 ms to import: who has no TOML does not pay for it.
    import tomllib

    marks = mark_toml(text)
    if marks.too_deep:
        message = f"nested more than {DEPTH_MAX} levels deep"
        problem = SyntaxProblem(message, marks.too_deep, fatal=True)
        return Document(None, Mark(marks.too_deep)), [problem]
    try:
        data = cast("JsonMap", tomllib.loads(_with_short_numbers(marks)))
    except tomllib.TOMLDecodeError as error:
        return Document(None, marks.mark), _syntax_problems(str(error), marks)
    for problem in marks.refused:
        _forget(data, problem.path)
    return Document(data, marks.mark), marks.refused


def key_lines(mark: Mark | None) -> dict[str, int]:
    """Return the line of every table and key by its dotted path, as `run.jobs`."""
    lines: dict[str, int] = {}
    for name, (at, value) in ((mark.keys if mark else None) or {}).items():
        lines[name] = at.line
        lines |= {f"{name}.{below}": line for below, line in key_lines(value).items()}
    return lines


def _with_short_numbers(marks: TomlMarks) -> str:
    """Return the text with a 0 in place of each number that Python refuses for its length."""
    pieces: list[str] = []
    done = 0
    for start, end in marks.long_numbers:
        pieces += (marks.text[done:start], "0".ljust(end - start))
        done = end
    return "".join((*pieces, marks.text[done:]))


def _forget(data: Json, path: DataPath) -> None:
    """Put null where `path` leads: the value there is no data."""
    step, *below = path
    if isinstance(data, list) and isinstance(step, int):
        if below:
            _forget(data[step - 1], tuple(below))
        else:
            data[step - 1] = None
    elif isinstance(data, dict) and isinstance(step, str):
        if below:
            _forget(data[step], tuple(below))
        else:
            data[step] = None
    else:
        msg = f"no {step!r} where the marks have one"
        raise AssertionError(msg)


def _syntax_problems(words: str, marks: TomlMarks) -> list[SyntaxProblem]:
    """Put what `tomllib` says into our words; the keys that stand twice are told all at once."""
    if words.startswith(_REPEATED) and marks.twice:
        return marks.twice
    place = _PLACE.search(words)
    message = words[: place.start()] if place else words
    if place and place[1]:
        at = Position(int(place[1]), int(place[2]))
    else:
        at = Position(marks.text.count("\n") + 1, len(marks.text) - marks.text.rfind("\n"))
    if message == "Invalid value":
        line = marks.text.split("\n", at.line)[at.line - 1]
        word = _WORD.match(line, at.column - 1)
        message = f"'{word[0]}' is no value; a text needs quotes" if word else "expected a value"
    message = _WORDS.get(message, message)
    message = f"broken TOML: {message[:1].lower()}{message[1:]}"
    return [SyntaxProblem(message, at, fatal=True)]
