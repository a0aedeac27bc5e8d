"""The common keys: what each may be, what it becomes, and what is said about one that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.manifest.models import EngineOptions, ExpectFailure, Limits, Metadata

if TYPE_CHECKING:
    from .conftest import Desk

HEAD = "metadata: {id: one, label: One}\nworld: pit\n"
BODY = HEAD + "timeline:\n  - {at: 0, action: jump}\n"


def test_a_whole_manifest_becomes_a_scenario(desk: Desk) -> None:
    scenario = desk.one(
        """\
version: 1
metadata:
  id: one
  label: One
  description: ''
  tags: [Smoke, fast]
  history: [first]
  priority: P0
world: pit
world_options: {hp: 5}
seed: '007'
config:
  engine: {hitchPolicy: catch_up, settleLimit: 0.25}
timeline:
  - {at: 0, action: jump}
expect_baseline:
  hp: {min: 1, max: 2}
  score: 3
expect_target: {hp: {eq: 2}}
expect_failure: {reason: known, ticket: T-1}
limits: {deadline_s: 1.5, memory_mb: 64, work_units: 1000, frames: 10, events: 5, log_rows: 7}
"""
    )
    assert scenario.metadata == Metadata(
        id="one",
        label="One",
        description="",
        tags=("Smoke", "fast"),
        history=("first",),
        priority="P0",
    )
    assert scenario.world_options == {"hp": 5}
    assert scenario.seed == "007"
    assert scenario.engine == EngineOptions(hitch_policy="catch_up", settle_limit_s=0.25)
    assert scenario.config == {"engine": {"hitchPolicy": "catch_up", "settleLimit": 0.25}}
    assert scenario.expect == {"hp": {"min": 1, "max": 2}, "score": {"eq": 3}}
    assert scenario.expect_target == {"hp": {"eq": 2}}
    assert scenario.expect_failure == ExpectFailure(reason="known", ticket="T-1")
    assert scenario.limits == Limits(
        deadline_s=1.5, memory_mb=64, work_units=1000, frames=10, events=5, log_rows=7
    )
    assert scenario.origin.manifest == "scenarios/one.yaml"
    assert scenario.origin.line == 1


@pytest.mark.parametrize(
    ("line", "seed"), [("seed: 7", 7), ("seed: -1", -1), ("seed: 1e3", 1000), ("seed: a b", "a b")]
)
def test_a_seed_is_kept_as_authored(desk: Desk, line: str, seed: int | str) -> None:
    assert desk.one(BODY + line).seed == seed


def test_without_a_seed_the_project_decides(desk: Desk) -> None:
    assert desk.one(BODY).seed is None


def test_config_world_is_world_options(desk: Desk) -> None:
    assert desk.one(BODY + "config: {world: {hp: 1}}").world_options == {"hp": 1}


LIMIT = "ERROR manifest.limits."
KEYS = (
    "version, metadata, world, world_options, seed, config, intelligence, timeline, expect, "
    "expect_baseline, expect_target, expect_events, invariants, expect_failure, limits, matrix"
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("version: x", ['5:10 ERROR manifest.version: must be a number; got "x"']),
        ("version: 2", [
            "5:10 ERROR manifest.version: unsupported scenario version 2 (expected 1)"]),
        ("version: true", ["5:10 ERROR manifest.version: must be a number; got true"]),
        ("seed: 1.5", ["5:7 ERROR manifest.seed: must be a whole number or a text; got 1.5"]),
        ("seed: ''", ['5:7 ERROR manifest.seed: must be a whole number or a text; got ""']),
        ("seed: false", ["5:7 ERROR manifest.seed: must be a whole number or a text; got false"]),
        ("expct: {}", ["5:1 ERROR manifest.expct: unknown field 'expct' (did you mean 'expect'?)"]),
        ("golden: true", [f"5:1 ERROR manifest.golden: unknown field 'golden'; allowed: {KEYS}"]),
        ("script: []", [f"5:1 ERROR manifest.script: unknown field 'script'; allowed: {KEYS}"]),
        ("limits: {deadline_s: 0}", [
            f"5:22 {LIMIT}deadline_s: is out of range; got 0; allowed: > 0 and at most 600"]),
        ("limits: {deadline_s: 601}", [
            f"5:22 {LIMIT}deadline_s: is out of range; got 601; allowed: > 0 and at most 600"]),
        ("limits: {frames: 1.5}", [
            f"5:18 {LIMIT}frames: must be a whole number; got 1.5; "
            "allowed: a whole number from 1 to 100,000,000"]),
        ("limits: {memory_mb: 10241}", [
            f"5:21 {LIMIT}memory_mb: is out of range; got 10241; "
            "allowed: a whole number from 1 to 10,240"]),
        ("limits: {log_row: 1}", [
            f"5:10 {LIMIT}log_row: unknown field 'log_row' (did you mean 'log_rows'?)"]),
        ("expect_failure: {}", ["5:17 ERROR manifest.expect_failure.reason: is required"]),
        ("expect_failure: {reason: x, ticket: 3}", [
            "5:37 ERROR manifest.expect_failure.ticket: must be a string; got 3"]),
        ("config: {engine: {hitchPolicy: catchup}}", [
            "5:32 ERROR manifest.config.engine.hitchPolicy: unknown hitch policy 'catchup'"
            " (did you mean 'catch_up'?); allowed: stall, catch_up"]),
        ("config: {engine: {settleLimit: 120.5}}", [
            "5:32 ERROR manifest.config.engine.settleLimit: is out of range; got 120.5; "
            "allowed: 0.25 to 120, seconds"]),
        ("config: {engine: {pingMs: 3}}", [
            "5:19 ERROR manifest.config.engine.pingMs: unknown field 'pingMs'; "
            "allowed: hitchPolicy, settleLimit"]),
        ("config: {autoparry: {}}", [
            "5:10 ERROR manifest.config.autoparry: unknown field 'autoparry'; "
            "allowed: engine, world"]),
        ("config: {world: {hp: 1}}\nworld_options: {hp: 2}", [
            "6:16 ERROR manifest.world_options: 'world_options' and 'config.world' are the same "
            "thing; give one"]),
        ("expect: {hp: 1}\nexpect_baseline: {hp: 1}", [
            "6:18 ERROR manifest.expect_baseline: 'expect' and 'expect_baseline' are the same "
            "key; give one"]),
        ("world_options: {hpp: 1, mode: 3}", [
            "5:17 ERROR manifest.world_options.hpp: unknown option 'hpp' (did you mean 'hp'?)",
            "5:31 ERROR manifest.world_options.mode: must be of type string; got 3"]),
        ("timeline: []", ["5:1 ERROR manifest.timeline: duplicate key 'timeline' (first at line 3)",
            "5:11 ERROR manifest.timeline: must not be empty; got []; allowed: at least one entry",
        ]),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named_with_its_place(desk: Desk, line: str, expected: list[str]) -> None:
    assert desk.problems(BODY + line) == expected


def test_all_problems_of_a_manifest_are_told_at_once(desk: Desk) -> None:
    assert desk.problems(
        """\
