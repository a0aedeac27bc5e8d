"""Luau as LuaJIT's Lua: the same program with every line where it was.

Types are taken out; compound assignment, `continue`, if-expressions and `_` in numbers are
rewritten. What else only Luau has is refused with its place. A text without any of it comes back as
it is, so plain Lua, LuaJIT's `goto` included, is Luau too. The module knows text only.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from engine_harness.vm.luau.statements import StatementReader
from engine_harness.vm.luau.tokens import LINE_BREAK, LuauError, Place, tokenize

__all__ = ["LUAU_CHARACTERS_MAX", "LocalCount", "LuauError", "local_counts", "to_lua"]


LUAU_CHARACTERS_MAX = 2 << 20
"""A longer text can be plain Lua only: reading takes some seventy times the memory of a text."""


class LocalCount(NamedTuple):
    """How many locals one function has at most at one time."""

    line: int
    name: str
    """As `LuaFunction.name`."""
    active: int
    """As LuaJIT counts them, which allows 200: with parameters, `self`, and three for the state of
    each `for` loop around."""


def to_lua(text: str) -> str:
    """Return the text as LuaJIT reads it; the very same one if it has no Luau syntax.

    Raises `LuauError` for what cannot be read, plain mistakes included.
    """
    if len(text) > LUAU_CHARACTERS_MAX:
        reason = (
            "this is no plain Lua, and as Luau it is too long; "
            f"allowed: {LUAU_CHARACTERS_MAX >> 20} MiB"
        )
        raise LuauError(reason, Place(1, 1))
    reader = StatementReader(tokenize(text))
    reader.chunk()
    if not len(reader.edits):
        return text
    return reader.edits.apply() + (reader.value_names.ending() if reader.value_names else "")


def local_counts(text: str) -> list[LocalCount]:
    """Return the locals of every function of a text in Lua or Luau, in order of its functions.

    Raises `LuauError` for what cannot be read.
    """
    reader = StatementReader(tokenize(text))
    reader.chunk()
    # `line_of` reads the text from its beginning each time, and there are many functions.
    ends = [found.end() for found in LINE_BREAK.finditer(text)]
    return [
        LocalCount(
            1 if scope.first == 0 else bisect_right(ends, reader.start(scope.first)) + 1,
            scope.name,
            scope.peak,
        )
        for scope in reader.functions
    ]
