"""What the events of a plan do to `autoparry`, and what they say when they are in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .theatre import Theatre

if TYPE_CHECKING:
    from conftest import Bench

    from engine_harness.records.models import RunRecord

Entry = dict[str, Any]

ON: Entry = {"at": 0, "kind": "rule", "rule": "autoparry-enabled", "value": True}
REMOTE: Entry = {
    "at": 0,
    "kind": "network",
    "event": "remotes:ParryButtonPress",
    "payload": {"available": True},
}


def rule(at: float, name: str, value: Any) -> Entry:
    return {"at": at, "kind": "rule", "rule": name, "value": value}


def network(at: float, event: str, **payload: Any) -> Entry:
    return {"at": at, "kind": "network", "event": event, "payload": payload}


def player(at: float, action: str, **keys: Any) -> Entry:
    return {"at": at, "kind": "player", "action": action, **keys}


def configure(at: float, action: str = "configure", **overrides: Any) -> Entry:
    return player(at, action, parameters={"overrides": overrides})


def threat(at: float, name: str = "a", **spawn: Any) -> Entry:
    """Return a threat that touches the sphere 0.95 s after its start."""
    spawn = {"position": [0, 0, 200], "velocity": [0, 0, -200], **spawn}
    return {"at": at, "kind": "threat", "id": name, **spawn}


class Play:
    """Plays timelines on the shipped world."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def __call__(self, *timeline: Entry, **keys: Any) -> RunRecord:
        record = self.bench.play(list(timeline), world="autoparry", **keys)
        assert record.outcome.status == "completed", record.outcome
        return record

    def warnings(self, *timeline: Entry) -> list[str]:
        return self(*timeline).warnings

    def config(self, *timeline: Entry, **keys: Any) -> dict[str, Any]:
        """Return the configuration at the end."""
        return config_of(self(*timeline, **keys))


@pytest.fixture(scope="module")
def play(shared_bench: Bench) -> Play:
    return Play(shared_bench)


def config_of(record: RunRecord) -> dict[str, Any]:
    section: Any = record.sections["autoparry"]
    config: dict[str, Any] = section["autoparry"]["config"]
    return config


def metric(record: RunRecord, name: str) -> Any:
    assert record.metrics is not None
    return record.metrics[name]


def planned(record: RunRecord, kind: str) -> list[tuple[Any, Any]]:
    """Return what the rows of one kind of event say: how they were refused, and details."""
    return [
        (row.get("refused"), row.get("details"))
        for row in record.events
        if row["source"] == "plan" and row["event"] == kind
    ]


def recorded(record: RunRecord, name: str) -> list[Any]:
    """Return the rows of one kind of event that the world has recorded."""
    return [row for row in record.events if row["source"] == "world" and row["event"] == name]


def outcomes(record: RunRecord) -> dict[str, tuple[Any, Any]]:
    rows = recorded(record, "outcome")
    return {
        row["fields"]["id"]: (row["fields"]["outcome"], row["fields"].get("contact_s"))
        for row in rows
    }


def stages(record: RunRecord) -> list[tuple[float, str]]:
    return [(row["at_s"], row["fields"]["stage"]) for row in recorded(record, "status")]


# Threats.


def test_a_spawn_says_its_id_and_tags(play: Play) -> None:
    record = play(threat(0.1, "a", tags=["milestone", "x"]), threat(0.2, "b"))
    assert planned(record, "spawn-threat") == [
        (None, {"id": "a", "tags": ["milestone", "x"]}),
        (None, {"id": "b"}),
    ]
    assert metric(record, "threats") == 2


def test_an_id_that_is_alive_is_refused_with_a_warning(play: Play) -> None:
    # The loader forbids it, so a second threat with the same id comes as an action.
    again = {
        "at": 0.2,
        "action": "threat",
        "args": {"id": "a", "position": [0, 0, 50], "velocity": [0, 0, -50]},
    }
    later = {**again, "at": 2}
    record = play(threat(0.1), again, later, network(0, "remotes:ParryButtonPress"))
    assert record.warnings == ["threat id 'a' is already alive (timeline[2])"]
    assert planned(record, "action") == [(None, {"id": "a", "refused": True}), (None, {"id": "a"})]
    assert metric(record, "threats") == 2
    assert [row["fields"]["id"] for row in recorded(record, "outcome")] == ["a", "a"]


