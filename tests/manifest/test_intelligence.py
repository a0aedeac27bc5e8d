"""Which policies a scenario asks for: one form for all spellings, and no wish that nobody hears."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.manifest.intelligence import Intelligence, Policies
from engine_harness.plan.expand import expand
from engine_harness.vm.job import Reply

from .conftest import HEAD, PIT, TIMELINE, Desk
from .format_writing import WRITERS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Bench

    from engine_harness.manifest.models import Scenario

IDS = ["calm-down", "hurry", "look-out"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk whose world `pit` has three policies."""
    desk = Desk(tmp_path)
    declare(desk, IDS)
    return desk


def declare(desk: Desk, policies: Any) -> None:
    describe = PIT["describe"]
    assert isinstance(describe, dict)
    value = {**PIT, "describe": {**describe, "policies": policies}}
    desk.caller.worlds["pit"] = Reply(status="ok", value=value)


def manifest(block: Any) -> str:
    return f"{HEAD}{TIMELINE}intelligence: {json.dumps(block)}\n"


def said(desk: Desk, block: Any) -> Any:
    """Return the block as the plan has it."""
    scenario = desk.one(manifest(block))
    plan = expand(scenario).plan
    assert plan.intelligence == (scenario.intelligence and scenario.intelligence.plain())
    return plan.intelligence


def test_what_is_said_is_kept(desk: Desk) -> None:
    policies = {"default": "none", "enable": ["hurry"], "disable": ["look-out"]}
    assert said(desk, {"notes": "why", "policies": policies}) == {
        "notes": "why",
        "policies": policies,
    }
    assert desk.one(manifest({"policies": policies})).intelligence == Intelligence(
        policies=Policies(default="none", enable=("hurry",), disable=("look-out",))
    )


@pytest.mark.parametrize("word", ["all", "none", "baseline", "tuned"])
def test_a_default_may_be_written_in_any_case(desk: Desk, word: str) -> None:
    for spelling in (word, word.upper(), word.title()):
        assert said(desk, {"policies": {"default": spelling}}) == {"policies": {"default": word}}


def test_an_id_has_one_form(desk: Desk) -> None:
    spellings = ["Calm  down", "calm_down", "CALM-DOWN", "calm__down!", "look\tout", "hurry"]
    assert said(desk, {"policies": {"enable": spellings, "disable": ["LOOK OUT"]}}) == {
        "policies": {"enable": ["calm-down", "hurry", "look-out"], "disable": ["look-out"]}
    }


@pytest.mark.parametrize(
    "block", [{}, {"policies": {}}, {"policies": {"enable": [], "disable": []}}]
)
def test_a_block_that_says_nothing_is_none(desk: Desk, block: Any) -> None:
    assert said(desk, block) is None
    without = expand(desk.one(HEAD + TIMELINE))
    assert expand(desk.one(manifest(block))).digest == without.digest


def test_notes_alone_choose_no_policy(desk: Desk) -> None:
    assert said(desk, {"notes": "later", "policies": {"enable": []}}) == {"notes": "later"}


def test_every_wish_changes_the_digest_of_the_plan(desk: Desk) -> None:
    blocks: list[Any] = [
        {},
        {"notes": "a"},
        {"policies": {"default": "all"}},
        {"policies": {"default": "tuned"}},
        {"policies": {"enable": ["hurry"]}},
        {"policies": {"disable": ["hurry"]}},
    ]
    digests = [expand(desk.one(manifest(block))).digest for block in blocks]
    assert len(set(digests)) == len(blocks)


PLACE = "ERROR manifest.intelligence"


@pytest.mark.parametrize(
    ("block", "problems"),
    [
        (3, [f"{PLACE}: must be a map; got 3"]),
        ({"note": "x"}, [f"{PLACE}.note: unknown field 'note' (did you mean 'notes'?)"]),
        ({"notes": ""}, [f'{PLACE}.notes: must not be empty; got ""']),
        ({"notes": 3}, [f"{PLACE}.notes: must be a string; got 3"]),
        ({"policies": ["hurry"]}, [f'{PLACE}.policies: must be a map; got ["hurry"]']),
        (
            {"policies": {"defualt": "all"}},
            [f"{PLACE}.policies.defualt: unknown field 'defualt' (did you mean 'default'?)"],
        ),
        (
            {"policies": {"default": "tunde"}},
            [f"{PLACE}.policies.default: unknown default 'tunde' (did you mean 'tuned'?)"],
        ),
        (
            {"policies": {"default": "some"}},
            [
                f"{PLACE}.policies.default: unknown default 'some'; allowed: all, none, baseline,"
                " tuned"
            ],
        ),
        ({"policies": {"enable": "hurry"}}, [f'{PLACE}.policies.enable: must be a list; got "h']),
        (
            {"policies": {"enable": ["hurry", "", 3], "disable": ["!?", "hurry", None]}},
            [
                f'{PLACE}.policies.enable[2]: must not be empty; got ""',
                f"{PLACE}.policies.enable[3]: must be a string; got 3",
                f'{PLACE}.policies.disable[1]: holds no letter or digit; got "!?"',
                f"{PLACE}.policies.disable[3]: must be a string; got null",
            ],
        ),
    ],
)
def test_every_mistake_is_told_at_its_own_place(
    desk: Desk, block: Any, problems: list[str]
) -> None:
    told = [text[text.index("ERROR") :] for text in desk.problems(manifest(block))]
    assert [text[: len(known)] for text, known in zip(told, problems, strict=True)] == problems


