"""How soon the lead is right again after the input has become slower."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from .duel import REMOTE, Duel, ball, network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Bench

    from .conftest import Probe
    from .duel import Trace

LIMIT_S = 0.010
CLOSE_S = 1e-9
NO_SAMPLES = {"samples": 0}
TUNED = {"autoTuning": {"enabled": True, "intervalSeconds": 0.1, "minSamples": 1}}

# Each step is `"change"`, `"press"`, or `[press, error]`: the threat of that press has touched.
PROBE = """
local Settling = require("worlds.autoparry.settling")
local Probe = {}
function Probe.figures(steps)
	local settling, presses, seen = Settling.new(), {}, {}
	for index = 1, #steps do
		local step = steps[index]
		if step == "change" then
			settling:changed()
		elseif step == "press" then
			presses[#presses + 1] = { settling:pressed() }
		else
			local press = presses[step[1]]
			settling:resolved(press[1], press[2], step[2])
		end
		seen[index] = settling:figures()
	end
	return seen
end
return Probe
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def reference(steps: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the figures after each step."""
    errors: list[float | None] | None = None
    of_press: list[tuple[list[float | None] | None, int]] = []
    for step in steps:
        if step == "change":
            errors = []
        elif step == "press":
            of_press.append((errors, -1 if errors is None else len(errors)))
            if errors is not None:
                errors.append(None)
        else:
            counted, place = of_press[step[0] - 1]
            if counted is not None:
                counted[place] = step[1]
        known = [(n, e) for n, e in enumerate(errors or (), 1) if e is not None]
        found: dict[str, Any] = {"samples": len(known)}
        right = [n for n, _ in known if all(abs(e) <= LIMIT_S for later, e in known if later >= n)]
        if known:
            found["leadError"] = known[-1][1]
        if right:
            found["presses"] = right[0]
        yield found


@pytest.fixture(scope="module")
def settlings(probe_of: Callable[..., Probe]) -> Probe:
    return probe_of("settling", PROBE)


def test_the_figures_are_those_of_a_plain_count(settlings: Probe) -> None:
    chance = random.Random(3)
    for _ in range(40):
        steps: list[Any] = []
        open_presses: list[int] = []
        made = 0
        for _ in range(chance.randrange(1, 40)):
            kind = chance.choice(("change", "press", "press", "press", "touch", "touch"))
            if kind == "press":
                made += 1
                open_presses.append(made)
            if kind != "touch":
                steps.append(kind)
            elif open_presses:
                press = open_presses.pop(chance.randrange(len(open_presses)))
                steps.append([press, chance.choice((0.001, -0.0099, 0.0101, -0.06))])
        found = settlings("figures", steps)
        assert list(found or ()) == list(reference(steps)), steps


def test_the_limit_itself_is_right(settlings: Probe) -> None:
    for error_s, presses in ((0.01, 1), (-0.01, 1), (0.0100001, None)):
        steps = ["change", "press", [1, error_s]]
        found = settlings("figures", steps)
        assert found[-1].get("presses") == presses


def settling(trace: Trace) -> Any:
    return trace.metric("presses")["settling"]


def row(delays: list[tuple[float, float]]) -> list[Any]:
    """Return balls 1.4 s apart, and changes of the delay in milliseconds."""
    balls = [ball(0.1 + 1.4 * n, f"b{n}", 150, 160) for n in range(6)]
    return [REMOTE, *balls, *(network(at_s, "input:delay", ms=ms) for at_s, ms in delays)]


def test_without_a_change_of_the_delay_there_is_nothing_to_count_from(duel: Duel) -> None:
    assert settling(duel(*row([]))) == NO_SAMPLES
    # Neither a delay from the start nor the same one again is a change.
    trace = duel(*row([(0, 40), (2, 40)]), engine={"inputDelayMs": 40})
    assert settling(trace) == NO_SAMPLES


def test_a_delay_that_nothing_learns_of_stays_in_every_lead(duel: Duel) -> None:
    trace = duel(*row([(4.0, 60)]), options={"smartTuning": True})
    found = settling(trace)
    after = [press for press in trace.presses if press.at_s > 4.0]
    assert found["samples"] == len(after) == 3
    last = after[-1]
    true_lead_s = trace.threats[last.name]["contactTime"] - (last.at_s + 0.06)
    assert found["leadError"] == pytest.approx(true_lead_s - last.lead_s, abs=CLOSE_S)
    assert found["leadError"] < -0.05
    assert "presses" not in found


def test_tuning_makes_up_for_a_delay_and_is_no_error_of_the_lead(duel: Duel) -> None:
    trace = duel(*row([(2.6, 60)]), options=TUNED)
    found = settling(trace)
    assert found["samples"] == 4
    assert found["presses"] <= 3
    assert abs(found["leadError"]) <= LIMIT_S
    # The last lead was planned longer by what tuning has added; the true one is as before.
    first, last = trace.presses[0], trace.presses[-1]
    true_leads = [
        trace.threats[press.name]["contactTime"] - press.at_s - delay_s
        for press, delay_s in ((first, 0), (last, 0.06))
    ]
    assert last.lead_s - first.lead_s > 0.04
    assert true_leads[1] == pytest.approx(true_leads[0], abs=LIMIT_S)


def test_the_count_begins_again_with_the_last_change(duel: Duel) -> None:
    trace = duel(*row([(2.6, 60), (5.4, 0)]), options={"smartTuning": True})
    found = settling(trace)
    # The input is as fast as it was: the first press already is right.
    assert (found["samples"], found["presses"]) == (2, 1)
