"""The one place that strings the stages together: load, plan, compile, execute, check, report.

Use `Harness` for a whole project, `run` for one scenario, `call_lua` for one Lua function. What a
stage does is said where it lives; nothing is decided here twice.
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
    PlanError,
    RunError,
    UsageError,
    WorldError,
)
from engine_harness.run.budget import DEFAULT_LIMITS, Invocation, run_options
from engine_harness.vm.job import Job, Reply
from engine_harness.vm.loader import lua_roots, shadowed, shipped_lua
from engine_harness.vm.worker import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from pydantic import JsonValue

    from engine_harness._types import Json
    from engine_harness.checks.verdict import Verdict
    from engine_harness.compile.compiler import Compiler, CompileSummary, Output
    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.load import Loaded
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.manifest.worlds import WorldCatalog
    from engine_harness.plan.expand import Expansion
    from engine_harness.plan.model import Plan
    from engine_harness.records.models import RunRecord
    from engine_harness.run.budget import HitchPolicy
    from engine_harness.run.session import Request
    from engine_harness.vm.loader import LuaRoot

IN_MEMORY = "<memory>"

__all__ = ["Harness", "Invocation", "Result", "call_lua", "open_project", "run"]


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
        self._expansions: dict[str, Expansion] = {}
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
            loaded = load_manifests(self.project, self.pool, paths=paths, worlds=self.worlds)
        except LoadError as error:
            raise ManifestError((*error.diagnostics, *self._misused(error.readable))) from error
        problems = self._misused(loaded.scenarios)
        if problems:
            raise ManifestError(problems)
        self._loaded, self._is_whole = loaded, not paths
        return loaded

    def _misused(self, scenarios: Sequence[Scenario]) -> tuple[Diagnostic, ...]:
        """Return what is wrong with macros: only an expansion shows it."""
        with_macros = [s for s in scenarios if any(e.kind == "macro" for e in s.timeline)]
        try:
            self.plan_all(with_macros)
        except PlanError as error:
            return error.diagnostics
        return ()

    def plan(self, scenario: Scenario) -> Plan:
        """Return the ordered events of a scenario.

        Raises:
            PlanError: the scenario cannot be expanded.
        """
        return self.expand(scenario).plan

    def expand(self, scenario: Scenario) -> Expansion:
        """Return the plan of a scenario of this project, with its warnings."""
        from engine_harness.plan.expand import expand

        known = self._expansions.get(scenario.id)
        if known is None:
            known = self._expansions[scenario.id] = expand(scenario)
        return known

    def plan_all(self, scenarios: Sequence[Scenario]) -> list[tuple[Scenario, Plan]]:
        """Plan all of `scenarios`.

        Raises:
            PlanError: with the problems of all of them.
        """
        planned: list[tuple[Scenario, Plan]] = []
        problems: list[Diagnostic] = []
        for scenario in scenarios:
            try:
                planned.append((scenario, self.plan(scenario)))
            except PlanError as error:
                problems += error.diagnostics
        if problems:
            raise PlanError.of(problems)
        return planned

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
                self.plan_all(scenarios),
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
        """Return the `metadata` of bundles, by path from the root; None where there is none."""
        return {
            file.path: file.metadata.model_dump(mode="json", exclude_none=True)
            if file.metadata
            else None
            for file in (self._loaded.files if self._loaded else ())
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
                expansion=self.expand(scenario),
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

        return evaluate(record, scenario)

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
        self, results: Sequence[Result], *, suite: str = "engine-sim", folder: Path | None = None
    ) -> tuple[Path, ...]:
        """Write the reports of a suite over `results`; return their paths.

        Args:
            results: what has run, in any order.
            suite: its name, for the reports.
            folder: where they go; by default `Invocation.out_dir`, else `artifacts/engine`.
        """
        from engine_harness._version import __version__
        from engine_harness.records.layout import ENGINE_FOLDER
        from engine_harness.report.base import SuiteRun, run_order, write_reports

        return write_reports(
            SuiteRun(
                suite=suite,
                cases=run_order(results),
                folder=folder or self._invocation.out_dir or self.artifacts / ENGINE_FOLDER,
                tool_version=__version__,
                generated=utc_now_text(),
            )
        )

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


def run(
    manifest: str | Path | Mapping[str, Json],
    *,
    root: str | Path | None = None,
    seed: int | str | None = None,
    hitch_policy: HitchPolicy | None = None,
    deadline_s: float | None = None,
    memory_mb: int | None = None,
) -> RunRecord:
    """Run one scenario and return its record; nothing is written to disk.

    Args:
        manifest: the path of a file, `path::id` when it holds more than one scenario, or the data
            of a manifest.
        root: the project's root; by default the nearest folder upwards with `harness.toml`.
        seed: replaces the scenario's.
        hitch_policy: where the scenario does not choose one, `stall` or `catch_up`.
        deadline_s: wall time, where the scenario sets no limit.
        memory_mb: memory of the run's process in MiB, where the scenario sets no limit.

    Raises:
        ManifestError, PlanError, CompileError: the manifest cannot be run.
        UsageError: it holds several scenarios, or none with this id.
    """
    invocation = Invocation(
        seed=seed, hitch_policy=hitch_policy, deadline_s=deadline_s, memory_mb=memory_mb
    )
    with Harness(open_project(root), invocation) as harness:
        if isinstance(manifest, str | Path):
            scenario = _only_scenario(harness, str(manifest))
        else:
            scenario = harness.read(manifest)
        from engine_harness.run.isolate import record_of
        from engine_harness.run.session import job_of

        request = harness.request_of(scenario)
        return record_of(request, harness.pool.call(job_of(request)))


def _only_scenario(harness: Harness, target: str) -> Scenario:
    path, _, scenario_id = target.partition("::")
    scenarios = harness.load((path,)).scenarios
    chosen = [s for s in scenarios if not scenario_id or s.id == scenario_id]
    if len(chosen) != 1:
        names = ", ".join(f"{path}::{s.id}" for s in scenarios)
        msg = f"{target}: name one scenario: {names}"
        raise UsageError(msg)
    return chosen[0]


def call_lua(module: str, function: str, *args: Json, root: str | Path | None = None) -> list[Json]:
    """Call a Lua function of a project in a child process; see `Harness.call_lua`."""
    with Harness(open_project(root)) as harness:
        return harness.call_lua(module, function, *args)
