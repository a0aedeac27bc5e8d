"""Plain data as Lua source text that reads back as the same data, in LuaJIT and in Luau.

Lists are tables with keys 1..n, maps have sorted keys; an empty list is the name `empty` and None
the name `null`, which the surrounding text defines, so that `{}` is an empty map and nulls
survive. What Lua cannot hold (a cycle, a function, a non-finite number, an integer that no double
equals) is an error with its path. Knows no plan, file or VM.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from engine_harness.compile.quoting import key_head, path_step, quote
from engine_harness.compile.tables import (
    ASSEMBLE_LIST,
    ASSEMBLE_MAP,
    CONSTANTS_PER_FUNCTION_MAX,
    INDENT,
    assembled,
    broken,
    groups,
    table,
)
from engine_harness.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["DEPTH_MAX", "LiteralError", "list_parts", "literal"]

DEPTH_MAX = 100
"""Tables inside tables; LuaJIT's parser ends at 200 levels, manifests at 64."""

T = TypeVar("T")

WHOLE_DIGITS_MAX = 2**63
"""Whole numbers below are written with all their digits."""


class LiteralError(CompileError):
    """Data that has no Lua literal."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message, path)
        self.path = path
        """Where in the data, as `[3].args.speed`; empty for the data itself."""
        self.message = message

    def inside(self, step: str) -> None:
        """Note that the data is the member `step` (`.key` or `[n]`) of something bigger."""
        self.path = step + self.path
        self.args = (self.message, self.path)

    def __str__(self) -> str:
        return f"{self.path or 'the value'}: {self.message}"


def literal(value: object, *, indent: int = 0) -> str:
    """Return `value` as a Lua expression whose further lines are `indent` levels deep."""
    writer = _Writer()
    return _located(value, lambda: writer.text(value, indent, len(INDENT) * indent))


def list_parts(values: Sequence[object], *, indent: int, length_max: int) -> list[str]:
    """Return `values` as consecutive Lua lists of at most `length_max` members.

    A list is shorter where its members hold more than one Lua function may.
    """
    writer = _Writer()

    def write() -> list[str]:
        items: list[str] = []
        weights: list[int] = []
        column = len(INDENT) * (indent + 1)
        try:
            for value in values:
                before = writer.weight
                items.append(writer.text(value, indent + 1, column))
                weights.append(writer.weight - before)
        except LiteralError as error:
            error.inside(f"[{len(items) + 1}]")
            raise
        return [broken(group, indent) for group in groups(items, weights, length_max)]

    return _located(values, write)


class _TooDeepError(LiteralError):
    """Too many tables inside tables; `_located` finds out why."""


class _Writer:
    """Writes values and counts those that cost LuaJIT a constant."""

    def __init__(self) -> None:
        self.weight = 0
        self.depth = 0

    def text(self, value: object, indent: int, column: int) -> str:
        """Return the text of a value that starts at `column` of a line `indent` levels deep."""
        if isinstance(value, str):
            return quote(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return self._number(value)
        if isinstance(value, int):
            return _integer(value)
        if value is None:
            self.weight += 1
            return "null"
        if isinstance(value, dict):
            return self._map(value, indent, column)
        if isinstance(value, list | tuple):
            return self._list(value, indent, column)
        noun = "function" if callable(value) else f"value of type {type(value).__name__}"
        msg = f"a {noun} has no Lua literal"
        raise LiteralError(msg)

    def _number(self, value: float) -> str:
        if not math.isfinite(value):
            msg = f"a number must be finite; got {value}"
            raise LiteralError(msg)
        if value == 0 and math.copysign(1.0, value) < 0:
            # Not folded by LuaJIT: a minus that runs, so no constant of a template.
            self.weight += 1
            return "-0"
        if value.is_integer() and abs(value) < WHOLE_DIGITS_MAX:
            return str(int(value))
        return repr(value)

    def _list(self, value: Sequence[object], indent: int, column: int) -> str:
        if not value:
            self.weight += 1
            return "empty"
        self._enter()
        before = self.weight
        items: list[str] = []
        weights: list[int] = []
        inner = len(INDENT) * (indent + 1)
        try:
            for item in value:
                start = self.weight
                items.append(self.text(item, indent + 1, inner))
                weights.append(self.weight - start)
        except LiteralError as error:
            error.inside(f"[{len(items) + 1}]")
            raise
        self.depth -= 1
        own = self.weight - before
        self.weight = before + 1
        if own > CONSTANTS_PER_FUNCTION_MAX:
            return assembled(items, weights, indent, ASSEMBLE_LIST)
        self.weight += own
        return table(items, indent, column)

    def _map(self, value: dict[str, object], indent: int, column: int) -> str:
        if not value:
            self.weight += 1
            return "{}"
        self._enter()
        before = self.weight
        items: list[str] = []
        weights: list[int] = []
        inner = len(INDENT) * (indent + 1)
        keys = _sorted_keys(value)
        key = ""
        try:
            for key in keys:
                start = self.weight
                head = key_head(key)
                items.append(head + self.text(value[key], indent + 1, inner + len(head)))
                weights.append(self.weight - start)
        except LiteralError as error:
            error.inside(path_step(key))
            raise
        self.depth -= 1
        own = self.weight - before
        self.weight = before + 1
        if own > CONSTANTS_PER_FUNCTION_MAX:
            heads = [(key_head(key), quote(key)) for key in keys]
            pairs = [
                f"{quoted}, {item[len(head) :]}"
                for (head, quoted), item in zip(heads, items, strict=True)
            ]
            return assembled(pairs, weights, indent, ASSEMBLE_MAP)
        self.weight += own
        return table(items, indent, column)

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            msg = f"tables are nested deeper than {DEPTH_MAX} levels"
            raise _TooDeepError(msg)


def _integer(value: int) -> str:
    if -WHOLE_DIGITS_MAX < value < WHOLE_DIGITS_MAX and int(float(value)) == value:
        return str(value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or int(number) != value:
        shown = str(value) if abs(value) < 10**40 else "an integer of more than 40 digits"
        msg = f"no Lua number equals this integer, write it as a string; got {shown}"
        raise LiteralError(msg)
    return repr(number)


def _sorted_keys(value: dict[str, object]) -> list[str]:
    for key in value:
        if type(key) is not str:
            msg = f"a key must be a string; got {key!r}"
            raise LiteralError(msg)
    return sorted(value)


def _located(value: object, write: Callable[[], T]) -> T:
    """Run `write`; when it went too deep, say whether `value` contains itself."""
    try:
        return write()
    except _TooDeepError as error:
        path = _cycle(value)
        if path is not None:
            msg = "a table contains itself (a cycle)"
            raise LiteralError(msg, path) from None
        error.path = ""
        raise


def _members(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        return ((path_step(str(key)), item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return ((f"[{index}]", item) for index, item in enumerate(value, 1))
    return iter(())


def _cycle(value: object) -> str | None:
    """Return the path of the first table that is also one of its own containers."""
    # A stack of our own: what is searched may be nested deeper than Python recurses.
    path: list[str] = []
    ids = [id(value)]
    inside = set(ids)
    left = [_members(value)]
    done: set[int] = set()
    while left:
        step, item = next(left[-1], ("", None))
        if not step:
            left.pop()
            inside.discard(ids[-1])
            done.add(ids.pop())
            if path:
                path.pop()
        elif id(item) in inside:
            return "".join([*path, step])
        elif isinstance(item, dict | list | tuple) and id(item) not in done:
            path.append(step)
            ids.append(id(item))
            inside.add(id(item))
            left.append(_members(item))
    return None