def test_a_threat_with_bad_attributes_is_refused(play: Play) -> None:
    record = play(threat(0.1, attributes={"curvature": 0.1}))
    ((refused, details),) = planned(record, "spawn-threat")
    assert refused["code"] == "bad_attribute"
    assert refused["message"].startswith("attribute axis must be ")
    assert details is None
    assert metric(record, "threats") == 0


@pytest.mark.parametrize("policy", ["stall", "catch_up"])
def test_a_threat_starts_when_it_was_due_whatever_hitches_do(play: Play, policy: str) -> None:
    hitch = {"at": 0.4, "hitch": 0.3}
    record = play(hitch, threat(0.5), config={"engine": {"hitchPolicy": policy}})
    section: Any = record.sections["autoparry"]
    (row,) = section["threats"]
    activated_s = 0.7 if policy == "stall" else 0.5
    assert (row["time"], row["activatedAt"]) == (0.5, pytest.approx(activated_s))
    assert outcomes(record)["a"] == ("missed", pytest.approx(1.45, abs=1e-6))


def test_a_threat_that_was_held_starts_at_the_end_of_the_hold(play: Play) -> None:
    record = play(player(0.2, "observe-telemetry", duration=0.5), threat(0.5), threat(0.7, "b"))
    assert outcomes(record) == {
        "a": ("missed", pytest.approx(1.65, abs=1e-6)),
        "b": ("missed", pytest.approx(1.65, abs=1e-6)),
    }
    rows = [row for row in record.events if row["event"] == "spawn-threat"]
    assert [(row["at_s"], row.get("held_until_s")) for row in rows] == [(0.7, 0.7), (0.7, None)]


# Rules.


def test_enabling_counts_each_switch_and_means_true_alone(play: Play) -> None:
    not_true, on_again = rule(0.1, "autoparry-enabled", 1), rule(2, "autoparry-enabled", True)
    record = play(ON, not_true, threat(0.2), on_again)
    assert (metric(record, "autoparryEnabled"), metric(record, "parries")) == (3, 0)
    on = play(ON, threat(0.2))
    assert (metric(on, "autoparryEnabled"), metric(on, "parries")) == (1, 1)


@pytest.mark.parametrize("name", ["highlight-gate", "highlight"])
def test_without_the_highlight_nothing_is_pressed(play: Play, name: str) -> None:
    off = play(ON, REMOTE, rule(0, name, False), threat(0.1))
    back = play(ON, REMOTE, rule(0, name, False), rule(0.3, name, True), threat(0.1))
    for record, toggles, parries in ((off, 1, 0), (back, 2, 1)):
        assert metric(record, "highlightToggles") == toggles
        assert metric(record, "parries") == parries
        assert record.warnings == []


@pytest.mark.parametrize(
    ("name", "counts_as"),
    [
        ("autoparry-enabled", "false"), ("highlight-gate", "true"),
        ("balls-folder-present", "true"),
    ],
)  # fmt: skip
def test_a_value_that_is_neither_true_nor_false_is_told(
    play: Play, name: str, counts_as: str
) -> None:
    assert play.warnings(ON, rule(0.1, name, "yes")) == [
        f"rule '{name}': the value must be true or false, got \"yes\";"
        f" it counts as {counts_as} (timeline[2])"
    ]


def test_a_rule_that_is_misspelt_is_told_with_what_may_be_meant(play: Play) -> None:
    assert play.warnings(rule(0, "autoparry-enable", True)) == [
        "Unhandled rule 'autoparry-enable'; did you mean 'autoparry-enabled'? (timeline[1])"
    ]


def test_slips_in_attributes_are_told(play: Play) -> None:
    attributes = {"realball": False, "realBall": "no", "colour": "red"}
    remote = network(0, "remotes:ParryButtonPress")
    assert play.warnings(threat(0, attributes=attributes), remote) == [
        "threat 'a': attribute 'realball' is only carried; did you mean 'realBall'? (timeline[1])",
        "threat 'a': attribute realBall must be true or false, got \"no\"; it counts as true"
        " (timeline[1])",
    ]


