"""What a world is given: clock, queue, randomness, record and the globals of existing game code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.records.models import RunRecord


def action(at: float, name: str = "go", /, **args: Any) -> dict[str, Any]:
    return {"at": at, "action": name, "args": args}


def world_rows(record: RunRecord) -> list[tuple[Any, ...]]:
    """The rows that the world recorded: event, fields, clock."""
    assert record.outcome.status == "completed", record.outcome
    return [
        (row["event"], row["fields"], row["at_s"])
        for row in record.events
        if row["source"] == "world"
    ]


# Clock.


def test_clock_and_its_functions_take_a_dot_or_a_colon(stage: Stage) -> None:
    body = """
    function W:go()
        local clock = self.env.clock
        self.seen = { clock.now(), clock:now(), clock.frame(), clock:frame() }
        self.seen = { dots = self.seen[1] + self.seen[3], colons = self.seen[2] + self.seen[4] }
    end
    """
    assert stage.seen(body, timeline=[action(1.5)]) == {"dots": 361.5, "colons": 361.5}


@pytest.mark.parametrize(("rate", "frame", "at_s"), [(60, 7, 7 / 60), (240, 25, 25 / 240)])
def test_the_declared_frame_rate_is_the_grid(
    stage: Stage, rate: int, frame: int, at_s: float
) -> None:
    body = (
        f"W.describe = {{ frame_rate_hz = {rate} }}"
        + """
    function W:substep(dt, time_s) self.seen.dt, self.seen.time_s = dt, time_s end
    function W:step() end
    function W:go()
        self.seen.rate = self.env.frame_rate_hz
        self.env.record:event("x")
    end
    """
    )
    record = stage.play(body, [action(0.101)])
    assert (record.events[0]["frame"], record.events[0]["at_s"]) == (frame, at_s)
    assert record.metrics is not None
    assert (record.metrics["rate"], record.metrics["dt"]) == (rate, 1 / rate)
    assert record.metrics["time_s"] == record.outcome.virtual_s
    assert record.outcome.frames == round((record.outcome.virtual_s or 0) * rate)


def test_the_rate_may_be_a_fraction(stage: Stage) -> None:
    body = """
    W.describe = { frame_rate_hz = 0.5 }
    function W:step() end
    function W:go() self.seen.at = self.env.clock.now() end
    """
    assert stage.seen(body, timeline=[action(3)]) == {"at": 4}


@pytest.mark.parametrize("delta", ["1", "-1", "'x'"])
def test_a_world_with_step_cannot_let_time_pass_itself(stage: Stage, delta: str) -> None:
    body = f"""
    function W:step() end
    function W:go()
        self.env.clock:advance({delta})
    end
    """
    message, where = stage.failure(body)
    assert message == "clock.advance works inside apply of a world without step only"
    assert where["line"] == 4


# Queue.

QUEUE = """
function W:mark(name) return function() self.env.record:event(name) end end
"""


def fired(record: RunRecord) -> list[tuple[str, float]]:
    return [(name, at_s) for name, _, at_s in world_rows(record)]


def test_entries_run_at_their_time_by_priority_then_in_order(stage: Stage) -> None:
    body = (
        QUEUE
        + """
    function W:go()
        local scheduler = self.env.scheduler
        scheduler:after(0.5, self:mark("e"), 999)
        scheduler.after(0.5, self:mark("c"))
        scheduler:at(0.5, self:mark("d"))
        scheduler.at(0.5, self:mark("b"), 29)
        scheduler:after(0.5, self:mark("a"), 0)
        scheduler:at(-1, self:mark("now"))
        scheduler:at(0.25, self:mark("first"))
    end
    """
    )
    assert fired(stage.play(body)) == [
        ("now", 0), ("first", 0.25),
        ("a", 0.5), ("b", 0.5), ("c", 0.5), ("d", 0.5), ("e", 0.5),
    ]  # fmt: skip


def test_every_calls_at_products_of_its_period_until_it_is_cancelled(stage: Stage) -> None:
    body = (
        QUEUE
        + """
    function W:go()
        local calls, handle = 0, nil
        handle = self.env.scheduler.every(0.1, function()
            calls = calls + 1
            self.env.record.event("beat", { due = self.env.clock.now() })
            if calls == 7 then self.seen.was = self.env.scheduler.cancel(handle) end
        end)
    end
    """
    )
    record = stage.play(body, [action(0), action(1, "unknown", x=1)])
    beats = [row["frame"] for row in record.events if row["event"] == "beat"]
    assert beats == [24, 48, 72, 96, 120, 144, 168]
    assert record.metrics == {"was": True}


def test_cancel_says_whether_there_was_something_to_cancel(stage: Stage) -> None:
    body = (
        QUEUE
        + """
    function W:go()
        local scheduler = self.env.scheduler
        local handle = scheduler:after(0.5, self:mark("never"))
        local done = scheduler:at(0, self:mark("ran"))
        self.seen = { scheduler:cancel(handle), scheduler.cancel(handle), scheduler:cancel(12345) }
        self.seen = { first = self.seen[1], again = self.seen[2], unknown = self.seen[3] }
        scheduler:after(0.1, function() self.seen.done = scheduler:cancel(done) end)
    end
    """
    )
    record = stage.play(body)
    assert fired(record) == [("ran", 0)]
    assert record.metrics == {"first": True, "again": False, "unknown": False, "done": False}


# Randomness.


def test_streams_are_told_apart_by_name_and_seed(stage: Stage) -> None:
    body = """
    function W:go(args)
        local rng = self.env.rng
        if args.other then rng:stream("other"):random() end
        local spawn = rng.stream("spawn")
        self.seen = {
            a = spawn:random(), same = spawn == rng:stream("spawn"), b = spawn:integer(1, 6),
            c = spawn:pick({ "x", "y", "z" }), d = table.concat(spawn:shuffle({ 1, 2, 3, 4 }), ""),
        }
        self.seen.state = spawn:state()
        spawn:set_state(self.seen.state)
        self.seen.once = spawn:random()
        spawn:set_state(self.seen.state)
        self.seen.again = spawn:random()
    end
    """
    first = stage.seen(body, seed=7)
    assert stage.seen(body, seed=7, timeline=[action(0, other=True)]) == first
    assert stage.seen(body, seed="7") == first
    assert stage.seen(body, seed=8)["a"] != first["a"]
    assert first["same"] is True
    assert first["once"] == first["again"]
    assert 0 <= first["a"] < 1
    assert len(first["state"]) == 16
    assert sorted(first["d"]) == list("1234")


def test_a_world_may_have_generators_of_its_own(stage: Stage) -> None:
    body = """
    function W:go()
        local pcg, lcg = self.env.rng:pcg32(42), self.env.rng.lcg32(42)
        self.seen = { pcg = pcg:random(), lcg = lcg:random(), names = pcg.name .. " " .. lcg.name }
        self.seen.same = self.env.rng.pcg32(42):random() == self.seen.pcg
        self.seen.uses = lcg:state().uses
    end
    """
    seen = stage.seen(body, seed=1)
    assert seen["lcg"] == (1664525 * 42 + 1013904223) % 2**32 / 2**32
    assert (seen["names"], seen["same"], seen["uses"]) == ("pcg32#1 lcg32#1", True, 1)
    assert stage.seen(body, seed=2) == seen


def test_math_random_is_the_stream_math(stage: Stage) -> None:
    body = """
    function W:go()
        math.randomseed(99)
        self.seen = { a = math.random(), b = math.random(6), c = math.random(10, 20) }
        local stream = self.env.rng:stream("math")
        self.seen.next = stream:random()
    end
    """
    stream = """
    function W:go()
        local draws = self.env.rng:stream("math")
        self.seen = { a = draws:random(), b = 1 + math.floor(draws:random() * 6) }
    end
    """
    seen = stage.seen(body, seed=3)
    expected = stage.seen(stream, seed=3)
    assert (seen["a"], seen["b"]) == (expected["a"], expected["b"])
    assert 10 <= seen["c"] <= 20
    assert seen["next"] != seen["a"]


# Record.


def test_an_event_is_a_copy_of_its_fields(stage: Stage) -> None:
    body = """
    function W:go()
        local fields = { at = { x = 1 }, list = { 1 } }
        self.env.record:event("moved", fields)
        fields.at.x, fields.list[2] = 2, 2
        self.env.record.event("moved", fields)
        self.env.record:event("plain")
        self.env.record:event("named", { [1.5] = "h", [3] = "n", ok = true, inf = 1 / 0 })
    end
    """
    assert world_rows(stage.play(body)) == [
        ("moved", {"at": {"x": 1}, "list": [1]}, 0),
        ("moved", {"at": {"x": 2}, "list": [1, 2]}, 0),
        ("plain", {}, 0),
        ("named", {"1.5": "h", "3": "n", "ok": True, "inf": None}, 0),
    ]


def test_an_empty_list_of_the_manifest_stays_one_and_a_worlds_own_is_a_map(stage: Stage) -> None:
    body = """
    function W:go(args)
        local filled = args.list
        self.env.record:event("x", {
            theirs = args.list, map = args.map, own = {}, deep = args.deep,
        })
        self.seen = { option = self.options.list, made = {}, args = args }
        filled[1] = 5
        self.env.record:event("x", { theirs = filled })
    end
    """
    record = stage.play(
        body,
        [action(0, list=[], map={}, deep=[[], {}])],
        world_options={"list": []},
    )
    assert [fields for _, fields, _ in world_rows(record)] == [
        {"theirs": [], "map": {}, "own": {}, "deep": [[], {}]},
        {"theirs": [5]},
    ]
    assert record.metrics == {
        "option": [], "made": {}, "args": {"list": [5], "map": {}, "deep": [[], {}]},
    }  # fmt: skip


def test_what_a_world_does_with_its_arguments_changes_no_later_event(stage: Stage) -> None:
    body = """
    function W:go(args)
        self.env.record:event("x", { args = args })
        args.list[1], args.new = 99, 1
    end
    """
    same = {"list": [1, 2]}
    record = stage.play(body, [action(0, **same), action(1, **same)])
    assert [fields for _, fields, _ in world_rows(record)] == [{"args": same}] * 2
    planned = [row["fields"]["args"] for row in record.events if row["source"] == "plan"]
    assert planned == [same] * 2


def test_an_arguments_null_is_absent(stage: Stage) -> None:
    body = "function W:go(args) self.seen = { is = args.x == nil, count = #args.list } end"
    assert stage.seen(body, timeline=[action(0, x=None, list=[1, 2])]) == {"is": True, "count": 2}


def test_a_null_inside_an_argument_is_one(stage: Stage) -> None:
    body = """
    function W:go(args)
        local null = self.env.null
        self.seen = {
            inner = args.map.off == null, kept = args.map.on, none = args.map.none == nil,
            count = #args.list, item = args.list[2] == null,
        }
    end
    """
    argument = {"map": {"off": None, "on": 1}, "list": [1, None, 3]}
    record = stage.play(body, [action(0, **argument)])
    assert record.metrics == {"inner": True, "kept": 1, "none": True, "count": 3, "item": True}
    [args] = [row["fields"]["args"] for row in record.events if row["source"] == "plan"]
    assert args == argument


def test_samples_are_series_by_name_in_order_of_their_first_value(stage: Stage) -> None:
    body = """
    function W:go()
        local record = self.env.record
        record:sample("speed", 1.5)
        record.sample("anger", 1)
        record:sample("speed", 1 / 0)
        record:sample("speed", 0 / 0)
        self.env.scheduler:after(0.5, function() record:sample("speed", -2) end)
    end
    """
    record = stage.play(body)
    assert {name: (series.at_s, series.value) for name, series in record.samples.items()} == {
        "speed": ([0, 0, 0, 0.5], [1.5, None, None, -2]),
        "anger": ([0], [1]),
    }


def test_logs_keep_level_text_time_and_unit(stage: Stage) -> None:
    body = """
    function W:step() if self.env.clock.frame() == 3 then print("in", 3, nil, { 1 } ~= nil) end end
    function W:go()
        self.env.record:log("info", "a " .. "text")
        self.env.record.log("warn", 5)
        print()
        print("table", setmetatable({}, { __tostring = function() return "mine" end }))
    end
    """
    record = stage.play(body)
    assert [(row.level, row.text, row.at_s, row.frame, row.unit) for row in record.logs] == [
        ("info", "a text", 0, 0, 0),
        ("warn", "5", 0, 0, 0),
        ("print", "", 0, 0, 0),
        ("print", "table\tmine", 0, 0, 0),
        ("print", "in\t3\tnil\ttrue", 3 / 240, 3, 3),
    ]


def test_what_is_recorded_while_the_world_is_made_comes_before_the_first_unit(
    stage: Stage,
) -> None:
    body = """
    function W:begin() self.env.record:event("made") print("made") end
    """
    record = stage.play(body, [action(0, "unknown")])
    assert (record.events[0]["event"], record.events[0]["unit"]) == ("made", -1)
    assert (record.logs[0].text, record.logs[0].unit) == ("made", -1)


# Values.


@pytest.mark.parametrize(
    ("seed", "seen"),
    [
        (7, ("number", "7")),
        ("7", ("string", "7")),
        ("grün", ("string", "grün")),
        (-3, ("number", "-3")),
        (2**60, ("string", "1152921504606846976")),
    ],
)
def test_the_seed_is_what_was_authored(
    stage: Stage, seed: int | str, seen: tuple[str, str]
) -> None:
    body = """
    function W:go()
        self.seen = { kind = type(self.env.seed), text = tostring(self.env.seed) }
    end
    """
    assert tuple(stage.seen(body, seed=seed).values()) == seen


def test_options_are_the_scenarios_and_go_to_new_and_env(stage: Stage) -> None:
    body = """
    function W:begin(env, options)
        self.seen = { same = options == env.options, hp = options.hp, deep = options.deep.list }
    end
    """
    options = {"hp": 3, "deep": {"list": [1, {"a": "ü"}]}}
    assert stage.seen(body, timeline=[action(0, "none")], world_options=options) == {
        "same": True, "hp": 3, "deep": [1, {"a": "ü"}],
    }  # fmt: skip


def test_every_clock_of_existing_code_is_virtual(stage: Stage) -> None:
    body = """
    function W:go()
        self.seen = {
            clock = os.clock(), time = os.time(), tick = tick(), elapsed = time(),
            diff = os.difftime(7, 5), zero = collectgarbage("count"),
        }
    end
    """
    assert stage.seen(body, timeline=[action(1.75)]) == {
        "clock": 1.75, "time": 1, "tick": 1.75, "elapsed": 1.75, "diff": 2, "zero": 0,
    }  # fmt: skip


def test_the_timelines_own_kinds_reach_a_world_as_actions(stage: Stage) -> None:
    body = """
    function W:apply(action)
        self.env.record:event(action.name, action.args)
        return true
    end
    """
    timeline = [
        {"at": 0, "type": "player", "action": "jump", "duration": 0.5, "notes": "a note"},
        {"at": 0.25, "type": "rule", "rule": "gravity", "value": False},
        {"at": 0.5, "type": "player", "action": "observe-telemetry", "duration": 0.25},
    ]
    record = stage.play(body, timeline)
    # The last one takes effect in the driver: a world that does not declare `player` is not asked.
    assert world_rows(record) == [
        ("player", {"action": "jump", "duration": 0.5}, 0),
        ("rule", {"rule": "gravity", "value": False}, 0.25),
    ]
    assert [row["event"] for row in record.events if row["source"] == "plan"] == [
        "player-action", "rule-toggle", "player-action",
    ]  # fmt: skip


def test_an_action_that_a_world_does_not_know_is_a_refusal_and_a_finding(stage: Stage) -> None:
    verdict = stage.judge("", [action(0, "fly")])
    (finding,) = verdict.findings
    assert finding.check == "refused"
    assert "no action fly" in finding.message
    assert stage.judge("", [action(0, "fly") | {"refused": True}]).passed
    (finding,) = stage.judge("function W:go() end", [action(0) | {"refused": True}]).findings
    assert finding.check == "refused"


DECLARING = """
W.describe = { events = { "shot" }, metrics = { "gold", "hp" } }
function W:go() self.env.record:event("shto") self.env.record:event("shto") end
function W:metrics() return { goold = 1, hp = 2 } end
"""


def test_names_that_describe_does_not_know_are_warned_of_once(stage: Stage) -> None:
    record = stage.play(DECLARING)
    world = record.scenario.world
    assert record.warnings == [
        f"world {world} recorded event 'shto', which its describe.events does not name",
        f"world {world} has metric 'goold', which its describe.metrics does not name",
    ]


def test_a_world_that_declares_nothing_is_not_held_to_it(stage: Stage) -> None:
    assert stage.play('function W:go() self.env.record:event("any") end').warnings == []
