"""What a world learns about the entry that it is given, and about the hitches so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Stage

TIMES = """
W.describe = { actions = { go = {}, player = {}, rule = {}, network = {}, threat = {} } }
function W:apply(action)
    self.seen[#self.seen + 1] = {
        name = action.args.action or action.args.rule or action.name,
        at = action.at_s, due = action.due_s, now = self.env.clock.now(),
    }
    return true
end
function W:metrics() return { seen = self.seen } end
function W:step() end
"""

THREAT = {"kind": "threat", "position": [0, 0, 0]}


def told(stage: Stage, timeline: list[dict[str, Any]], **keys: Any) -> list[tuple[Any, ...]]:
    seen = stage.seen(TIMES, timeline=timeline, **keys)["seen"]
    return [(row["name"], row["at"], row["due"], row["now"]) for row in seen]


def test_an_entry_of_any_kind_says_when_it_was_authored_and_due(stage: Stage) -> None:
    assert told(
        stage,
        [
            {"at": -0.5, "action": "go"},
            {"at": 0.1, "kind": "player", "action": "jump"},
            {"at": 0.2, "kind": "rule", "rule": "gravity", "value": 1},
            {"at": 0.3, "kind": "network", "event": "lag"},
            {"at": 0.4, **THREAT},
        ],
    ) == [
        ("go", -0.5, 0, 0),
        ("jump", 0.1, 0.1, 0.1),
        ("gravity", 0.2, 0.2, 0.2),
        ("network", 0.3, 0.3, 0.3),
        ("threat", 0.4, 0.4, 0.4),
    ]


def test_a_stall_makes_an_entry_late_and_a_hold_makes_it_due_later(stage: Stage) -> None:
    timeline = [
        {"at": 0.1, "hitch": 0.2},
        {"at": 0.15, "action": "go"},
        {"at": 1, "kind": "player", "action": "observe-telemetry", "duration": 0.5},
        {"at": 1.2, "action": "go"},
    ]
    late, watched, held = told(stage, timeline)
    assert late[1:3] == (0.15, 0.15)
    assert late[3] == pytest.approx(0.3)
    # What waits for the end of its own hold is due then.
    assert watched == ("observe-telemetry", 1, 1.5, 1.5)
    assert held == ("go", 1.2, 1.5, 1.5)


def test_a_hitch_that_a_hold_kept_back_is_due_when_the_hold_ends(stage: Stage) -> None:
    timeline = [
        {"at": 0.2, "kind": "player", "action": "observe-telemetry", "duration": 0.5},
        {"at": 0.3, "hitch": 0.1},
    ]
    record = stage.play(TIMES, timeline)
    (hitch,) = record.sections["timeline"]["hitches"]
    assert (hitch["time"], hitch["dispatchedAt"]) == pytest.approx((0.7, 0.7))


def test_the_bench_acts_and_a_world_that_declares_player_is_told(stage: Stage) -> None:
    timeline: list[dict[str, Any]] = [
        {"at": 0.1, "kind": "player", "action": "inject-hitch", "duration": 0.2},
        {"at": 0.2, "kind": "player", "action": "observe-telemetry", "parameters": {"duration": 1}},
        {"at": 0.5, "kind": "player", "action": "jump"},
    ]
    record = stage.play(TIMES, timeline)
    assert [row["name"] for row in (record.metrics or {})["seen"]] == [  # type: ignore[index,call-overload,union-attr]
        "inject-hitch", "observe-telemetry", "jump",
    ]  # fmt: skip
    section = record.sections["timeline"]
    assert section["hitches"][0]["magnitude"] == 0.2  # type: ignore[index,call-overload]
    hitch, watch, jump = record.events
    assert hitch["details"] == {"hitchDuration": 0.2}
    assert watch["at_s"] == pytest.approx(0.3)
    assert jump["held_until_s"] == pytest.approx(1.3)


@pytest.mark.parametrize(
    ("entry", "subject"),
    [
        ({"kind": "player", "action": "jump"}, "player-action jump"),
        ({"kind": "player", "action": "inject-hitch", "duration": 0.1},
            "player-action inject-hitch"),
        ({"kind": "player", "action": "observe-telemetry", "duration": 0.1},
            "player-action observe-telemetry"),
        ({"kind": "rule", "rule": "gravity", "value": 1}, "rule-toggle gravity"),
        ({"kind": "network", "event": "lag"}, "network lag"),
        (THREAT, "spawn-threat threat-1"),
    ],
)  # fmt: skip
def test_a_refusal_of_any_kind_fails_the_scenario(
    stage: Stage, entry: dict[str, Any], subject: str
) -> None:
    body = """
    function W:apply(action) return nil, "no", "not " .. action.name end
    W.describe = { actions = { player = {}, rule = {}, network = {}, threat = {} } }
    function W:step() end
    """
    verdict = stage.judge(body, [{"at": 0, **entry}])
    assert verdict.passed is False
    assert [finding.check for finding in verdict.findings] == ["refused"]
    message = verdict.findings[0].message
    assert message.startswith(f"{subject} at 0.000 s was refused with code no (not ")
    assert verdict.findings[0].where.path == "timeline[1]"


HITCHES = """
function W:step() end
function W:substep()
    if self.env.hitches:count() == 1 and self.seen.open == nil then
        local row = self.env.hitches:row(1)
        self.seen.open = row.endedAt == nil
    end
end
function W:go()
    local hitches = self.env.hitches
    local row = hitches.row(1)
    row.magnitude = 99
    self.seen.count, self.seen.none, self.seen.row = hitches.count(), hitches:row(2), hitches:row(1)
end
"""


@pytest.mark.parametrize("policy", ["stall", "catch_up"])
def test_a_world_can_look_at_the_hitches_so_far(stage: Stage, policy: str) -> None:
    timeline = [{"at": 0.1, "hitch": 0.25}, {"at": 0.5, "action": "go"}]
    seen = stage.seen(HITCHES, timeline=timeline, config={"engine": {"hitchPolicy": policy}})
    assert seen["row"].pop("endedAt") == pytest.approx(0.35)
    assert seen == {
        "open": True,
        "count": 1,
        "row": {"time": 0.1, "dispatchedAt": 0.1, "magnitude": 0.25},
    }
