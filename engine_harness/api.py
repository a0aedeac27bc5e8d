"""The one place that strings the stages together: load, plan, compile, execute, check, report.

What a stage does is said where it lives; nothing is decided here twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from engine_harness._wallclock import utc_now_text
from engine_harness.errors import (
    LimitExceeded,
    ManifestError,
    RunError,
    UsageError,
    WorldError,
)
from engine_harness.run.budget import DEFAULT_LIMITS, Invocation, run_options
from engine_harness.vm.job import Job, Reply
from engine_harness.vm.loader import lua_roots, shadowed, shipped_lua
from engine_harness.vm.worker import Pool

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from pydantic import JsonValue

    from engine_harness._types import Json, JsonMap
    from engine_harness.checks.verdict import Verdict
    from engine_harness.compile.compiler import Compiler, CompileSummary, Output
    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.load import Loaded, Reading
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.manifest.reading import ManifestReader
    from engine_harness.manifest.worlds import WorldCatalog
    from engine_harness.plan.model import Plan
    from engine_harness.plan.planner import Planner
    from engine_harness.records.models import RunRecord
    from engine_harness.run.session import Request
    from engine_harness.run.suites.base import Suite
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
        self._loaded: Loaded | None = None
        self._is_whole = False
        self._modules: dict[str, Output] = {}

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
        roots = lua_roots(self.project.root, self.project.lua)
        problems = [
            f"{path}: module '{name}' hides the one that engine_harness ships; give it another name"
            for name, path in shadowed(roots)
        ]
        if problems:
            raise UsageError("\n".join(problems))
        return roots

    @cached_property
    def worlds(self) -> WorldCatalog:
        """What is known of the project's worlds."""
        from engine_harness.manifest.worlds import WorldCatalog

        return WorldCatalog(
            self.roots,
            self.pool,
            deadline_s=self._invocation.deadline_s or self.project.deadline_s,
            memory_mb=self._invocation.memory_mb or self.project.memory_mb,
        )

    @cached_property
    def manifests(self) -> ManifestReader:
        """Reads manifests, each again only when it says something else."""
        from engine_harness.manifest.reading import ManifestReader

        return ManifestReader(self.project.root, self.pool, self.worlds)

    def notice(self, changed: Collection[Path]) -> None:
        """Take up that these files are no longer what they were; manifests notice by themselves.

        Raises:
            UsageError: as `roots`.
        """
        self.worlds.forget(changed)
        self.__dict__.pop("roots", None)
        _ = self.roots

    def forget(self) -> None:
        """Read all manifests again, and ask all worlds again, when they are needed."""
        self.manifests.forget()
        self.worlds.keep(())

    @property
    def artifacts(self) -> Path:
        """The folder of everything that is written."""
        return self.project.root / self.project.artifacts

    def load(self, paths: Sequence[str] = ()) -> Loaded:
        """Read manifests: those at `paths`, or all of the project.

        Raises:
            ManifestError: with all problems of all files, those of macros included.
        """
        from engine_harness.manifest.load import LoadError, load_manifests

        try:
            loaded = load_manifests(
                self.project, self.pool, paths=paths, worlds=self.worlds, reader=self.manifests
            )
        except LoadError as error:
            raise ManifestError((*error.diagnostics, *self._misused(error.readable))) from error
        problems = self._misused(loaded.scenarios)
        if problems:
            raise ManifestError(problems)
        self.take(loaded, is_whole=not paths)
        return loaded

    def read_manifests(self, paths: Sequence[str] = ()) -> Reading:
        """Read manifests as `load` does, and return all of them, the broken ones too.

        Raises:
            UsageError: a path cannot be searched.
        """
        from engine_harness.manifest.load import read_manifests

        return read_manifests(self.project, self.manifests, paths=paths, worlds=self.worlds)

    def take(self, loaded: Loaded, *, is_whole: bool) -> None:
        """Work with these scenarios from now on.

        Args:
            loaded: what was read.
            is_whole: whether it is all that the project has; what else has been compiled is then
                a leftover, which the next `compile` removes.
        """
        self._loaded, self._is_whole = loaded, is_whole
        ids = {scenario.id for scenario in loaded.scenarios}
        self.planner.keep(ids)
        for gone in self._modules.keys() - ids:
            del self._modules[gone]

    def _misused(self, scenarios: Sequence[Scenario]) -> tuple[Diagnostic, ...]:
        """Return what is wrong with macros: only an expansion shows it."""
        with_macros = [s for s in scenarios if any(e.kind == "macro" for e in s.timeline)]
        return self.planner.problems(with_macros)

    def plan(self, scenario: Scenario) -> Plan:
        """Return the ordered events of a scenario.

        Raises:
            PlanError: the scenario cannot be expanded.
        """
        return self.planner.expand(scenario).plan

    @cached_property
    def planner(self) -> Planner:
        """Plans the scenarios of this project, each once."""
        from engine_harness.plan.planner import Planner

        return Planner()

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
        compiler = self.compiler(folder)
        hashes = self.manifest_hashes()
        if self._invocation.skip_build:
            summary = compiler.load_existing(scenarios, manifest_hashes=hashes)
        else:
            summary = compiler.compile_all(
                self.planner.plan_all(scenarios),
                known_ids=self.known_ids(),
                manifest_hashes=hashes,
                bundles=self.bundle_metadata(),
                force=self._invocation.force_build,
            )
        self._modules.update(summary.by_id())
        if folder is None:
            gone = [output for output in summary.outputs if output.status == "removed"]
            self._forget(output.path.stem for output in gone)
        return summary

    def _forget(self, names: Iterable[str]) -> None:
        """Remove the records of scenarios that are gone, as their modules are."""
        from engine_harness.records.layout import RECORDS_FOLDER

        for name in names:
            (self.artifacts / RECORDS_FOLDER / f"{name}.json").unlink(missing_ok=True)

    def manifest_hashes(self) -> Mapping[str, str]:
        """Return the SHA-256 of the manifests that were read, by path from the root."""
        return {file.path: file.sha256 for file in self._loaded.files} if self._loaded else {}

    def bundle_metadata(self) -> dict[str, dict[str, JsonValue] | None]:
        """Return the `metadata` of bundles, by path from the root and label.

        Each file that was read is there, with None if it says nothing of itself.
        """
        files = self._loaded.files if self._loaded else ()
        return {file.path: None for file in files} | {
            f"{file.path}{label}": own.model_dump(mode="json", exclude_none=True)
            for file in files
            for label, own in file.bundles.items()
        }

    def known_ids(self) -> frozenset[str] | None:
        """Return the ids of all scenarios of the project; None when only a part was loaded."""
        if self._loaded is None or not self._is_whole:
            return None
        return frozenset(scenario.id for scenario in self._loaded.scenarios)

    def execute(self, scenarios: Sequence[Scenario]) -> Iterator[RunRecord]:
        """Run `scenarios`, compiled before or now; yield records in order of completion.

        Every record is in `artifacts/records/` when the iteration has ended, however it ends.
        """
        from engine_harness.execute.processes import execute
        from engine_harness.records.layout import record_path
        from engine_harness.records.writer import RecordWriter, record_file

        missing = [scenario for scenario in scenarios if scenario.id not in self._modules]
        if missing:
            self.compile(missing)
        failed = self._failed_worlds(scenarios)
        with RecordWriter() as writer:
            for record, texts in execute(self._requests(scenarios), self.pool, failed):
                path = record_path(self.artifacts, record.scenario.id)
                # The text is made here: two threads that both compute only take turns.
                writer.write(path, record_file(record, texts))
                # Whoever keeps all records does not keep their texts.
                del texts
                yield record

    def _requests(self, scenarios: Sequence[Scenario]) -> list[Request]:
        from engine_harness.run.session import Request

        return [
            Request(
                scenario=scenario,
                expansion=self.planner.expand(scenario),
                module_text=self._modules[scenario.id].text,
                module_digest=self._modules[scenario.id].sha256,
                options=run_options(scenario, self.project, self._invocation),
                roots=self.roots,
            )
            for scenario in scenarios
        ]

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

    def request_of(self, scenario: Scenario) -> Request:
        """Return the run of one scenario of this project, without writing a module to disk.

        Raises:
            PlanError, CompileError: it cannot be planned or compiled.
        """
        from engine_harness._canonical import sha256_hex
        from engine_harness._version import __version__
        from engine_harness.compile.render import render_module
        from engine_harness.plan.expand import expand
        from engine_harness.run.session import Request

        expansion = expand(scenario)
        manifest = scenario.origin.manifest
        text = render_module(expansion.plan, manifest=manifest, version=__version__)
        return Request(
            scenario=scenario,
            expansion=expansion,
            module_text=text,
            module_digest=sha256_hex(text.encode("utf-8")),
            options=run_options(scenario, self.project, self._invocation),
            roots=self.roots,
        )

    def _failed_worlds(self, scenarios: Sequence[Scenario]) -> dict[str, Reply]:
        infos = {scenario.world: self.worlds.get(scenario.world) for scenario in scenarios}
        return {name: info.failure for name, info in infos.items() if info and info.failure}

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
