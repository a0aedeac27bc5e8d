"""Whatever a run was given comes back out of its replay: the same plan, the same record."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.checks.replays import first_difference
from engine_harness.checks.verdict import Verdict
from engine_harness.errors import CompileError
from engine_harness.records.writer import write_json
from engine_harness.report.replay import replay_view
from engine_harness.run.budget import Invocation
from engine_harness.run.isolate import record_of
from engine_harness.run.replay import expansion_of, replay_request
from engine_harness.run.replay_reading import read_replays
from engine_harness.run.session import job_of
from engine_harness.testing.builders import request_of, scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from engine_harness.records.models import RunRecord
    from engine_harness.run.replay import Replay

POLICIES = ("stall", "catch_up")

# Writes down all that it is given, and knows every kind of event.
GIVEN = """
local Given = {}
Given.__index = Given
Given.describe = {
    actions = {
        note = { what = "any?" }, threat = {}, player = {}, network = {}, rule = {}, fail = {},
    },
    config = { own = "table?" },
    engine_options = { speed = "number?" },
    options = { depth = "integer?", from_project = "integer?" },
    rule_aliases = { door = "gate" },
}
function Given.new(env, options)
    local self = setmetatable({ env = env, options = options }, Given)
    env.record:event("given", {
        options = options, config = env.config, seed = env.seed,
        drawn = env.rng:stream("x"):random(),
    })
    return self
end
function Given:apply(action)
    if action.name == "fail" then
        error("as asked")
    end
    self.env.record:event("applied", { name = action.name, args = action.args })
    if action.args.what == "refuse" then
        return nil, "no", "not now"
    end
    return true, { roll = self.env.rng:stream("x"):random() }
end
function Given:step() end
function Given:metrics() return { now = self.env.clock:now() } end
return Given
"""


# Says whether each zero that it is given is a positive one.
SIGNS = """
local Signs = {}
Signs.__index = Signs
Signs.describe = {
    actions = { note = { what = "number" } },
    options = { depth = "number" },
    config = { own = "table" },
}
function Signs.new(env, options)
    local self = setmetatable({ env = env }, Signs)
    self:tell(options.depth)
    self:tell(env.config.own.a[1])
    return self
end
function Signs:tell(zero)
    self.env.record:event("told", { sign = zero == 0 and 1 / zero > 0 and 1 or -1 })
end
function Signs:apply(action)
    self:tell(action.args.what)
    return true
end
function Signs:step() end
function Signs:metrics() return {} end
return Signs
"""


@dataclass(frozen=True)
class Finished:
    record: RunRecord
    verdict: Verdict = field(default_factory=lambda: Verdict(passed=True))
    wall_s: float = 0.0


class Replays:
    """Plays timelines, and plays their replays."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.harness = bench.harness

    def record(self, timeline: list[dict[str, Any]], **keys: Any) -> RunRecord:
        scenario = scenario_of(self.harness, timeline=timeline, **{"world": "given", **keys})
        request = request_of(self.harness, scenario)
        return record_of(request, self.harness.pool.call(job_of(request)))

    def read(self, view: dict[str, Any]) -> Replay:
        path = self.bench.folder / "replay.json"
        write_json(path, view)
        (replay,) = read_replays(path, shown="replay.json")
        return replay

    def play(self, replay: Replay) -> tuple[RunRecord, Any]:
        """Return the record of the played run, and its replay."""
        request = replay_request(
            replay,
            project=self.harness.project,
            invocation=Invocation(),
            roots=self.harness.roots,
        )
        record = record_of(request, self.harness.pool.call(job_of(request)))
        return record, replay_view(Finished(record), request.expansion)

    def again(self, record: RunRecord) -> RunRecord:
        """Play the replay of a record, which must be the same again; return the second record."""
        replay = self.read(replay_view(Finished(record)))
        played, view = self.play(replay)
        assert first_difference(replay.payload, self.read(view).payload) is None
        assert played.digest == record.digest
        assert played.plan_digest == record.plan_digest == replay.setup.plan_digest
        assert view["setup"] == replay_view(Finished(record))["setup"]
        return played


