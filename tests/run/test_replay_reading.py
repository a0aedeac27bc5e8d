"""A file that is no replay is refused, with everything that is wrong with it and where."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import NothingSelected, UsageError
from engine_harness.run.replay_problems import PROBLEMS_SHOWN_MAX, ReplayProblems, cut_problem
from engine_harness.run.replay_reading import read_replays

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.run.replay import Replay

    Read = Callable[..., tuple[Replay, ...]]
    Lines = Callable[..., list[str]]

ALLOWED = "; allowed: an engine_replay.json, or one object of its list `replays`"

GOOD: dict[str, Any] = {
    "id": "edge",
    "label": "Edge",
    "duration": 1.5,
    "events": [
        {"class": "recorded", "time": 0, "type": "lit", "details": {}, "dispatchedAt": 0},
        {"class": "nominal", "time": 0.5, "type": "action", "name": "strike", "entry": 2},
        {"class": "hitch", "time": 0.25, "type": "hitch", "duration": 0.1, "entry": 1},
    ],
    "notReached": [{"time": 2, "type": "checkpoint", "name": "end", "entry": 3}],
    "warnings": [],
    "logs": {"events": {"total": 3, "kept": 3, "limit": 20000}},
    "setup": {
        "world": "arena",
        "seed": 7,
        "hitch_policy": "stall",
        "settle_limit_s": 10,
        "manifest": "scenarios/arena/edge.yaml",
    },
    "digest": "d",
    "hits": [],
}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[Replay, ...]]:
    def read_data(data: Any) -> tuple[Replay, ...]:
        path = tmp_path / "r.json"
        text = data if isinstance(data, str) else json.dumps(data)
        path.write_text(text, "utf-8")
        return read_replays(path, shown="r.json")

    return read_data


@pytest.fixture
def problems(read: Callable[..., tuple[Replay, ...]], tmp_path: Path) -> Callable[..., list[str]]:
    def lines(data: Any) -> list[str]:
        with pytest.raises(UsageError) as caught:
            read(data)
        return str(caught.value).replace(str(tmp_path / "r.json"), "r.json").splitlines()

    return lines


def changed(**keys: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **keys}


def with_row(index: int, **keys: Any) -> dict[str, Any]:
    data = changed()
    row = {**data["events"][index], **keys}
    data["events"][index] = {key: value for key, value in row.items() if value is not ...}
    return data


def with_setup(**keys: Any) -> dict[str, Any]:
    setup = {**GOOD["setup"], **keys}
    return changed(setup={key: value for key, value in setup.items() if value is not ...})


def test_a_replay_is_its_plan_in_order(read: Read) -> None:
    (replay,) = read(GOOD)
    assert replay.events == (
        {"time": 0.25, "event": "hitch", "duration": 0.1},
        {"time": 0.5, "event": "action", "name": "strike"},
        {"time": 2, "event": "checkpoint", "name": "end"},
    )
    assert replay.entries == (1, 2, 3)
    assert replay.parts == {"hits": []}
    assert (replay.place, replay.id, replay.digest) == ("", "edge", "d")


def test_a_report_holds_several(read: Read) -> None:
    first, second = read({"run": {}, "replays": [GOOD, changed(id="other")]})
    assert (first.place, second.place) == ("replays[0]", "replays[1]")


def test_broken_json_is_named_by_line(problems: Lines) -> None:
    assert problems('{"events": [\n  1,,\n]}') == ["r.json:2:5: no JSON: Expecting value"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ([], "is no replay"),
        ({}, "is no replay"),
        ({"a": 1, "b": 2}, "is no replay: it has the keys a, b"),
        (
            {"schema_version": 1, "events": []},
            "is a record, which shows what a run did, and no replay",
        ),
        (
            {"run": {}, "scenarios": []},
            "is another report, and no replay: suite engine-replay writes engine_replay.json",
        ),
        ({"replays": 3}, "key replays: must be a list; got 3"),
    ],
)
def test_other_files_are_told_apart(problems: Lines, data: Any, what: str) -> None:
    assert problems(data) == [f"r.json: {what}{ALLOWED}"]


def test_an_empty_report_has_nothing_to_play(read: Read) -> None:
    with pytest.raises(NothingSelected, match="replays: the list is empty: nothing was run"):
        read({"replays": []})


def test_every_replay_has_an_id_of_its_own(problems: Lines) -> None:
    data = {"replays": [GOOD, GOOD, changed(id="Edge")]}
    assert problems(data) == [
        'r.json: replays[1].id: replays[0].id is the same; got "edge"',
        "r.json: replays[2].id: its files would have the names of those of replays[0].id;"
        ' got "Edge"',
    ]


@pytest.mark.parametrize(
    "identity", ["../up", "a/b", ".hidden", "", 7, "a b", "x" * 121, "x[" + "y" * 3000]
)
def test_an_id_never_leads_out_of_its_folder(problems: Lines, identity: Any) -> None:
    (line,) = problems(changed(id=identity))
    assert line.startswith("r.json: id: ")


def test_the_id_of_a_combination_may_hold_any_value(read: Read) -> None:
    (replay,) = read(changed(id="edge[../x=1,y=a b]"))
    assert replay.id == "edge[../x=1,y=a b]"


def test_everything_that_is_missing_is_named(problems: Lines) -> None:
    assert problems({"events": {}}) == [
        "r.json: id: missing key; allowed: a text that is not empty",
        "r.json: label: missing key; allowed: a text that is not empty",
        "r.json: digest: missing key; allowed: a text that is not empty",
        "r.json: setup: missing key: what a run is given",
        "r.json: events: must be a list; got {}",
    ]
    assert problems({"replays": [1]}) == ["r.json: replays[0]: a replay is a map; got 1"]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"world": ...}, "world: missing key"),
        (
            {"hitch_polcy": "stall"},
            "hitch_polcy: unknown key (did you mean 'hitch_policy'?); got \"stall\"",
        ),
        (
            {"hitch_policy": "stal"},
            "hitch_policy: must be 'stall' or 'catch_up'; got \"stal\"",
        ),
        (
            {"seed": 1.5},
            "seed: must be a whole number or must be a text; got 1.5",
        ),
        ({"settle_limit_s": "10"}, 'settle_limit_s: must be a number; got "10"'),
        (
            {"settle_limit_s": -1},
            "settle_limit_s: must be >= 0.25; got -1",
        ),
        (
            {"limits": {"frames": 0}},
            "limits.frames: is out of range; got 0; allowed: a whole number from 1 to 100,000,000",
        ),
        ({"limits": {"frame": 1}}, "limits.frame: unknown key; got 1"),
        ({"driver": "script"}, "driver: must be 'timeline'; got \"script\""),
        ({"version": 2}, "version: must be 1; got 2"),
        (
            {"invariants": [{"kind": "world", "name": "a"}, {"kind": "world", "name": 3}]},
            "invariants[1].name: must be a text; got 3",
        ),
        (
            {"invariants": [{"kind": "wrld"}]},
            "invariants[0]: has no kind 'wrld'; allowed: 'condition', 'world';"
            ' got {"kind":"wrld"}',
        ),
        (
            {"invariants": [{"name": "a"}]},
            "invariants[0]: needs the key 'kind', which says of what kind it is;"
            ' got {"name":"a"}',
        ),
        ({"invariants": {}}, "invariants: must be a list; got {}"),
        ({"world_options": []}, "world_options: must be a map; got []"),
        ({"limits": []}, "limits: must be a map; got []"),
        ({"limits": {"deadline_s": True}}, "limits.deadline_s: must be a number; got true"),
        (
            {"world": "w" * 130},
            'world: must have at most 120 characters; got "' + "w" * 78 + "…",
        ),
        (
            {"x" * 3_000: 1},
            "x" * 193 + "…: unknown key; got 1",
        ),
    ],
)
def test_what_is_wrong_with_the_setup_is_named(
    problems: Lines, keys: dict[str, Any], line: str
) -> None:
    assert problems(with_setup(**keys)) == [f"r.json: setup.{line}"]


@pytest.mark.parametrize(
    ("index", "keys", "line"),
    [
        (
            0,
            {"class": ...},
            "[0].class: is no class of a row; allowed: nominal, hitch, recorded",
        ),
        (
            1,
            {"type": "acton"},
            "[1].type: is no kind of event (did you mean 'action'?); got \"acton\"; allowed:"
            " action, hitch, checkpoint, expect, spawn-threat, player-action, network, rule-toggle",
        ),
        (
            1,
            {"entry": True},
            "[1].entry: is no position in a timeline; got true; allowed: a whole number >= 1;"
            " events of one time keep the order of it",
        ),
        (1, {"time": ...}, "[1].time: an event 'action' needs it; allowed: a number, in seconds"),
        (1, {"args": [1]}, "[1].args: is of the wrong kind; got [1]; allowed: a map"),
        (
            2,
            {"duration": 0},
            "[2].duration: a hitch takes time; got 0; allowed: a number > 0, in seconds",
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_named(
    problems: Lines, index: int, keys: dict[str, Any], line: str
) -> None:
    assert problems(with_row(index, **keys)) == [f"r.json: events{line}"]


HUGE = 10**400


@pytest.mark.parametrize(
    "data",
    [
        with_row(1, time=HUGE),
        with_row(2, duration=HUGE),
        with_row(2, jitter=HUGE),
        with_row(1, args={"z": HUGE}),
        with_setup(settle_limit_s=HUGE),
        with_setup(world_options={"hp": HUGE}),
        changed(notReached=[{**GOOD["notReached"][0], "time": HUGE}]),
    ],
)
def test_an_integer_that_no_double_comes_near_is_refused_where_it_stands(
    problems: Lines, data: dict[str, Any]
) -> None:
    column = json.dumps(data).index(str(HUGE)) + 1
    (line,) = problems(data)
    assert line == f"r.json:1:{column}: a number must be finite; got {str(HUGE)[:79]}…"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (with_row(1, args={"z": nested(300)}), "events[1].args.z[0]"),
        (with_setup(world_options={"z": nested(900)}), "setup.world_options.z[0]"),
        (changed(unknown=nested(500)), "unknown[0]"),
    ],
)
def test_what_is_nested_too_deeply_is_refused_where_it_stands(
    problems: Lines, data: dict[str, Any], place: str
) -> None:
    (line,) = problems(data)
    assert line.startswith(f"r.json: {place}")
    assert line.endswith(": nested deeper than 100 levels")


def test_half_a_character_is_refused_where_it_would_be_played(problems: Lines, read: Read) -> None:
    half = "a \ud800"
    assert problems(changed(label=half)) == [
        "r.json: label: half of a surrogate pair is no character"
    ]
    assert problems(with_setup(seed=half, world_options={"a": [half], half: half})) == [
        "r.json: setup.seed: half of a surrogate pair is no character",
        "r.json: setup.world_options.a[0]: half of a surrogate pair is no character",
        "r.json: setup.world_options, a key: half of a surrogate pair is no character",
        "r.json: setup.world_options.a \\ud800: half of a surrogate pair is no character",
    ]
    assert problems(with_row(1, args={"z": half})) == [
        "r.json: events[1].args.z: half of a surrogate pair is no character"
    ]
    # What a world has recorded is compared, not played.
    assert read(with_row(0, details={"z": half}))


def test_problems_of_all_replays_are_told_at_once_and_counted(problems: Lines) -> None:
    rows = [{"class": "?"} for _ in range(PROBLEMS_SHOWN_MAX + 4)]
    lines = problems({"replays": [changed(id=""), changed(id="b", events=rows)]})
    assert lines[0].startswith("r.json: replays[0].id: ")
    assert lines[1].startswith("r.json: replays[1].events[0].class: ")
    assert len(lines) == PROBLEMS_SHOWN_MAX + 1
    assert lines[-1] == "r.json: and 5 more problems"


def test_a_log_that_was_cut_cannot_be_played(read: Read) -> None:
    logs = {"events": {"total": 90, "kept": 3, "limit": 3}}
    problems = ReplayProblems("r.json")
    for replay in read({"replays": [GOOD, changed(id="cut", logs=logs)]}):
        cut_problem(replay, problems)
    with pytest.raises(UsageError) as caught:
        problems.require_none()
    assert str(caught.value) == (
        "r.json: replays[1].events: log events cut at 3 of 90 rows: this cannot be replayed, for"
        " what was cut may have been of the timeline; with config.engine.eventLogLimit of 90 or"
        " more, where the world declares it, the file would hold them all"
    )


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_replays(tmp_path, shown="r.json")
