"""How early presses were planned: against a plain count, and as whole runs leave it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from .duel import REMOTE, Duel, ball, highlight, network

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from .conftest import Probe
    from .duel import Trace

GOAL_S = 0.9
CLOSE_S = 1e-9
NOTHING = {"samples": 0, "others": 0}

PROBE = """
local Lookahead = require("worlds.autoparry.lookahead")
local Probe = {}
function Probe.figures(threats)
	local lookahead = Lookahead.new()
	for index = 1, #threats do
		local threat = threats[index]
		lookahead:add(threat[1], threat[2], threat[3])
	end
	return lookahead:figures()
end
return Probe
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


@pytest.fixture(scope="module")
def lookahead(probe_of: Callable[..., Probe]) -> Probe:
    return probe_of("lookahead", PROBE)


def near(value: float) -> Any:
    return pytest.approx(value, abs=CLOSE_S)


def reference(threats: list[tuple[float, float, float]]) -> dict[str, Any]:
    """Return the figures of (lookahead, flight, lead) of each threat."""
    early = sorted(ahead for ahead, flight, lead in threats if flight - lead >= GOAL_S - CLOSE_S)
    late = [flight - lead - ahead for ahead, flight, lead in threats if flight - lead < GOAL_S]
    found: dict[str, Any] = {"samples": len(early), "others": len(threats) - len(early)}
    if early:
        rank = (len(early) - 1) * 0.1
        low = int(rank)
        above = early[min(low + 1, len(early) - 1)]
        found["p10"] = near(early[low] + (above - early[low]) * (rank - low))
    if late:
        found["shortfall"] = near(max(late))
    return found


def test_early_threats_have_a_percentile_and_each_other_has_its_own_horizon(
    lookahead: Probe,
) -> None:
    chance = random.Random(11)
    for count in (0, 1, 2, 11, 40):
        threats = [
            (chance.uniform(0, 1.2), chance.uniform(0.2, 2.5), chance.uniform(0.1, 0.4))
            for _ in range(count)
        ]
        assert lookahead("figures", threats) == reference(threats), count


@pytest.mark.parametrize(("flight_s", "samples"), [(1.2, 1), (1.2 - 1e-8, 0)])
def test_a_horizon_of_just_the_goal_is_one_of_the_goal(
    lookahead: Probe, flight_s: float, samples: int
) -> None:
    found = lookahead("figures", [(0.5, flight_s, 0.3)])
    assert (found["samples"], found["others"]) == (samples, 1 - samples)


def from_rows(trace: Trace) -> dict[str, Any]:
    """Return the figures as they follow from the rows of the record."""
    threats = []
    for row in trace.section["parryLog"]:
        threat = trace.threats[row["threatId"]]
        first_s = threat.get("firstScheduledAt", row["plannedAt"])
        flight_s = threat["contactTime"] - threat["activatedAt"]
        threats.append((row["plannedAt"] - first_s, flight_s, row["plannedLead"]))
    return reference(threats)


def test_a_run_has_the_figures_of_its_rows(duel: Duel) -> None:
    trace = duel(
        REMOTE,
        ball(0.1, "far", 400, 160), ball(2.6, "near", 150, 160), ball(4.1, "farther", 500, 200),
        ball(6.5, "at-once", 60, 400),
    )  # fmt: skip
    found = trace.metric("presses")["lookahead"]
    assert found == from_rows(trace)
    assert (found["samples"], found["others"]) == (2, 2)
    assert found["p10"] > 1
    assert found["shortfall"] < 2 / 240


def test_an_early_threat_that_is_pressed_without_a_schedule_has_a_lookahead_of_nothing(
    duel: Duel,
) -> None:
    # The player becomes a target when the press is due.
    far = ball(0.1, "a", 330, 160)
    seen_s = 0.1 + 320 / 160 - 0.2
    trace = duel(REMOTE, highlight(0, False), far, highlight(seen_s, True))
    assert trace.press.scheduled_s is None
    assert trace.metric("presses")["lookahead"] == {"samples": 1, "p10": 0, "others": 0}


def test_an_early_threat_that_is_seen_late_shows_in_its_percentile(duel: Duel) -> None:
    seen_s = 0.1 + 320 / 160 - 0.6
    trace = duel(
        REMOTE, network(0.1, "stats:ping", ms=95), highlight(0, False), ball(0.1, "a", 330, 160),
        highlight(seen_s, True),
    )  # fmt: skip
    found = trace.metric("presses")["lookahead"]
    assert found == from_rows(trace)
    assert 0.3 < found["p10"] < 0.4


def test_a_threat_that_is_not_pressed_or_does_not_touch_is_no_sample(duel: Duel) -> None:
    far = ball(0.1, "a", 330, 160)
    assert duel(REMOTE, far, is_on=False).metric("presses")["lookahead"] == NOTHING
    trace = duel(REMOTE, far, world={"destroyOnPress": True})
    assert len(trace.presses) == 1
    assert trace.metric("presses")["lookahead"] == NOTHING
