"""Functions while they are read: which locals are active, and the loops that can be continued."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["FunctionScope", "Loop"]


@dataclass(slots=True)
class Loop:
    """One loop around the place that is read."""

    is_repeat: bool
    label: str | None = None
    """Where `continue` goes; None while there is none."""
    continued: int = 0
    """Token of the first `continue`."""
    jumping: int | None = None
    """First token of the statement of its block that holds the first `continue`."""
    known: int = 0
    """How many locals were active behind that statement."""


@dataclass(slots=True)
class FunctionScope:
    """One function."""

    name: str
    first: int
    """Its first token."""
    names: list[str] = field(default_factory=list)
    """The active locals; what a `for` loop keeps for itself has a name that nobody can write."""
    peak: int = 0
    loops: list[Loop] = field(default_factory=list)

    def declare(self, *names: str) -> None:
        """Make locals active."""
        self.names += names
        self.need(0)

    def need(self, more: int) -> None:
        """Count `more` locals that are active for a moment."""
        self.peak = max(self.peak, len(self.names) + more)

    def forget(self, count: int) -> None:
        """Leave a block that began with `count` active locals."""
        del self.names[count:]
