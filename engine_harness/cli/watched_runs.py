"""Which scenarios have run as they are now, and what each run has loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.manifest.worlds import modules_told
from engine_harness.records.layout import record_path
from engine_harness.vm.loader import LUA_SUFFIXES, deciding_files
from engine_harness.watch.graph import Needs, affected

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from engine_harness.api import Harness, Result
    from engine_harness.manifest.models import Scenario

__all__ = ["WatchedRuns"]


class WatchedRuns:
    """The last run of every scenario of a session."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._ran: dict[str, Scenario] = {}
        self._needs: dict[str, Needs] = {}

    def stands(self, scenario: Scenario) -> bool:
        """Return whether the last run is what a run would be now, and its record is there."""
        return (
            self._ran.get(scenario.id) is scenario
            and record_path(self._harness.artifacts, scenario.id).is_file()
        )

    def notice(self, changed: Collection[Path]) -> None:
        """Let no run stand that has loaded one of these files, or would load it now."""
        lua = {path for path in changed if path.suffix.lower() in LUA_SUFFIXES}
        for identity in affected(self._needs, changed, lua):
            self._ran.pop(identity, None)

    def begin(self, scenario: Scenario) -> None:
        """Let the last run of a scenario stand no more: it runs again."""
        self._ran.pop(scenario.id, None)

    def end(self, result: Result) -> None:
        """Let this run stand."""
        self._ran[result.scenario.id] = result.scenario
        self._needs[result.scenario.id] = self._needs_of(result)

    def keep(self, ids: Collection[str]) -> None:
        """Forget the runs of all other scenarios."""
        for gone in self._needs.keys() - set(ids):
            self._ran.pop(gone, None)
            del self._needs[gone]

    def _needs_of(self, result: Result) -> Needs:
        """Return the Lua of a run, and of the description that its manifest was judged by."""
        info = self._harness.worlds.get(result.scenario.world)
        ran = modules_told(result.record.host)
        described = None if info is None else info.modules
        if ran is None or described is None:
            return Needs(None)
        roots = self._harness.roots
        return Needs(deciding_files(ran, roots) | deciding_files(described, roots))
