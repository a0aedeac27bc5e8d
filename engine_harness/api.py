"""The one place that strings the stages together: load, plan, compile, execute, check, report.

What a stage does is said where it lives; nothing is decided here twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from engine_harness._wallclock import utc_now_text
from engine_harness.errors import LimitExceeded, ManifestError, RunError, WorldError
from engine_harness.run.budget import DEFAULT_LIMITS, Invocation, run_options
from engine_harness.vm.job import Job, Reply
from engine_harness.vm.loader import shipped_lua
from engine_harness.vm.worker import Pool

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.verdict import Verdict
    from engine_harness.compile.compiler import Compiler, CompileSummary
    from engine_harness.manifest.load import Loaded, Reading
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.manifest.worlds import WorldCatalog
    from engine_harness.plan.model import Plan
    from engine_harness.plan.planner import Planner
    from engine_harness.records.models import RunRecord
    from engine_harness.run.session import Request
    from engine_harness.run.suites.base import Suite
    from engine_harness.run.workspace import Standing, Workspace
    from engine_harness.vm.loader import LuaRoot

IN_MEMORY = "<memory>"

__all__ = ["Harness", "Invocation", "Result", "open_project"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One scenario that has run and was judged."""

    scenario: Scenario
    record: RunRecord
    verdict: Verdict
    wall_s: float
    """Wall time of the run; it may stand under `host` only."""


