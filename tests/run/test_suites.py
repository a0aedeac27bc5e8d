"""The suites: their names, their groups, what they select, where their gates lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import UsageError
from engine_harness.manifest.project import baseline_beside, load_project
from engine_harness.manifest.sources import RESERVED_SUITES
from engine_harness.report.base import BUILTIN_REPORTERS, reporters
from engine_harness.run.suites.registry import (
    all_suites,
    chosen_suites,
    gate_files,
    groups,
    of_scenarios,
    static_ones,
    suite_registry,
)

if TYPE_CHECKING:
    from pathlib import Path

TOML = """\
[suites.smoke]
tags = ["Smoke"]
worlds = ["arena"]
[suites.pace]
gate = "gates/pace.envelope.json"
description = "how fast it is"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "harness.toml").write_text(TOML, "utf-8")
    return tmp_path


def test_the_names_that_are_taken_are_those_that_there_are() -> None:
    assert set(RESERVED_SUITES) == {*suite_registry(), *groups()}


def test_a_suite_writes_reports_that_there_are() -> None:
    assert set(BUILTIN_REPORTERS) <= set(reporters())
    for suite in of_scenarios(suite_registry().values()):
        assert set(suite.reporters) <= set(BUILTIN_REPORTERS)


def test_groups_keep_the_order_of_declaration_and_name_each_suite_once(root: Path) -> None:
    project = load_project(root)
    assert groups()["all"] == tuple(suite_registry())
    assert groups(project)["all"] == (*suite_registry(), "pace")
    chosen = chosen_suites(project, ["smoke", "engine-perf", "all", "engine"])
    names = [suite.name for suite in chosen]
    assert names[:2] == ["smoke", "engine-perf"]
    assert sorted(names) == sorted(["smoke", "pace", *suite_registry()])


def test_the_static_suites_come_first_and_are_a_group() -> None:
    static = [suite.name for suite in static_ones(suite_registry().values())]
    assert static == ["format", "lint", "typecheck", "register-pressure"]
    assert groups()["static"] == groups()["all"][:4] == tuple(static)


def test_a_suite_of_the_project_selects_as_it_says(root: Path) -> None:
    suites = all_suites(load_project(root))
    smoke, pace = suites["smoke"], suites["pace"]
    assert (smoke.kind, smoke.folder, smoke.gate) == ("Project", "smoke", None)
    assert (smoke.selects.tags, smoke.selects.worlds) == (("smoke",), ("arena",))
    assert smoke.reporters == ("engine_simulation",)
    assert pace.description == "how fast it is"
    assert pace.reporters == ("engine_simulation", "engine_perf_metrics")


def test_an_unknown_name_is_an_error_with_the_known_ones(root: Path) -> None:
    with pytest.raises(UsageError, match=r"no suite is called 'smok' \(did you mean 'smoke'\?\)"):
        chosen_suites(load_project(root), ["smok"])


def test_a_gate_has_its_files_where_the_project_keeps_them(root: Path) -> None:
    project = load_project(root)
    suites = all_suites(project)
    own = gate_files(suites["pace"], project)
    assert own is not None
    assert own.envelope == root / "gates/pace.envelope.json"
    assert own.baseline == root / "gates/pace.baseline.json"
    assert own.is_envelope_required
    perf = gate_files(suites["engine-perf"], project)
    assert perf is not None
    assert perf.envelope == root / "scenarios/baselines/engine-perf.envelope.json"
    assert perf.baseline == root / "scenarios/baselines/engine-perf.baseline.json"
    assert not perf.is_envelope_required
    assert gate_files(suites["smoke"], project) is None
    moved = load_project(root, flags={"paths.baselines": "kept/gates"})
    perf = gate_files(suites["engine-perf"], moved)
    assert perf is not None
    assert perf.envelope == root / "kept/gates/engine-perf.envelope.json"


def test_a_baseline_lies_beside_its_envelope(tmp_path: Path) -> None:
    assert baseline_beside(tmp_path / "pace.json") == tmp_path / "pace.baseline.json"
