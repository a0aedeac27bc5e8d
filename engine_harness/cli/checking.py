"""Judging records offline: which paths are records, which scenario judges each, what came out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.cli.documents import case_data
from engine_harness.cli.opening import open_project
from engine_harness.cli.output import Output
from engine_harness.errors import UsageError
from engine_harness.report import console
from engine_harness.report.base import run_order
from engine_harness.report.failure import Telling, print_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness.checks.verdict import Verdict
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.records.models import RunRecord
    from engine_harness.report.base import Case

__all__ = ["JudgedRecord", "check_records", "is_record"]

RECORD_KEYS = frozenset({"schema_version", "digest", "outcome"})


@dataclass(frozen=True)
class JudgedRecord:
    """One record with its new verdict."""

    path: Path
    record: RunRecord
    verdict: Verdict
    wall_s: float = 0.0
    """Nothing ran."""


def check_records(
    paths: Iterable[str], *, root: str | None, as_json: bool, verbose: bool = False
) -> int:
    """Judge all records among `paths` and return the exit code."""
    from engine_harness.records.reader import read_record

    project = open_project(root)
    output = Output(as_json=as_json)
    files, manifests = _sorted_out(paths, project.root)
    records = [(path, read_record(path)) for path in files]
    scenarios = _scenarios(records, manifests, project)
    judged = [
        JudgedRecord(path, record, _judge(record, scenario))
        for (path, record), scenario in zip(records, scenarios, strict=True)
    ]
    cases = run_order(judged)
    code = 0 if all(case.verdict.passed for case in cases) else 1
    for case in cases:
        output.lines([console.case_line(case, wall=False)])
        output.lines(print_lines(case.record) if verbose else ())
    output.lines(console.details(cases, Telling(verbose=verbose, record=_path_of)))
    output.lines([console.counts(cases)])
    return output.document(
        "check",
        code,
        {
            "passed": code == 0,
            "scenarios": [
                {**case_data(case), "record": str(case.path)}
                for case in cases
                if isinstance(case, JudgedRecord)
            ],
        },
    )


def _path_of(case: Case) -> str:
    assert isinstance(case, JudgedRecord)
    return str(case.path)


def is_record(path: Path) -> bool:
    """Return whether a .json file is meant as a record: it has the keys that every record has."""
    from engine_harness.records.reader import read_json

    try:
        data = read_json(path)
    except UsageError:
        # Whoever reads it as a manifest says what is wrong with it.
        return False
    return isinstance(data, dict) and data.keys() >= RECORD_KEYS


def _sorted_out(paths: Iterable[str], root: Path) -> tuple[list[Path], list[str]]:
    """Return the record files and the manifests among `paths`."""
    records: dict[Path, None] = {}
    manifests: list[str] = []
    for text in paths:
        path = Path(text) if Path(text).exists() else root / text
        if not path.exists():
            msg = f"no file or folder '{text}'"
            raise UsageError(msg)
        found = sorted(path.glob("*.json")) if path.is_dir() else [path]
        kept = [file for file in found if file.suffix == ".json" and is_record(file)]
        records |= dict.fromkeys(kept)
        if not kept:
            manifests.append(text)
    if not records:
        msg = f"no record among {', '.join(manifests)}: records are the files of artifacts/records"
        raise UsageError(msg)
    return list(records), manifests


def _scenarios(
    records: list[tuple[Path, RunRecord]], manifests: list[str], project: Project
) -> list[Scenario]:
    """Return the scenario that judges each record."""
    if not manifests:
        return [_carried(path, record) for path, record in records]
    from engine_harness.api import Harness

    with Harness(project) as harness:
        by_id = {s.id: s for s in harness.load(tuple(manifests)).scenarios}
    missing = [
        f"{path}: no scenario '{record.scenario.id}'{suggestion(record.scenario.id, by_id)}"
        f" in {', '.join(manifests)}"
        for path, record in records
        if record.scenario.id not in by_id
    ]
    if missing:
        raise UsageError("\n".join(missing))
    return [by_id[record.scenario.id] for _, record in records]


def _carried(path: Path, record: RunRecord) -> Scenario:
    from pydantic import ValidationError

    from engine_harness.manifest.models import Scenario

    try:
        return Scenario.model_validate(record.scenario.normalised)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        msg = (
            f"{path}: scenario.normalised.{place}: {first['msg']};"
            " name the manifest beside the record to judge it by that"
        )
        raise UsageError(msg) from error


def _judge(record: RunRecord, scenario: Scenario) -> Verdict:
    from engine_harness.checks.evaluate import evaluate

    return evaluate(record, scenario)
