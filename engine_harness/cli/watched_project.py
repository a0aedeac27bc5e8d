"""All that watch mode opens together, and anew together: a session, and what stands of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine_harness.cli.opening import invocation_of
from engine_harness.cli.running import new_session
from engine_harness.cli.watched import watched_of
from engine_harness.cli.watched_gates import WatchedGates
from engine_harness.cli.watched_manifests import WatchedManifests
from engine_harness.cli.watched_runs import WatchedRuns

if TYPE_CHECKING:
    from engine_harness.cli.request import RunRequest
    from engine_harness.cli.session import Session
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.watch.trees import Watched

__all__ = ["WatchedProject"]


@dataclass(frozen=True)
class WatchedProject:
    """One opening of a project."""

    session: Session
    manifests: WatchedManifests
    gates: WatchedGates
    runs: WatchedRuns
    watched: Watched

    @classmethod
    def open(cls, project: Project, request: RunRequest) -> Self:
        """Open everything; nothing has run yet.

        Raises:
            UsageError, ManifestError: something cannot be opened.
        """
        from engine_harness.api import Harness

        harness = Harness(project, invocation_of(request, project))
        session = new_session(harness, request)
        return cls(
            session=session,
            manifests=WatchedManifests(session),
            gates=WatchedGates(session),
            runs=WatchedRuns(harness),
            watched=watched_of(session),
        )

    def close(self) -> None:
        """End every process and thread of it."""
        self.session.static.close()
        self.session.harness.pool.close()

    def is_due(self, scenario: Scenario) -> bool:
        """Return whether a scenario has to run; one of a broken manifest waits until it is not."""
        return not (self.runs.stands(scenario) or self.manifests.is_broken(scenario))

    def has_failed(self, scenario: Scenario) -> bool:
        """Return whether there is no run that stands and has passed."""
        result = self.session.results.get(scenario.id)
        return result is None or not result.verdict.passed or not self.runs.stands(scenario)
