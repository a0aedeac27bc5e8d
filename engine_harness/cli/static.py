"""The static suites of one invocation: in a thread of their own, while scenarios run elsewhere.

They are run once, however often the scenarios are, and again only when somebody asks for it. What
they say is kept for every summary.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Self

from engine_harness._counted import counted
from engine_harness._wallclock import monotonic_s
from engine_harness.errors import HarnessError
from engine_harness.report.console import SuiteSummary, log_lines
from engine_harness.report.lines import plain
from engine_harness.run.suites.lua_sources import LuaSources
from engine_harness.run.suites.registry import static_ones
from engine_harness.run.suites.static import StaticOutcome
from engine_harness.vm.loader import LUA_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from engine_harness.cli.places import Places
    from engine_harness.manifest.project import Project
    from engine_harness.run.suites.registry import AnySuite
    from engine_harness.run.suites.static import StaticSuite

__all__ = ["StaticRuns"]

NOTES_SHOWN_MAX = 8
NOTE_LENGTH_MAX = 200


@dataclass(frozen=True)
class _Done:
    """One suite that has come to its end."""

    outcome: StaticOutcome
    wall_s: float


class StaticRuns:
    """The static ones among the suites of an invocation; a context manager that ends them."""

    def __init__(
        self, suites: Sequence[AnySuite], project: Project, places: Places, *, keeps_logs: bool
    ) -> None:
        """Take the static ones among `suites`; with `keeps_logs` no log is cleared."""
        self._order = [suite.name for suite in suites]
        self._suites = static_ones(suites)
        self._project, self._places, self._keeps_logs = project, places, keeps_logs
        self._done: dict[str, _Done] = {}
        self._stop = Event()
        self._running: Future[None] | None = None
        self._executor: ThreadPoolExecutor | None = None
        self.interrupted = False
        """Whether Ctrl-C has ended one of them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self._suites)

    @property
    def failed(self) -> bool:
        """Whether one that has run has failed."""
        return any(not done.outcome.passed for done in self._done.values())

    @property
    def is_due(self) -> bool:
        """Whether they have to run, as at first and after `forget`."""
        return bool(self._suites) and self._running is None

    @property
    def settings(self) -> tuple[Path, ...]:
        """The files beside the Lua that decide what they say."""
        names = [name for suite in self._suites for name in suite.check.settings]
        return tuple(self._project.root / name for name in names)

    @property
    def logs(self) -> tuple[Path, ...]:
        """The files that they write."""
        return tuple(self._places.log(suite) for suite in self._suites)

    def ways(self) -> dict[str, str]:
        """Return the suites that would judge something: their names, and what and how."""
        sources = LuaSources.of(self._project)
        folders = ", ".join(sources.roots)
        found = {suite.name: suite.check.way(sources) for suite in self._suites}
        return {
            name: f"{folders} ({way})" if way else folders
            for name, way in found.items()
            if way is not None
        }

    def depend_on(self, paths: Iterable[Path]) -> bool:
        """Return whether a change of `paths` can change what they say."""
        roots = [(self._project.root / text).resolve() for text in self._project.lua]
        return bool(self._suites) and any(
            path in self.settings
            or (
                path.suffix.lower() in LUA_SUFFIXES
                and any(path.is_relative_to(root) for root in roots)
            )
            for path in paths
        )

    def start(self) -> None:
        """Let them run, unless they do or have done so already."""
        if not self.is_due:
            return
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, "static suites")
        self._stop.clear()
        self._running = self._executor.submit(self._run)

    def forget(self) -> None:
        """Let the next `start` run them again."""
        self._end()
        self._running = None
        self._done = {}

    def close(self) -> None:
        """End what still runs."""
        self._end()
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None

    def _end(self) -> None:
        self._stop.set()
        if self._running is not None:
            self._running.exception()

    def arranged(
        self, summaries: Iterable[SuiteSummary], *, interrupted: bool = False
    ) -> list[SuiteSummary]:
        """Return `summaries` and those of the static suites, in the order of the invocation.

        Waits until all have come to their end; when `interrupted`, or by Ctrl-C, they are ended.
        """
        if interrupted:
            self._end()
        else:
            self.start()
            self._wait()
        by_name = {summary.name: summary for summary in summaries}
        by_name |= {suite.name: self._summary(suite) for suite in self._suites}
        return [by_name[name] for name in self._order]

    def _wait(self) -> None:
        if self._running is None:
            return
        try:
            self._running.result()
        except KeyboardInterrupt:
            self.interrupted = True
            self._end()

    def _run(self) -> None:
        sources = LuaSources.of(self._project)
        for suite in self._suites:
            begun_s = monotonic_s()
            try:
                outcome = suite.check.judge(sources, self._stop)
            except HarnessError as error:
                told = tuple(str(error).splitlines())
                outcome = StaticOutcome(passed=False, notes=told, lines=told)
            if self._stop.is_set():
                return
            self._done[suite.name] = _Done(outcome, monotonic_s() - begun_s)
            self._write_log(suite, outcome)

    def _write_log(self, suite: StaticSuite, outcome: StaticOutcome) -> None:
        if outcome.skipped is None:
            # All that the notes say stands above them.
            summary = replace(self._summary(suite), notes=())
            self._places.write_log(suite, [*map(plain, log_lines(summary))])
        elif not self._keeps_logs:
            self._places.log(suite).unlink(missing_ok=True)

    def _summary(self, suite: StaticSuite) -> SuiteSummary:
        done = self._done.get(suite.name)
        if done is None:
            return SuiteSummary(name=suite.name, interrupted=True)
        outcome = done.outcome
        return SuiteSummary(
            name=suite.name,
            wall_s=done.wall_s,
            has_run=outcome.skipped is None,
            skipped=outcome.skipped or "",
            failed=not outcome.passed,
            notes=self._notes(suite, outcome),
            logged=outcome.lines,
        )

    def _notes(self, suite: StaticSuite, outcome: StaticOutcome) -> tuple[str, ...]:
        shown = [_cut(plain(note)) for note in outcome.notes[:NOTES_SHOWN_MAX]]
        more = len(outcome.notes) - len(shown)
        if more > 0:
            log = self._places.shown(self._places.log(suite))
            shown.append(f"and {counted(more, 'more line')}: {log}")
        return tuple(shown)


def _cut(note: str) -> str:
    return note if len(note) <= NOTE_LENGTH_MAX else f"{note[: NOTE_LENGTH_MAX - 1]}…"
