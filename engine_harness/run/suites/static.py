"""What a static suite is: something that is true of the project's Lua or not, without any run.

It loads no manifest, starts no child of ours and writes nothing but its log. Light to import, as
`base` is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from threading import Event

    from engine_harness.run.suites.lua_sources import LuaSources

__all__ = ["StaticCheck", "StaticOutcome", "StaticSuite"]


@dataclass(frozen=True, kw_only=True)
class StaticOutcome:
    """What a check has come to."""

    passed: bool = True
    skipped: str | None = None
    """Why it was not made, in a word; None: it was made."""
    notes: tuple[str, ...] = ()
    """What a person reads first; the beginning is enough."""
    lines: tuple[str, ...] = ()
    """All that there is to say, for the log: no times, paths from the root."""


class StaticCheck(Protocol):
    """How the Lua of a project is judged."""

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of files in the project's root that decide it, beside the Lua itself."""
        ...

    def way(self, sources: LuaSources) -> str | None:
        """Return what would judge them: a program, or nothing for ours; None: nothing would."""
        ...

    def judge(self, sources: LuaSources, stop: Event) -> StaticOutcome:
        """Judge the sources; when `stop` is set it ends soon, and what it returns is dropped."""
        ...


@dataclass(frozen=True, kw_only=True)
class StaticSuite:
    """A check of Lua with a name."""

    name: str
    description: str
    check: StaticCheck
    kind: Literal["Static"] = "Static"

    @property
    def command(self) -> str:
        """The command line that runs it."""
        return f"run-harness --suite {self.name}"
