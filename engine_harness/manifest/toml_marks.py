"""Where the keys and values of a TOML text stand: `tomllib` gives the data without positions.

Reads every valid text to the shape that `tomllib` gives it. Of a text that is not valid it reads as
far as it can: whoever asks has `tomllib` say what is wrong. Two things are found here, because
`tomllib` would do badly: nesting without end, and which key stands twice.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from engine_harness.manifest.document import DataPath, KeyMark, Mark, Position
from engine_harness.manifest.problem import DEPTH_MAX, SyntaxProblem
from engine_harness.manifest.toml_text import (
    LINES,
    PLAIN,
    PLAIN_PAIR,
    SPACE,
    LostError,
    end_of_string,
    key_name,
    odd_value,
)

__all__ = ["TomlMarks", "mark_toml"]


class _DeepError(Exception):
    """Something is nested too deeply, at `offset`."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class _Part(NamedTuple):
    """One name of a dotted key."""

    name: str
    at: int


_How = Literal["header", "below", "dotted"]


class _Table:
    """A table that may grow: one in braces or brackets of its own is only a mark."""

    __slots__ = ("how", "keys", "tables")

    def __init__(self, how: _How) -> None:
        self.how: _How = how
        """Made by its own header, by the header of one below it, or by a dotted key."""
        self.keys: dict[str, KeyMark] = {}
        self.tables: dict[str, _Table | _Array] = {}


class _Array(NamedTuple):
    """An array of tables; `[[name]]` adds one."""

    tables: list[_Table]
    items: list[Mark]


@dataclass
class TomlMarks:
    """What is known of a text."""

    text: str
    """With `\\n` at the end of each line, as `tomllib` counts."""
    mark: Mark
    refused: list[SyntaxProblem] = field(default_factory=list)
    """Values that are TOML and no data of a manifest: dates, numbers that are not finite."""
    twice: list[SyntaxProblem] = field(default_factory=list)
    """Keys and tables that the text has had before."""
    too_deep: Position | None = None
    long_numbers: list[tuple[int, int]] = field(default_factory=list)
    """From where to where the numbers reach that are refused for their length."""


