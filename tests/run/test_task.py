"""`task.*`, `wait`, `delay` and `spawn` on the virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Stage

    from engine_harness.records.models import RunRecord

FRAME_S = 1 / 240

MARK = """
function W:mark(name, value) self.env.record:event(name, { value = value }) end
"""


def marks(record: RunRecord) -> list[tuple[str, Any, float]]:
    assert record.outcome.status == "completed", record.outcome
    return [
        (row["event"], row["fields"].get("value"), row["at_s"])
        for row in record.events
        if row["source"] == "world"
    ]


def played(stage: Stage, code: str, **keys: Any) -> list[tuple[str, Any, float]]:
    """What the action `go` marks when it runs `code`."""
    return marks(stage.play(f"{MARK} function W:go() {code} end", **keys))


def test_spawn_runs_at_once_defer_in_the_same_frame_and_delay_later(stage: Stage) -> None:
    code = """
        task.defer(function(a, b) self:mark("deferred", a + b) end, 1, 2)
        task.delay(0.5, function(a) self:mark("delayed", a) end, "x")
        delay(0.25, function() self:mark("global") end)
        task.spawn(function(...) self:mark("spawned", select("#", ...)) end, nil, nil)
        spawn(function() self:mark("also") end)
        self:mark("end")
    """
    assert played(stage, code) == [
        ("spawned", 2, 0), ("also", None, 0), ("end", None, 0), ("deferred", 3, 0),
        ("global", None, 0.25), ("delayed", "x", 0.5),
    ]  # fmt: skip


def test_wait_returns_what_has_passed(stage: Stage) -> None:
    code = """
        spawn(function()
            self:mark("half", task.wait(0.5))
            self:mark("between", wait(0.101))
            self:mark("frame", task.wait())
            self:mark("zero", wait(0))
            self:mark("negative", wait(-5))
        end)
    """
    frames = [120, 145, 146, 147, 148]
    assert [(name, at_s) for name, _, at_s in played(stage, code)] == [
        (name, frame / 240)
        for name, frame in zip(
            ["half", "between", "frame", "zero", "negative"], frames, strict=True
        )
    ]
    passed = [value for _, value, _ in played(stage, code)]
    assert passed[:2] == [0.5, 145 / 240 - 0.5]
    assert passed[2:] == pytest.approx([FRAME_S] * 3)


def test_a_loop_of_empty_waits_passes_frames_and_settles(stage: Stage) -> None:
    code = """
        spawn(function()
            for turn = 1, 100 do wait() end
            self:mark("done")
        end)
    """
    assert played(stage, code) == [("done", None, 100 / 240)]


def test_threads_and_timers_share_one_queue(stage: Stage) -> None:
    code = """
        spawn(function() wait(0.5) self:mark("thread") end)
        self.env.scheduler:after(0.5, function() self:mark("timer") end)
        task.delay(0.5, function() self:mark("delayed") end)
        self.env.scheduler:after(0.5, function() self:mark("first") end, 0)
    """
    assert [name for name, _, _ in played(stage, code)] == ["first", "thread", "timer", "delayed"]


def test_a_thread_of_ones_own_is_resumed_by_spawn(stage: Stage) -> None:
    code = """
        local thread = coroutine.create(function(a)
            self:mark("began", a)
            self:mark("went on", coroutine.yield())
        end)
        task.spawn(thread, 1)
        self.seen.same = task.delay(0.5, thread, 2) == thread
        self.seen.status = coroutine.status(thread)
        self.seen.of_the_world = coroutine.running() == nil
    """
    record = stage.play(f"{MARK} function W:go() {code} end")
    assert marks(record) == [("began", 1, 0), ("went on", 2, 0.5)]
    assert record.metrics == {"same": True, "status": "suspended", "of_the_world": True}


def test_a_cancelled_thread_never_goes_on(stage: Stage) -> None:
    code = """
        local waiting = task.spawn(function() wait(0.5) self:mark("never") end)
        local delayed = task.delay(0.5, function() self:mark("never") end)
        local deferred = task.defer(function() self:mark("never") end)
        local asleep = task.spawn(function() coroutine.yield() self:mark("never") end)
        for _, thread in ipairs({ waiting, delayed, deferred, asleep }) do task.cancel(thread) end
        task.cancel(waiting)
        task.spawn(asleep)
        task.delay(0.75, function() self:mark("last") end)
    """
    assert played(stage, code) == [("last", None, 0.75)]


def test_a_thread_may_cancel_itself_by_its_end(stage: Stage) -> None:
    code = """
        local thread
        thread = task.spawn(function()
            wait(0.25)
            task.cancel(thread)
            self:mark("still here")
            wait(0.25)
            self:mark("never")
        end)
    """
    assert played(stage, code) == [("still here", None, 0.25)]


def test_a_waiting_thread_keeps_the_run_going(stage: Stage) -> None:
    record = stage.play("function W:go() spawn(function() wait(3) end) end")
    assert (record.outcome.virtual_s, record.outcome.reason) == (3, "settled")


def test_waits_pass_a_stall_late(stage: Stage) -> None:
    code = 'spawn(function() self:mark("woke", wait(0.25)) self:mark("again", wait(0.25)) end)'
    timeline = [{"at": 0, "action": "go"}, {"at": 0.125, "hitch": 0.5}]
    assert played(stage, code, timeline=timeline) == [
        ("woke", 0.625, 0.625),
        ("again", 0.25, 0.875),
    ]


# Errors.


def error_in(stage: Stage, body: str) -> tuple[str, int, list[str], dict[str, Any]]:
    """Message, line, lines of the traceback without the file, and the whole place."""
    message, where = stage.failure(body)
    file = stage.file(body)
    assert where["file"] == file
    lines = [line.replace(file, "F") for line in where["traceback"].splitlines()]
    return message, where["line"], lines, where


def test_an_error_in_a_thread_names_its_line_and_its_own_calls(stage: Stage) -> None:
    body = """
    local function deeper()
        error("thread broke")
    end
    function W:go()
        task.spawn(function()
            wait(0.5)
            deeper()
        end)
    end
    """
    message, line, calls, where = error_in(stage, body)
    assert (message, line) == ("thread broke", 3)
    assert calls == ["F:3: in function 'deeper'", "F:8: in function <F:6>"]
    assert (where["dispatching"], where["at_s"], where["frame"]) == ("timer", 0.5, 120)


def test_a_mistake_in_the_first_call_of_a_thread_names_its_line(stage: Stage) -> None:
    body = """
    function W:go()
        task.spawn(function()
            local x = nil
            x.y = 1
        end)
    end
    """
    message, line, calls, where = error_in(stage, body)
    assert (message, line) == ("attempt to index local 'x' (a nil value)", 5)
    assert calls == ["F:5: in function <F:3>"]
    assert where["dispatching"] == "apply(go)"


def test_a_thread_inside_a_thread_tells_the_innermost_place(stage: Stage) -> None:
    body = """
    function W:go()
        spawn(function()
            spawn(function()
                wait()
                error({ code = 7 })
            end)
            wait(1)
        end)
    end
    """
    message, line, calls, _ = error_in(stage, body)
    assert (message, line) == ("{code = 7}", 6)
    assert calls == ["F:6: in function <F:4>"]


def test_an_error_of_a_wrapped_coroutine_keeps_its_place(stage: Stage) -> None:
    body = """
    function W:go()
        local step = coroutine.wrap(function()
            error("wrapped broke")
        end)
        step()
    end
    """
    message, line, calls, _ = error_in(stage, body)
    assert (message, line) == ("wrapped broke", 4)
    assert calls[0] == "F:6: in function 'act'"


def test_an_error_of_a_thread_can_be_caught_where_it_is_started(stage: Stage) -> None:
    body = """
    function W:go()
        local ok, message = pcall(task.spawn, function()
            error("caught")
        end)
        self.seen = { ok = ok, text = tostring(message) }
    end
    """
    assert stage.seen(body) == {"ok": False, "text": f"{stage.file(body)}:4: caught"}
