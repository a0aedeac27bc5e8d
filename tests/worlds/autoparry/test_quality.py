"""How good the presses were, in figures that are known by hand; what silence of the remote says."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from .duel import REMOTE, Duel, Timing, ball, call, frame_at, hitch, network, rule

if TYPE_CHECKING:
    from conftest import Bench

CLOSE_S = 1e-6
CALM = Timing()
# A ball that is to touch at 1.5 s, and when it is to be pressed.
FAR = (170.0, 160.0)
CONTACT_S = 1.5
PLANNED_S = 0.5 + CALM.wait(*FAR)
NO_SAMPLES = {"samples": 0}

SAMPLES = """
local Samples = require("worlds.autoparry.samples")
local Probe = {}
function Probe.figures(numbers, asked_after)
	local samples, seen = Samples.new(), {}
	for index = 1, #numbers do
		samples:add(numbers[index])
		if asked_after > 0 and index % asked_after == 0 then
			seen[#seen + 1] = samples:figures()
		end
	end
	return { last = samples:figures(), seen = seen }
end
return Probe
"""

TWICE = """
local function set(self, vz)
    local slot = self.world.threats:slot_of("a")
    self.stage.balls:of(slot):SetVelocity(self.services.Vector3.new(0, 0, vz))
end
function W:away() set(self, 50) end
function W:back() set(self, -50) end
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def near(value: float) -> Any:
    return pytest.approx(value, abs=CLOSE_S)


def quality(duel: Duel, *timeline: Any, **keys: Any) -> Any:
    return duel(ball(0.5, "a", *FAR), *timeline, **keys).metric("presses")


def percentile(numbers: list[float], q: float) -> float:
    """Return the number at rank (n - 1) * q, between two of them in proportion."""
    ordered = sorted(numbers)
    low = math.floor((len(ordered) - 1) * q)
    part = (len(ordered) - 1) * q - low
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * part


# Samples.


def figures(bench: Bench, numbers: list[float], asked_after: int = 0) -> Any:
    bench.write("lua/probe_samples.lua", SAMPLES)
    return bench.harness.call_lua("probe_samples", "figures", numbers, asked_after)[0]


def test_without_a_number_there_is_nothing_but_their_count(shared_bench: Bench) -> None:
    assert figures(shared_bench, []) == {"last": NO_SAMPLES, "seen": {}}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([3], (3, 3, 3, 3)),
        ([2, 1], (1.5, 1.95, 1.99, 2)),
        ([5, 1, 4, 2, 3], (3, 4.8, 4.96, 5)),
        ([0, 0, 0, 1], (0, 0.85, 0.97, 1)),
    ],
)
def test_percentiles_lie_between_their_neighbours(
    shared_bench: Bench, numbers: list[float], expected: tuple[float, ...]
) -> None:
    found = figures(shared_bench, numbers)["last"]
    assert found["samples"] == len(numbers)
    assert [found[name] for name in ("p50", "p95", "p99", "max")] == [near(x) for x in expected]


@pytest.mark.parametrize("asked_after", [1, 8, 9, 40])
def test_who_asks_often_gets_the_same_answers(shared_bench: Bench, asked_after: int) -> None:
    numbers = [random.Random(5).choice((0, 0.25, 1)) * n % 0.7 for n in range(120)]
    found = figures(shared_bench, numbers, asked_after)
    assert found["last"] == figures(shared_bench, numbers)["last"]
    for index, row in enumerate(found["seen"], 1):
        so_far = numbers[: index * asked_after]
        expected = [percentile(so_far, q) for q in (0.5, 0.95, 0.99, 1)]
        assert [row[name] for name in ("p50", "p95", "p99", "max")] == [near(x) for x in expected]


# Figures by hand.


def test_a_press_is_late_by_what_its_timer_lacks_to_a_frame(duel: Duel) -> None:
    late_s = frame_at(PLANNED_S) - PLANNED_S
    assert late_s > CLOSE_S
    late = {"samples": 1, **dict.fromkeys(("p50", "p95", "p99", "max"), near(late_s))}
    assert quality(duel) == {
        "repeated": 0,
        "commitLatency": late,
        "commitLatencyInStall": NO_SAMPLES,
        "leadDeviation": {"samples": 1, "max": near(late_s)},
        "leadDeviationInStall": NO_SAMPLES,
        # It was scheduled as soon as it came, and was there too late for the goal.
        "lookahead": {"samples": 0, "others": 1, "shortfall": near(0)},
        "settling": NO_SAMPLES,
    }


@pytest.mark.parametrize("delay_ms", [20, 200])
def test_a_press_is_made_with_its_key_and_leads_from_when_it_works(
    duel: Duel, delay_ms: float
) -> None:
    found = quality(duel, engine={"inputDelayMs": delay_ms})
    late_s = frame_at(PLANNED_S) - PLANNED_S
    assert found["commitLatency"]["max"] == near(late_s)
    assert found["leadDeviation"]["max"] == near(late_s + delay_ms / 1000)


def test_a_press_at_once_is_not_late(duel: Duel) -> None:
    # Faster than the lead allows: decided and pressed in the frame in which it is seen.
    trace = duel(ball(0.5, "a", 60, 400))
    found = trace.metric("presses")
    assert trace.press.scheduled_s is None
    assert found["commitLatency"]["max"] == 0
    contact_s = 0.5 + 50 / 400
    planned_lead_s = trace.press.lead_s
    deviation_s = abs(contact_s - trace.press.at_s - planned_lead_s)
    assert found["leadDeviation"] == {"samples": 1, "max": near(deviation_s)}


