"""Writes the modules of plans into one folder, leaving the fresh ones as they are.

A module is rebuilt when forced, missing, made from other inputs or changed by hand. A module of
the build record whose scenario is gone is removed; a file that is not in the record is never
touched. The whole state lies in the folder: nothing is remembered between two calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness._canonical import sha256_hex
from engine_harness._version import __version__
from engine_harness.compile.literal import LiteralError
from engine_harness.compile.render import render_module
from engine_harness.compile.staleness import (
    RECORD_NAME,
    BuildRecord,
    Built,
    Inputs,
    read_build_record,
)
from engine_harness.compile.summary import CompileSummary, Output, Status, Step
from engine_harness.errors import CompileError, Diagnostic, UsageError
from engine_harness.records.layout import file_name, file_name_clashes
from engine_harness.records.writer import write_bytes, write_json
from engine_harness.vm.loader import shipped_lua

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from engine_harness.manifest.models import Scenario
    from engine_harness.plan.model import Plan

__all__ = ["CompileSummary", "Compiler", "Output", "Step"]

_LABEL = re.compile(r"(?:\[[0-9]+\])+$")


@dataclass(frozen=True)
class _Target:
    """One scenario on its way to a module."""

    scenario: Scenario
    path: Path
    input_hash: str
    on_disk: bytes | None
    """The file's bytes; None when there is none."""
    is_fresh: bool


