"""Envelopes and baselines: strict, complete, and every problem at once with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import ManifestError
from engine_harness.manifest.baseline_file import baseline_data
from engine_harness.manifest.contracts import BUILTIN_CONTRACTS, WORKLOADS
from engine_harness.manifest.gates import (
    Baseline,
    Bound,
    Budget,
    Envelope,
    HostFigures,
    OwnContract,
    Tolerance,
    envelope_data,
    load_baseline,
    load_envelope,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "scenarios/baselines/engine-perf.envelope.json"

EMPTY_ENVELOPE: dict[str, Any] = {}


def read(folder: Path, content: Any) -> Envelope:
    """Return the envelope that a file with this content says."""
    path = folder / "x.envelope.json"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, "utf-8")
    return load_envelope(path, "x.envelope.json")


def problems(load: Callable[[], object]) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        load()
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def test_without_a_file_and_with_an_empty_one_the_defaults_hold(tmp_path: Path) -> None:
    assert load_envelope(None, "x.json") == Envelope() == read(tmp_path, EMPTY_ENVELOPE)


def test_the_defaults_have_a_limit_for_each_contract() -> None:
    assert Envelope().limits == {item.name: item.default for item in BUILTIN_CONTRACTS}
    assert not Envelope().is_shipped


def test_the_committed_envelope_spells_out_every_limit_and_demands_what_ships() -> None:
    committed = json.loads(COMMITTED.read_text("utf-8"))
    assert {**committed, "contracts": {}} == {**envelope_data(Envelope()), "shipped": True}
    assert load_envelope(COMMITTED, "x").is_shipped


def test_a_key_replaces_its_default_and_no_other(tmp_path: Path) -> None:
    envelope = read(tmp_path, {"onTime": 0.5, "cost.workUnits": 0, "shipped": True})
    assert envelope.limits == {**Envelope().limits, "onTime": 0.5, "cost.workUnits": 0}
    assert envelope.is_shipped
    assert envelope.tolerance == Tolerance(gc_ratio=0.25, gc_kb=4096, utilisation=0.25)


def test_limits_by_scenario_by_figure_and_as_lists(tmp_path: Path) -> None:
    mass, resilience, flicker, *_ = WORKLOADS
    envelope = read(
        tmp_path,
        {
            "coverage.threats": {flicker: 4},
            "hitch.leadDeviation": {"stallExcess": 0.01},
            "coverage.storms": [30, 15.5],
            "coverage.scenarios": [mass],
            "lookahead.p10": 1.1,
            "accuracy": {"falsePositives": 1},
            "tolerance": {"gcKb": 10},
        },
    )
    assert envelope.limits["coverage.threats"] == {mass: 5000, flicker: 4}
    assert envelope.limits["hitch.leadDeviation"] == {"max": 0.02, "stallExcess": 0.01}
    assert envelope.limits["coverage.storms"] == (30, 15.5)
    assert envelope.limits["coverage.scenarios"] == (mass,)
    assert envelope.limits["lookahead.p10"] == 1.1
    assert envelope.limits["accuracy"] == {
        "accuracy": 1, "falsePositives": 1, "frameViolations": 0, "spacingViolations": 0,
        "targetingViolations": 0,
    }  # fmt: skip
    assert envelope.tolerance == Tolerance(gc_kb=10)
    assert read(tmp_path, {"coverage.threats": 7}).limits["coverage.threats"] == 7
    assert resilience not in Envelope().limits["coverage.threats"]  # type: ignore[operator]


def test_contracts_of_ones_own_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    envelope = read(
        tmp_path,
        {
            "contracts": {
                "some hits": {"figure": "metrics.hits", "scenario": "duel", "min": 1, "max": 9},
                "came to an end": {"figure": "outcome.reason", "eq": "settled"},
            }
        },
    )
    assert envelope.contracts == (
        OwnContract(
            name="some hits",
            figure="metrics.hits",
            scenario="duel",
            bounds=(Bound(">=", 1), Bound("<=", 9)),
        ),
        OwnContract(
            name="came to an end", figure="outcome.reason", bounds=(Bound("==", "settled"),)
        ),
    )


def test_an_envelope_as_data_reads_back_as_itself(tmp_path: Path) -> None:
    given = {"contracts": {"a": {"figure": "host.wall_s", "max": 1}}, "tolerance": {"gcKb": 1}}
    envelope = read(tmp_path, given)
    assert read(tmp_path, envelope_data(envelope)) == envelope


def test_all_problems_of_an_envelope_are_told_at_once(tmp_path: Path) -> None:
    text = """\
{
  "onTim": 1,
  "onTime": "0.9",
  "hitch.leadDeviation": 0.02,
  "coverage.threats": {"engine_perf_mass_presure": 5},
  "coverage.storms": [0, 15, 15],
  "coverage.scenarios": [],
  "cost.workUnits": -1,
  "tolerance": {"gc": 1},
  "shipped": 1,
  "contracts": {
    "onTime": {"figure": "metrics.a", "min": 1},
    "b": {"figure": "metric.b", "min": "x"},
    "c": {"figure": "metrics", "eq": 1, "max": 1},
    "d": {"min": 1, "maximum": 2},
    "e": {"figure": "metrics.e"}
  }
}
"""
    assert problems(lambda: read(tmp_path, text)) == [
        "x.envelope.json:2:3 ERROR envelope.onTim: unknown field 'onTim' (did you mean 'onTime'?)",
        'x.envelope.json:3:13 ERROR envelope.onTime: must be a number; got "0.9"',
        "x.envelope.json:4:26 ERROR envelope.hitch.leadDeviation: must be a map; got 0.02;"
        " allowed: numbers by max, stallExcess",
        "x.envelope.json:5:24 ERROR envelope.coverage.threats.engine_perf_mass_presure: unknown"
        " field 'engine_perf_mass_presure' (did you mean 'engine_perf_mass_pressure'?)",
        "x.envelope.json:6:23 ERROR envelope.coverage.storms[1]: is out of range; got 0;"
        " allowed: > 0, Hz",
        "x.envelope.json:6:30 ERROR envelope.coverage.storms[3]: is listed twice; got 15",
        "x.envelope.json:7:25 ERROR envelope.coverage.scenarios: must not be empty; got [];"
        " allowed: at least one entry",
        "x.envelope.json:8:21 ERROR envelope.cost.workUnits: is out of range; got -1;"
        " allowed: >= 0, the growth that fails (0.01: one per cent)",
        "x.envelope.json:9:17 ERROR envelope.tolerance.gc: unknown field 'gc'"
        " (did you mean 'gcKb'?)",
        "x.envelope.json:10:14 ERROR envelope.shipped: must be true or false; got 1",
        "x.envelope.json:12:5 ERROR envelope.contracts.onTime: is the name of a contract that"
        " ships; allowed: a name of your own",
        "x.envelope.json:13:21 ERROR envelope.contracts.b.figure: unknown kind of figure 'metric'"
        " (did you mean 'metrics'?)",
        'x.envelope.json:13:40 ERROR envelope.contracts.b.min: must be a number; got "x"',
        "x.envelope.json:14:10 ERROR envelope.contracts.c: has 'eq' beside 'min' or 'max';"
        " allowed: eq alone, or min and max",
        "x.envelope.json:14:21 ERROR envelope.contracts.c.figure: names no figure;"
        ' got "metrics"; allowed: metrics.<name>',
        "x.envelope.json:15:10 ERROR envelope.contracts.d.figure: is required",
        "x.envelope.json:15:21 ERROR envelope.contracts.d.maximum: unknown field 'maximum'"
        " (did you mean 'max'?)",
        "x.envelope.json:16:10 ERROR envelope.contracts.e: has no limit; allowed: min, max or eq",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "x.envelope.json:1:1 ERROR envelope: must be a map; got []"),
        (
            '{"onTime": NaN}',
            "x.envelope.json:1:12 ERROR envelope.onTime: number is not finite: NaN",
        ),
        (
            '{"onTime": 1, "onTime": 2}',
            "x.envelope.json:1:15 ERROR envelope.onTime: duplicate key 'onTime' (first at line 1)",
        ),
        (
            '{"onTime": 1',
            "x.envelope.json:1:13 ERROR envelope: broken JSON: expected ',' or '}'",
        ),
        (
            '{"tolerance": {"gcRatio": -0.1}}',
            "x.envelope.json:1:27 ERROR envelope.tolerance.gcRatio: is out of range; got -0.1;"
            " allowed: >= 0",
        ),
        (
            '{"contracts": {"a": {"figure": "metrics.a", "scenario": "b\\n", "eq": 1}}}',
            "x.envelope.json:1:57 ERROR envelope.contracts.a.scenario: holds characters that cannot"
            ' be printed; got "b\\n"',
        ),
        (
            '{"contracts": {"a": {"figure": "metrics.a", "eq": [1]}}}',
            "x.envelope.json:1:51 ERROR envelope.contracts.a.eq: must be a number, a text, true or"
            " false; got [1]",
        ),
    ],
)
def test_one_problem_of_an_envelope(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(lambda: read(tmp_path, text)) == [problem]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert problems(lambda: load_envelope(path, "x.json")) == [
        "x.json ERROR envelope: cannot be read: there is no such file"
    ]
    assert problems(lambda: load_envelope(tmp_path, "folder")) == [
        "folder ERROR envelope: cannot be read: Is a directory"
    ]
    path.write_bytes(b'{\n"a\xff": 1}')
    assert problems(lambda: load_envelope(path, "x.json")) == [
        "x.json:2 ERROR envelope: not UTF-8: byte 0xff"
    ]


BASELINE = Baseline(
    machines={
        "A | 2 cores": {
            "duel": HostFigures(gc_delta_kb=-3.5, utilisation=20),
            "half": HostFigures(gc_delta_kb=1),
        }
    },
    cost={
        "duel": Budget(
            work_units=30,
            functions={"lua/x: f": 20, "(library calls)": 10},
            seed="s",
            hitch_policy="stall",
        )
    },
)


def test_a_baseline_as_data_reads_back_as_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.baseline.json"
    assert load_baseline(path, "x") == Baseline()
    path.write_text(json.dumps(baseline_data(BASELINE)), "utf-8")
    assert load_baseline(path, "x") == BASELINE


def test_all_problems_of_a_baseline_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.baseline.json"
    path.write_text(
        """\
{
  "machine": {},
  "machines": {"A": {"scenarios": {"duel": {"utilisation": 0, "gcDeltaKB": 1}}}, "B": {}},
  "cost": {"duel": {"functions": {"f": 0.5}}, "two": {"work_units": -1}}
}
""",
        "utf-8",
    )
    assert problems(lambda: load_baseline(path, "x.baseline.json")) == [
        "x.baseline.json:2:3 ERROR baseline.machine: unknown field 'machine'"
        " (did you mean 'machines'?)",
        "x.baseline.json:3:60 ERROR baseline.machines.A.scenarios.duel.utilisation: is out of"
        " range; got 0; allowed: > 0",
        "x.baseline.json:3:63 ERROR baseline.machines.A.scenarios.duel.gcDeltaKB: unknown field"
        " 'gcDeltaKB' (did you mean 'gcDeltaKb'?)",
        "x.baseline.json:3:87 ERROR baseline.machines.B.scenarios: is required",
        "x.baseline.json:4:20 ERROR baseline.cost.duel.work_units: is required;"
        " allowed: a whole number >= 0",
        "x.baseline.json:4:40 ERROR baseline.cost.duel.functions.f: must be a whole number;"
        " got 0.5; allowed: a whole number >= 0",
        "x.baseline.json:4:69 ERROR baseline.cost.two.work_units: is out of range; got -1;"
        " allowed: a whole number >= 0",
    ]


def test_a_range_that_nothing_fits_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.envelope.json"
    path.write_text(
        '{"contracts": {"a": {"figure": "metrics.hp", "min": 5, "max": 1}}}', encoding="utf-8"
    )
    assert problems(lambda: load_envelope(path, "x.envelope.json")) == [
        "x.envelope.json:1:21 ERROR envelope.contracts.a: has a 'min' (5) above its 'max' (1);"
        " allowed: min <= max"
    ]


def test_a_budget_of_no_hitch_policy_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.baseline.json"
    text = '{"cost": {"a": {"work_units": 1, "hitch_policy": "bogus"}}}'
    path.write_text(text, encoding="utf-8")
    (told,) = problems(lambda: load_baseline(path, "x.baseline.json"))
    assert told.endswith(
        'baseline.cost.a.hitch_policy: is no hitch policy; got "bogus"; allowed: stall, catch_up'
    )