@pytest.mark.parametrize("policy", ["stall", "catch_up"])
def test_a_press_in_a_stall_is_set_apart_where_it_has_to_wait(duel: Duel, policy: str) -> None:
    due_s = PLANNED_S - 0.05
    end_s = frame_at(due_s) + 0.18
    trace = duel(ball(0.5, "a", *FAR), hitch(due_s, 0.18), engine={"hitchPolicy": policy})
    found = trace.metric("presses")
    assert trace.press.in_stall
    late_s = (end_s if policy == "stall" else frame_at(PLANNED_S)) - PLANNED_S
    late = {"samples": 1, **dict.fromkeys(("p50", "p95", "p99", "max"), near(late_s))}
    if policy == "stall":
        # As late as the stall left over, and so is the contact nearer: nothing is in excess.
        assert found["commitLatency"] == found["leadDeviation"] == NO_SAMPLES
        assert found["commitLatencyInStall"] == late
        assert found["leadDeviationInStall"] == {
            "samples": 1,
            "max": near(late_s),
            "maxExcess": near(0),
        }
    else:
        assert found["commitLatency"] == late
        assert found["leadDeviation"] == {"samples": 1, "max": near(late_s)}
        assert found["commitLatencyInStall"] == found["leadDeviationInStall"] == NO_SAMPLES


def test_what_comes_late_beyond_the_stall_is_in_excess(duel: Duel) -> None:
    due_s = PLANNED_S - 0.05
    late_s = frame_at(due_s) + 0.18 - PLANNED_S
    found = quality(duel, hitch(due_s, 0.18), engine={"inputDelayMs": 30})
    assert found["commitLatencyInStall"]["max"] == near(late_s)
    assert found["leadDeviationInStall"]["max"] == near(late_s + 0.03)
    assert found["leadDeviationInStall"]["maxExcess"] == near(0.03)


def test_a_threat_that_is_pressed_again_counts_once(duel: Duel) -> None:
    trace = duel(
        ball(0.1, "a", 100, 50), call(0.12, "away"), call(0.2, "back"),
        rule(1.2, "autoparry-enabled", False),
        script=TWICE, options={"safeRadius": 500}, world={"safeRadius": 10},
        engine={"settleLimit": 0.25},
    )  # fmt: skip
    assert len(trace.presses) > 1
    assert {press.name for press in trace.presses} == {"a"}
    found = trace.metric("presses")
    assert found["repeated"] == 1
    assert found["commitLatency"]["samples"] == len(trace.presses)
    # It is still on its way when the run ends.
    assert trace.outcomes == {"a": "unresolved"}
    assert found["leadDeviation"] == NO_SAMPLES


def test_every_press_of_a_threat_is_measured_by_its_contact(duel: Duel) -> None:
    trace = duel(
        ball(0.1, "a", 100, 50), call(0.12, "away"), call(0.2, "back"),
        rule(1.2, "autoparry-enabled", False),
        script=TWICE, options={"safeRadius": 500}, world={"safeRadius": 10},
    )  # fmt: skip
    contact_s = trace.threats["a"]["contactTime"]
    deviations = [abs(contact_s - press.at_s - press.lead_s) for press in trace.presses]
    assert len(deviations) > 1
    assert trace.metric("presses")["leadDeviation"] == {
        "samples": len(deviations),
        "max": near(max(deviations)),
    }


def test_a_threat_that_never_touches_tells_nothing_of_its_lead(duel: Duel) -> None:
    found = quality(duel, world={"destroyOnPress": True})
    assert found["commitLatency"]["samples"] == 1
    assert found["leadDeviation"] == NO_SAMPLES


def test_metrics_that_are_asked_for_on_the_way_are_those_so_far(duel: Duel) -> None:
    trace = duel(
        ball(0.5, "a", *FAR), ball(2.5, "b", *FAR),
        {"at": 0.5, "checkpoint": "none"}, {"at": 2, "checkpoint": "one"},
    )  # fmt: skip
    seen: list[Any] = [trace.record.checkpoints[name].metrics for name in ("none", "one")]
    counts = [metrics["presses"]["leadDeviation"]["samples"] for metrics in seen]
    assert [*counts, trace.metric("presses")["leadDeviation"]["samples"]] == [0, 1, 2]


# A remote that was never there.

UNSENT = "no parry remote attached: 1 press sent no remote event"
ATTACH = (
    "the parry remote was never attached, so nothing was sent about 1 threat; attach it in the"
    ' timeline: {network: {event: "remotes:ParryButtonPress", payload: {available: true}}}'
)


def test_a_remote_that_was_never_attached_is_told_with_what_to_do(duel: Duel) -> None:
    assert duel(ball(0.5, "a", *FAR)).record.warnings == [UNSENT, ATTACH]


def test_threats_alone_are_enough_to_miss_the_remote(duel: Duel) -> None:
    trace = duel(ball(0.5, "a", *FAR), is_on=False)
    assert trace.metric("parries") == 0
    assert trace.record.warnings == [ATTACH]


def test_the_entry_that_the_warning_names_ends_it(duel: Duel) -> None:
    entry = network(0, "remotes:ParryButtonPress", available=True)
    trace = duel(entry, ball(0.5, "a", *FAR))
    assert trace.record.warnings == []
    assert len(trace.section["remoteLog"]) == 1


def test_a_remote_that_went_is_not_one_that_never_was(duel: Duel) -> None:
    entry = network(0.1, "remotes:ParryButtonPress", available=False)
    trace = duel(REMOTE, entry, ball(0.5, "a", *FAR), is_on=False)
    assert trace.section["remoteLog"] == []
    assert trace.record.warnings == []


def test_where_nothing_flies_nobody_misses_the_remote(duel: Duel) -> None:
    assert duel(rule(0.1, "highlight-gate", False)).record.warnings == []