metadata: {id: 'a b', tags: [x, '', 3], history: no, priority: 1, descripton: x}
seed: []
timeline:
  - {at: x, action: jump}
  - {at: 1}
expect: 3
"""
    ) == [
        "1:1 ERROR manifest.world: key 'world' is missing; allowed: open, pit",
        "1:11 ERROR manifest.metadata.label: is required",
        '1:16 ERROR manifest.metadata.id: is no id; got "a b"; '
        "allowed: [A-Za-z0-9_-][A-Za-z0-9_.-]*, at most 120 characters",
        '1:33 ERROR manifest.metadata.tags[2]: must not be empty; got ""',
        "1:37 ERROR manifest.metadata.tags[3]: must be a string; got 3",
        '1:50 ERROR manifest.metadata.history: must be a list; got "no"',
        "1:64 ERROR manifest.metadata.priority: must be a string; got 1",
        "1:67 ERROR manifest.metadata.descripton: unknown field 'descripton' "
        "(did you mean 'description'?)",
        "2:7 ERROR manifest.seed: must be a whole number or a text; got []",
        '4:10 ERROR manifest.timeline[1].at: must be a number; got "x"; '
        "allowed: seconds, or a text that holds a number",
        '5:5 ERROR manifest.timeline[2]: has no kind; got {"at":1}; allowed: one of macro, threat, '
        "player, network, rule, action, hitch, checkpoint, expect",
        "6:9 ERROR manifest.expect: must be a map of metrics; got 3",
    ]


def test_a_manifest_without_a_driver_is_an_error(desk: Desk) -> None:
    assert desk.problems(HEAD) == ["1:1 ERROR manifest: has no driver: key 'timeline' is missing"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1 ERROR manifest: is empty; allowed: a map with 'timeline' or 'scenarios'"),
        ("- 1", "1:1 ERROR manifest: must be a map; got [1]"),
        ("hello", '1:1 ERROR manifest: must be a map; got "hello"'),
    ],
)
def test_a_file_that_holds_no_map_is_an_error(desk: Desk, text: str, expected: str) -> None:
    assert desk.problems(text) == [expected]


def test_an_id_has_at_most_120_characters(desk: Desk) -> None:
    assert desk.one(BODY.replace("one", "x" * 120)).id == "x" * 120
    (problem,) = desk.problems(BODY.replace("one", "x" * 121))
    assert "manifest.metadata.id: is no id" in problem


def test_ids_are_unique_whatever_their_case_and_both_places_are_named(desk: Desk) -> None:
    other = "# a line\n" + BODY.replace("id: one", "id: ONE")
    assert desk.problems({"a/one.yaml": BODY, "b/two.yaml": other}) == [
        "b/two.yaml:2:16 ERROR manifest.metadata.id: id 'ONE' is already used in "
        "scenarios/a/one.yaml:1 as 'one'; allowed: ids are unique in a project, whatever their case"
    ]


def test_a_long_value_is_shortened(desk: Desk) -> None:
    (problem,) = desk.problems(BODY + f"seed: [{'x' * 200}]")
    assert problem.endswith('got ["' + "x" * 57 + "…")


def test_every_place_that_a_finding_may_name_has_its_line(desk: Desk) -> None:
    scenario = desk.one(
        """\
# first
metadata: {id: one, label: One}
world: pit
timeline:
  - {at: 0, action: jump}
  - at: 1
    expect:
      hp: 1
      score: 2
expect_baseline:
  hp: 1
  lane.left: {min: 1}
expect_target:
  score: 1
expect_events:
  - {event: hit, never: true}
  - event: landed
    count: 1
invariants:
  - hp_in_range
expect_failure: {reason: x}
limits:
  frames: 10
"""
    )
    assert scenario.origin.line == 2
    assert scenario.origin.lines == {
        "metadata": 2,
        "world": 3,
        "timeline": 4,
        "timeline[1]": 5,
        "timeline[2]": 6,
        "timeline[2].expect": 7,
        "timeline[2].expect.hp": 8,
        "timeline[2].expect.score": 9,
        "expect": 10,
        "expect.hp": 11,
        "expect.lane.left": 12,
        "expect_target": 13,
        "expect_target.score": 14,
        "expect_events": 15,
        "expect_events[1]": 16,
        "expect_events[2]": 17,
        "invariants": 19,
        "invariants[1]": 20,
        "expect_failure": 21,
        "limits": 22,
        "limits.frames": 23,
    }