@pytest.fixture(scope="module")
def replays(shared_bench: Bench) -> Replays:
    shared_bench.world("given", GIVEN)
    toml = shared_bench.folder / "harness.toml"
    text = '[world.given]\nfrom_project = 3\n[run]\nseed = "of the project"\njobs = 1\n'
    toml.write_text(toml.read_text("utf-8").replace("[run]\njobs = 1\n", text), "utf-8")
    return Replays(shared_bench)


EVERY_KIND: list[dict[str, Any]] = [
    {"at": 0.1, "action": "note", "args": {"what": {"a": [], "b": {}, "c": [1, 2.5, None]}}},
    {"at": 0.1, "action": "note", "notes": "the second of that moment"},
    {"at": -1, "action": "note", "args": {"what": "refuse"}, "refused": "no"},
    {"at": 0.2, "hitch": 0.1, "jitter": 0.09},
    {"at": 0.25, "hitch": 0.05, "jitter": 0.01, "notes": "inside the first"},
    {"at": 0.3, "checkpoint": "middle"},
    {"at": 0.4, "expect": {"now": {"min": 0}}},
    {
        "at": 0.5,
        "threat": {
            "id": "a",
            "tags": ["x"],
            "metadata": {"k": None, "l": []},
            "spawn": {
                "position": [0.1, 2, -3],
                "velocity": [0, 0, 1e-9],
                "cframe": [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
                "attributes": {"Speed": 3},
            },
        },
    },
    {"at": 0.6, "player": {"action": "wave", "value": False, "parameters": {"x": [], "y": None}}},
    {"at": 0.7, "player": {"action": "inject-hitch", "duration": 0.1}},
    {"at": 0.9, "player": {"action": "observe-telemetry", "parameters": {"duration": 0.2}}},
    {"at": 0.95, "player": {"action": "observe-telemetry", "duration": 0.1}},
    {"at": 1.0, "network": {"event": "up", "channel": "c", "direction": "in", "payload": {}}},
    {"at": 1.0, "network": {"event": "down"}},
    {"at": 1.1, "rule": {"rule": "door", "value": False, "transition": "slow", "duration": 0}},
    {"at": 1.2, "macro": "oscillation storm", "options": {"rule": "door", "frequencyHz": 50}},
    {"at": 1.2, "macro": "hitch gauntlet", "options": {"count": 2, "interval": 0.05}},
    {"at": 1.25, "rule": {"rule": "gate", "value": {"deep": [True, None]}}},
]


@pytest.mark.parametrize("policy", POLICIES)
def test_every_kind_of_event_comes_back(replays: Replays, policy: str) -> None:
    record = replays.record(EVERY_KIND, config={"engine": {"hitchPolicy": policy}})
    assert record.outcome.status == "completed", record.outcome
    assert {row["event"] for row in record.events if "entry" in row} == {
        "action",
        "checkpoint",
        "expect",
        "hitch",
        "network",
        "player-action",
        "rule-toggle",
        "spawn-threat",
    }
    assert any("held_until_s" in row for row in record.events)
    assert any("refused" in row for row in record.events)
    replays.again(record)


def test_the_order_of_one_moment_is_that_of_the_entries(replays: Replays) -> None:
    late = {"at": 0.2, "action": "note", "args": {"what": "first"}}
    storm = {"at": 0.2, "macro": "oscillation storm", "options": {"rule": "gate"}}
    record = replays.record([late, storm, {**late, "args": {"what": "last"}}])
    replay = replays.read(replay_view(Finished(record)))
    shuffled = sorted(replay.payload["events"], key=lambda row: -row.get("entry", 0))
    again = replays.read({**replay.payload, "events": shuffled})
    assert again.entries == replay.entries
    assert again.events == replay.events
    replays.again(record)


@pytest.mark.parametrize("seed", ["a text", "7", 7, -3, 2**70, 0])
def test_the_seed_comes_back_as_it_was(replays: Replays, seed: int | str) -> None:
    record = replays.record([{"at": 0, "action": "note"}], seed=seed)
    again = replays.again(record)
    assert again.scenario.seed == seed
    assert type(again.scenario.seed) is type(seed)


def test_a_zero_has_no_sign_for_a_world_because_it_has_none_in_a_record(
    replays: Replays,
) -> None:
    replays.bench.world("signs", SIGNS)
    timeline = [{"at": -0.0, "action": "note", "args": {"what": -0.0}}]
    keys = {"world": "signs", "world_options": {"depth": -0.0}, "config": {"own": {"a": [-0.0]}}}
    record = replays.record(timeline, **keys)
    assert [row["fields"] for row in record.events if row["source"] == "world"] == [
        {"sign": 1},
        {"sign": 1},
        {"sign": 1},
    ]
    replays.again(record)
    # A file may be edited to say so again.
    view: Any = replays.read(replay_view(Finished(record))).payload
    (row,) = (row for row in view["events"] if "entry" in row)
    row["args"]["what"] = view["setup"]["world_options"]["depth"] = -0.0
    played, _ = replays.play(replays.read(view))
    assert played.digest == record.digest


def test_the_seed_of_the_project_comes_back(replays: Replays) -> None:
    record = replays.record([{"at": 0, "action": "note"}])
    assert replay_view(Finished(record))["setup"]["seed"] == "of the project"  # type: ignore[call-overload, index]
    replays.again(record)


def test_nulls_and_empty_lists_of_the_config_come_back(replays: Replays) -> None:
    own = {"none": None, "list": [], "map": {}, "deep": {"none": None, "list": [[], {}]}}
    config = {"own": own, "engine": {"speed": 2.0, "settleLimit": 0.5}}
    record = replays.record([{"at": 0, "action": "note"}], config=config)
    assert record.events[0]["fields"]["config"]["own"] == own  # type: ignore[call-overload, index]
    replays.again(record)


def test_the_options_are_those_that_the_world_got(
    replays: Replays, make_bench: Callable[[str], Bench]
) -> None:
    record = replays.record([{"at": 0, "action": "note"}], world_options={"depth": 4})
    assert record.scenario.options["world_options"] == {"depth": 4, "from_project": 3}
    replays.again(record)
    # In a project with other defaults, too.
    other = make_bench("other")
    other.world("given", GIVEN)
    other.write("harness.toml", "[world.given]\nfrom_project = 99\n[run]\nseed = 5\n")
    Replays(other).again(record)


def test_limits_come_back(replays: Replays) -> None:
    entries = [{"at": 0.1 * n, "action": "note"} for n in range(10)]
    for limits in ({"frames": 100}, {"events": 9}):
        record = replays.record(entries, limits=limits)
        assert record.outcome.status == "limit"
        view: Any = replay_view(Finished(record))
        assert 0 < len(view["notReached"]) < len(entries)
        replays.again(record)


def test_invariants_come_back(replays: Replays) -> None:
    invariants = [{"not": {"metric": "now", "min": 0.2}}, {"event": "given"}]
    record = replays.record([{"at": 0.5, "action": "note"}], invariants=invariants)
    assert record.invariants
    replays.again(record)


def test_what_a_failed_run_did_not_reach_is_played_up_to_the_same_failure(
    replays: Replays,
) -> None:
    entries: list[dict[str, Any]] = [
        {"at": 0.1, "action": "note"},
        {"at": 0.2, "action": "fail"},
        {"at": 0.2, "action": "note", "args": {"what": 1}},
        {"at": 0.3, "macro": "hitch gauntlet", "options": {"count": 2}},
    ]
    record = replays.record(entries)
    assert record.outcome.status == "world_error"
    view: Any = replay_view(Finished(record))
    assert [(row["type"], row["entry"]) for row in view["notReached"]] == [
        ("action", 3),
        ("player-action", 4),
        ("player-action", 4),
    ]
    again = replays.again(record)
    # The played run has no timeline, only its plan: its own replay is whole all the same.
    request = replay_view(Finished(again), expansion_of(replays.read(view)))
    assert request["notReached"] == view["notReached"]


def test_a_world_that_cannot_be_loaded_is_played_like_any_other(replays: Replays) -> None:
    replays.bench.world("torn", "return nil +")
    record = replays.record([{"at": 0, "action": "note"}], world="torn")
    assert record.outcome.status == "world_error"
    replays.again(record)


def test_a_plan_without_events_is_played(replays: Replays) -> None:
    record = replays.record([{"at": 0.5, "action": "note"}])
    replay = replays.read({**replay_view(Finished(record)), "events": []})
    played, _ = replays.play(replay)
    assert played.outcome.reason == "settled"
    assert played.plan_digest != record.plan_digest
    assert [row["event"] for row in played.events] == ["given"]


def test_an_edited_event_is_played_as_edited(replays: Replays) -> None:
    record = replays.record([{"at": 0.5, "action": "note"}, {"at": 0.6, "action": "note"}])
    view: Any = replays.read(replay_view(Finished(record))).payload
    rows = [row for row in view["events"] if "entry" in row]
    rows[1]["time"] = 0.25
    replay = replays.read(view)
    assert replay.entries == (2, 1)
    played, again = replays.play(replay)
    assert [row["at_s"] for row in played.events if "entry" in row] == [0.25, 0.5]
    found = first_difference(replay.payload, replays.read(again).payload)
    assert found is not None
    assert (found.path, found.expected, found.actual) == ("events[1].dispatchedAt", 0.5, 0.25)


def test_the_ceilings_of_the_machine_are_the_players_own(replays: Replays) -> None:
    record = replays.record([{"at": 0.5, "action": "note"}], limits={"memory_mb": 300})
    replay = replays.read(replay_view(Finished(record)))
    request = replay_request(
        replay,
        project=replays.harness.project,
        invocation=Invocation(deadline_s=12.5, memory_mb=999, seed=1, hitch_policy="catch_up"),
        roots=(),
    )
    assert (request.options.budget.deadline_s, request.options.budget.memory_mb) == (12.5, 300)
    assert (request.options.seed, request.options.hitch_policy) == ("of the project", "stall")


def test_an_event_that_lua_cannot_hold_is_named(replays: Replays) -> None:
    record = replays.record([{"at": 0.5, "action": "note", "args": {"what": 1}}])
    view: Any = replays.read(replay_view(Finished(record))).payload
    next(row for row in view["events"] if "entry" in row)["args"] = {"what": 2**53 + 1}
    with pytest.raises(CompileError) as caught:
        replays.play(replays.read(view))
    assert str(caught.value) == (
        "its plan.events[1].args.what: no Lua number equals this integer, write it as a string;"
        " got 9007199254740993"
    )


@pytest.mark.parametrize("text", ["\u0000\u001b[31m", "\u2028 ☂", "]]--\n{%"])
def test_any_text_of_an_event_comes_back(replays: Replays, text: str) -> None:
    timeline = [{"at": 0.5, "action": "note", "args": {"what": text}}]
    replays.again(replays.record(timeline))


def test_a_replay_has_no_place_but_its_file(replays: Replays) -> None:
    record = replays.record([{"at": 0.5, "action": "note"}])
    replay = replays.read(replay_view(Finished(record)))
    assert replay.place == ""
    assert replay.path("setup.world") == "setup.world"
    assert replace(replay, place="replays[3]").path("id") == "replays[3].id"