def test_a_policy_that_nobody_knows_is_told_and_kept(desk: Desk) -> None:
    block = {"policies": {"enable": ["Hury"], "disable": ["rest"]}}
    warnings = [text[text.index("WARNING") :] for text in desk.warnings(manifest(block))]
    assert warnings == [
        "WARNING manifest.intelligence.policies.enable[1]: unknown policy 'hury' (did you mean"
        " 'hurry'?); got \"Hury\"; allowed: calm-down, hurry, look-out",
        "WARNING manifest.intelligence.policies.disable[1]: unknown policy 'rest'; got \"rest\";"
        " allowed: calm-down, hurry, look-out",
    ]
    assert said(desk, block) == {"policies": {"enable": ["hury"], "disable": ["rest"]}}


@pytest.mark.parametrize("block", [{}, {"notes": "why"}, {"policies": {"default": "none"}}])
@pytest.mark.parametrize("world", ["pit", "open"])
def test_a_world_without_policies_refuses_the_block(desk: Desk, world: str, block: Any) -> None:
    desk.caller.worlds["pit"] = Reply(status="ok", value=PIT)
    text = manifest(block).replace("world: pit", f"world: {world}")
    text = text.replace("action: jump", "hitch: 1")
    assert desk.problems(text) == [
        f"5:1 ERROR manifest.intelligence: world '{world}' declares no policies, so there is none"
        " to choose"
    ]


def test_of_a_world_that_cannot_be_loaded_nothing_is_known(desk: Desk) -> None:
    desk.caller.worlds["pit"] = Reply(status="error", message="no")
    block = {"policies": {"enable": ["anything"]}}
    assert said(desk, block) == block


def test_a_matrix_may_vary_it(desk: Desk) -> None:
    matrix = "matrix: {intelligence.policies.default: [all, none]}\n"
    text = manifest({"policies": {"disable": ["hurry"]}}) + matrix
    found = [(s.id, s.intelligence and s.intelligence.plain()) for s in desk.load(text).scenarios]
    assert found == [
        (
            f"one[intelligence.policies.default={word}]",
            {"policies": {"default": word, "disable": ["hurry"]}},
        )
        for word in ("all", "none")
    ]


@pytest.mark.parametrize(
    ("policies", "problem"),
    [
        ("hurry", 'describe.policies: must be a list; got "hurry"'),
        ([3], "describe.policies[1]: must be a string; got 3"),
        (
            ["hurry", "Look_out"],
            'describe.policies[2]: is no id of a policy; got "Look_out"; allowed: lower-case words'
            " joined by -",
        ),
        (["hurry", "hurry"], 'describe.policies[2]: is listed twice; got "hurry"'),
    ],
)
def test_what_a_world_declares_wrong_is_its_own_problem(
    desk: Desk, policies: Any, problem: str
) -> None:
    declare(desk, policies)
    info = desk.worlds.get("pit")
    assert info is not None
    assert [str(found) for found in info.problems] == [f"lua/worlds/pit/init.lua ERROR {problem}"]


def test_all_formats_say_the_same(shared_bench: Bench) -> None:
    data = {
        "metadata": {"id": "same", "label": "Same"},
        "world": "autoparry",
        "intelligence": {
            "notes": "the quiet ones",
            "policies": {
                "default": "Baseline",
                "enable": ["Cooldown Guard", "threat_budget_enforcement", "cooldown-guard"],
                "disable": ["oscillation-panic-handler"],
            },
        },
        "timeline": [{"at": 0, "rule": "autoparry-enabled", "value": True}],
    }
    found: dict[str, Scenario] = {}
    for suffix, write in WRITERS.items():
        path = shared_bench.write(f"formats/one{suffix}", write(data, Random(7)))
        loaded = shared_bench.harness.load([str(path)])
        (found[suffix],) = loaded.scenarios
        path.unlink()
    assert {".lua", ".luau", ".yaml", ".json", ".toml"} <= found.keys()
    expected = {
        "notes": "the quiet ones",
        "policies": {
            "default": "baseline",
            "enable": ["cooldown-guard", "threat-budget-enforcement"],
            "disable": ["oscillation-panic-handler"],
        },
    }
    for suffix, scenario in found.items():
        assert expand(scenario).plan.intelligence == expected, suffix
    assert len({expand(scenario).digest for scenario in found.values()}) == 1
