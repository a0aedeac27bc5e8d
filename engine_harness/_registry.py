"""Names that users may misspell, and doors that others may extend.

Built-ins and entry points register through the same call, so ours have no private way in.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from engine_harness.errors import UsageError

__all__ = ["Registry", "suggestion"]

T = TypeVar("T")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` for a near miss, else an empty text."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""


class Registry(Mapping[str, T], Generic[T]):
    """Things by name, in order of registration; those of an entry point group come last."""

    def __init__(self, noun: str, entry_point_group: str | None = None) -> None:
        self._noun = noun
        self._group = entry_point_group
        self._loaded = entry_point_group is None
        self._items: dict[str, T] = {}

    def register(self, name: str, item: T) -> T:
        """Add `item` under `name`; a name that is taken is an error."""
        if name in self._items:
            msg = f"{self._noun} '{name}' is registered twice"
            raise UsageError(msg)
        self._items[name] = item
        return item

    def _load_entry_points(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        # importlib.metadata costs 29 ms to import: only a lookup pays for it.
        from importlib.metadata import entry_points

        for point in sorted(entry_points(group=self._group or ""), key=lambda p: (p.name, p.value)):
            self.register(point.name, point.load())

    def __getitem__(self, name: str) -> T:
        if name not in self._items:
            self._load_entry_points()
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        self._load_entry_points()
        return iter(self._items)

    def __len__(self) -> int:
        self._load_entry_points()
        return len(self._items)
