"""The gates of a session while somebody writes their files: a broken one judges as before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness.cli.gating import open_gates
from engine_harness.errors import ManifestError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from engine_harness.cli.session import Session
    from engine_harness.report.console import SuiteSummary

__all__ = ["WatchedGates"]


class WatchedGates:
    """Opens the gates of a session anew when their files have changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._broken: dict[str, tuple[str, ...]] = {}
        # What was opened before anybody watched its files is opened again.
        self._due = set(session.gates)

    @property
    def files(self) -> frozenset[Path]:
        """The files that decide them."""
        return frozenset(path for gate in self._session.gates.values() for path in gate.watched)

    @property
    def is_due(self) -> bool:
        """Whether `read` has something to open."""
        return bool(self._due)

    def notice(self, changed: Iterable[Path]) -> None:
        """Take up that these files have changed."""
        changed = frozenset(changed)
        for name, gate in self._session.gates.items():
            if not changed.isdisjoint(gate.watched):
                self._due.add(name)

    def forget(self) -> None:
        """Let the next `read` open all of them."""
        self._due.update(self._session.gates)

    def read(self) -> tuple[frozenset[str], list[str]]:
        """Open those anew whose files have changed.

        Returns:
            The suites that are to be judged again, and what is wrong with the files.
        """
        session, problems = self._session, []
        again, self._due = frozenset(self._due), set()
        for suite in (suite for suite in session.suites if suite.name in again):
            try:
                session.gates |= open_gates(
                    session.harness.project, (suite,), session.request, session.places
                )
                self._broken.pop(suite.name, None)
            except UsageError as error:
                self._broken[suite.name] = self._named(suite.name, error)
                problems.append(str(error))
        return again, problems

    def _named(self, suite: str, error: UsageError) -> tuple[str, ...]:
        """Return the files that are broken, as shown."""
        if isinstance(error, ManifestError):
            return tuple(dict.fromkeys(problem.file for problem in error.diagnostics))
        # A file that has gone is told by its name; only `--baseline` may have been typed otherwise.
        gate, shown = self._session.gates[suite], self._session.places.shown
        gone = tuple(name for name in map(shown, gate.watched) if f"'{name}'" in str(error))
        return gone or (shown(gate.baseline_path),)

    def remarked(self, summary: SuiteSummary) -> SuiteSummary:
        """Return a summary that says so where the limits are not those of the files."""
        broken = self._broken.get(summary.name)
        if broken is None or summary.remark is not None:
            return summary
        verb = "is" if len(broken) == 1 else "are"
        return replace(summary, remark=f"old limits: {', '.join(broken)} {verb} broken")

    @staticmethod
    def in_short(summary: SuiteSummary, judged: Collection[str], ran: set[str]) -> SuiteSummary:
        """Leave out what a gate says where nothing of it is new and nothing is wrong with it.

        Args:
            summary: of its suite.
            judged: the suites whose gates have been opened anew.
            ran: the ids of the scenarios that have run.
        """
        is_new = summary.name in judged or any(
            case.record.scenario.id in ran for case in summary.cases
        )
        return summary if is_new or summary.failed else replace(summary, lines=())