class Harness:
    """One project and the child processes that serve it. Use it as a context manager."""

    def __init__(self, project: Project, invocation: Invocation | None = None) -> None:
        self.project = project
        self._invocation = invocation or Invocation()
        self._known: Workspace | None = None

    def __enter__(self) -> Self:
        # The first child starts while this process is still loading what it needs itself.
        self.pool.warm()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pool.close()

    @cached_property
    def pool(self) -> Pool:
        """The child processes; none is started before there is work."""
        return Pool(self._invocation.jobs or self.project.jobs)

    def renew_processes(self) -> None:
        """Let whatever runs from now on run in processes that have run nothing before."""
        self.pool.close()
        self.pool.warm()

    @cached_property
    def roots(self) -> tuple[LuaRoot, ...]:
        """Where Lua modules are looked up.

        Raises:
            UsageError: a module of the project hides a shipped one, or a root is no folder.
        """
        from engine_harness.run.workspace import open_roots

        return open_roots(self.project)

    @property
    def _workspace(self) -> Workspace:
        """What is known of the project's files; none of them is read before there is need."""
        if self._known is None:
            from engine_harness.run.workspace import Workspace

            self._known = Workspace(
                self.project,
                self.roots,
                self.pool,
                deadline_s=self._invocation.deadline_s or self.project.deadline_s,
                memory_mb=self._invocation.memory_mb or self.project.memory_mb,
            )
        return self._known

    @property
    def worlds(self) -> WorldCatalog:
        """What is known of the project's worlds."""
        return self._workspace.worlds

    @property
    def planner(self) -> Planner:
        """Plans the scenarios of this project, each once."""
        return self._workspace.planner

    @property
    def standing(self) -> Standing:
        """The manifests that were read last."""
        return self._workspace.standing

    def notice(self, changed: Collection[Path]) -> None:
        """Take up that these files are no longer what they were; manifests notice by themselves.

        Raises:
            UsageError: as `roots`.
        """
        from engine_harness.run.workspace import require_own_names

        self.worlds.forget(changed)
        require_own_names(self.roots)

    def forget(self) -> None:
        """Read, ask, plan and compile everything again when it is needed."""
        self._known = None

    @property
    def artifacts(self) -> Path:
        """The folder of everything that is written."""
        return self.project.root / self.project.artifacts

    def load(self, paths: Sequence[str] = ()) -> Loaded:
        """Read manifests: those at `paths`, or all of the project.

        Raises:
            ManifestError: with all problems of all files, those of macros included.
        """
        return self._workspace.load(paths)

    def read_manifests(self, paths: Sequence[str] = ()) -> Reading:
        """Read manifests as `load` does, and return all of them, the broken ones too.

        Raises:
            UsageError: a path cannot be searched.
        """
        return self._workspace.read(paths)

    def take(self, loaded: Loaded, *, is_whole: bool) -> None:
        """Work with these scenarios from now on.

        Args:
            loaded: what was read.
            is_whole: whether it is all that the project has; what else has been compiled is then
                a leftover, which the next `compile` removes.
        """
        self._workspace.take(loaded, is_whole=is_whole)

    def plan(self, scenario: Scenario) -> Plan:
        """Return the ordered events of a scenario.

        Raises:
            PlanError: the scenario cannot be expanded.
        """
        return self.planner.expand(scenario).plan

    def compiler(self, folder: Path | None = None) -> Compiler:
        """Return the compiler of this project's modules."""
        from engine_harness.compile.compiler import Compiler
        from engine_harness.records.layout import MODULES_FOLDER

        return Compiler(
            folder or self.artifacts / MODULES_FOLDER,
            root=self.project.root,
            harness_lua=shipped_lua() / "harness",
        )

    def compile(
        self, scenarios: Sequence[Scenario], *, folder: Path | None = None
    ) -> CompileSummary:
        """Bring the modules of `scenarios` up to date, or take those that are there.

        Raises:
            PlanError, CompileError: with the problems of all scenarios.
        """
        compiler, standing = self.compiler(folder), self.standing
        hashes = standing.manifest_hashes
        if self._invocation.skip_build:
            summary = compiler.load_existing(scenarios, manifest_hashes=hashes)
        else:
            summary = compiler.compile_all(
                self.planner.plan_all(scenarios),
                known_ids=standing.known_ids,
                manifest_hashes=hashes,
                bundles=standing.bundle_metadata,
                force=self._invocation.force_build,
            )
        self._workspace.add_modules(scenarios, summary.by_id())
        if folder is None:
            gone = [output for output in summary.outputs if output.status == "removed"]
            self._remove_records(output.path.stem for output in gone)
        return summary

    def _remove_records(self, names: Iterable[str]) -> None:
        """Remove the records of scenarios that are gone, as their modules are."""
        from engine_harness.records.layout import RECORDS_FOLDER

        for name in names:
            (self.artifacts / RECORDS_FOLDER / f"{name}.json").unlink(missing_ok=True)

    def execute(self, scenarios: Sequence[Scenario]) -> Iterator[RunRecord]:
        """Run `scenarios`, compiled before or now; yield records in order of completion.

        Every record is in `artifacts/records/` when the iteration has ended, however it ends.
        """
        missing = [s for s in scenarios if self._workspace.module_text(s) is None]
        if missing:
            self.compile(missing)
        yield from self.execute_requests(
            [self._request(s, self._workspace.module_text(s)) for s in scenarios], self.artifacts
        )

    def execute_requests(self, requests: Sequence[Request], folder: Path) -> Iterator[RunRecord]:
        """Play `requests`; yield records in order of completion.

        Every record is in `records/` below `folder` when the iteration has ended, however it ends.
        """
        from engine_harness.execute.processes import execute
        from engine_harness.records.layout import record_path
        from engine_harness.records.writer import RecordWriter, record_file

        failed = self._workspace.failed_worlds(request.scenario.world for request in requests)
        with RecordWriter() as writer:
            for record, texts in execute(requests, self.pool, failed):
                # The text is made here: two threads that both compute only take turns.
                writer.write(record_path(folder, record.scenario.id), record_file(record, texts))
                # Whoever keeps all records does not keep their texts.
                del texts
                yield record

    def request_of(self, scenario: Scenario) -> Request:
        """Return the run of one scenario of this project, without writing a module to disk.

        Raises:
            PlanError, CompileError: it cannot be planned or compiled.
        """
        return self._request(scenario, None)

    def _request(self, scenario: Scenario, module_text: str | None) -> Request:
        from engine_harness.run.session import request_for

        return request_for(
            scenario,
            self.planner.expand(scenario),
            options=run_options(scenario, self.project, self._invocation),
            roots=self.roots,
            module_text=module_text,
        )

    def read(self, data: Mapping[str, Json]) -> Scenario:
        """Return the scenario that a manifest with this data describes.

        Raises:
            ManifestError: with all problems.
        """
        from engine_harness.manifest.diagnostics import Problems
        from engine_harness.manifest.document import Document
        from engine_harness.manifest.envelope import Member, read_scenario

        problems = Problems(IN_MEMORY, Document(dict(data)))
        scenario = read_scenario(Member(dict(data), problems), self.worlds)
        if scenario is None:
            raise ManifestError(tuple(problems.found))
        return scenario

    def check(self, record: RunRecord, scenario: Scenario) -> Verdict:
        """Judge a record."""
        from engine_harness.checks.evaluate import evaluate

        return evaluate(
            record,
            scenario,
            enforce_targets=self._invocation.enforce_targets,
            is_gated=any(suite.selects.holds(scenario) for suite in self._gated_suites),
        )

    @cached_property
    def _gated_suites(self) -> tuple[Suite, ...]:
        from engine_harness.run.suites.registry import all_suites, of_scenarios

        suites = of_scenarios(all_suites(self.project).values())
        return tuple(suite for suite in suites if suite.gate)

    def run(self, scenarios: Sequence[Scenario]) -> Iterator[Result]:
        """Execute and judge; yield results in order of completion."""
        by_id = {scenario.id: scenario for scenario in scenarios}
        for record in self.execute(scenarios):
            scenario = by_id[record.scenario.id]
            wall_s = record.host.get("wall_s")
            yield Result(
                scenario=scenario,
                record=record,
                verdict=self.check(record, scenario),
                wall_s=float(wall_s) if isinstance(wall_s, int | float) else 0.0,
            )

    def report(
        self,
        results: Sequence[Result],
        *,
        suite: Suite | None = None,
        folder: Path | None = None,
        out: Path | None = None,
        gate: JsonMap | None = None,
    ) -> tuple[Path, ...]:
        """Write the reports of a suite over `results`; return their paths.

        Args:
            results: what has run, in any order.
            suite: whose reports; by default those of `engine-sim`.
            folder: where they go; by default `Invocation.out_dir`, else the suite's folder.
            out: where the first of them goes instead.
            gate: what the gate of the suite has come to, for the artifact.
        """
        from engine_harness._version import __version__
        from engine_harness.report.base import SuiteRun, run_order, write_reports
        from engine_harness.run.suites.engine_sim import ENGINE_SIM

        suite = suite or ENGINE_SIM
        run = SuiteRun(
            suite=suite.name,
            cases=run_order(results),
            folder=folder or self._invocation.out_dir or self.artifacts / suite.folder,
            tool_version=__version__,
            generated=utc_now_text(),
            gate=gate,
            out=out,
        )
        return write_reports(run, suite.reporters)

    def call_lua(self, module: str, function: str, *args: Json) -> list[Json]:
        """Call `function` of the Lua module `module` with plain data; return its results.

        It runs in a child process, in the same sandbox and under the same limits as a world.

        Raises:
            WorldError: the Lua code failed; LimitExceeded: a limit was reached.
        """
        reply = self.pool.call(
            Job(
                function="call",
                data={
                    "module": module,
                    "function": function,
                    "args": list(args),
                    "count": len(args),
                },
                roots=tuple(str(root.path) for root in self.roots),
                root_names=tuple(root.name for root in self.roots),
                deadline_s=self.project.deadline_s,
                memory_mb=self.project.memory_mb,
                work_units=DEFAULT_LIMITS.work_units,
            )
        )
        if reply.status == "ok" and isinstance(reply.value, list):
            return reply.value
        kind: type[RunError] = WorldError if reply.status == "error" else LimitExceeded
        msg = f"{module}.{function}: {_with_place(reply)}"
        raise kind(msg)


def _with_place(reply: Reply) -> str:
    """Return the message of a failed job behind the place in the user's files, as far as known."""
    where = reply.where or {}
    place = f"{where['file']}:{where['line']}: " if where.get("file") else ""
    calls = f"\n{where['traceback']}" if where.get("traceback") else ""
    return f"{place}{reply.message}{calls}"


def open_project(
    root: str | Path | None = None, *, flags: Mapping[str, Json] | None = None
) -> Project:
    """Return the project in `root`, or the one that the current folder belongs to.

    Args:
        root: the project's folder.
        flags: values that win over environment and `harness.toml`, as `{"run.jobs": 2}`.

    Raises:
        UsageError, ManifestError: no such folder; with all problems of `harness.toml`.
    """
    import os

    from engine_harness.manifest.project import find_root, load_project

    folder = find_root(Path.cwd()) if root is None else Path(root).resolve()
    return load_project(folder, flags=flags or {}, environ=os.environ)
