"""Changes of a text that leave every line where it is.

Changes are recorded while the text is read and applied at once at the end. A piece that is taken
out leaves its line breaks behind. What is opened later at the same place stands further out, what
is closed later too, so pairs of brackets that are recorded from the inside out fit into each other.
"""

from __future__ import annotations

from typing import NamedTuple

from engine_harness.vm.luau.tokens import LINE_BREAK

__all__ = ["Edits"]

_CLOSE, _OPEN, _REPLACE = range(3)


class _Edit(NamedTuple):
    start: int
    kind: int
    order: int
    end: int
    new: str


class Edits:
    """The changes of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[_Edit] = []

    def __len__(self) -> int:
        return len(self._edits)

    def open(self, position: int, new: str) -> None:
        """Insert `new` in front of what begins at `position`."""
        self._edits.append(_Edit(position, _OPEN, -len(self._edits), position, new))

    def close(self, position: int, new: str) -> None:
        """Insert `new` behind what ends at `position`."""
        self._edits.append(_Edit(position, _CLOSE, len(self._edits), position, new))

    def replace(self, start: int, end: int, new: str) -> None:
        """Put `new` and the line breaks between `start` and `end` in the place of what is there."""
        breaks = "".join(LINE_BREAK.findall(self._text, start, end))
        self._edits.append(_Edit(start, _REPLACE, len(self._edits), end, new + breaks))

    def forget(self, count: int) -> None:
        """Drop all changes but the first `count`."""
        del self._edits[count:]

    def apply(self) -> str:
        """Return the changed text."""
        pieces: list[str] = []
        copied = 0
        for edit in sorted(self._edits):
            assert edit.start >= copied, "changes do not overlap"
            pieces += (self._text[copied : edit.start], edit.new)
            copied = edit.end
        pieces.append(self._text[copied:])
        return "".join(pieces)
