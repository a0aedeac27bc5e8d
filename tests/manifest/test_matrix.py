"""A matrix: one scenario per combination, each validated like a manifest of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Desk

BODY = """\
metadata: {id: one, label: One}
world: pit
timeline:
  - {at: 0, action: jump, args: {height: 1}}
  - {at: 1, checkpoint: mid}
expect: {mid.hp: {min: 1}}
"""


def test_the_last_key_varies_fastest(desk: Desk) -> None:
    loaded = desk.load(BODY + "matrix:\n  timeline.1.args.height: [1, 2.5]\n  seed: [a, 7, 1e3]\n")
    assert list(loaded.files[0].ids) == [
        "one[timeline.1.args.height=1,seed=a]",
        "one[timeline.1.args.height=1,seed=7]",
        "one[timeline.1.args.height=1,seed=1000]",
        "one[timeline.1.args.height=2.5,seed=a]",
        "one[timeline.1.args.height=2.5,seed=7]",
        "one[timeline.1.args.height=2.5,seed=1000]",
    ]
    chosen = next(s for s in loaded.scenarios if s.id == "one[timeline.1.args.height=2.5,seed=7]")
    assert chosen.seed == 7
    assert chosen.timeline[0].model_dump()["args"] == {"height": 2.5}
    assert chosen.origin.base_id == "one"


def test_values_are_named_by_their_canonical_json(desk: Desk) -> None:
    text = BODY + "matrix: {world_options.mode: [a b, é], expect.mid.hp.min: [-0.5]}\n"
    assert sorted(scenario.id for scenario in desk.load(text).scenarios) == [
        "one[world_options.mode=a b,expect.mid.hp.min=-0.5]",
        "one[world_options.mode=é,expect.mid.hp.min=-0.5]",
    ]
    text = BODY + "matrix: {config: [{world: {hp: 1}}, {world: {}}], limits: [{frames: 5}]}\n"
    assert sorted(scenario.id for scenario in desk.load(text).scenarios) == [
        'one[config={"world":{"hp":1}},limits={"frames":5}]',
        'one[config={"world":{}},limits={"frames":5}]',
    ]


def test_a_key_may_hold_dots_itself(desk: Desk) -> None:
    (scenario,) = desk.load(BODY + "matrix: {expect.mid.hp.min: [3]}\n").scenarios
    assert scenario.expect == {"mid.hp": {"min": 3}}


def test_a_map_that_is_not_there_is_made(desk: Desk) -> None:
    (scenario,) = desk.load(BODY + "matrix: {config.engine.settleLimit: [3]}\n").scenarios
    assert scenario.engine.settle_limit_s == 3


def test_what_varies_is_found_where_its_value_stands(desk: Desk) -> None:
    text = BODY + "matrix:\n  seed:\n    - 1\n    - 2\n"
    lines = {s.id: s.origin.lines["seed"] for s in desk.load(text).scenarios}
    assert lines == {"one[seed=1]": 9, "one[seed=2]": 10}


def test_combinations_share_nothing(desk: Desk) -> None:
    text = BODY + "matrix: {timeline.1.args: [{height: 1}, {height: 2}], seed: [1, 2]}\n"
    assert sorted((s.seed, s.timeline[0].model_dump()["args"]["height"]) for s in
                  desk.load(text).scenarios) == [(1, 1), (1, 2), (2, 1), (2, 2)]  # fmt: skip


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ("3", ["7:9 ERROR M: must be a map of dotted keys to lists; got 3"]),
        ("{}", ["7:9 ERROR M: must not be empty; got {}; allowed: at least one key"]),
        ("{seed: 3}", ["7:16 ERROR M.seed: must be a list; got 3"]),
        ("{seed: []}", [
            "7:16 ERROR M.seed: must not be empty; got []; allowed: at least one entry"]),
        ("{seed: [1, '1']}", ["7:16 ERROR M.seed: two combinations are called [seed=1]"]),
        ("{timeline.9.at: [1]}", [
            "7:10 ERROR M.timeline.9.at: key 'timeline.9.at' leads nowhere: no '9.at' there"]),
        ("{timeline.0.at: [1]}", [
            "7:10 ERROR M.timeline.0.at: key 'timeline.0.at' leads nowhere: no '0.at' there"]),
        ("{world.x: [1]}", ["7:10 ERROR M.world.x: key 'world.x' leads nowhere: no 'x' there"]),
        # Each combination is a manifest of its own: both are told, where their values stand.
        ("{seed: [1.5, 2, []]}", [
            "7:17 ERROR manifest.seed: must be a whole number or a text; got 1.5",
            "7:25 ERROR manifest.seed: must be a whole number or a text; got []"]),
        # What no key of the matrix touches is told once.
        ("{seed: [1, 2], world_options.hpp: [1]}", [
            "7:44 ERROR manifest.world_options.hpp: unknown option 'hpp' (did you mean 'hp'?)"]),
    ],
)  # fmt: skip
def test_a_matrix_that_is_refused_says_why(desk: Desk, matrix: str, expected: list[str]) -> None:
    assert desk.problems(BODY + f"matrix: {matrix}\n") == [
        line.replace("ERROR M", "ERROR manifest.matrix") for line in expected
    ]


@pytest.mark.parametrize("key", ["sed", "matrix.seed", "metadata", "metadata.id", "version"])
def test_a_key_that_cannot_vary_is_an_error(desk: Desk, key: str) -> None:
    (problem,) = desk.problems(BODY + f"matrix: {{{key}: [1]}}\n")
    assert problem == (
        f"7:10 ERROR manifest.matrix.{key}: key '{key}' cannot vary; allowed: a dotted path that "
        "begins with one of metadata, world, world_options, seed, config, intelligence, timeline, "
        "expect, expect_baseline, expect_target, expect_events, invariants, expect_failure, limits"
    )


def test_there_are_at_most_10000_combinations(desk: Desk) -> None:
    values = ", ".join(map(str, range(1, 102)))
    (problem,) = desk.problems(BODY + f"matrix: {{seed: [{values}], limits.frames: [{values}]}}")
    assert problem == (
        "7:9 ERROR manifest.matrix: has 10,201 combinations; allowed: at most 10,000"
    )


def test_the_base_id_of_a_matrix_is_taken(desk: Desk) -> None:
    other = "metadata: {id: One, label: One}\nworld: pit\ntimeline: [{at: 0, action: jump}]\n"
    (problem,) = desk.problems({"a.yaml": BODY + "matrix: {seed: [1, 2]}\n", "b.yaml": other})
    assert problem.startswith(
        "b.yaml:1:16 ERROR manifest.metadata.id: id 'One' is already used in "
        "scenarios/a.yaml:1 as 'one'"
    )