class Compiler:
    """Compiles scenarios of one project into one folder."""

    def __init__(
        self,
        folder: Path,
        *,
        root: Path,
        harness_lua: Path | None = None,
        version: str = __version__,
    ) -> None:
        """`folder` receives the modules, manifests are named from `root`.

        `harness_lua` is the folder of the runtime's Lua; None: the one that ships.
        """
        self._folder = folder
        self._root = root
        self._harness_lua = shipped_lua() / "harness" if harness_lua is None else harness_lua
        self._version = version

    def compile_all(
        self,
        items: Sequence[tuple[Scenario, Plan]],
        *,
        known_ids: Collection[str] | None,
        manifest_hashes: Mapping[str, str] | None = None,
        bundles: Mapping[str, dict[str, JsonValue] | None] | None = None,
        force: bool = False,
    ) -> CompileSummary:
        """Bring the modules of `items` up to date and remove those whose scenario is gone.

        `known_ids` are the ids of all scenarios of the project, selected or not; None: unknown, so
        nothing is removed. `manifest_hashes` holds the SHA-256 of the manifests as they were read,
        by path from the root; one that is not there is read now. `bundles` holds for each manifest
        that was read its own `metadata`, None if it has none, and those of the bundles inside it
        under their labels; they go to the record. A scenario that cannot be written keeps its old
        module; after the others are done one `CompileError` names them all.
        """
        record, warnings = self._record()
        targets = self._targets([item[0] for item in items], record, manifest_hashes or {})
        entries = dict(record.outputs)
        outputs: list[Output] = []
        problems: list[str] = []
        for target, (_, plan) in zip(targets, items, strict=True):
            try:
                output = self._output(target, plan, force=force)
            except LiteralError as error:
                problems.append(_literal_problem(target.scenario, error))
                continue
            outputs.append(output)
            if output.status == "built":
                entries[output.path.name] = Built(
                    manifest=target.scenario.origin.manifest,
                    label=target.scenario.origin.label,
                    inputHash=target.input_hash,
                    outputHash=output.sha256,
                )
        for name in self._orphans(record, known_ids):
            self._remove(self._folder / name)
            path, manifest = self._folder / name, entries.pop(name).manifest
            outputs.append(Output(path.stem, path, "removed", manifest))
        self._save(record, BuildRecord(outputs=entries, bundles=_bundles(record, entries, bundles)))
        if problems:
            raise CompileError("\n".join(problems))
        warnings += self._foreign(entries)
        return CompileSummary(tuple(outputs), tuple(warnings))

    def preview(
        self,
        scenarios: Sequence[Scenario],
        *,
        known_ids: Collection[str] | None,
        manifest_hashes: Mapping[str, str] | None = None,
        force: bool = False,
    ) -> tuple[Step, ...]:
        """Return what `compile_all` would do with the same arguments; writes nothing."""
        record, _ = self._record()
        steps = [
            Step(
                target.scenario.id,
                target.path,
                "fresh" if target.is_fresh and not force else "built",
                target.scenario.origin.manifest,
            )
            for target in self._targets(scenarios, record, manifest_hashes or {})
        ]
        for name in self._orphans(record, known_ids):
            path, manifest = self._folder / name, record.outputs[name].manifest
            steps.append(Step(path.stem, path, "removed", manifest))
        return tuple(steps)

    def load_existing(
        self, scenarios: Sequence[Scenario], *, manifest_hashes: Mapping[str, str] | None = None
    ) -> CompileSummary:
        """Return the modules that are there, the stale ones with a warning; writes nothing."""
        if not self._folder.is_dir():
            msg = (
                f"engine.scenario.runner: scenario artifact folder {self._shown(self._folder)} is"
                " missing; run run-harness --suite engine-sim --force-build"
            )
            raise UsageError(msg)
        record, warnings = self._record()
        outputs: list[Output] = []
        missing: list[str] = []
        for target in self._targets(scenarios, record, manifest_hashes or {}):
            shown = self._shown(target.path)
            if target.on_disk is None:
                missing.append(
                    f"the compiled module {shown} of scenario {target.scenario.id} is missing;"
                    " run without --skip-build"
                )
                continue
            if not target.is_fresh:
                warnings.append(
                    f"the compiled module {shown} of scenario {target.scenario.id} is stale and"
                    " is run as it is (--skip-build)"
                )
            status: Status = "fresh" if target.is_fresh else "stale"
            outputs.append(self._standing(target, target.on_disk, status))
        if missing:
            raise UsageError("\n".join(missing))
        return CompileSummary(tuple(outputs), tuple(warnings))

    def _targets(
        self, scenarios: Iterable[Scenario], record: BuildRecord, hashes: Mapping[str, str]
    ) -> list[_Target]:
        scenarios = list(scenarios)
        clashes = file_name_clashes(scenario.id for scenario in scenarios)
        if clashes:
            msg = "\n".join(
                f"scenarios {first} and {second} would share the module file {file_name(second)}"
                for first, second in clashes
            )
            raise CompileError(msg)
        inputs = Inputs.of(self._harness_lua, self._version)
        read: dict[str, str] = dict(hashes)
        targets = []
        for scenario in scenarios:
            manifest = scenario.origin.manifest
            if manifest not in read:
                read[manifest] = self._manifest_hash(manifest)
            path = self._folder / f"{file_name(scenario.id)}.lua"
            input_hash = inputs.hash_for(scenario, read[manifest])
            built = record.outputs.get(path.name)
            on_disk = self._bytes(path)
            is_fresh = (
                built is not None
                and on_disk is not None
                and built.inputHash == input_hash
                and built.outputHash == sha256_hex(on_disk)
            )
            targets.append(_Target(scenario, path, input_hash, on_disk, is_fresh))
        return targets

    def _output(self, target: _Target, plan: Plan, *, force: bool) -> Output:
        if target.is_fresh and target.on_disk is not None and not force:
            return self._standing(target, target.on_disk, "fresh")
        text = render_module(plan, manifest=target.scenario.origin.manifest, version=self._version)
        data = text.encode("utf-8")
        self._write(target.path, data)
        manifest = target.scenario.origin.manifest
        return Output(target.scenario.id, target.path, "built", manifest, text, sha256_hex(data))

    def _standing(self, target: _Target, data: bytes, status: Status) -> Output:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            msg = f"{self._shown(target.path)} is not UTF-8 (byte {error.start})"
            raise UsageError(msg) from error
        manifest = target.scenario.origin.manifest
        return Output(target.scenario.id, target.path, status, manifest, text, sha256_hex(data))

    def _record(self) -> tuple[BuildRecord, list[str]]:
        record, problem = read_build_record(self._folder)
        if problem is None:
            return record, []
        shown = self._shown(self._folder / RECORD_NAME)
        return record, [f"{shown} is not a build record ({problem}): every module counts as stale"]

    def _orphans(self, record: BuildRecord, known_ids: Collection[str] | None) -> list[str]:
        if known_ids is None:
            return []
        known = {f"{file_name(scenario_id)}.lua" for scenario_id in known_ids}
        return sorted(record.outputs.keys() - known)

    def _foreign(self, entries: Collection[str]) -> list[str]:
        """Return a warning for each file that is not ours; hidden ones are nobody's business."""
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except FileNotFoundError:
            return []
        return [
            f"{self._shown(self._folder / name)}: not a harness output"
            for name in names
            if name != RECORD_NAME and name not in entries and not name.startswith(".")
        ]

    def _save(self, old: BuildRecord, new: BuildRecord) -> None:
        if new == old and (self._folder / RECORD_NAME).exists():
            return
        if not new.outputs and not self._folder.exists():
            return
        try:
            write_json(self._folder / RECORD_NAME, new.model_dump(mode="json"))
        except UsageError as error:
            raise CompileError(str(error)) from error

    def _manifest_hash(self, manifest: str) -> str:
        try:
            return sha256_hex((self._root / manifest).read_bytes())
        except OSError as error:
            msg = f"cannot read the manifest {manifest}: {error.strerror or error}"
            raise CompileError(msg) from error

    def _bytes(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            msg = f"cannot read {self._shown(path)}: {error.strerror or error}"
            raise CompileError(msg) from error

    def _write(self, path: Path, data: bytes) -> None:
        try:
            # Not synced: the hash in the record tells a torn module from a whole one.
            write_bytes(path, data, is_synced=False)
        except UsageError as error:
            raise CompileError(str(error)) from error

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            msg = f"cannot remove {self._shown(path)}: {error.strerror or error}"
            raise CompileError(msg) from error

    def _shown(self, path: Path) -> str:
        """Return the path as the user would type it, from the root where it lies below."""
        if path.is_relative_to(self._root):
            return path.relative_to(self._root).as_posix()
        return str(path)


def _bundles(
    record: BuildRecord,
    entries: Mapping[str, Built],
    read: Mapping[str, dict[str, JsonValue] | None] | None,
) -> dict[str, dict[str, JsonValue]]:
    """Return the metadata of all bundles in manifests that still have a module."""
    manifests = {built.manifest for built in entries.values()}
    read = read or {}
    again = {_manifest_of(name) for name in read}
    kept = {name: own for name, own in record.bundles.items() if _manifest_of(name) not in again}
    return {
        name: metadata
        for name, metadata in {**kept, **read}.items()
        if metadata is not None and _manifest_of(name) in manifests
    }


def _manifest_of(bundle: str) -> str:
    """Return the file of a bundle, without the label of one inside another."""
    return _LABEL.sub("", bundle)


def _literal_problem(scenario: Scenario, error: LiteralError) -> str:
    origin = scenario.origin
    return str(
        Diagnostic(
            file=origin.manifest,
            path=f"plan{error.path}",
            message=error.message,
            line=origin.line,
            label=origin.label,
        )
    )
