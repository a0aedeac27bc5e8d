"""What the world answered to an entry is one of the fields of its event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench

WORLD = """
local W = {} W.__index = W
W.describe = { actions = { look = {}, nod = {} } }
function W.new() return setmetatable({}, W) end
function W:apply(action)
    if action.name == "look" then return true, { seen = { count = 2, name = "orc" } } end
    return true
end
function W:step() end
function W:metrics() return { hp = 1 } end
return W
"""
LOOK = {"at": 0, "action": "look"}


@pytest.mark.parametrize(
    ("where", "is_kept"),
    [
        ({"details.seen.count": 2}, True),
        ({"details.seen.count": {"min": 2}, "details.seen.name": "orc"}, True),
        ({"details.seen.count": 3}, False),
        ({"details.heard.count": 2}, False),
    ],
)
def test_a_rule_may_look_into_details(
    shared_bench: Bench, where: dict[str, Any], is_kept: bool
) -> None:
    world = shared_bench.world("looker", WORLD)
    rule = {"event": "action", "where": {"name": "look", **where}, "count": 1}
    verdict = shared_bench.judge([LOOK], world=world, expect_events=[rule])
    assert verdict.passed == is_kept


def test_an_event_without_an_answer_has_no_details(shared_bench: Bench) -> None:
    world = shared_bench.world("looker", WORLD)
    rule = {"event": "action", "where": {"name": "nod", "details.seen.count": 2}, "count": 0}
    timeline = [LOOK, {"at": 0, "action": "nod"}]
    assert shared_bench.judge(timeline, world=world, expect_events=[rule]).passed
