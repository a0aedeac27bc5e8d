"""The record of a run: what stands in it, where, and that it is the same in every process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness._canonical import canonical_json, digest, sha256_hex
from engine_harness.run.determinism import divergence, repeat
from engine_harness.testing.builders import request_of, scenario_of

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.records.models import RunRecord
    from engine_harness.run.session import Request

GO: list[dict[str, Any]] = [{"at": 0, "action": "go"}]

# Uses every part of a record.
FULL = """
W.invariants = { calm = { severity = "warning", check = function(world)
    return world.seen.noise and { hall = "a bark" } or nil
end } }
function W:begin(env) self.dice = env.rng:stream("dice") end
function W:substep(dt) self.seen.x = (self.seen.x or 0) + dt end
function W:step() self.seen.steps = (self.seen.steps or 0) + 1 end
function W:go(args)
    self.seen.noise = args.noise
    self.env.record:event("went", { roll = self.dice:integer(1, 6), half = 0.5 })
    self.env.record:sample("x", self.seen.x or 0)
    print("went")
    self.env.scheduler:every(0.1, function() self.env.record:event("beat") end)
    return { roll = 1 }
end
function W:section() return { rolls = { 1, 2 }, none = {} } end
"""
DAY: list[dict[str, Any]] = [
    {"at": 0, "action": "go", "args": {"noise": True}, "notes": "the first"},
    {"at": 0.25, "hitch": 0.1, "jitter": 0.05},
    {"at": 0.3, "action": "fly", "refused": "unknown_action"},
    {"at": 0.5, "checkpoint": "middle"},
    {"at": 0.6, "expect": {"noise": True}},
]
KEYS: dict[str, Any] = {"invariants": ["calm"], "seed": 7}


def request(stage: Stage, body: str, timeline: list[dict[str, Any]], **keys: Any) -> Request:
    harness = stage.bench.harness
    scenario = scenario_of(harness, world=stage.world(body), timeline=timeline, **keys)
    return request_of(harness, scenario)


def data(record: RunRecord) -> dict[str, Any]:
    """A record as its file shows it."""
    plain = json.loads(record.model_dump_json())
    assert isinstance(plain, dict)
    return plain


@pytest.fixture
def record(stage: Stage) -> RunRecord:
    return stage.play(FULL, DAY, **KEYS)


# Digests.


def test_fresh_processes_give_the_same_record_but_for_the_host(stage: Stage) -> None:
    records = repeat(request(stage, FULL, DAY, **KEYS), 3)
    assert divergence(records) is None
    first, *others = [data(record) for record in records]
    assert first["outcome"]["status"] == "completed"
    for other in others:
        differing = {key for key in first if first[key] != other[key]}
        assert differing <= {"host"}
        assert other.keys() == first.keys()


def test_the_digest_is_that_of_the_eight_parts(record: RunRecord) -> None:
    plain = data(record)
    parts = (
        "outcome", "metrics", "checkpoints", "events", "invariants", "samples", "logs", "sections",
    )  # fmt: skip
    text = canonical_json({part: plain[part] for part in parts})
    assert record.digest == sha256_hex(text.encode("ascii"))


def test_the_digest_tells_runs_apart(stage: Stage, record: RunRecord) -> None:
    same = stage.play(FULL, DAY, **KEYS)
    other_seed = stage.play(FULL, DAY, **{**KEYS, "seed": 8})
    other_plan = stage.play(FULL, DAY[:-1], **KEYS)
    assert same.digest == record.digest
    assert len({record.digest, other_seed.digest, other_plan.digest}) == 3


def test_the_plans_digest_is_that_of_its_canonical_json_and_knows_no_world(stage: Stage) -> None:
    plan = request(stage, FULL, DAY, **KEYS).expansion.plan
    record = stage.play(FULL, DAY, **KEYS)
    # A key that a scenario does not have is not there to be hashed.
    assert plan.intelligence is None
    said = plan.model_dump_json(exclude={"intelligence"})
    assert record.plan_digest == digest(json.loads(said))
    elsewhere = stage.play("function W:go() end function W:step() end", DAY, seed=9)
    assert elsewhere.plan_digest == record.plan_digest
    assert stage.play(FULL, DAY[:-1], **KEYS).plan_digest != record.plan_digest


def test_the_modules_digest_is_that_of_its_bytes(stage: Stage, record: RunRecord) -> None:
    text = request(stage, FULL, DAY, **KEYS).module_text
    assert record.module_digest == sha256_hex(text.encode("utf-8"))


# Head and end.


def test_the_head_says_what_ran_and_holds_the_scenario(stage: Stage) -> None:
    record = stage.play(
        FULL, DAY, metadata={"id": "x", "label": "X", "tags": ["b", "a"]}, seed="text"
    )
    head = record.scenario
    assert (head.id, head.label, head.driver, head.seed) == ("x", "X", "timeline", "text")
    assert (head.world, head.manifest, head.tags) == (stage.world(FULL), "<memory>", ("b", "a"))
    assert [entry["kind"] for entry in head.normalised["timeline"]] == [
        "action", "hitch", "action", "checkpoint", "expect",
    ]  # fmt: skip
    # The project's seed is used where the scenario has none.
    assert stage.play(FULL, DAY).scenario.seed == 0


def test_the_outcome_of_a_timeline_has_nothing_to_decide(record: RunRecord) -> None:
    outcome = record.outcome
    assert (outcome.status, outcome.success, outcome.message) == ("completed", None, None)
    assert (outcome.reason, outcome.where) == ("settled", None)
    # The last entry is at 0.6 s, and `every` keeps no run going.
    assert (outcome.virtual_s, outcome.frames, outcome.units) == (204 / 240, 204, 205)


def test_metrics_are_those_of_the_end_with_canonical_numbers(stage: Stage) -> None:
    body = """
    function W:go()
        self.seen = {
            whole = 3, zero = -0, third = 1 / 3, large = 2 ^ 53, huge = 1e300, nan = 0 / 0,
            list = { 1, 2 / 2 }, map = {}, text = "3",
        }
    end
    """
    metrics = stage.seen(body)
    assert canonical_json(metrics) == (
        '{"huge":' + str(int(1e300)) + ',"large":9007199254740992,"list":[1,1],"map":{},'
        '"nan":null,"text":"3","third":0.3333333333333333,"whole":3,"zero":0}'
    )
    assert all(type(metrics[name]) is int for name in ("whole", "zero", "large"))


# Rows.

COMMON = {"at_s", "frame", "unit", "event", "source", "fields"}
OF_THE_PLAN = COMMON | {"entry", "due_s", "lateness_s", "class"}


def test_a_row_has_what_applies_to_it_and_no_more(record: RunRecord) -> None:
    keys = {
        (row["event"], row["source"]): set(row) for row in reversed(record.events)
    }  # The first of each kind.
    assert keys == {
        ("action", "plan"): OF_THE_PLAN | {"details"},
        ("went", "world"): COMMON,
        ("beat", "world"): COMMON,
        ("hitch", "plan"): OF_THE_PLAN | {"details"},
        ("checkpoint", "plan"): OF_THE_PLAN,
        ("expect", "plan"): OF_THE_PLAN,
    }


def test_rows_of_the_plan_hold_its_fields_and_the_authored_entry(record: RunRecord) -> None:
    rows = [row for row in record.events if row["source"] == "plan"]
    assert [(row["entry"], row["event"], row["fields"]) for row in rows] == [
        (1, "action", {"name": "go", "args": {"noise": True}, "notes": "the first"}),
        (2, "hitch", {"duration": 0.1, "jitter": 0.05}),
        (3, "action", {"name": "fly"}),
        (4, "checkpoint", {"name": "middle"}),
        (5, "expect", {"name": "timeline[5]", "set": {"noise": {"eq": True}}}),
    ]
    assert [row.get("refused") for row in rows] == [
        None, None, {"code": "unknown_action", "message": "no action fly"}, None, None,
    ]  # fmt: skip
    assert rows[0]["details"] == {"roll": 1}
    assert list(rows[1]["details"]) == ["hitchDuration"]


def test_entries_count_as_authored_whatever_the_order_of_dispatch(stage: Stage) -> None:
    timeline = [{"at": 1, "action": "go"}, {"at": 0, "action": "go"}]
    record = stage.play("function W:go() end", timeline)
    assert [(row["entry"], row["at_s"]) for row in record.events] == [(2, 0), (1, 1)]


def test_a_refusal_without_a_message_and_one_with_a_value_are_told(stage: Stage) -> None:
    body = """
    function W:apply(action)
        if action.name == "a" then return nil, "bare" end
        return nil, "valued", { 1 }
    end
    """
    record = stage.play(body, [{"at": 0, "action": "a"}, {"at": 0, "action": "b"}])
    assert [row["refused"]["code"] for row in record.events] == ["bare", "valued"]
    assert record.events[0]["refused"]["message"] == ""
    # A table has a number, never an address.
    assert record.events[1]["refused"]["message"].startswith("table: #")


def test_details_may_be_any_plain_data(stage: Stage) -> None:
    body = """
    function W:a() return { list = { 1 } } end
    function W:b() return "text" end
    function W:c() return false end
    function W:d() end
    """
    record = stage.play(body, [{"at": 0, "action": name} for name in "abcd"])
    details = [row.get("details", "none") for row in record.events]
    assert details == [{"list": [1]}, "text", False, "none"]


# Checkpoints.


def test_a_checkpoint_has_metrics_and_the_digest_of_the_state(record: RunRecord) -> None:
    assert list(record.checkpoints) == ["middle", "timeline[5]"]
    middle = record.checkpoints["middle"]
    assert (middle.at_s, middle.frame) == (0.5, 120)
    assert middle.metrics["noise"] is True
    assert middle.digest != record.checkpoints["timeline[5]"].digest


@pytest.mark.parametrize(
    ("change", "is_seen"),
    [
        ("", False),
        ("self.hidden = 1", False),
        ("self.seen.shown = 1", True),
        ("self.env.record:event('x')", True),
        ("self.env.scheduler:after(5, print)", True),
        ("self.env.scheduler:every(5, print)", True),
        ("self.env.rng:stream('s'):random()", True),
        ("math.random()", True),
    ],
)
def test_the_state_is_metrics_events_queue_and_generators(
    stage: Stage, change: str, is_seen: bool
) -> None:
    body = f"""
    function W:begin(env) env.rng:stream("s") end
    function W:go() end
    function W:change() {change} end
    """

    def state(name: str) -> str:
        timeline = [{"at": 0, "action": name}, {"at": 0, "checkpoint": "c"}]
        return stage.play(body, timeline).checkpoints["c"].digest

    assert (state("go") != state("change")) is is_seen


def test_a_snapshot_stands_for_the_metrics_in_a_state(stage: Stage) -> None:
    body = """
    function W:go() self.seen.a = 1 end
    function W:deep() self.hidden = 1 end
    function W:snapshot() return { hidden = self.hidden } end
    """

    def state(name: str) -> str:
        timeline = [{"at": 0, "action": name}, {"at": 0, "checkpoint": "c"}]
        return stage.play(body, timeline).checkpoints["c"].digest

    assert state("go") == state("none")
    assert state("deep") != state("none")


# Sections, cost, host.


def test_the_timelines_section_is_complete_also_when_nothing_happened(stage: Stage) -> None:
    section = stage.play("function W:go() end").sections["timeline"]
    assert section["hitches"] == []
    assert section["hitch_policy"] == "stall"
    assert section["hitch_totals"] == {"count": 0, "total": 0, "max": 0}
    nothing = {"samples": 0, "onTime": 0, "total": 0} | dict.fromkeys(
        ("average", "min", "max", "p50", "p95", "p99")
    )
    assert section["scheduler"]["lateness"]["hitch"] == nothing
    assert section["scheduler"].keys() == {
        "stepCount", "totalSimulated", "minStep", "maxStep", "averageStep", "scheduledEvents",
        "queue", "events", "lateness",
    }  # fmt: skip
    assert section["scheduler"]["queue"].keys() == {
        "samples", "totalDepth", "averageDepth", "maxDepth",
    }  # fmt: skip
    assert section["scheduler"]["events"].keys() == {
        "triggered", "perStep", "maxPerStep", "eventfulSteps",
    }  # fmt: skip
    assert section["scheduler"]["lateness"].keys() == nothing.keys() | {"nominal", "hitch"}


def test_a_hitch_is_logged_with_its_stall(record: RunRecord) -> None:
    (hitch,) = record.sections["timeline"]["hitches"]
    assert hitch.keys() == {
        "time", "dispatchedAt", "magnitude", "endedAt", "substeps", "queueDeferred",
    }  # fmt: skip
    assert 0.05 <= hitch["magnitude"] <= 0.15
    assert hitch["endedAt"] == 0.25 + hitch["magnitude"]


def test_a_worlds_own_section_stands_under_its_name(stage: Stage, record: RunRecord) -> None:
    assert record.sections[stage.world(FULL)] == {"rolls": [1, 2], "none": {}}
    asked = """
    function W:go() end
    function W:section()
        print("asked")
        if not self.options.silent then return { at = self.env.clock.now() } end
    end
    """
    once = stage.play(asked)
    assert once.sections[stage.world(asked)] == {"at": 0.25}
    assert [row.text for row in once.logs] == ["asked"]
    silent = stage.play(asked, world_options={"silent": True})
    assert list(silent.sections) == ["timeline"]


def test_the_cost_of_functions_adds_up_to_all_of_it(stage: Stage) -> None:
    body = """
    local function turn(n)
        for i = 1, n do end
    end
    function W:go()
        turn(100)
        turn(100)
    end
    """
    cost = stage.play(body).cost
    assert cost is not None
    by_name = {row.function: row.work_units for row in cost.functions}
    file = stage.file(body)
    # A call is a unit, and so is each turn of a loop.
    assert by_name[f"{file}:2 local turn"] == 202
    assert by_name[f"{file}:5 W:go"] == 1
    assert sum(by_name.values()) == cost.work_units
    assert 0 not in by_name.values()


def test_work_of_libraries_counts_but_belongs_to_no_function(stage: Stage) -> None:
    cost = stage.play("function W:go() local x = string.rep('x', 100000) end").cost
    assert cost is not None
    in_functions = sum(row.work_units for row in cost.functions)
    assert cost.work_units > in_functions + 1000


def test_what_depends_on_the_machine_stands_under_host_alone(record: RunRecord) -> None:
    assert record.host.keys() >= {"memory_mb", "tool_version", "wall_s"}
    assert record.host["tool_version"]
    assert isinstance(record.host["wall_s"], float)
    rest = json.dumps({key: value for key, value in data(record).items() if key != "host"})
    for word in ("wall_s", "memory_kb", "tool_version", "/tmp", "0x"):
        assert word not in rest


def test_every_figure_that_expectations_may_name_is_there_and_no_other(record: RunRecord) -> None:
    from engine_harness.manifest.figures import PERFORMANCE_METRICS

    def names(value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            return [path]
        return [name for key, item in value.items() for name in names(item, f"{path}.{key}")]

    scheduler = record.sections["timeline"]["scheduler"]
    assert sorted(names(scheduler, "performance.scheduler")) == list(PERFORMANCE_METRICS)


def test_a_world_that_declares_its_metrics_may_be_judged_by_figures(stage: Stage) -> None:
    body = """
    W.describe = { metrics = { "hp" } }
    function W:step() end
    function W:go() end
    """
    expect = {"performance.scheduler.lateness.nominal.p99": {"max": 0.005}}
    assert stage.judge(body, expect=expect).passed is True
    expect = {"performance.scheduler.stepCount": {"eq": 1}}
    verdict = stage.judge(body, expect=expect)
    assert [finding.message for finding in verdict.findings] == [
        "expect performance.scheduler.stepCount eq 1 (got 60)"
    ]
