"""The manifests of a session while somebody writes them: a broken one says what it said last."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine_harness.cli.opening import nothing_found, paths_of, require_targets, select_by_suite
from engine_harness.errors import NothingSelected
from engine_harness.manifest.load import loaded_of
from engine_harness.watch.held import Standing, standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness.cli.session import Session
    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.load import Loaded, Reading
    from engine_harness.manifest.models import Scenario

__all__ = ["PATHS_SHOWN_MAX", "News", "WatchedManifests", "listed"]

PATHS_SHOWN_MAX = 3


class News(NamedTuple):
    """What reading has brought."""

    is_other: bool
    """Whether other scenarios are selected, or other things wrong, than before."""
    notes: tuple[str, ...]
    """For the user."""


class WatchedManifests:
    """Reads the manifests of a session again and again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._now = Standing(files=())

    def is_broken(self, scenario: Scenario) -> bool:
        """Return whether the manifest of a scenario cannot be used as it is."""
        return scenario.origin.manifest in self._now.broken

    @property
    def remarks(self) -> list[str]:
        """What a summary would hide: files that do not count as they are."""
        lost = self._now.lost
        held = [path for path in self._now.broken if path not in lost]
        remarks = [f"broken: {listed(held)} (what it said before counts)"] if held else []
        return remarks + ([f"broken: {listed(lost)} (nothing of it counts)"] if lost else [])

    def read(self) -> News:
        """Read everything that has changed, and select.

        Raises:
            UsageError: what was asked for is not there.
        """
        session = self._session
        if not session.suites:
            # Static suites alone: manifests, broken ones too, are nothing to them.
            return News(False, ())
        paths = paths_of(session.request.targets, session.harness.project.root)
        now = self._standing(session.harness.read_manifests(paths))
        loaded = loaded_of(now.files)
        require_targets(loaded, session.request.targets, session.harness.project)
        told, before = self._now.problems, session.scenarios
        self._now = now
        selected, empty = self._selected(loaded)
        session.take(loaded, selected)
        # Who cannot be read has not gone: what was made from it stays.
        session.harness.take(loaded, is_whole=not paths and not now.lost)
        problems = () if now.problems == told else now.problems
        return News(
            is_other=now.problems != told or session.scenarios != before,
            notes=(*map(str, problems), *empty),
        )

    def _standing(self, reading: Reading) -> Standing:
        more = self._problems_of_plans(reading)
        return standing(reading, self._now.good, more=more, strict=self._session.request.strict)

    def _problems_of_plans(self, reading: Reading) -> list[Diagnostic]:
        planner = self._session.harness.planner
        scenarios = [scenario for file in reading.files for scenario in file.scenarios]
        problems = list(planner.problems(scenarios))
        if self._session.request.strict and not problems:
            problems += [one for each in scenarios for one in planner.expand(each).warnings]
        return problems

    def _selected(self, loaded: Loaded) -> tuple[dict[str, tuple[Scenario, ...]], list[str]]:
        """Return the scenarios by suite, and where there are none: that is nothing to stop for."""
        session, project = self._session, self._session.harness.project
        selected: dict[str, tuple[Scenario, ...]] = {}
        empty = []
        for suite in session.suites:
            try:
                selected |= select_by_suite(loaded, session.request, (suite,), project)
            except NothingSelected as error:
                selected[suite.name] = ()
                empty.append(str(error))
        if not any(selected.values()):
            why = "" if loaded.scenarios or self._now.broken else f"; {nothing_found(project)}"
            empty.append(f"no scenario is selected{why}")
        return selected, empty


def listed(names: Iterable[str]) -> str:
    """Return the first of some names, and how many more there are."""
    names = list(names)
    more = len(names) - PATHS_SHOWN_MAX
    return ", ".join(names[:PATHS_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
