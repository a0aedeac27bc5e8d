"""What crosses to the child process and back: plain data only.

This module is imported by the child, so it needs nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from engine_harness._types import Json, JsonMap

__all__ = ["Answer", "Caller", "Job", "Reply"]

Status = Literal["ok", "error", "limit", "killed"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One call of a function of `lua/harness/init.lua` in a fresh LuaJIT."""

    function: str
    """`run`, `describe`, `call` or `manifest`."""
    data: Json
    """Its one argument."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Lua texts that the function reads by name, as the compiled module."""
    roots: tuple[str, ...] = ()
    """Absolute folders in which `require` of user code looks, first match wins."""
    root_names: tuple[str, ...] = ()
    """How each of `roots` is called in messages: its path from the project root."""
    deadline_s: float = 60.0
    """Wall time; then the process is killed."""
    memory_mb: int = 1024
    work_units: int = 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back."""

    status: Status
    """`ok`; `error`: Lua failed; `limit`: a limit inside the VM, or memory however it showed;
    `killed`: the deadline passed, or the process died of a foreign signal."""
    value: Json = None
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    """Columns of doubles in the machine's byte order, by name."""
    message: str | None = None
    """For anything but `ok`: one complete sentence or error text."""
    limit: str | None = None
    """The limit that was reached: `work_units`, `memory_mb`, `deadline_s`, `events`, ..."""
    where: JsonMap | None = None
    """For `error`: `{file, line, traceback, ...}` as far as known."""
    host: JsonMap = field(default_factory=dict)
    """What depends on the machine: wall time, memory, the signal."""


Answer = Callable[["Json"], "Json"]
"""Decides for a run that asks: observation in, action out."""


class Caller(Protocol):
    """Something that runs jobs in child processes; `vm.worker.Pool` is the one we ship."""

    def call(self, job: Job, answer: Answer | None = None) -> Reply:
        """Run one job and wait for it. Never raises for what the Lua code does."""
        ...
