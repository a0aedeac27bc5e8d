"""Timeline entries: every form of every kind, and the forms that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.manifest.drivers import (
    ActionEntry,
    CheckpointEntry,
    ExpectEntry,
    HitchEntry,
    MacroEntry,
    NetworkEntry,
    PlayerEntry,
    RuleEntry,
    ThreatEntry,
)

if TYPE_CHECKING:
    from .conftest import Desk

HEAD = "metadata: {id: one, label: One}\nworld: "


def manifest(*entries: str, world: str = "pit") -> str:
    return HEAD + world + "\ntimeline:\n" + "".join(f"  - {entry}\n" for entry in entries)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{at: 0.5, action: jump}", ActionEntry(at_s=0.5, index=1, name="jump")),
        (
            "{time: '1e-1', action: jump, args: {height: 2.5, times: 3}, notes: n}",
            ActionEntry(
                at_s=0.1, index=1, name="jump", args={"height": 2.5, "times": 3}, notes="n"
            ),
        ),
        (
            "{at: 1, action: give, args: {items: [], note: {}}, refused: true}",
            ActionEntry(at_s=1, index=1, name="give", args={"items": [], "note": {}}, refused=True),
        ),
        (
            "{at: 1, action: say, args: {text: a, loud: false}, refused: hoarse}",
            ActionEntry(
                at_s=1, index=1, name="say", args={"text": "a", "loud": False}, refused="hoarse"
            ),
        ),
        ("{at: 1, hitch: 0.18}", HitchEntry(at_s=1, index=1, duration_s=0.18)),
        (
            "{at: 1, hitch: 0.18, jitter: 0.1}",
            HitchEntry(at_s=1, index=1, duration_s=0.18, jitter_s=0.1),
        ),
        (
            "{at: 1, hitch: 0.18, jitter: 0}",
            HitchEntry(at_s=1, index=1, duration_s=0.18, jitter_s=0),
        ),
        ("{at: 1, checkpoint: mid}", CheckpointEntry(at_s=1, index=1, name="mid")),
        (
            "{at: 1, expect: {hp: {min: 1}, score: null, lane.left: {eq: [1]}}}",
            ExpectEntry(
                at_s=1,
                index=1,
                expect={"hp": {"min": 1}, "score": {"eq": None}, "lane.left": {"eq": [1]}},
            ),
        ),
    ],
)
def test_the_entries_of_any_world(desk: Desk, entry: str, expected: Any) -> None:
    assert desk.one(manifest(entry)).timeline == (expected,)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "{at: 1, kind: THREAT, id: a, position: [1, 2, 3]}",
            ThreatEntry(at_s=1, index=1, id="a", position=(1, 2, 3)),
        ),
        (
            "{at: 1, threat: {spawn: {position: {X: 1, y: 2, z: 3}, velocity: [0, 0, -1], "
            "attributes: {a: 1}}, tags: [t], metadata: {m: 1}}}",
            ThreatEntry(
                at_s=1,
                index=1,
                id="threat-1",
                position=(1, 2, 3),
                velocity=(0, 0, -1),
                attributes={"a": 1},
                tags=("t",),
                metadata={"m": 1},
            ),
        ),
        (
            "{at: 1, threat: {position: [1, 2, 3], "
            "cframe: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}}",
            ThreatEntry(
                at_s=1,
                index=1,
                id="threat-1",
                position=(1, 2, 3),
                cframe=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
            ),
        ),
        (
            "{at: 1, type: player, action: dance, value: [1], duration: 0, parameters: {p: 1}}",
            PlayerEntry(
                at_s=1, index=1, action="dance", value=[1], duration_s=0, parameters={"p": 1}
            ),
        ),
        ("{at: 1, player: {action: dance}}", PlayerEntry(at_s=1, index=1, action="dance")),
        (
            "{at: 1, kind: network, event: ping, channel: c, direction: in, payload: {ms: 1}}",
            NetworkEntry(
                at_s=1, index=1, event="ping", channel="c", direction="in", payload={"ms": 1}
            ),
        ),
        ("{at: 1, network: {event: ping}}", NetworkEntry(at_s=1, index=1, event="ping")),
        ("{at: 1, rule: gate, value: false}", RuleEntry(at_s=1, index=1, rule="gate", value=False)),
        (
            "{at: 1, rule: {id: gate, value: 1, transition: fade, duration: 2}}",
            RuleEntry(at_s=1, index=1, rule="gate", value=1, transition="fade", duration_s=2),
        ),
        (
            "{at: 1, macro: ' Hitch__gauntlet! ', options: {count: 2}}",
            MacroEntry(at_s=1, index=1, macro="hitch-gauntlet", options={"count": 2}),
        ),
    ],
)
def test_the_kinds_of_action_games(desk: Desk, entry: str, expected: Any) -> None:
    assert desk.one(manifest(entry, world="open")).timeline == (expected,)


KINDS = "one of macro, threat, player, network, rule, action, hitch, checkpoint, expect"
VECTOR = "[x, y, z] or {x, y, z}"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("3", ["4:5 ERROR E: must be an entry with a time; got 3"]),
        ("{action: jump}", ["4:5 ERROR E.at: is required; allowed: seconds after the start"]),
        ("{at: true, action: jump}", [
            "4:10 ERROR E.at: must be a number; got true; "
            "allowed: seconds, or a text that holds a number"]),
        ("{at: nan, action: jump}", [
            '4:10 ERROR E.at: must be a number; got "nan"; '
            "allowed: seconds, or a text that holds a number"]),
        ("{at: .inf, action: jump}", ["4:10 ERROR E.at: number is not finite: .inf"]),
        ("{at: '1e999', action: jump}", ['4:10 ERROR E.at: must be finite; got "1e999"']),
        ("{at: 1, time: 1, action: jump}", [
            "4:5 ERROR E: 'at' and 'time' are the same key; give one"]),
        ("{at: 1, type: rule, kind: rule, rule: a, value: 1}", [
            "4:5 ERROR E: 'type' and 'kind' are the same key; give one"]),
        ("{at: 1}", [f'4:5 ERROR E: has no kind; got {{"at":1}}; allowed: {KINDS}']),
        ("{at: 1, action: jump, hitch: 2}", [
            "4:5 ERROR E: is ambiguous between 'action' and 'hitch'; "
            f'got {{"action":"jump","at":1,"hitch":2}}; allowed: {KINDS}']),
        ("{at: 1, kind: thret}", [
            "4:19 ERROR E.kind: unknown kind 'thret' (did you mean 'threat'?)"]),
        ("{at: 1, kind: action, action: jump}", [
            "4:19 ERROR E.kind: unknown kind 'action'; "
            "allowed: macro, threat, player, network, rule"]),
        ("{at: 1, kind: player, player: {action: x}, action: y}", [
            "4:5 ERROR E: is of kind 'player' but has 'action'"]),
        ("{at: 1, kind: network, event: x, player: {}}", [
            "4:5 ERROR E: is of kind 'network' but has 'player'"]),
        ("{at: 1, action: jump, arg: {}}", [
            "4:27 ERROR E.arg: unknown field 'arg' (did you mean 'args'?)"]),
        ("{at: 1, action: jump, args: [1]}", ["4:33 ERROR E.args: must be a map; got [1]"]),
        ("{at: 1, action: jump, refused: 3}", [
            "4:36 ERROR E.refused: must be true or the code of a refusal; got 3"]),
        ("{at: 1, action: jump, notes: 3}", ["4:34 ERROR E.notes: must be a string; got 3"]),
        ("{at: 1, hitch: 0}", [
            "4:20 ERROR E.hitch: is out of range; got 0; allowed: > 0, seconds"]),
        ("{at: 1, hitch: '1'}", [
            '4:20 ERROR E.hitch: must be a number; got "1"; allowed: > 0, seconds']),
        ("{at: 1, hitch: 0.1, jitter: 0.1}", [
            "4:33 ERROR E.jitter: is out of range; got 0.1; allowed: >= 0 and below hitch (0.1)"]),
        ("{at: 1, checkpoint: a.b}", [
            '4:25 ERROR E.checkpoint: the name of a checkpoint must not hold a dot; got "a.b"']),
        ("{at: 1, checkpoint: 'timeline[1]'}", [
            "4:25 ERROR E.checkpoint: is the name that the harness gives to an entry with "
            '\'expect\'; got "timeline[1]"']),
        ("{at: 1, kind: threat}", [f"4:5 ERROR E.position: is required; allowed: {VECTOR}"]),
        ("{at: 1, threat: {spawn: {}, position: [1, 2, 3]}}", [
            f"4:29 ERROR E.threat.spawn.position: is required; allowed: {VECTOR}",
            "4:33 ERROR E.threat.position: unknown field 'position'; "
            "allowed: id, tags, metadata, spawn"]),
        ("{at: 1, threat: {position: [1, 2]}}", [
            f"4:32 ERROR E.threat.position: must be a vector; got [1,2]; allowed: {VECTOR}"]),
        ("{at: 1, threat: {position: {x: 1, X: 1, y: 1, z: 1}}}", [
            "4:32 ERROR E.threat.position: 'x' and 'X' are the same component; give one; "
            'got {"X":1,"x":1,"y":1,"z":1}']),
        ("{at: 1, threat: {position: [1, 2, 3], cframe: [1]}}", [
            "4:51 ERROR E.threat.cframe: must be a list of 12 numbers; got [1]"]),
        ("{at: 1, player: {action: '', duration: -1}}", [
            '4:30 ERROR E.player.action: must not be empty; got ""',
            "4:44 ERROR E.player.duration: is out of range; got -1; allowed: >= 0"]),
        ("{at: 1, network: {}}", ["4:22 ERROR E.network.event: is required"]),
        ("{at: 1, rule: gate}", ["4:5 ERROR E.value: is required"]),
        ("{at: 1, rule: gate, value: null}", [
            "4:32 ERROR E.value: must not be null; false is a value"]),
        ("{at: 1, rule: {name: a, id: b, value: 1}}", [
            "4:19 ERROR E.rule: needs the name of the rule exactly once; "
            'got {"id":"b","name":"a","value":1}; allowed: rule, name or id']),
        ("{at: 1, macro: '?!'}", ['4:20 ERROR E.macro: holds no letter or digit; got "?!"']),
        ("{at: 1, acton: wave}", [
            "4:13 ERROR E.acton: unknown field 'acton' (did you mean 'action'?)"]),
        ("{at: 1, checkpont: a}", [
            "4:13 ERROR E.checkpont: unknown field 'checkpont' (did you mean 'checkpoint'?)"]),
        ("{at: 1, macro: a, option: {}}", [
            "4:23 ERROR E.option: unknown field 'option' (did you mean 'options'?)"]),
    ],
)  # fmt: skip
def test_an_entry_that_is_refused_says_why(desk: Desk, entry: str, expected: list[str]) -> None:
    expected = [line.replace("ERROR E", "ERROR manifest.timeline[1]") for line in expected]
    assert desk.problems(manifest(entry, world="open")) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{at: 1, action: jmp}", [
            "4:21 ERROR E.action: unknown action 'jmp' for world 'pit' (did you mean 'jump'?)"]),
        ("{at: 1, action: zzz}", [
            "4:21 ERROR E.action: unknown action 'zzz' for world 'pit'; allowed: give, jump, say"]),
        ("{at: 1, action: jump, args: {hight: 1, times: 1.5, height: x}}", [
            "4:34 ERROR E.args.hight: action 'jump' has no argument 'hight' "
            "(did you mean 'height'?)",
            "4:51 ERROR E.args.times: action 'jump' takes a value of type integer? here; got 1.5",
            "4:64 ERROR E.args.height: action 'jump' takes a value of type number? here; "
            'got "x"']),
        ("{at: 1, action: say, args: {text: 1, loud: 1}}", [
            "4:39 ERROR E.args.text: action 'say' takes a value of type string here; got 1",
            "4:48 ERROR E.args.loud: action 'say' takes a value of type boolean? here; got 1"]),
        ("{at: 1, action: give, args: {items: 1}}", [
            "4:41 ERROR E.args.items: action 'give' takes a value of type table here; got 1"]),
        ("{at: 1, action: say}", [
            "4:21 ERROR E.action: action 'say' needs argument 'text' (string)"]),
        ("{at: 1, action: say, args: {loud: true}}", [
            "4:32 ERROR E.args: action 'say' needs argument 'text' (string)"]),
        ("{at: 1, expect: {hpp: 1}}", [
            "4:22 ERROR E.expect.hpp: unknown metric 'hpp' (did you mean 'hp'?)"]),
    ],
)  # fmt: skip
def test_what_a_world_declares_is_checked(desk: Desk, entry: str, expected: list[str]) -> None:
    expected = [line.replace("ERROR E", "ERROR manifest.timeline[1]") for line in expected]
    assert desk.problems(manifest(entry)) == expected


@pytest.mark.parametrize(
    ("entry", "kind", "column"),
    [
        ("{at: 1, kind: threat, position: [1, 2, 3]}", "threat", 5),
        ("{at: 1, player: {action: dance}}", "player", 30),
        ("{at: 1, network: {event: e}}", "network", 22),
        ("{at: 1, rule: gate, value: 1}", "rule", 19),
        ("{at: 1, macro: oscillation storm}", "rule", 20),
    ],
)
def test_a_kind_that_a_world_does_not_declare_is_an_error(
    desk: Desk, entry: str, kind: str, column: int
) -> None:
    (problem,) = desk.problems(manifest(entry))
    assert problem.startswith(f"4:{column} ERROR manifest.timeline[1]")
    assert problem.endswith(
        f": world 'pit' declares no action '{kind}', which entries of this kind need; "
        "allowed: give, jump, say"
    )


@pytest.mark.parametrize(
    "entry",
    [
        "{at: 1, player: {action: inject-hitch, duration: 0.1}}",
        "{at: 1, kind: player, action: observe-telemetry, duration: 0.1}",
        "{at: 1, macro: hitch gauntlet}",
    ],
)
def test_what_takes_effect_in_the_driver_needs_no_declaration(desk: Desk, entry: str) -> None:
    assert len(desk.one(manifest(entry)).timeline) == 1


def test_a_negative_time_is_a_warning(desk: Desk) -> None:
    assert desk.warnings(manifest("{at: -1, action: jump}")) == [
        "4:10 WARNING manifest.timeline[1].at: is before the start; the entry runs at frame 0; "
        "got -1"
    ]
    assert desk.load().scenarios[0].timeline[0].at_s == -1


def test_entries_know_their_authored_position(desk: Desk) -> None:
    timeline = desk.one(manifest("{at: 2, action: jump}", "{at: 1, hitch: 1}")).timeline
    assert [(entry.index, entry.at_s) for entry in timeline] == [(1, 2), (2, 1)]


def test_names_in_a_timeline_are_unique(desk: Desk) -> None:
    text = manifest(
        "{at: 1, checkpoint: a}",
        "{at: 2, checkpoint: a}",
        "{at: 1, threat: {id: t, position: [1, 2, 3]}}",
        "{at: 1, threat: {id: t, position: [1, 2, 3]}}",
        world="open",
    )
    assert desk.problems(text) == [
        "5:25 ERROR manifest.timeline[2].checkpoint: duplicate checkpoint 'a' "
        "(first at timeline[1])",
        "7:5 ERROR manifest.timeline[4]: duplicate id 't' (first at timeline[3])",
    ]


def test_a_threat_without_id_must_not_take_the_name_of_another(desk: Desk) -> None:
    text = manifest(
        "{at: 1, threat: {id: threat-2, position: [1, 2, 3]}}",
        "{at: 1, threat: {position: [1, 2, 3]}}",
        world="open",
    )
    assert desk.problems(text) == [
        "5:5 ERROR manifest.timeline[2]: duplicate id 'threat-2' (first at timeline[1])"
    ]
