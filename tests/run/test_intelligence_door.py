"""What a scenario says under `intelligence` reaches its world, and comes back with a replay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.checks.evaluate import evaluate
from engine_harness.checks.verdict import Verdict
from engine_harness.compile.render import render_module
from engine_harness.errors import UsageError
from engine_harness.records.writer import write_json
from engine_harness.report.replay import replay_view
from engine_harness.run.budget import Invocation
from engine_harness.run.isolate import record_of
from engine_harness.run.replay import Replay, replay_request
from engine_harness.run.replay_problems import ReplayProblems, world_problems
from engine_harness.run.replay_reading import read_replays
from engine_harness.run.session import job_of, request_for
from engine_harness.testing.builders import request_of, scenario_of
from engine_harness.testing.conformance import check_world

if TYPE_CHECKING:
    from conftest import Bench, Stage

    from engine_harness.records.models import RunRecord

TELL = """
W.describe = { policies = { "hurry", "calm-down" }, events = { "asked" }, actions = { go = {} } }
function W:begin(env)
    local asked = env.intelligence
    env.record:event("asked", { block = asked == nil and "none" or asked })
    -- It is this world's own.
    if asked and asked.policies then asked.policies.enable = "changed" end
end
function W:go() end
"""
BLOCK: dict[str, Any] = {
    "notes": 'ä "q"',
    "policies": {"default": "Baseline", "enable": ["Calm Down"]},
}
PLAIN = {"notes": 'ä "q"', "policies": {"default": "baseline", "enable": ["calm-down"]}}


@dataclass(frozen=True)
class Finished:
    record: RunRecord
    verdict: Verdict = field(default_factory=lambda: Verdict(passed=True))
    wall_s: float = 0.0


def asked(record: RunRecord) -> Any:
    assert record.outcome.status == "completed", record.outcome
    return [row["fields"]["block"] for row in record.events if row["event"] == "asked"]


def read(bench: Bench, view: dict[str, Any]) -> Replay:
    path = bench.folder / "replay.json"
    write_json(path, view)
    (replay,) = read_replays(path, shown="replay.json")
    return replay


def play(bench: Bench, replay: Replay) -> RunRecord:
    harness = bench.harness
    request = replay_request(
        replay, project=harness.project, invocation=Invocation(), roots=harness.roots
    )
    return record_of(request, harness.pool.call(job_of(request)))


def told(bench: Bench, replay: Replay) -> list[str]:
    problems = ReplayProblems("replay.json")
    world_problems(replay, bench.harness.worlds, problems)
    try:
        problems.require_none()
    except UsageError as error:
        return str(error).splitlines()
    return []


def test_a_world_gets_what_was_said_in_its_one_form(stage: Stage) -> None:
    assert asked(stage.play(TELL, intelligence=BLOCK)) == [PLAIN]


@pytest.mark.parametrize("keys", [{}, {"intelligence": {}}, {"intelligence": {"policies": {}}}])
def test_a_world_gets_nothing_where_nothing_was_said(stage: Stage, keys: dict[str, Any]) -> None:
    assert asked(stage.play(TELL, **keys)) == ["none"]


def test_what_the_module_says_is_what_the_world_gets(stage: Stage) -> None:
    harness = stage.bench.harness
    timeline = [{"at": 0, "action": "go"}]
    scenario = scenario_of(harness, world=stage.world(TELL), timeline=timeline, intelligence=BLOCK)
    request = request_of(harness, scenario)
    text = render_module(request.expansion.plan, manifest="m", version="1")
    edited = request_for(
        scenario,
        request.expansion,
        options=request.options,
        roots=harness.roots,
        module_text=text.replace("baseline", "tuned"),
    )
    (block,) = asked(record_of(edited, harness.pool.call(job_of(edited))))
    assert block == {**PLAIN, "policies": {"default": "tuned", "enable": ["calm-down"]}}


def test_two_worlds_of_a_check_share_no_block(stage: Stage) -> None:
    check_world(stage.world(TELL), root=stage.bench.folder, runs=2)


def test_a_replay_keeps_the_block(stage: Stage) -> None:
    record = stage.play(TELL, intelligence=BLOCK)
    view: Any = replay_view(Finished(record))
    assert view["setup"]["intelligence"] == PLAIN
    replay = read(stage.bench, view)
    assert told(stage.bench, replay) == []
    played = play(stage.bench, replay)
    assert asked(played) == [PLAIN]
    assert (played.digest, played.plan_digest) == (record.digest, record.plan_digest)
    again: Any = replay_view(Finished(played))
    assert again["setup"] == view["setup"]


def test_a_replay_of_nothing_said_says_nothing(stage: Stage) -> None:
    view: Any = replay_view(Finished(stage.play(TELL)))
    assert "intelligence" not in view["setup"]
    assert asked(play(stage.bench, read(stage.bench, view))) == ["none"]


def test_an_edited_replay_is_played_as_edited(stage: Stage) -> None:
    view: Any = replay_view(Finished(stage.play(TELL, intelligence=BLOCK)))
    for block, expected in (
        ({"policies": {"disable": ["nobody"]}}, {"policies": {"disable": ["nobody"]}}),
        ({"policies": {}}, "none"),
        ({}, "none"),
    ):
        view["setup"]["intelligence"] = block
        replay = read(stage.bench, view)
        assert replay.is_setup_edited
        assert told(stage.bench, replay) == []
        assert asked(play(stage.bench, replay)) == [expected]


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (3, "setup.intelligence: must be a map; got 3"),
        ({"note": "x"}, 'setup.intelligence.note: unknown key; got "x"'),
        (
            {"policies": {"default": "some"}},
            "setup.intelligence.policies.default: must be 'all', 'none', 'baseline' or 'tuned';"
            ' got "some"',
        ),
        (
            {"policies": {"enable": ["Calm Down"]}},
            'setup.intelligence.policies.enable[0]: must match ^[a-z0-9-]+$; got "Calm Down"',
        ),
    ],
)
def test_what_is_wrong_with_the_block_of_a_replay_is_named(
    stage: Stage, block: Any, problem: str
) -> None:
    view: Any = replay_view(Finished(stage.play(TELL, intelligence=BLOCK)))
    view["setup"]["intelligence"] = block
    with pytest.raises(UsageError) as caught:
        read(stage.bench, view)
    assert str(caught.value) == f"replay.json: {problem}"


def test_a_replay_for_a_world_without_policies_is_refused(stage: Stage) -> None:
    view: Any = replay_view(Finished(stage.play(TELL, intelligence=BLOCK)))
    view["setup"]["world"] = "tape"
    assert told(stage.bench, read(stage.bench, view)) == [
        "replay.json: setup.intelligence: world 'tape' declares no policies, so there is none to"
        " choose"
    ]


def test_a_record_is_not_the_run_of_a_scenario_with_other_policies(stage: Stage) -> None:
    record = stage.play(TELL, intelligence=BLOCK)

    def findings(block: Any) -> list[str]:
        scenario = scenario_of(
            stage.bench.harness,
            world=stage.world(TELL),
            timeline=[{"at": 0, "action": "go"}],
            intelligence=block,
        )
        return [finding.message for finding in evaluate(record, scenario).findings]

    # Notes are for people.
    assert findings({**BLOCK, "notes": "another"}) == []
    assert findings({"policies": {**BLOCK["policies"], "default": "none"}}) == [
        "the record is the run of another scenario: intelligence.policies.default ran as baseline,"
        " is none now; run the scenario again"
    ]