def test_a_drop_of_the_highlight_counts_from_its_event(play: Play) -> None:
    # Both changes happen inside one stall: the frame callback sees the highlight on both sides.
    drop, pulse = rule(1.01, "highlight-gate", False), rule(1.1, "highlight-gate", True)
    snapshot = player(1.3, "snapshot-targeting-safe")
    timeline = [ON, threat(0), {"at": 1.0, "hitch": 0.2}, drop, pulse, snapshot]
    record = play(*timeline, config={"engine": {"hitchPolicy": "catch_up"}})
    state = planned(record, "player-action")[-1][1]["targetingSafeState"]
    assert state["active"] is False
    assert state["reason"] == "retargeted"


def test_an_absent_balls_folder_hides_threats_that_keep_moving(play: Play) -> None:
    absent, present = (rule(at, "balls-folder-present", at > 0.5) for at in (0.1, 0.6))
    hidden = play(ON, threat(0.05), absent, threat(0.2, "b"))
    assert metric(hidden, "parries") == 0
    assert outcomes(hidden) == {
        "a": ("missed", pytest.approx(1.0, abs=1e-6)),
        "b": ("missed", pytest.approx(1.15, abs=1e-6)),
    }
    shown = play(ON, threat(0.05), absent, threat(0.2, "b"), present)
    assert {outcome for outcome, _ in outcomes(shown).values()} == {"parried"}
    assert (0.1, "restarting") in stages(shown)
    assert (0.6, "ready") in stages(shown)


def test_the_folder_is_called_what_the_options_say(play: Play) -> None:
    names = {"ballsFolderName": "Shots", "targetHighlightName": "Mark"}
    for timeline, config in (([configure(0, **names)], {}), ([], {"autoparry": names})):
        record = play(*timeline, ON, threat(0.1), config=config)
        assert [stage for _, stage in stages(record)].count("restarting") == 0
        assert metric(record, "parries") == 1


def test_another_rule_is_a_warning_and_stays_in_the_log(play: Play) -> None:
    record = play(rule(0, "gravity", 9.81))
    assert record.warnings == ["Unhandled rule 'gravity' (timeline[1])"]
    assert planned(record, "rule-toggle") == [(None, None)]


# Network.


def test_the_parry_remote_is_attached_and_detached(play: Play) -> None:
    event = "remotes:ParryButtonPress"
    record = play(
        ON, network(0, event), network(0, event, available=True), threat(0.1),
        network(1.2, event, available=False), network(1.2, event, available=False),
        network(1.6, event, available=1), threat(1.7, "b"),
    )  # fmt: skip
    assert (metric(record, "parries"), metric(record, "remoteEvents")) == (2, 2)
    assert [at for at, stage in stages(record) if stage == "restarting"] == [1.2]
    assert [at for at, stage in stages(record) if stage == "ready"] == [0, 1.6]
    answers = [row["fields"]["id"] for row in recorded(record, "parry-success")]
    assert answers == ["a", "b"]


@pytest.mark.parametrize("kind", ["RemoteEvent", "RemoteFunction", "BindableFunction"])
def test_the_parry_remote_may_be_of_another_kind(play: Play, kind: str) -> None:
    record = play(ON, network(0, "remotes:ParryButtonPress", kind=kind), threat(0.1))
    assert metric(record, "remoteEvents") == 1


def test_an_unknown_kind_of_remote_is_a_warning(play: Play) -> None:
    assert play.warnings(network(0, "remotes:ParryButtonPress", kind="Radio")) == [
        'remotes:ParryButtonPress: payload.kind: Instance.new: unknown class "Radio"; the remote '
        "stays as it is (timeline[1])"
    ]


def test_the_ping_delays_the_answer(play: Play) -> None:
    def delay(*events: Entry) -> Any:
        record = play(ON, REMOTE, *events, threat(0.5))
        (answer,), (press,) = recorded(record, "parry-success"), recorded(record, "press")
        return answer["at_s"] - press["at_s"]

    assert delay() == pytest.approx(0.0475, abs=1 / 240)
    assert delay(network(0.1, "stats:ping", ms=200)) == pytest.approx(0.1, abs=1 / 240)
    assert delay(network(0.1, "stats:ping", ms=0)) == 0


