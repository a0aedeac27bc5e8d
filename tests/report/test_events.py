"""The one line of events: what was named is there, what was left out is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.report.events import around, event_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness._types import JsonMap
    from engine_harness.checks.verdict import Finding

    MakeFinding = Callable[..., Finding]


def rows(count: int) -> list[JsonMap]:
    return [
        {"at_s": number / 10, "event": f"e{number}", "source": "world", "fields": {}}
        for number in range(count)
    ]


def test_a_single_event_is_shown_with_its_neighbours(finding: MakeFinding) -> None:
    line = around(finding(events=(4,)), rows(9), 98)
    assert line == "0.200 e2 · 0.300 e3 · 0.400 e4 · 0.500 e5 · 0.600 e6"


def test_a_moment_without_events_shows_the_nearest(finding: MakeFinding) -> None:
    assert around(finding(at_s=0.01), rows(9), 98) == "0.000 e0 · 0.100 e1 · 0.200 e2"


def test_a_finding_about_no_moment_shows_none(finding: MakeFinding) -> None:
    assert around(finding(), rows(9), 98) == ""


def test_named_events_win_over_those_between_and_gaps_are_marked(finding: MakeFinding) -> None:
    line = around(finding(events=(0, 30)), rows(31), 40)
    assert line == "0.000 e0 · 0.100 e1 · … 3.000 e30"


def test_a_line_never_exceeds_its_width(finding: MakeFinding) -> None:
    row: JsonMap = {
        "at_s": 1.0,
        "event": "e" * 90,
        "source": "world",
        "fields": {"k": "v" * 90},
    }
    assert len(around(finding(events=(0,)), [row], 60)) == 60


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            {"event": "action", "fields": {"name": "jump", "args": {"height": 2}}},
            "1.000 action jump height=2",
        ),
        ({"event": "hitch", "fields": {"duration": 0.25}}, "1.000 hitch 0.250"),
        ({"event": "checkpoint", "fields": {"name": "mid"}}, "1.000 checkpoint mid"),
        ({"event": "expect", "fields": {"set": {"hp": {"eq": 1}}}}, "1.000 expect"),
        (
            {
                "event": "action",
                "fields": {"name": "jump"},
                "refused": {"code": "busy", "message": "no"},
            },
            "1.000 action jump refused=busy",
        ),
        ({"event": "x", "fields": {"list": [1, 2.0], "t": "a\nb"}}, "1.000 x list=[1,2] t=a b"),
    ],
)
def test_an_event_of_the_plan_is_worded_by_its_kind(row: JsonMap, text: str) -> None:
    assert event_text({"at_s": 1.0, "source": "plan", **row}) == text
