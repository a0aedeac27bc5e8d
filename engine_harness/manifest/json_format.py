"""JSON text to a `Document`: strict JSON, with a position for every key and value."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING

from engine_harness.manifest.document import DataPath, Document, KeyMark, Mark, Position
from engine_harness.manifest.problem import DEPTH_MAX, DIGITS_MAX, SyntaxProblem

if TYPE_CHECKING:
    from engine_harness._types import Json

__all__ = ["read_json"]

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NON_FINITE = re.compile(r"NaN|-?Infinity")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, tuple[str, bool | None]] = {
    "t": ("true", True),
    "f": ("false", False),
    "n": ("null", None),
}


class _BrokenError(Exception):
    """The text is no JSON from `offset` on."""

    def __init__(self, message: str, offset: int, path: DataPath = ()) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.path = path


def read_json(text: str) -> tuple[Document, list[SyntaxProblem]]:
    """Return the document and what is wrong with it; after a syntax error the rest is missing."""
    scanner = _Scanner(text)
    try:
        start = scanner.skip(0)
        data, mark, end = scanner.value(start, ())
        end = scanner.skip(end)
        if end != len(text):
            msg = "broken JSON: something follows the end of the document"
            raise _BrokenError(msg, end)
    except _BrokenError as error:
        at = scanner.position(error.offset)
        problem = SyntaxProblem(error.message, at, error.path, fatal=True)
        return Document(None, Mark(at)), [*scanner.problems, problem]
    return Document(data, mark), scanner.problems


class _Scanner:
    """Recursive, but never deeper than the limit of nesting."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[SyntaxProblem] = []
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def skip(self, offset: int) -> int:
        match = _SPACE.match(self.text, offset)
        return match.end() if match else offset

    def _note(self, message: str, offset: int, path: DataPath, *, spoils: bool = False) -> None:
        at = self.position(offset)
        self.problems.append(SyntaxProblem(message, at, path, spoils=spoils))

    def value(self, offset: int, path: DataPath) -> tuple[Json, Mark, int]:
        first = self.text[offset : offset + 1]
        if first == '"':
            string, end = self._string(offset, path)
            return string, Mark(self.position(offset)), end
        if first in ("{", "["):
            if len(path) >= DEPTH_MAX:
                msg = f"nested more than {DEPTH_MAX} levels deep"
                # Its path would be 64 steps long: the position says enough.
                raise _BrokenError(msg, offset)
            return self._map(offset, path) if first == "{" else self._list(offset, path)
        return self._word(offset, path)

    def _string(self, offset: int, path: DataPath) -> tuple[str, int]:
        try:
            string, end = scanstring(self.text, offset + 1, True)
        except JSONDecodeError as error:
            msg = f"broken JSON: {_lower(error.msg)}"
            raise _BrokenError(msg, error.pos, path) from None
        if _SURROGATE.search(string):
            self._note("half of a surrogate pair is no character", offset, path, spoils=True)
            string = _SURROGATE.sub("\ufffd", string)
        return string, end

    def _map(self, start: int, path: DataPath) -> tuple[Json, Mark, int]:
        data: dict[str, Json] = {}
        keys: dict[str, KeyMark] = {}
        mark = Mark(self.position(start), keys)
        offset = self.skip(start + 1)
        if self.text.startswith("}", offset):
            return data, mark, offset + 1
        while True:
            if not self.text.startswith('"', offset):
                msg = "broken JSON: expected a key in double quotes"
                raise _BrokenError(msg, offset, path)
            key_at = self.position(offset)
            key, end = self._string(offset, path)
            if key in keys:
                first = keys[key].at.line
                message = f"duplicate key '{key}' (first at line {first})"
                self._note(message, offset, (*path, key))
            offset = self.skip(end)
            if not self.text.startswith(":", offset):
                msg = "broken JSON: expected ':' after a key"
                raise _BrokenError(msg, offset, path)
            data[key], inner, end = self.value(self.skip(offset + 1), (*path, key))
            keys[key] = KeyMark(key_at, inner)
            offset = self.skip(end)
            if self.text.startswith("}", offset):
                return data, mark, offset + 1
            if not self.text.startswith(",", offset):
                msg = "broken JSON: expected ',' or '}'"
                raise _BrokenError(msg, offset, path)
            offset = self.skip(offset + 1)

    def _list(self, start: int, path: DataPath) -> tuple[Json, Mark, int]:
        data: list[Json] = []
        items: list[Mark] = []
        mark = Mark(self.position(start), None, items)
        offset = self.skip(start + 1)
        if self.text.startswith("]", offset):
            return data, mark, offset + 1
        while True:
            item, inner, end = self.value(offset, (*path, len(data) + 1))
            data.append(item)
            items.append(inner)
            offset = self.skip(end)
            if self.text.startswith("]", offset):
                return data, mark, offset + 1
            if not self.text.startswith(",", offset):
                msg = "broken JSON: expected ',' or ']'"
                raise _BrokenError(msg, offset, path)
            offset = self.skip(offset + 1)

    def _word(self, offset: int, path: DataPath) -> tuple[Json, Mark, int]:
        mark = Mark(self.position(offset))
        word, value = _WORDS.get(self.text[offset : offset + 1], ("", None))
        if word and self.text.startswith(word, offset):
            return value, mark, offset + len(word)
        non_finite = _NON_FINITE.match(self.text, offset)
        if non_finite:
            self._note(f"number is not finite: {non_finite[0]}", offset, path, spoils=True)
            return None, mark, non_finite.end()
        match = _NUMBER.match(self.text, offset)
        if not match:
            msg = "broken JSON: expected a value"
            raise _BrokenError(msg, offset, path)
        return self._number(match, path), mark, match.end()

    def _number(self, match: re.Match[str], path: DataPath) -> Json:
        text = match[0]
        if len(text) > DIGITS_MAX:
            message = f"number of more than {DIGITS_MAX:,} characters: {text[:40]}…"
            self._note(message, match.start(), path, spoils=True)
            return None
        number = int(text) if match[1] is None and match[2] is None else float(text)
        try:
            finite = math.isfinite(number)
        except OverflowError:
            finite = False
        if not finite:
            self._note(f"number is not finite: {text[:40]}", match.start(), path, spoils=True)
            return None
        return number


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:].removesuffix(" at")
