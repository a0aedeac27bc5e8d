"""A parsed file: its data and where each piece of it stands.

Positions are kept as a tree beside the data, so a file without a problem never pays for paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from engine_harness._types import Json

__all__ = ["DataPath", "Document", "KeyMark", "Mark", "Position"]

DataPath: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the top of the data; indices start at 1."""


class Position(NamedTuple):
    """Line and column, both from 1; column 0 where only the line is known."""

    line: int
    column: int


class Mark(NamedTuple):
    """Where a value begins, and the marks of what it holds."""

    at: Position
    keys: dict[str, KeyMark] | None = None
    items: list[Mark] | None = None


class KeyMark(NamedTuple):
    """Where a key of a map begins, and the mark of its value."""

    at: Position
    value: Mark


@dataclass(frozen=True)
class Document:
    """The data of one file. `mark` is None where the format keeps no positions (Lua)."""

    data: Json
    mark: Mark | None = None
    empty_map_is_list: bool = False
    """Lua writes `{}` for an empty list and an empty map alike."""
    spoiled: frozenset[DataPath] = frozenset()
    """Where a value could not be taken as it was written; that has been said already."""

    def position(self, path: DataPath, *, of_key: bool = False) -> Position | None:
        """Return where `path` begins, or the nearest thing around it that exists.

        With `of_key` a member of a map is found at its key, not at its value.
        """
        mark = self.mark
        if mark is None:
            return None
        key_at: Position | None = None
        for step in path:
            if isinstance(step, int):
                if mark.items is None or not 1 <= step <= len(mark.items):
                    return mark.at
                mark, key_at = mark.items[step - 1], None
            else:
                if mark.keys is None or step not in mark.keys:
                    return mark.at
                key_at, mark = mark.keys[step]
        return key_at if of_key and key_at is not None else mark.at
