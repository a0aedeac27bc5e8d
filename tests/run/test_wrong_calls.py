"""Wrong calls of what a world is given: each names the user's line and what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Stage

# A call that fails stands two calls deep, on line 3 of its file.
TWO_CALLS_DEEP = """
local function inner(self, env)
    {call}
end
function W:go()
    inner(self, self.env)
    return true
end
"""


def refusal(stage: Stage, call: str) -> str:
    """The message of a wrong call, whose place must be the line of the call."""
    body = TWO_CALLS_DEEP.format(call=call)
    message, where = stage.failure(body)
    file = stage.file(body)
    assert (where["file"], where["line"]) == (file, 3), where
    # The action is called by the `apply` in front of the first line.
    assert where["traceback"].splitlines()[:2] == [
        f"{file}:3: in function 'inner'",
        f"{file}:6: in function 'act'",
    ]
    assert where["dispatching"] == "apply(go)"
    return message


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("env.scheduler:after(-1, print)", "after: the delay must be a finite number >= 0, got -1"),
        (
            "env.scheduler.after(0/0, print)",
            "after: the delay must be a finite number >= 0, got nan",
        ),
        (
            "env.scheduler:after(math.huge, print)",
            "after: the delay must be a finite number >= 0, got inf",
        ),
        (
            "env.scheduler:after('1', print)",
            "after: the delay must be a finite number >= 0, got a string",
        ),
        ("env.scheduler:after(1, 5)", "after: the callback must be a function, got 5"),
        (
            "env.scheduler:after(1, print, 1000)",
            "after: the priority must be a whole number from 0 to 999, got 1000",
        ),
        (
            "env.scheduler.after(1, print, 1.5)",
            "after: the priority must be a whole number from 0 to 999, got 1.5",
        ),
        (
            "env.scheduler:after(1, print, 'high')",
            "after: the priority must be a whole number from 0 to 999, got a string",
        ),
        ("env.scheduler:at(-math.huge, print)", "at: the time must be a finite number, got -inf"),
        ("env.scheduler.at({}, print)", "at: the time must be a finite number, got a table"),
        ("env.scheduler:at(1, {})", "at: the callback must be a function, got a table"),
        (
            "env.scheduler:at(1, print, -1)",
            "at: the priority must be a whole number from 0 to 999, got -1",
        ),
        ("env.scheduler:every(0, print)", "every: the period must be a finite number > 0, got 0"),
        (
            "env.scheduler.every(-0.5, print)",
            "every: the period must be a finite number > 0, got -0.5",
        ),
        ("env.scheduler:every(1, 'x')", "every: the callback must be a function, got a string"),
        ("env.scheduler:cancel('x')", "cancel: a handle is a number, got a string"),
        ("env.clock:advance(-1)", "clock.advance: delta_s must be a finite number >= 0, got -1"),
        ("env.clock.advance(0/0)", "clock.advance: delta_s must be a finite number >= 0, got nan"),
        (
            "env.clock.advance({})",
            "clock.advance: delta_s must be a finite number >= 0, got a table",
        ),
        ("env.rng:stream(5)", "the name of a stream is text; got 5"),
        (
            "env.rng.stream('pcg32#1')",
            "stream name 'pcg32#1' is kept for generators made by pcg32 and lcg32",
        ),
        ("env.rng:stream('x'):integer(5, 1)", "integer(a, b) needs b >= a; got a = 5, b = 1"),
        (
            "env.rng:stream('x'):pick({})",
            "pick(list) needs at least one element; got an empty list",
        ),
        ("env.rng:stream('x'):shuffle(1)", "shuffle(list) takes a list; got 1"),
        (
            "env.rng:pcg32('zz')",
            'a generator state is 16 lower-case hex digits; got "zz"',
        ),
        (
            "env.rng:pcg32(-1)",
            "a generator starts from a whole number from 0 to 2^53 or 16 lower-case hex digits;"
            " got -1",
        ),
        ("env.rng.lcg32({})", "seed must be an integer (got table)"),
        ("env.record:event()", "record.event needs a name, got nil"),
        ("env.record.event('')", "record.event needs a name, got \"\""),
        ("env.record:event({})", "record.event needs a name, got a table"),
        ("env.record:event('x', 5)", "record.event: fields must be a table, got 5"),
        (
            "env.record.event('x', { 1, 2 })",
            "x: the fields of an event must have names, got a list",
        ),
        ("env.record:event('x', { f = print })", "x.f: a function is no plain data"),
        ("env.record:event('x', env.record)", "x.event: a function is no plain data"),
        ("env.record:sample('x', '5')", 'record.sample: the value must be a number, got "5"'),
        ("env.record.sample(5, 5)", "record.sample needs a name, got 5"),
        ("env.record:log(nil, 'x')", "record.log needs a name, got nil"),
        ("env.services:GetService('x')", 'env.services has no member or service "GetService"'),
        (
            "wait(1)",
            "task.wait was called outside of a thread; start one with task.spawn",
        ),
        ("task.spawn(5)", "task.spawn needs a function or a thread, got 5"),
        ("task.defer(nil)", "task.defer needs a function or a thread, got nil"),
        ("task.delay(-1, print)", "task.delay: the delay must be a finite number >= 0, got -1"),
        ("delay('1', print)", "task.delay: the delay must be a finite number >= 0, got a string"),
        ("task.cancel()", "task.cancel needs a thread, got nil"),
        ("coroutine.yield()", "attempt to yield from outside a coroutine"),
        ("io.open('x')", "io.open is not available here: user code has no files; use print, or "
         "record.event and record.log of a world"),
    ],
)  # fmt: skip
def test_a_wrong_call_names_the_line_that_made_it(stage: Stage, call: str, message: str) -> None:
    assert refusal(stage, call) == message


def test_a_wrong_call_leaves_no_address_in_the_record(stage: Stage) -> None:
    calls = [
        "return {}", "return nil, {}", "return nil, print", "return function() end",
    ]  # fmt: skip
    for call in calls:
        body = f"function W:apply() {call} end"
        message, where = stage.failure(body)
        assert message.startswith("apply(go) must return true, details? or nil, code, message; got")
        assert "0x" not in message
        # What is wrong is what the function returned, so the function is named.
        assert (where["file"], where["line"]) == (stage.file(body), 1)


@pytest.mark.parametrize(
    "call",
    [
        'self.env.record:sample("s\\255", 1)',
        'self.env.record:event("e\\254")',
        'self.env.record:event("e", { ["k\\255"] = 1 })',
        'self.env.record:event("e", { ["\\237\\160\\128"] = 1 })',
    ],
)
def test_a_name_that_is_not_utf8_is_refused_before_two_become_one(stage: Stage, call: str) -> None:
    message, where = stage.failure(f"function W:go() {call} end")
    assert "is not UTF-8" in message
    assert where["line"] == 1


def test_names_in_any_script_stay_themselves(stage: Stage) -> None:
    record = stage.play(
        'function W:go() self.env.record:event("treffer", { ["größe"] = 1, ["的😀"] = 2 }) end'
    )
    assert record.events[-1]["fields"] == {"größe": 1, "的😀": 2}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("apply", "5"),
        ("step", "5"),
        ("substep", "true"),
        ("done", "{}"),
        ("metrics", "4"),
        ("snapshot", "3"),
        ("section", "'x'"),
    ],
)
def test_a_method_that_became_something_else_is_the_worlds_error(
    stage: Stage, name: str, value: str
) -> None:
    timeline = [
        {"at": 0, "action": "go"},
        {"at": 0.1, "action": "go"},
        {"at": 0.2, "checkpoint": "c"},
    ]
    message, _ = stage.failure(f"function W:go() self.{name} = {value} end", timeline=timeline)
    assert message.startswith(f"attempt to call method '{name}' (a ")


def test_a_world_cannot_change_what_the_bench_draws(stage: Stage) -> None:
    timeline = [{"at": 0, "action": "go"}, {"at": 0.1, "hitch": 0.2, "jitter": 0.1}]

    def hitches(body: str) -> object:
        return stage.play(body, timeline=timeline).sections["timeline"]["hitches"]

    changed = "function W:go() self.env.rng:stream('hitch').random = function() return 0.9 end end"
    assert hitches(changed) == hitches("function W:go() end")