def mark_toml(text: str) -> TomlMarks:
    """Return where everything in `text` stands, up to the first place that is no TOML."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    try:
        scanner.read()
    except LostError:
        pass
    except _DeepError as error:
        scanner.found.too_deep = scanner.position(error.offset)
    return scanner.found


class _Scanner:
    """Recursive in values, but never deeper than the limit of nesting."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = _Table("header")
        self.found = TomlMarks(text, Mark(Position(1, 1), self.root.keys))
        self._steps: list[str | int] = []
        """The path of what is being read."""
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._line = (0, 0, 0)
        """The line that was asked for last, from where to where it reaches."""

    def position(self, offset: int) -> Position:
        line, start, end = self._line
        if not start <= offset < end:
            starts = self._line_starts
            line = bisect_right(starts, offset)
            start = starts[line - 1]
            self._line = (line, start, starts[line] if line < len(starts) else len(self.text) + 1)
        return Position(line, offset - start + 1)

    def _skip(self, space: re.Pattern[str], offset: int) -> int:
        match = space.match(self.text, offset)
        return match.end() if match else offset

    def read(self) -> None:
        table = self.root
        base: list[str | int] = []
        offset = self._skip(LINES, 0)
        while offset < len(self.text):
            if self.text[offset] == "[":
                self._steps.clear()
                table, offset = self._header(offset)
                base = [*self._steps]
            else:
                self._steps[:] = base
                offset = self._pair(offset, table)
            offset = self._skip(LINES, offset)

    # Keys.

    def _key(self, offset: int, level: int) -> tuple[list[_Part], int]:
        """Return the parts of a key whose first part names something on `level`, and its end."""
        parts: list[_Part] = []
        while True:
            if level + len(parts) > DEPTH_MAX:
                raise _DeepError(offset)
            name, end = key_name(self.text, offset)
            parts.append(_Part(name, offset))
            offset = self._skip(SPACE, end)
            if not self.text.startswith(".", offset):
                return parts, offset
            offset = self._skip(SPACE, offset + 1)

    def _twice(self, part: _Part, table: _Table, path: DataPath) -> None:
        message = f"duplicate key '{part.name}' (first at line {table.keys[part.name].at.line})"
        self.found.twice.append(SyntaxProblem(message, self.position(part.at), path, fatal=True))

    # Tables.

    def _header(self, start: int) -> tuple[_Table, int]:
        """Read `[a.b]` or `[[a.b]]`; return the table it opens. Its path is left in `_steps`."""
        is_array = self.text.startswith("[[", start)
        brackets = "]]" if is_array else "]"
        offset = self._skip(SPACE, start + len(brackets))
        parts, offset = self._key(offset, 1)
        table = self._declared(parts, start, is_array=is_array)
        if len(self._steps) >= DEPTH_MAX:
            raise _DeepError(start)
        if not self.text.startswith(brackets, offset):
            raise LostError
        return table, offset + len(brackets)

    def _declared(self, parts: list[_Part], start: int, *, is_array: bool) -> _Table:
        """Return the table of a header. After a clash what it holds belongs nowhere."""
        table = self.root
        for part in parts[:-1]:
            below = self._below(table, part)
            if below is None:
                return _Table("header")
            table = below
        self._steps.append(parts[-1].name)
        declare = self._item if is_array else self._opened
        return declare(table, parts[-1], start)

    def _below(self, table: _Table, part: _Part) -> _Table | None:
        """Return the table that a header passes through, made if there is none."""
        self._steps.append(part.name)
        inner = table.tables.get(part.name)
        if isinstance(inner, _Array):
            self._steps.append(len(inner.tables))
            return inner.tables[-1]
        if inner is None and part.name in table.keys:
            self._twice(part, table, tuple(self._steps))
            return None
        return inner or self._made(table, part, "below")

    def _made(self, table: _Table, part: _Part, how: _How) -> _Table:
        made = _Table(how)
        at = self.position(part.at)
        table.tables[part.name] = made
        table.keys[part.name] = KeyMark(at, Mark(at, made.keys))
        return made

    def _opened(self, table: _Table, part: _Part, start: int) -> _Table:
        inner = table.tables.get(part.name)
        if part.name not in table.keys:
            inner = self._made(table, part, "header")
        elif not isinstance(inner, _Table) or inner.how != "below":
            self._twice(part, table, tuple(self._steps))
            return _Table("header")
        inner.how = "header"
        mark = Mark(self.position(start), inner.keys)
        table.keys[part.name] = KeyMark(self.position(part.at), mark)
        return inner

    def _item(self, table: _Table, part: _Part, start: int) -> _Table:
        made = _Table("header")
        mark = Mark(self.position(start), made.keys)
        inner = table.tables.get(part.name)
        if part.name not in table.keys:
            inner = table.tables[part.name] = _Array([], [])
            at = self.position(part.at)
            table.keys[part.name] = KeyMark(at, Mark(mark.at, None, inner.items))
        elif not isinstance(inner, _Array):
            self._twice(part, table, tuple(self._steps))
            return made
        inner.tables.append(made)
        inner.items.append(mark)
        self._steps.append(len(inner.tables))
        return made

    # Pairs and values.

    def _pair(self, offset: int, table: _Table) -> int:
        """Read `key = value` into `table`, whose path is in `_steps`."""
        if (plain := PLAIN_PAIR.match(self.text, offset)) and plain[1] not in table.keys:
            at, value_at = self.position(offset), self.position(plain.start(2))
            table.keys[plain[1]] = KeyMark(at, Mark(value_at))
            return plain.end()
        depth = len(self._steps)
        parts, offset = self._key(offset, depth + 1)
        if not self.text.startswith("=", offset):
            raise LostError
        offset = self._skip(SPACE, offset + 1)
        inner: _Table | None = table
        for part in parts[:-1]:
            self._steps.append(part.name)
            if inner is not None:
                inner = self._dotted(inner, part)
        last = parts[-1]
        self._steps.append(last.name)
        if inner is not None and last.name in inner.keys:
            self._twice(last, inner, tuple(self._steps))
            inner = None
        mark, end = self._value(offset)
        if inner is not None:
            inner.keys[last.name] = KeyMark(self.position(last.at), mark)
        del self._steps[depth:]
        return end

    def _dotted(self, table: _Table, part: _Part) -> _Table | None:
        inner = table.tables.get(part.name)
        if part.name not in table.keys:
            return self._made(table, part, "dotted")
        if not isinstance(inner, _Table) or inner.how == "header":
            self._twice(part, table, tuple(self._steps))
            return None
        inner.how = "dotted"
        return inner

    def _value(self, offset: int) -> tuple[Mark, int]:
        if plain := PLAIN.match(self.text, offset):
            return Mark(self.position(offset)), plain.end()
        first = self.text[offset : offset + 1]
        if first in ("[", "{"):
            if len(self._steps) >= DEPTH_MAX:
                raise _DeepError(offset)
            return self._array(offset) if first == "[" else self._inline_table(offset)
        if first in ('"', "'"):
            return Mark(self.position(offset)), end_of_string(self.text, offset)
        return Mark(self.position(offset)), self._odd(offset)

    def _array(self, start: int) -> tuple[Mark, int]:
        items: list[Mark] = []
        offset = self._skip(LINES, start + 1)
        while not self.text.startswith("]", offset):
            self._steps.append(len(items) + 1)
            mark, end = self._value(offset)
            self._steps.pop()
            items.append(mark)
            offset = self._after(end, "]")
        return Mark(self.position(start), None, items), offset + 1

    def _inline_table(self, start: int) -> tuple[Mark, int]:
        table = _Table("header")
        offset = self._skip(LINES, start + 1)
        while not self.text.startswith("}", offset):
            offset = self._after(self._pair(offset, table), "}")
        return Mark(self.position(start), table.keys), offset + 1

    def _after(self, offset: int, closing: str) -> int:
        offset = self._skip(LINES, offset)
        if self.text.startswith(",", offset):
            return self._skip(LINES, offset + 1)
        if not self.text.startswith(closing, offset):
            raise LostError
        return offset

    def _odd(self, offset: int) -> int:
        """Look at a value that is no text and no collection, and refuse what is no data."""
        word = odd_value(self.text, offset)
        if word.refusal:
            path = tuple(self._steps)
            at = self.position(offset)
            self.found.refused.append(SyntaxProblem(word.refusal, at, path, spoils=True))
        if word.is_long:
            self.found.long_numbers.append((offset, word.end))
        return word.end
