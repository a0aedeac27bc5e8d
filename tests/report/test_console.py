"""What a person reads: exact text, safe text, nothing cut without a word."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine_harness.records.models import LogRow, Outcome
from engine_harness.report.console import (
    SuiteSummary,
    case_line,
    counts,
    details,
    log_lines,
    paint,
    summary_lines,
    warning_lines,
)
from engine_harness.report.failure import Telling, failure_block, print_lines, reproduce
from engine_harness.report.lines import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.checks.verdict import Finding
    from engine_harness.report.base import Case

    MakeCase = Callable[..., Case]
    MakeFinding = Callable[..., Finding]

EVENTS = [
    {"at_s": 1.35, "event": "warned", "source": "world", "fields": {"id": "ball-2"}},
    {
        "at_s": 1.4,
        "event": "hitch",
        "source": "plan",
        "fields": {"duration": 0.18},
        "details": {"hitchDuration": 0.18},
    },
    {"at_s": 1.612, "event": "hit", "source": "world", "fields": {"id": "ball-2"}},
]


def test_failure_block_has_the_documented_form(finished: MakeCase, finding: MakeFinding) -> None:
    late = finding(
        "expected hit within 0.2 s after warned at 1.350 s (id=ball-2); next hit came at 1.612 s",
        check="expect_events",
        where={"manifest": "scenarios/arena/edge.yaml:31", "path": "expect_events[1]"},
        events=(0, 2),
    )
    assert failure_block(finished("window_edge", late, events=EVENTS)) == [
        "FAIL  window_edge   (scenarios/arena/edge.yaml:12, world arena, seed 7)",
        "  expected hit within 0.2 s after warned at 1.350 s (id=ball-2); next hit came at 1.612 s",
        "     scenarios/arena/edge.yaml:31  expect_events[1]",
        "  1.350 warned id=ball-2 · 1.400 hitch 0.180 · 1.612 hit id=ball-2",
        "  reproduce: run-harness scenarios/arena/edge.yaml::window_edge --seed 7",
    ]


def test_every_finding_is_shown_before_the_one_command(
    finished: MakeCase, finding: MakeFinding
) -> None:
    case = finished(
        "edge", finding("first"), finding("second", where={"manifest": "a", "path": ""})
    )
    assert failure_block(case) == [
        "FAIL  edge   (scenarios/arena/edge.yaml:12, world arena, seed 7)",
        "  first",
        "     scenarios/arena/edge.yaml:31  expect.hp",
        "  second",
        "     a",
        "  reproduce: run-harness scenarios/arena/edge.yaml::edge --seed 7",
    ]


TELLING = Telling(record=lambda case: f"artifacts/records/{case.record.scenario.id}.json")


def test_findings_beyond_the_shown_ones_are_counted_with_the_way_to_all(
    finished: MakeCase, finding: MakeFinding
) -> None:
    case = finished("a b", *(finding(f"number {n}") for n in range(13)))
    assert failure_block(case)[-2] == "  … 3 more"
    assert failure_block(case, TELLING)[-2] == (
        "  … 3 more: run-harness check 'artifacts/records/a b.json' --verbose"
    )
    told = failure_block(case, replace(TELLING, verbose=True))
    assert told[-3:-1] == ["  number 12", "     scenarios/arena/edge.yaml:31  expect.hp"]


def cut_short(at_s: float | None) -> Outcome:
    return Outcome(status="world_error", reason="world_error", message="boom", virtual_s=at_s)


def test_what_may_follow_from_a_broken_run_is_one_line_behind_its_cause(
    finished: MakeCase, finding: MakeFinding
) -> None:
    missing = [finding(f"no hit {n}", check="expect_events") for n in range(3)]
    case = finished(
        "edge",
        finding("boom", check="world_error"),
        finding("hp is 3"),
        *missing,
        outcome=cut_short(0.1),
    )
    assert failure_block(case)[1:-1] == [
        "  boom",
        "     scenarios/arena/edge.yaml:31  expect.hp",
        "  4 more checks failed on what was recorded until 0.100 s",
    ]
    assert failure_block(case, TELLING)[3] == (
        "  4 more checks failed on what was recorded until 0.100 s:"
        " run-harness check artifacts/records/edge.json --verbose"
    )
    told = [line.strip() for line in failure_block(case, replace(TELLING, verbose=True))]
    assert told[1:-1:2] == ["boom", "hp is 3", "no hit 0", "no hit 1", "no hit 2"]


def test_what_a_broken_run_did_before_its_end_is_shown(
    finished: MakeCase, finding: MakeFinding
) -> None:
    early = {"manifest": "scenarios/arena/edge.yaml:9", "path": "timeline[2].expect.hp"}
    case = finished(
        "edge",
        finding("refused", check="refused"),
        finding("hp is 3", where=early),
        finding("no hit", check="expect_events"),
        finding("boom", check="world_error"),
        finding("hp fell", check="invariant"),
        outcome=cut_short(None),
    )
    told = [line.strip() for line in failure_block(case)]
    assert told[1:-1:2] == ["boom", "refused", "hp is 3", "hp fell", told[-2]]
    assert told[-2] == "1 more check failed on what was recorded"


def test_findings_of_a_broken_run_that_are_cut_and_folded_share_the_way_to_all(
    finished: MakeCase, finding: MakeFinding
) -> None:
    case = finished(
        "edge",
        finding("boom", check="world_error"),
        *(finding(f"hp fell {n}", check="invariant") for n in range(5)),
        finding("no hit", check="expect_events"),
        outcome=cut_short(0.5),
    )
    assert failure_block(case, TELLING)[-3:-1] == [
        "  … 2 more",
        "  1 more check failed on what was recorded until 0.500 s:"
        " run-harness check artifacts/records/edge.json --verbose",
    ]


def test_one_line_that_is_left_out_is_counted_as_one(
    finished: MakeCase, finding: MakeFinding
) -> None:
    case = finished("edge", finding("\n".join("a" * 9)))
    assert "    1 more line in the artifact" in failure_block(case)


def printed(at_s: float, text: str, level: str = "print") -> LogRow:
    return LogRow(at_s=at_s, frame=0, unit=0, level=level, text=text)


def test_the_last_rows_that_the_game_printed_stand_in_the_block(
    finished: MakeCase, finding: MakeFinding
) -> None:
    logs = [printed(n / 2, f"hp {n}") for n in range(7)]
    logs += [printed(4, "quiet", "debug"), printed(5, "x" * 200), printed(6, "two\n\x1blines")]
    case = finished("edge", finding(), logs=logs)
    told = failure_block(case)
    assert told[-7:-1] == [
        "  log (last 5 of 9):",
        "    2.000 hp 4",
        "    2.500 hp 5",
        "    3.000 hp 6",
        f"    5.000 {'x' * 89}…",
        "    6.000 two",
    ]
    everything = print_lines(case.record)
    assert everything[-3:] == [f"    5.000 {'x' * 200}", "    6.000 two", "          \\x1blines"]
    assert len(everything) == 10
    assert "log" not in " ".join(failure_block(case, Telling(verbose=True)))


def test_the_command_repeats_the_hitch_policy_that_the_run_had(finished: MakeCase) -> None:
    def command(policy: str, chosen: str | None, *flags: str) -> str:
        normalised = {"engine": {"hitch_policy": chosen}}
        case = finished(
            head={"normalised": normalised}, sections={"timeline": {"hitch_policy": policy}}
        )
        return reproduce(case.record, flags).partition("--seed 7")[2]

    assert command("catch_up", None) == " --hitch-policy catch_up"
    assert command("catch_up", "catch_up") == command("stall", None) == ""
    flags = ("--hitch-policy", "catch_up")
    assert command("catch_up", None, *flags) == " --hitch-policy catch_up"


def test_a_lua_traceback_is_indented_below_its_message(
    finished: MakeCase, finding: MakeFinding
) -> None:
    error = finding(
        "lua/worlds/arena/init.lua:12: attempt to index a nil value\n"
        "stack traceback:\n"
        "\tlua/worlds/arena/init.lua:12: in function 'apply'\n"
        "\tlua/worlds/arena/rules.lua:3: in function 'hit'",
        check="world_error",
    )
    assert failure_block(finished("edge", error))[1:6] == [
        "  lua/worlds/arena/init.lua:12: attempt to index a nil value",
        "    stack traceback:",
        "    lua/worlds/arena/init.lua:12: in function 'apply'",
        "    lua/worlds/arena/rules.lua:3: in function 'hit'",
        "     scenarios/arena/edge.yaml:31  expect.hp",
    ]


def test_long_messages_are_broken_between_words_and_fit_the_width(
    finished: MakeCase, finding: MakeFinding
) -> None:
    case = finished("edge", finding("expected " + "word " * 60 + "x" * 500))
    lines = failure_block(case)
    assert max(map(len, lines)) <= WIDTH
    assert any("xx…xx" in line for line in lines)


def test_text_of_a_user_cannot_control_the_terminal(
    finished: MakeCase, finding: MakeFinding
) -> None:
    case = finished("edge", finding("[red]\x1b[2J\x07 hp"), warnings=("\x1b]0;t\x07",))
    assert failure_block(case)[1] == "  [red]\\x1b[2J\\x07 hp"
    assert warning_lines([case]) == ["warning: \\x1b]0;t\\x07 (edge)"]


def test_the_command_survives_a_shell(finished: MakeCase) -> None:
    case = finished(
        "edge[mode=a b,n=1]",
        head={"manifest": "scenarios/it's/a b.yaml", "seed": "$(date)"},
    )
    flags = ("--hitch-policy", "catch_up")
    assert shlex.split(reproduce(case.record, flags)) == [
        "run-harness",
        "scenarios/it's/a b.yaml::edge[mode=a b,n=1]",
        "--seed",
        "$(date)",
        "--hitch-policy",
        "catch_up",
    ]


def test_a_negative_seed_is_not_read_as_a_flag(finished: MakeCase) -> None:
    case = finished(head={"seed": -5})
    assert reproduce(case.record).endswith("::edge --seed=-5")


def test_case_line_has_the_wall_time_only_when_asked(
    finished: MakeCase, finding: MakeFinding
) -> None:
    assert case_line(finished(), wall=True) == "[PASS] edge (0.25s)"
    assert case_line(finished("edge", finding()), wall=False) == "[FAIL] edge"


def test_an_expected_failure_says_so(finished: MakeCase) -> None:
    case = finished(head={"normalised": {"expect_failure": {"reason": "known leak"}}})
    assert case_line(case, wall=False) == "[PASS] edge (expected failure: known leak)"


def test_equal_warnings_share_a_line(finished: MakeCase) -> None:
    cases = [finished(name, warnings=("nothing is checked",)) for name in "abcde"]
    assert warning_lines(cases) == ["warning: nothing is checked (a, b, c and 2 more)"]


def test_a_finding_of_severity_warning_is_a_warning(
    finished: MakeCase, finding: MakeFinding
) -> None:
    case = finished("edge", finding("hp is low", severity="warning"))
    assert warning_lines([case]) == ["warning: hp is low (edge)"]
    assert failure_block(case)[1].startswith("  reproduce: ")


def test_summary_has_a_line_per_suite_with_its_counts(
    finished: MakeCase, finding: MakeFinding
) -> None:
    simulation = SuiteSummary(
        name="engine-sim",
        cases=(finished("a"), finished("b", finding())),
        selected=2,
        wall_s=1.23,
        artifacts=("artifacts/engine/engine_simulation.json",),
    )
    empty = SuiteSummary(name="own", cases=(), selected=0, wall_s=None, artifacts=())
    assert summary_lines([simulation, empty], wall=True) == [
        "Summary:",
        "  - engine-sim FAIL in 1.2s (artifacts: artifacts/engine/engine_simulation.json)",
        "      2 scenarios: 1 passed, 1 failed",
        "  - own        SKIP (nothing selected)",
    ]


def test_an_interrupted_suite_tells_what_did_not_run(finished: MakeCase) -> None:
    summary = SuiteSummary(
        name="engine-sim",
        cases=(finished("a"),),
        selected=4,
        wall_s=1.0,
        artifacts=(),
        interrupted=True,
    )
    assert summary_lines([summary], wall=False) == [
        "Summary:",
        "  - engine-sim INTERRUPTED",
        "      4 scenarios: 1 passed, 0 failed, 3 not run",
    ]


def test_counts_use_the_singular_for_one(finished: MakeCase) -> None:
    assert counts([finished()]) == "1 scenario: 1 passed, 0 failed"


def test_details_keep_failures_and_warnings_apart(finished: MakeCase, finding: MakeFinding) -> None:
    lines = details([finished("a", finding(), warnings=("slow",)), finished("b")])
    assert lines[0] == ""
    assert lines[1].startswith("FAIL  a ")
    assert lines[-3:] == ["", "warning: slow (a)", ""]


def test_the_log_holds_nothing_that_a_clock_decides(
    finished: MakeCase, finding: MakeFinding
) -> None:
    def log(wall_s: float) -> list[str]:
        cases = (finished("a", wall_s=wall_s), finished("b", finding(), wall_s=wall_s))
        summary = SuiteSummary(
            name="engine-sim", cases=cases, selected=2, wall_s=wall_s, artifacts=()
        )
        return log_lines(summary)

    assert log(0.5) == log(9.9)


@pytest.mark.parametrize(
    ("line", "painted"),
    [
        ("[PASS] edge", "\x1b[32m[PASS] \x1b[0medge"),
        ("[FAIL] edge", "\x1b[31m[FAIL] \x1b[0medge"),
        ("  [FAIL] said a user", "  [FAIL] said a user"),
    ],
)
def test_only_the_words_at_the_start_of_a_line_have_colour(line: str, painted: str) -> None:
    assert paint(line) == painted


def test_a_scenario_of_a_bundle_names_its_place_in_it(finished: MakeCase) -> None:
    case = finished(
        head={"normalised": {"origin": {"line": None, "label": "[2][1]"}}},
        outcome=Outcome(status="killed", reason="deadline_s"),
    )
    assert failure_block(case)[0] == (
        "FAIL  edge   (scenarios/arena/edge.yaml[2][1], world arena, seed 7)"
    )
