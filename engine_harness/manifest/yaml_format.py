"""YAML text to a `Document`: YAML 1.2 core, without anchors, aliases and tags.

Works on the event stream of PyYAML: no recursion (libyaml's composer overflows the C stack on deep
input), nothing of YAML 1.1 (`on`, `12:30`, dates), and every key and value has its position.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import yaml

from engine_harness.manifest.document import Document, KeyMark, Mark, Position
from engine_harness.manifest.problem import DEPTH_MAX, DIGITS_MAX, SyntaxProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_harness._types import Json

__all__ = ["read_yaml"]

# The pure reader gives the same events, about ten times slower.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONG_NUMBER = re.compile(f"{_INT.pattern}|{_OTHER_BASE.pattern}|{_FLOAT.pattern}")
_NON_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_STARTS = frozenset("-+.0123456789")
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Open:
    """A collection whose end has not been seen."""

    __slots__ = ("at", "data", "items", "key", "key_at", "keys")

    def __init__(self, at: Position, *, is_map: bool) -> None:
        self.at = at
        self.data: dict[str, Json] | list[Json] = {} if is_map else []
        self.keys: dict[str, KeyMark] | None = {} if is_map else None
        self.items: list[Mark] | None = None if is_map else []
        self.key: str | None = None
        self.key_at: Position | None = None


def read_yaml(text: str) -> tuple[Document, list[SyntaxProblem]]:
    """Return the document and what is wrong with it; after a syntax error the rest is missing."""
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not reader.take(event):
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        words = error.problem or "cannot be read"
        context = f" ({error.context})" if error.context else ""
        message = f"broken YAML: {words}{context}"
        if tab := _tab_problem(text, at):
            message, at = tab
        reader.problems.append(SyntaxProblem(message, at, fatal=True))
    except yaml.YAMLError:
        reader.problems.append(_character_problem(text))
    return Document(reader.root, reader.mark), reader.problems


def _tab_problem(text: str, at: Position) -> tuple[str, Position] | None:
    """Return what to say when the reader stumbled over a line that a tab indents."""
    lines = text.splitlines()
    line = lines[at.line - 1] if at.line <= len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" not in indent:
        return None
    return "broken YAML: a tab cannot indent; use spaces", Position(at.line, indent.index("\t") + 1)


def _character_problem(text: str) -> SyntaxProblem:
    # The reader's error counts bytes or characters, depending on the implementation: look again.
    found = _NOT_YAML.search(text)
    offset = found.start() if found else 0
    at = Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
    character = f" U+{ord(found[0]):04X}" if found else ""
    return SyntaxProblem(f"broken YAML: character{character} is not allowed", at, fatal=True)


class _Reader:
    """Builds data and marks from events, with a stack of its own."""

    def __init__(self) -> None:
        self.root: Json = None
        self.mark = Mark(Position(1, 1))
        self.problems: list[SyntaxProblem] = []
        self._stack: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> bool:
        """Take one event; False: there is no sense in reading on."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            at = Position(event.start_mark.line + 1, event.start_mark.column + 1)
            self._refuse(event, at)
            self._scalar(event, at)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            return self._begin(event, is_map=kind is yaml.MappingStartEvent)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            done = self._stack.pop()
            self._place(done.data, Mark(done.at, done.keys, done.items))
        elif kind is yaml.AliasEvent:
            at = Position(event.start_mark.line + 1, event.start_mark.column + 1)
            if is_key := self._takes_key():
                self._begin_key(f"*{event.anchor}", at)
            message = f"YAML alias '*{event.anchor}' is not allowed; write the value out"
            self._note(message, at, spoils=True)
            if not is_key:
                self._place(None, Mark(at))
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                at = Position(event.start_mark.line + 1, event.start_mark.column + 1)
                self._note("several YAML documents in one file; one is allowed", at, fatal=True)
                return False
        return True

    def _note(
        self, message: str, at: Position, *, fatal: bool = False, spoils: bool = False
    ) -> None:
        path = self._path()
        self.problems.append(SyntaxProblem(message, at, path, fatal=fatal, spoils=spoils))

    def _path(self) -> tuple[str | int, ...]:
        return tuple(self._steps())

    def _steps(self) -> Iterator[str | int]:
        for level in self._stack:
            if level.keys is None:
                yield len(level.data) + 1
            elif level.key is not None:
                yield level.key

    def _refuse(self, event: Any, at: Position) -> None:
        if event.anchor is not None:
            self._note(f"YAML anchor '&{event.anchor}' is not allowed; write the value out", at)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            is_scalar = type(event) is yaml.ScalarEvent
            self._note(f"YAML tag '{tag}' is not allowed", at, spoils=is_scalar)

    def _takes_key(self) -> bool:
        return (
            bool(self._stack) and self._stack[-1].keys is not None and self._stack[-1].key is None
        )

    def _begin(self, event: Any, *, is_map: bool) -> bool:
        at = Position(event.start_mark.line + 1, event.start_mark.column + 1)
        if len(self._stack) >= DEPTH_MAX:
            # Its path would be 64 steps long: the position says enough.
            message = f"nested more than {DEPTH_MAX} levels deep"
            self.problems.append(SyntaxProblem(message, at, fatal=True))
            return False
        self._refuse(event, at)
        if self._takes_key():
            self._note("a key must be a text, not a list or a map", at, fatal=True)
            return False
        self._stack.append(_Open(at, is_map=is_map))
        return True

    def _scalar(self, event: Any, at: Position) -> None:
        if self._takes_key():
            self._begin_key(event.value, at)
            return
        plain = event.implicit[0] and event.style in (None, "")
        self._place(self._plain(event.value, at) if plain else event.value, Mark(at))

    def _begin_key(self, key: str, at: Position) -> None:
        level = self._stack[-1]
        level.key, level.key_at = key, at
        if level.keys is not None and key in level.keys:
            first = level.keys[key].at
            self._note(f"duplicate key '{key}' (first at line {first.line})", at)
        elif key == "<<":
            self._note("the YAML merge key '<<' is not allowed; write the fields out", at)

    def _place(self, value: Json, mark: Mark) -> None:
        if not self._stack:
            self.root, self.mark = value, mark
            return
        level = self._stack[-1]
        if isinstance(level.data, list) and level.items is not None:
            level.data.append(value)
            level.items.append(mark)
        elif isinstance(level.data, dict) and level.keys is not None and level.key is not None:
            assert level.key_at is not None
            level.data[level.key] = value
            level.keys[level.key] = KeyMark(level.key_at, mark)
            level.key = None

    def _plain(self, text: str, at: Position) -> Json:
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMBER_STARTS:
            return text
        if _NON_FINITE.fullmatch(text):
            self._note(f"number is not finite: {text}", at, spoils=True)
            return None
        number: int | float
        if len(text) > DIGITS_MAX and _LONG_NUMBER.fullmatch(text):
            message = f"number of more than {DIGITS_MAX:,} characters: {text[:40]}…"
            self._note(message, at, spoils=True)
            return None
        if _INT.fullmatch(text):
            number = int(text)
        elif _OTHER_BASE.fullmatch(text):
            number = int(text[2:], 8 if text[1] == "o" else 16)
        elif _FLOAT.fullmatch(text):
            number = float(text)
        else:
            return text
        if not _fits_double(number):
            self._note(f"number is not finite: {text[:40]}", at, spoils=True)
            return None
        return number


def _fits_double(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False
