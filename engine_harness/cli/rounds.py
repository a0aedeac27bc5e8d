"""The rounds of watch mode: what a change asks for, run with everything that is warm already.

One harness and one session serve all rounds; both are opened anew when the project file or a source
of the harness has changed. What goes wrong in a round is told, and the next change is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from engine_harness._counted import counted
from engine_harness._wallclock import monotonic_s
from engine_harness.cli.gating import open_gates
from engine_harness.cli.opening import (
    invocation_of,
    nothing_found,
    open_request,
    paths_of,
    require_targets,
    select_by_suite,
)
from engine_harness.cli.output import note
from engine_harness.cli.running import new_session
from engine_harness.cli.watched import forget_our_sources, is_our_source, is_shipped, watched_of
from engine_harness.errors import HarnessBug, HarnessError, NothingSelected
from engine_harness.manifest.load import loaded_of
from engine_harness.manifest.sources import FILE_NAME
from engine_harness.manifest.worlds import modules_told
from engine_harness.report.base import run_order
from engine_harness.vm.loader import LUA_SUFFIXES, deciding_files
from engine_harness.watch.graph import Needs, affected
from engine_harness.watch.held import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from engine_harness.api import Harness, Result
    from engine_harness.cli.request import RunRequest
    from engine_harness.cli.session import Session
    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.load import Loaded, Reading
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.reading import FileReading
    from engine_harness.watch.trees import Watched

__all__ = ["WatchRounds"]

PATHS_SHOWN_MAX = 3


class WatchRounds:
    """What `watch.loop` calls; a context manager that holds the child processes."""

    def __init__(self, request: RunRequest) -> None:
        """Open the project.

        Raises:
            UsageError, ManifestError: it cannot be opened.
        """
        self._request = request
        self._open()
        self._told: tuple[Diagnostic, ...] = ()
        self._broken: frozenset[str] = frozenset()
        # What is to be told of this round, once it has been said what it is about.
        self._notes: list[str] = []

    def _open(self) -> None:
        from engine_harness.api import Harness

        project = open_request(self._request)
        session = new_session(
            Harness(project, invocation_of(self._request, project)), self._request
        )
        self.watched: Watched = watched_of(session)
        self._session: Session = session
        self._good: dict[str, FileReading] = {}
        self._ran: dict[str, Scenario] = {}
        self._needs: dict[str, Needs] = {}
        # What has changed since the last round that came to its end.
        self._pending: set[Path] = set()

    def __enter__(self) -> Self:
        self._harness.pool.warm()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close(self._session)

    @staticmethod
    def _close(session: Session) -> None:
        session.static.close()
        session.harness.pool.close()

    @property
    def _harness(self) -> Harness:
        return self._session.harness

    @property
    def folders(self) -> str:
        """The folders of the project that are watched, as shown."""
        own = (tree.path for tree in self.watched.trees if not is_shipped(tree.path))
        return ", ".join(dict.fromkeys(map(self._session.places.shown, own)))

    def begin(self) -> None:
        """Run everything.

        Raises:
            UsageError: what was asked for is not there.
        """
        self._load()
        self._guarded(lambda: self._run("all", self._session.scenarios))

    def notice(self, paths: tuple[Path, ...]) -> bool:
        """Open the project anew if need be; return whether there is a round to do."""
        if not self._is_about_us(paths):
            return True
        before = self._session
        forget_our_sources()
        is_open = self._guarded(self._open)
        if is_open:
            self._close(before)
            self._harness.pool.warm()
        return is_open

    def changed(self, paths: tuple[Path, ...]) -> None:
        """Run what these changes affect."""
        self._pending.update(paths)
        self._guarded(lambda: self._changed(paths))

    def pressed(self, key: str) -> bool:
        """Do what a key asks for; return whether to go on."""
        if key == "a":
            self._harness.forget()
            self._session.static.forget()
            self._guarded(lambda: self._again("all", lambda _: True))
        elif key == "f":
            self._guarded(lambda: self._again("failed", self._has_failed))
        return key != "q"

    def _is_about_us(self, paths: Iterable[Path]) -> bool:
        project_file = self._harness.project.root / FILE_NAME
        return any(path == project_file or is_our_source(path) for path in paths)

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Tell what the user can mend; return whether there was nothing."""
        try:
            work()
        except HarnessBug:
            raise
        except HarnessError as error:
            note(str(error))
            return False
        except OSError as error:
            if error.filename is None:
                raise
            note(f"cannot use '{error.filename}': {error.strerror}")
            return False
        return True

    def _changed(self, paths: tuple[Path, ...]) -> None:
        session = self._session
        what = self._words(paths)
        gate_files = {path for gate in session.gates.values() for path in gate.watched}
        is_open = gate_files.isdisjoint(paths) or self._guarded(self._open_gates)
        self._pending -= gate_files
        if not self._pending:
            if is_open:
                session.started_s = monotonic_s()
                self._say(f"{what}: the gate is judged again")
                self._finish(())
            return
        before = self._session.scenarios
        self._harness.notice(self._pending)
        news = self._load()
        lua = {path for path in self._pending if path.suffix in LUA_SUFFIXES}
        for identity in affected(self._needs, self._pending, lua):
            self._ran.pop(identity, None)
        chosen = self._chosen(lambda scenario: self._ran.get(scenario.id) is not scenario)
        if session.static.depend_on(self._pending):
            session.static.forget()
        elif not chosen and not news and session.scenarios == before:
            self._pending.clear()
            self._say(f"{what}: no selected scenario depends on it")
            return
        self._run(what, chosen)

    def _open_gates(self) -> None:
        session = self._session
        session.gates = open_gates(
            self._harness.project, session.suites, self._request, session.places
        )

    def _again(self, what: str, is_chosen: Callable[[Scenario], bool]) -> None:
        self._load()
        chosen = self._chosen(is_chosen)
        if what == "failed" and self._session.static.failed:
            self._session.static.forget()
        if chosen or self._session.static.is_due:
            self._run(what, chosen)
        else:
            self._say("nothing has failed" if what == "failed" else "there is nothing to run")

    def _chosen(self, is_chosen: Callable[[Scenario], bool]) -> list[Scenario]:
        """Return the scenarios to run; those of broken manifests keep the results they have."""
        return [
            scenario
            for scenario in self._session.scenarios
            if is_chosen(scenario) and scenario.origin.manifest not in self._broken
        ]

    def _has_failed(self, scenario: Scenario) -> bool:
        result = self._session.results.get(scenario.id)
        return result is None or not result.verdict.passed

    def _load(self) -> bool:
        """Read and select; return whether other things are broken than before."""
        self._notes = []
        harness, request, session = self._harness, self._request, self._session
        if not session.suites:
            # Static suites alone: manifests, broken ones too, are nothing to them.
            return False
        paths = paths_of(request.targets, harness.project.root)
        reading = harness.read_manifests(paths)
        now = standing(
            reading, self._good, more=self._planning_problems(reading), strict=request.strict
        )
        loaded = loaded_of(now.files)
        require_targets(loaded, request.targets, harness.project)
        session.selected = self._selected(loaded)
        session.loaded_ids = frozenset(scenario.id for scenario in loaded.scenarios)
        self._good = now.good
        # Who cannot be read has not gone: what was made from it stays.
        harness.take(loaded, is_whole=not paths and not now.lost)
        news = now.problems != self._told
        if news:
            self._notes[:0] = map(str, now.problems)
        self._told, self._broken = now.problems, frozenset(now.broken)
        if now.broken:
            kept = "; what they said before counts" if len(now.broken) > len(now.lost) else ""
            self._notes.append(f"broken: {_listed(now.broken)}{kept}")
        return news

    def _planning_problems(self, reading: Reading) -> list[Diagnostic]:
        scenarios = [scenario for file in reading.files for scenario in file.scenarios]
        problems = list(self._harness.planner.problems(scenarios))
        if self._request.strict and not problems:
            problems += [
                warning
                for scenario in scenarios
                for warning in self._harness.planner.expand(scenario).warnings
            ]
        return problems

    def _selected(self, loaded: Loaded) -> dict[str, tuple[Scenario, ...]]:
        """Return the scenarios by suite; that there are none now is nothing to stop for."""
        selected: dict[str, tuple[Scenario, ...]] = {}
        project = self._harness.project
        for suite in self._session.suites:
            try:
                selected |= select_by_suite(loaded, self._request, (suite,), project)
            except NothingSelected as error:
                selected[suite.name] = ()
                self._notes.append(str(error))
        if selected and not any(selected.values()):
            why = "" if loaded.scenarios else f"; {nothing_found(project)}"
            self._notes.append(f"no scenario is selected{why}")
        return selected

    def _run(self, what: str, chosen: Iterable[Scenario]) -> None:
        session, chosen = self._session, tuple(chosen)
        session.started_s = monotonic_s()
        every = counted(len(session.scenarios), "scenario")
        parts = [f"{len(chosen)} of {every}"] if session.suites else []
        parts += ["the static suites"] if session.static.is_due else []
        self._say(f"{what}: running {' and '.join(parts)}")
        is_first = not session.results
        if is_first:
            session.places.prepare()
        session.compile(chosen)
        if is_first:
            session.clear()
        for gone in session.results.keys() - {scenario.id for scenario in session.scenarios}:
            for known in (session.results, self._ran, self._needs):
                known.pop(gone, None)
        if chosen:
            session.run(chosen)
        if session.interrupted:
            raise KeyboardInterrupt
        self._pending.clear()
        done = [session.results[scenario.id] for scenario in chosen]
        for result in done:
            self._ran[result.scenario.id] = result.scenario
            self._needs[result.scenario.id] = self._needs_of(result)
        self._finish(done)

    def _needs_of(self, result: Result) -> Needs:
        """Return the Lua of a run, and of the description that its manifest was judged by."""
        info = self._harness.worlds.get(result.scenario.world)
        ran = modules_told(result.record.host)
        described = None if info is None else info.modules
        if ran is None or described is None:
            return Needs(None)
        roots = self._harness.roots
        return Needs(deciding_files(ran, roots) | deciding_files(described, roots))

    def _finish(self, done: Iterable[Result]) -> None:
        session = self._session
        session.tell_cases(run_order(done))
        summaries = session.report()
        session.sum_up(summaries)
        session.write_logs(summaries)
        if session.interrupted:
            raise KeyboardInterrupt
        if not self._request.keep_artifacts:
            session.places.clear(s for s in session.suites if not session.cases(s))
        # A run that was killed took its process with it: the next round finds another.
        self._harness.pool.warm()

    def _words(self, paths: Iterable[Path]) -> str:
        shown = {path: self._session.places.shown(path) for path in paths}
        there = [shown[path] for path in shown if path.exists()]
        gone = [shown[path] for path in shown if not path.exists()]
        parts = [f"changed {_listed(there)}"] if there else []
        return "; ".join([*parts, *([f"deleted {_listed(gone)}"] if gone else [])])

    def _say(self, line: str) -> None:
        self._session.output.lines(["", line])
        for text in self._notes:
            note(text)
        self._notes.clear()


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - PATHS_SHOWN_MAX
    return ", ".join(names[:PATHS_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
