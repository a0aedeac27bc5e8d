"""The layout of Lua tables whose members are texts already.

A table too big for the constants of one Lua function is put together from parts when the module is
loaded; that needs no global, since modules are loaded in an empty environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ASSEMBLE_LIST",
    "ASSEMBLE_MAP",
    "CONSTANTS_PER_FUNCTION_MAX",
    "INDENT",
    "LINE_MAX",
    "assembled",
    "broken",
    "groups",
    "table",
]

INDENT = "    "

LINE_MAX = 100
"""A table that fits into this many columns stays on one line."""

CONSTANTS_PER_FUNCTION_MAX = 30_000
"""Values of one Lua function that are no constants for LuaJIT. Each may take two of the 65,536
constants of a function: its key and its template."""


def table(items: list[str], indent: int, column: int) -> str:
    """Return a table that starts at `column`: on one line where it fits, else broken."""
    # `{ ` and ` }` and the comma that may follow.
    width = column + 5 + sum(map(len, items)) + 2 * (len(items) - 1)
    if width <= LINE_MAX and not any("\n" in item for item in items):
        return "{ " + ", ".join(items) + " }"
    return broken(items, indent)


def broken(items: Sequence[str], indent: int) -> str:
    """Return a table with one member per line; the line it starts on is `indent` levels deep."""
    gap = ",\n" + INDENT * (indent + 1)
    return "{" + gap[1:] + gap.join(items) + ",\n" + INDENT * indent + "}"


def groups(items: list[str], weights: list[int], length_max: int) -> list[list[str]]:
    """Split `items` so that no group is longer or heavier than a Lua function may be."""
    made: list[list[str]] = []
    weight = CONSTANTS_PER_FUNCTION_MAX + 1
    for item, own in zip(items, weights, strict=True):
        if weight + own > CONSTANTS_PER_FUNCTION_MAX or len(made[-1]) >= length_max:
            made.append([])
            weight = 0
        made[-1].append(item)
        weight += own
    return made


ASSEMBLE_LIST = """\
(function(parts)
    local whole = {}
    for i = 1, #parts do
        local part = parts[i]
        for j = 1, #part do
            whole[#whole + 1] = part[j]
        end
    end
    return whole
end)("""

ASSEMBLE_MAP = """\
(function(parts)
    local whole = {}
    for i = 1, #parts do
        local part = parts[i]
        for j = 1, #part, 2 do
            whole[part[j]] = part[j + 1]
        end
    end
    return whole
end)("""


def assembled(items: list[str], weights: list[int], indent: int, head: str) -> str:
    """Return a table too big for one Lua function as an expression that puts it together."""
    parts = [_function(group, indent + 1) for group in groups(items, weights, len(items))]
    return head.replace("\n", "\n" + INDENT * indent) + broken(parts, indent) + ")"


def _function(items: list[str], indent: int) -> str:
    pad = "\n" + INDENT * indent
    # The members were written two levels higher up. No string holds a raw line break.
    deeper = [item.replace("\n", "\n" + INDENT * 2) for item in items]
    return f"(function(){pad}{INDENT}return {broken(deeper, indent + 1)}{pad}end)()"
