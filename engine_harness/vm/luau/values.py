"""The two names that if-expressions of a rewritten text use, and how they come into being.

A text that needs them says so at its very end. They are made outside of it, by `binding`, so they
are neither globals nor among the 200 locals of the text, and no work is counted for them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["ValueNames", "binding", "free_names"]

_ENDING = re.compile(r"--\[\[luau (__if[0-9]*) (__value[0-9]*)\]\]\Z")
_ENDING_CHARACTERS_MAX = 80


class ValueNames(NamedTuple):
    """How the two are called in one text."""

    keep: str
    """The function that puts a value aside and answers true."""
    value: str
    """The value."""

    def ending(self) -> str:
        """Return what a text has to end with to be given the two."""
        return f"--[[luau {self.keep} {self.value}]]"


def free_names(taken: Collection[str]) -> ValueNames:
    """Return names that are not `taken`."""
    number = 1
    while True:
        suffix = "" if number == 1 else str(number)
        names = ValueNames(f"__if{suffix}", f"__value{suffix}")
        if names.keep not in taken and names.value not in taken:
            return names
        number += 1


def binding(text: str) -> str:
    """Return the Lua that makes the names which `text` needs; nothing if it needs none."""
    found = _ENDING.search(text, max(0, len(text) - _ENDING_CHARACTERS_MAX))
    if found is None:
        return ""
    keep, value = found.groups()
    return f" local {value} local function {keep}(v) {value}=v return true end"
