"""What the reader of a format says about a text that it cannot take; the limits of all formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine_harness.manifest.document import DataPath, Position

__all__ = ["DEPTH_MAX", "DIGITS_MAX", "FILE_BYTES_MAX", "SyntaxProblem"]

FILE_BYTES_MAX = 16 * 1024 * 1024
DEPTH_MAX = 64
DIGITS_MAX = 1_000
"""A longer run of digits is no number that a double could hold apart from its neighbours."""


@dataclass(frozen=True)
class SyntaxProblem:
    """One thing wrong with a text."""

    message: str
    at: Position | None
    path: DataPath = ()
    fatal: bool = False
    """Nothing after it was read: the data must not be looked at."""
    spoils: bool = False
    """The value at `path` is not what the author wrote: nothing more is to be said about it."""