def test_the_input_delay_delays_the_effect(play: Play) -> None:
    record = play(ON, REMOTE, network(0.1, "input:delay", ms=100), threat(0.5))
    (answer,), (press,) = recorded(record, "parry-success"), recorded(record, "press")
    assert answer["at_s"] - press["at_s"] == pytest.approx(0.1475, abs=1 / 240)


@pytest.mark.parametrize(
    ("event", "payload", "message"),
    [
        ("stats:ping", {}, "a number >= 0, got nothing; it stays at 95 ms"),
        ("stats:ping", {"ms": -1}, "a number >= 0, got -1; it stays at 95 ms"),
        ("stats:ping", {"ms": "fast"}, 'a number >= 0, got "fast"; it stays at 95 ms'),
        ("stats:ping", {"ms": None}, "a number >= 0, got null; it stays at 95 ms"),
        ("input:delay", {}, "a number from 0 to 500, got nothing; it stays at 20 ms"),
        ("input:delay", {"ms": 501}, "a number from 0 to 500, got 501; it stays at 20 ms"),
        ("input:delay", {"ms": [1]}, "a number from 0 to 500, got a list; it stays at 20 ms"),
        ("input:delay", {"ms": True}, "a number from 0 to 500, got true; it stays at 20 ms"),
    ],
)
def test_a_bad_number_of_milliseconds_changes_nothing(
    play: Play, event: str, payload: dict[str, Any], message: str
) -> None:
    delayed = {"engine": {"inputDelayMs": 20}}
    record = play(ON, REMOTE, network(0, event, **payload), threat(0.5), config=delayed)
    assert record.warnings == [f"{event}: payload.ms must be {message} (timeline[3])"]
    (answer,), (press,) = recorded(record, "parry-success"), recorded(record, "press")
    assert answer["at_s"] - press["at_s"] == pytest.approx(0.0675, abs=1 / 240)


def test_another_network_event_is_a_warning(play: Play) -> None:
    assert play.warnings(network(0, "stats:fps", ms=1)) == [
        "Unhandled network event 'stats:fps' (timeline[1])"
    ]


# The player.


def test_configure_takes_over_absolute_and_relative_values(play: Play) -> None:
    config = play.config(
        configure(0, cooldown=0.3, oscillationSpamBurstGap=None),
        configure(0.1, cooldown="default + 0.5", minSpeed="default - 2", pingOffset="default"),
        config={"autoparry": {"pingOffset": 0.01}},
    )
    assert config["cooldown"] == pytest.approx(0.8)
    assert (config["minSpeed"], config["pingOffset"]) == (8, 0.01)
    assert "oscillationSpamBurstGap" not in config
    assert config["maxTTI"] == 0.55


@pytest.mark.parametrize(
    ("parameters", "got"),
    [
        (None, "nothing"),
        ({"overrides": [1]}, "a list"),
        ({"overrides": "all"}, '"all"'),
        ({"overrides": None}, "null"),
    ],
)
@pytest.mark.parametrize("action", ["configure", "configure-invalid"])
def test_overrides_must_be_a_map(play: Play, action: str, parameters: Any, got: str) -> None:
    entry = player(0, action, **({"parameters": parameters} if parameters else {}))
    assert play.warnings(entry) == [
        f"{action}: parameters.overrides must be a map, got {got} (timeline[1])"
    ]


@pytest.mark.parametrize("action", ["configure", "configure-invalid"])
def test_an_override_that_stands_for_nothing_is_no_call(play: Play, action: str) -> None:
    record = play(configure(0, action, cooldown="default * 2", minSpeed=50))
    assert record.warnings == [
        f'{action}: parameters.overrides.cooldown: "default * 2" stands for no value; allowed: '
        '"default", "default + n" or "default - n" with a decimal number n >= 0 (timeline[1])'
    ]
    assert planned(record, "player-action") == [(None, None)]
    config = config_of(record)
    assert (config["cooldown"], config["minSpeed"]) == (0.1, 10)


def test_a_rejected_configure_is_a_warning_and_changes_nothing(play: Play) -> None:
    record = play(configure(0, cooldown=0.4, zeal=1))
    assert record.warnings == [
        "AutoParry.configure: unknown option 'zeal'; got 1; allowed: an option of AutoParry"
        " (timeline[1])"
    ]
    config = config_of(record)
    assert config["cooldown"] == 0.1


