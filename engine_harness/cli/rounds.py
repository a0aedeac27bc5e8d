"""The rounds of watch mode: what a change asks for, run with everything that is warm already.

One harness and one session serve all rounds; both are opened anew when the project file or a source
of the harness has changed. What goes wrong in a round is told, and the next change is waited for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from engine_harness._counted import counted
from engine_harness._wallclock import monotonic_s
from engine_harness.cli.opening import open_request
from engine_harness.cli.output import note
from engine_harness.cli.watched import (
    forget_our_sources,
    is_our_source,
    named_by,
    names_of,
    project_file,
)
from engine_harness.cli.watched_manifests import listed
from engine_harness.cli.watched_project import WatchedProject
from engine_harness.errors import HarnessBug, HarnessError, ManifestError
from engine_harness.manifest.sources import FILE_NAME
from engine_harness.report.base import run_order
from engine_harness.watch.trees import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

    from engine_harness.api import Harness, Result
    from engine_harness.cli.request import RunRequest
    from engine_harness.cli.session import Session
    from engine_harness.manifest.models import Scenario
    from engine_harness.report.console import SuiteSummary

__all__ = ["WatchRounds"]


class WatchRounds:
    """What `watch.loop` calls; a context manager that holds the child processes."""

    def __init__(self, request: RunRequest, how: str) -> None:
        """Prepare; nothing is read before `open`.

        Args:
            request: what to run.
            how: how it is watched and which keys there are, as it is told with what is watched.
        """
        self._request = request
        self._how = how
        self._project_file = project_file(request)
        self.watched = Watched(files=frozenset({self._project_file}))
        self._current: WatchedProject | None = None
        # Why the project cannot be opened as it is now, if it cannot.
        self._unopened: Exception | None = None
        # Of the last round that came to its end.
        self._summaries: list[SuiteSummary] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._current is not None:
            self._current.close()

    def open(self) -> None:
        """Open the project, and say what is watched.

        Raises:
            UsageError, ManifestError: it cannot be opened.
        """
        self._take(WatchedProject.open(open_request(self._request), self._request))

    def _take(self, opened: WatchedProject) -> None:
        before, self._current = self._current, opened
        if before is not None:
            before.close()
        opened.session.harness.pool.warm()
        is_other = before is None or before.watched != opened.watched
        self.watched, self._summaries = opened.watched, []
        if is_other:
            names = names_of(opened.watched, opened.session.places)
            note(f"watching {names} {self._how}")

    @property
    def _opened(self) -> WatchedProject:
        assert self._current is not None
        return self._current

    @property
    def _session(self) -> Session:
        return self._opened.session

    @property
    def _harness(self) -> Harness:
        return self._session.harness

    def begin(self) -> bool:
        """Run everything; return whether to go on.

        Raises:
            UsageError: what was asked for is not there.
        """
        notes = self._opened.manifests.read().notes
        return self._guarded(lambda: self._run("all", lambda _: True, notes))

    def notice(self, paths: tuple[Path, ...]) -> None:
        """Open the project anew if need be; where that fails, with every later batch again."""
        if self._unopened is None and not self._is_about_us(paths):
            return
        forget_our_sources()
        project = self._harness.project
        try:
            project = open_request(self._request)
            opened = WatchedProject.open(project, self._request)
        except HarnessBug:
            raise
        except (HarnessError, OSError) as error:
            if str(error) != str(self._unopened):
                note(_told(error))
            self._unopened = error
            self.watched = self._opened.watched | named_by(error, project)
        else:
            self._unopened = None
            self._take(opened)

    def _is_about_us(self, paths: Iterable[Path]) -> bool:
        return any(path == self._project_file or is_our_source(path) for path in paths)

    def changed(self, paths: tuple[Path, ...]) -> bool:
        """Run what these changes affect; return whether to go on."""
        return self._guarded(lambda: self._changed(paths))

    def _changed(self, paths: tuple[Path, ...]) -> None:
        session, what = self._session, self._words(paths)
        gates, manifests, runs = self._opened.gates, self._opened.manifests, self._opened.runs
        others = frozenset(paths) - gates.files
        # Before anything can go wrong: what does not stand any more stays so until it has run.
        gates.notice(paths)
        runs.notice(others)
        if session.static.depend_on(others):
            session.static.forget()
        self._harness.notice(others)
        news = manifests.read()
        is_asked = bool(
            news.is_other
            or gates.is_due
            or session.static.is_due
            or self._project_file in paths
            or any(map(self._opened.is_due, session.scenarios))
        )
        if is_asked:
            self._run(what, self._opened.is_due, news.notes)
        else:
            self._say(f"{what}: no selected scenario depends on it", news.notes)
            self._stay()

    def pressed(self, key: str) -> bool:
        """Do what a key asks for; return whether to go on."""
        if key == "a":
            return self._guarded(self._all)
        if key == "f":
            return self._guarded(self._failed)
        return key != "q"

    def _all(self) -> None:
        self._harness.forget()
        self._opened.gates.forget()
        self._session.static.forget()
        self._run("all", lambda _: True, self._opened.manifests.read().notes)

    def _failed(self) -> None:
        session = self._session
        notes = self._opened.manifests.read().notes
        if session.static.failed:
            session.static.forget()
        if session.static.is_due or any(map(self._opened.has_failed, session.scenarios)):
            self._run("failed", self._opened.has_failed, notes)
        else:
            self._say("nothing has failed", notes)
            self._stay()

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Tell what the user can mend; return whether anybody still reads what is told."""
        try:
            work()
        except HarnessBug:
            raise
        except (HarnessError, OSError) as error:
            note(_told(error))
            self._stay("not done; what ran before counts" if self._summaries else "not done")
        return self._session.output.is_read

    def _run(self, what: str, is_chosen: Callable[[Scenario], bool], notes: Iterable[str]) -> None:
        """Do a round: those of broken manifests keep the results they have."""
        opened, session = self._opened, self._session
        session.started_s = monotonic_s()
        chosen = [
            scenario
            for scenario in session.scenarios
            if is_chosen(scenario) and not opened.manifests.is_broken(scenario)
        ]
        judged, problems = opened.gates.read()
        self._say(f"{what}: {self._plan_words(chosen, judged)}", (*notes, *problems))
        is_first = not session.results
        if is_first:
            session.places.prepare()
        session.compile(chosen)
        if is_first:
            session.clear()
        ids = {scenario.id for scenario in session.scenarios}
        for gone in session.results.keys() - ids:
            del session.results[gone]
        opened.runs.keep(ids)
        for scenario in chosen:
            opened.runs.begin(scenario)
        if chosen:
            session.run(chosen)
        if session.interrupted:
            raise KeyboardInterrupt
        done = [session.results[scenario.id] for scenario in chosen]
        for result in done:
            opened.runs.end(result)
        self._finish(done, judged)

    def _plan_words(self, chosen: list[Scenario], judged: frozenset[str]) -> str:
        session = self._session
        if judged and not chosen and not session.static.is_due:
            return "the gate is judged again"
        every = counted(len(session.scenarios), "scenario")
        parts = [f"{len(chosen)} of {every}"] if session.suites else []
        parts += ["the static suites"] if session.static.is_due else []
        return f"running {' and '.join(parts)}"

    def _finish(self, done: Sequence[Result], judged: frozenset[str]) -> None:
        session = self._session
        session.tell_cases(run_order(done))
        gates, ran = self._opened.gates, {result.scenario.id for result in done}
        summaries = [gates.remarked(summary) for summary in session.report()]
        self._sum_up([gates.in_short(summary, judged, ran) for summary in summaries])
        session.write_logs(summaries)
        if session.interrupted:
            raise KeyboardInterrupt
        self._summaries = summaries
        if not self._request.keep_artifacts:
            skipped = {summary.name for summary in summaries if summary.is_skipped}
            session.places.clear(suite for suite in session.suites if suite.name in skipped)
        # A run that was killed took its process with it: the next round finds another.
        self._harness.pool.warm()

    def _stay(self, *remarks: str) -> None:
        """End a round in which nothing has run."""
        self._sum_up(
            [replace(summary, lines=(), artifacts=(), wall_s=None) for summary in self._summaries],
            *remarks,
        )

    def _sum_up(self, summaries: Sequence[SuiteSummary], *remarks: str) -> None:
        self._session.sum_up(summaries)
        self._session.output.lines(f"  {remark}" for remark in (*remarks, *self._remarks))

    @property
    def _remarks(self) -> list[str]:
        """What does not count as it stands in the files."""
        if self._unopened is None:
            return self._opened.manifests.remarks
        error, files = self._unopened, [FILE_NAME]
        if isinstance(error, ManifestError):
            files = list(dict.fromkeys(problem.file for problem in error.diagnostics))
        return [
            *self._opened.manifests.remarks,
            f"broken: {listed(files)} ({FILE_NAME} as it was before counts)",
        ]

    def _words(self, paths: Iterable[Path]) -> str:
        shown = {path: self._session.places.shown(path) for path in paths}
        there = [shown[path] for path in shown if path.exists()]
        gone = [shown[path] for path in shown if not path.exists()]
        parts = [f"changed {listed(there)}"] if there else []
        return "; ".join([*parts, *([f"deleted {listed(gone)}"] if gone else [])])

    def _say(self, line: str, notes: Iterable[str]) -> None:
        self._session.output.lines(["", line])
        for text in notes:
            note(text)


def _told(error: HarnessError | OSError) -> str:
    """Return the words for an error; one of the system that names no file is a bug of ours."""
    if isinstance(error, HarnessError):
        return str(error)
    if error.filename is None:
        raise error
    return f"cannot use '{error.filename}': {error.strerror}"
