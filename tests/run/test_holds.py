"""What a world says at the end of a hold stands in the row of the entry that began it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.records.models import RunRecord

WATCHED = """
W.describe = { actions = { go = {}, player = {} } }
function W:begin() self.gone = 0 end
function W:apply(action)
    if action.args.action == "observe-telemetry" then
        return true, { at = self.env.clock.now(), gone = self.gone }
    end
    self.gone = self.gone + 1
    return true
end
function W:step() end
"""


def hold(at: float, duration: float) -> dict[str, Any]:
    return {"at": at, "kind": "player", "action": "observe-telemetry", "duration": duration}


def go(at: float) -> dict[str, Any]:
    return {"at": at, "action": "go"}


def ends(record: RunRecord) -> list[Any]:
    """Return what the world said of each hold."""
    return [row.get("details") for row in record.events if row["event"] == "player-action"]


def test_each_hold_has_what_the_world_said_at_its_end(stage: Stage) -> None:
    record = stage.play(WATCHED, [hold(0.25, 0.25), go(0.75), hold(1, 0.5)])
    assert ends(record) == [{"at": 0.5, "gone": 0}, {"at": 1.5, "gone": 1}]
    assert [row["at_s"] for row in record.events] == [0.25, 0.75, 1]


@pytest.mark.parametrize("second_s", [0.25, 0.5, 0.625])
def test_a_hold_inside_another_ends_after_it(stage: Stage, second_s: float) -> None:
    record = stage.play(WATCHED, [hold(0.25, 0.5), hold(second_s, 0.25)])
    assert ends(record) == [{"at": 0.75, "gone": 0}, {"at": 1, "gone": 0}]


def test_the_world_is_asked_before_what_was_kept_back_happens(stage: Stage) -> None:
    record = stage.play(WATCHED, [hold(0.25, 0.5), go(0.5), go(0.75), hold(0.75, 0.25), go(0.8)])
    assert ends(record) == [{"at": 0.75, "gone": 0}, {"at": 1, "gone": 2}]


@pytest.mark.parametrize(("policy", "end_s"), [("stall", 1), ("catch_up", 0.75)])
def test_a_hold_that_a_stall_delays_ends_as_much_later(
    stage: Stage, policy: str, end_s: float
) -> None:
    timeline = [{"at": 0.25, "hitch": 0.5}, hold(0.5, 0.25)]
    record = stage.play(WATCHED, timeline, config={"engine": {"hitchPolicy": policy}})
    assert ends(record) == [{"at": end_s, "gone": 0}]


def test_a_run_that_a_limit_ends_inside_a_hold_has_its_row_without_more(stage: Stage) -> None:
    timeline = [hold(0.25, 0.25), hold(0.75, 0.5), go(1)]
    whole = stage.play(WATCHED, timeline)
    assert ends(whole) == [{"at": 0.5, "gone": 0}, {"at": 1.25, "gone": 0}]
    cut = stage.play(WATCHED, timeline, limits={"frames": 240})
    assert (cut.outcome.status, cut.outcome.reason) == ("limit", "frames")
    assert ends(cut) == [{"at": 0.5, "gone": 0}, None]


def test_an_error_at_the_end_of_a_hold_names_its_entry(stage: Stage) -> None:
    body = """
    W.describe = { actions = { player = {} } }
    function W:apply() error("no telemetry", 0) end
    function W:step() end
    """
    outcome = stage.play(body, [hold(0.25, 0.5)]).outcome
    assert (outcome.status, outcome.message, outcome.virtual_s) == (
        "world_error", "no telemetry", 0.75,
    )  # fmt: skip
    where: Any = outcome.where
    assert (where["event"], where["dispatching"], where["at_s"]) == (
        "player-action", "apply(player)", 0.75,
    )  # fmt: skip