def test_what_is_expected_to_fail_and_fails_says_how(play: Play) -> None:
    record = play(configure(0, "configure-invalid", cooldown=-1, minSpeed=50))
    assert record.warnings == []
    assert planned(record, "player-action") == [
        (None, {"message": "AutoParry.configure: invalid value for 'cooldown'"})
    ]
    config = config_of(record)
    assert config["minSpeed"] == 10


def test_what_is_expected_to_fail_and_is_accepted_is_undone_and_fails(play: Play) -> None:
    timeline = [
        configure(0, pressLookaheadGoal=None, cooldown=0.7),
        configure(
            0.1, "configure-invalid", cooldown=0.3, pressLookaheadGoal=0.5, smartTuning=False,
            remoteQueueGuards=["A"], ballsFolderName="Shots",
        ),
    ]  # fmt: skip
    record = play(*timeline)
    message = "configure-invalid overrides were accepted unexpectedly"
    assert record.warnings == [message]
    refused = {"code": "configure-invalid-accepted", "message": message}
    assert planned(record, "player-action")[1] == (refused, None)
    assert config_of(record) == play.config(timeline[0])
    verdict = play.bench.judge(timeline, world="autoparry")
    assert not verdict.passed
    assert [finding.check for finding in verdict.findings] == ["refused"]


def test_a_refusal_that_has_changed_something_names_it(shared_bench: Bench) -> None:
    body = """
    local Config = require("worlds.autoparry.controller.config")
    local PlayerActions = require("worlds.autoparry.player_actions")
    function W:begin()
        local config = Config.new(self.env.null)
        self.controller = { api = {
            getConfig = function() return config:copy() end,
            -- Takes over what it refuses.
            configure = function(overrides)
                config:configure(overrides)
                config.values.pressLookaheadGoal = nil
                error("no", 0)
            end,
        } }
    end
    function W:go()
        local overrides = { smartTuning = { minSlack = 0.001 }, cooldown = 0.1, minSpeed = 7 }
        local args = { action = "configure-invalid", parameters = { overrides = overrides } }
        self:log(PlayerActions.apply(self, { name = "player", args = args }))
    end
    """
    assert Theatre(shared_bench).play(body, (0, "go")) == [
        "nil configuration-changed configure-invalid was refused (no) and has changed minSpeed, "
        "pressLookaheadGoal, smartTuning"
    ]


def test_reset_config_is_back_to_the_defaults(play: Play) -> None:
    changed = configure(0, cooldown=0.4, ballsFolderName="Shots")
    record = play(changed, player(0.1, "reset-config"), ON, threat(0.2))
    assert config_of(record) == play.config(ON)
    assert metric(record, "parries") == 1
    assert "restarting" not in [stage for _, stage in stages(record)]


def test_the_guard_can_be_seen_and_cleared(play: Play) -> None:
    record = play(
        ON, threat(0), player(0.9, "snapshot-targeting-safe"),
        player(0.9, "clear-targeting-safe", parameters={"reason": "enough"}),
        player(2, "clear-targeting-safe"),
    )  # fmt: skip
    (_, seen), (_, cleared), (_, default) = planned(record, "player-action")
    assert seen["targetingSafeState"]["active"] is True
    assert seen["targetingSafeState"]["ballId"] == "a"
    assert cleared["targetingSafeCleared"] == {
        "active": False,
        "clearedAt": pytest.approx(0.9),
        "reason": "enough",
    }
    assert default["targetingSafeCleared"]["reason"] == "manual-clear"


def test_hitches_and_holds_are_the_drivers(play: Play) -> None:
    hold = player(0.5, "observe-telemetry", duration=0.3)
    record = play(player(0, "inject-hitch", duration=0.2), hold)
    assert record.warnings == []
    assert planned(record, "player-action")[0] == (None, {"hitchDuration": 0.2})
    assert metric(record, "hitches") == 1


def test_another_action_is_a_warning(play: Play) -> None:
    record = play(player(0, "dance"))
    assert record.warnings == ["Unhandled player action 'dance' (timeline[1])"]
    assert planned(record, "player-action") == [(None, None)]
