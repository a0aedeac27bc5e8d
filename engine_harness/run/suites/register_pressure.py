"""Suite `register-pressure`: no Lua function has more locals than LuaJIT can hold.

Counted are the locals of a function that are active at one time, parameters and the hidden ones of
`for` loops included: that is what LuaJIT and Luau limit, and what a function runs out of while it
grows. Locals of blocks that have ended do not count, however many a function declares in all. The
loader refuses such a function only when it loads it; here it is found in code that nobody has run.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from engine_harness._counted import counted
from engine_harness.run.suites.static import StaticOutcome, StaticSuite
from engine_harness.vm.loader import MODULE_BYTES_MAX

if TYPE_CHECKING:
    from threading import Event

    from engine_harness.run.suites.lua_sources import LuaSources
    from engine_harness.vm.luau.reader import LocalCount, LuauError

__all__ = ["LOCALS_MAX", "REGISTER_PRESSURE"]

LOCALS_MAX = 200
"""Locals of one function that LuaJIT and Luau allow."""
FILES_KEPT_MAX = 2_000
"""Files whose counts are kept: who watches a project counts only what has changed."""


class _Counts(NamedTuple):
    """What is known of one text."""

    functions: int = 0
    most: int = 0
    """The highest count of a function."""
    over: tuple[LocalCount, ...] = ()
    """The functions above the limit."""
    error: LuauError | None = None
    """Why it cannot be read."""


class _LocalsCheck:
    """Counts the locals of all functions."""

    @property
    def settings(self) -> tuple[str, ...]:
        """Nothing but the Lua decides."""
        return ()

    def way(self, sources: LuaSources) -> str | None:
        """Return nothing to name: the check is our own."""
        return "" if sources.files else None

    def judge(self, sources: LuaSources, stop: Event) -> StaticOutcome:
        """Count, file by file; a file that cannot be read fails too."""
        if not sources.files:
            return StaticOutcome(skipped="no Lua files")
        problems: list[str] = []
        functions = most = 0
        for file in sources.files:
            if stop.is_set():
                break
            try:
                data = file.path.read_bytes()
            except OSError as error:
                problems.append(f"{file.shown}: cannot be read: {error.strerror or error}")
                continue
            if len(data) > MODULE_BYTES_MAX:
                problems.append(f"{file.shown}: larger than {MODULE_BYTES_MAX >> 20} MiB")
                continue
            counts = _counts(data)
            functions, most = functions + counts.functions, max(most, counts.most)
            if counts.error is not None:
                problems.append(counts.error.at(file.shown))
            problems += [
                f"{file.shown}:{one.line}: {one.name}: {one.active} locals are active at once;"
                f" LuaJIT and Luau allow {LOCALS_MAX}"
                for one in counts.over
            ]
        if problems:
            return StaticOutcome(passed=False, notes=tuple(problems), lines=tuple(problems))
        total = f"{counted(functions, 'function')} in {counted(len(sources.files), 'file')}"
        told = (f"{total}: at most {most} of {LOCALS_MAX} locals at once",)
        return StaticOutcome(notes=told, lines=told)


@lru_cache(maxsize=FILES_KEPT_MAX)
def _counts(data: bytes) -> _Counts:
    from engine_harness.vm.luau.reader import LuauError, local_counts

    try:
        # What is no UTF-8 can stand in texts and comments only, where nobody counts.
        found = local_counts(data.decode("utf-8", "replace"))
    except LuauError as error:
        return _Counts(error=error)
    return _Counts(
        functions=len(found),
        most=max(one.active for one in found),
        over=tuple(one for one in found if one.active > LOCALS_MAX),
    )


REGISTER_PRESSURE = StaticSuite(
    name="register-pressure",
    description=f"fails on a Lua function with more than {LOCALS_MAX} locals",
    check=_LocalsCheck(),
)
