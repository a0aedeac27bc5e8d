"""Signals and threads of a world's services: order, waiting, errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Services


def test_a_thread_waits_for_a_child_by_name(services: Services) -> None:
    body = """
    local function wait_for(name, timeout)
        task.spawn(function()
            local child = workspace:WaitForChild(name, timeout)
            mark(name .. " " .. tostring(child) .. " " .. os.clock())
        end)
    end
    Instance.new("Folder", workspace).Name = "there"
    wait_for("there")
    wait_for("late")
    wait_for("renamed", 5)
    wait_for("never", 0.125)
    task.delay(0.05, function() Instance.new("Folder", workspace).Name = "new" end)
    task.delay(0.1, function()
        local folder = Instance.new("Folder") folder.Name = "late" folder.Parent = workspace
    end)
    task.delay(0.15, function() workspace.new.Name = "renamed" end)
    """
    assert services.trace(body) == [
        "there there 0", "late late 0.1", "never nil 0.125", "renamed renamed 0.15",
    ]  # fmt: skip


def test_a_thread_that_was_cancelled_or_resumed_waits_no_longer(services: Services) -> None:
    body = """
    local event = Instance.new("BindableEvent")
    local function waiter(name)
        return task.spawn(function() mark(name .. tostring(event.Event:Wait())) end)
    end
    task.cancel(waiter("cancelled "))
    local thread = waiter("resumed ")
    task.spawn(thread, "by hand")
    waiter("fired ")
    event:Fire("by the signal")
    event:Fire("again")
    """
    assert services.trace(body) == ["resumed by hand", "fired by the signal"]


def test_handlers_run_in_the_order_of_their_connection(services: Services) -> None:
    body = """
    local event = Instance.new("BindableEvent")
    for index = 1, 3 do event.Event:Connect(function(a, b) mark(index .. a .. tostring(b)) end) end
    event.Event:Once(function() mark("once") end)
    event:Fire("x", nil)
    event:Fire("y", false)
    """
    assert services.trace(body) == [
        "1xnil",
        "2xnil",
        "3xnil",
        "once",
        "1yfalse",
        "2yfalse",
        "3yfalse",
    ]


def test_a_disconnect_acts_at_once_and_a_connect_from_the_next_dispatch_on(
    services: Services,
) -> None:
    body = """
    local event, second, third = Instance.new("BindableEvent"), nil, nil
    local first = event.Event:Connect(function()
        mark("first")
        second:Disconnect()
        event.Event:Connect(function() mark("new") end)
    end)
    second = event.Event:Connect(function() mark("second") end)
    third = event.Event:Connect(function() mark("third") third:disconnect() end)
    mark(second.Connected)
    event:Fire()
    first:Disconnect() first:Disconnect()
    mark(second.Connected)
    event:Fire()
    """
    assert services.trace(body) == [True, "first", "third", False, "new"]


def test_a_handler_may_wait_while_others_go_on(services: Services) -> None:
    body = """
    local event = Instance.new("BindableEvent")
    event.Event:Connect(function(name)
        mark(name .. " begins") task.wait(0.1) mark(name .. " ends " .. os.clock())
    end)
    event.Event:Connect(function(name) mark(name .. " beside") end)
    event:Fire("a")
    task.delay(0.05, function() event:Fire("b") end)
    """
    assert services.trace(body) == [
        "a begins", "a beside", "b begins", "b beside", "a ends 0.1", "b ends 0.15",
    ]  # fmt: skip


def test_a_thread_that_a_handler_kept_is_no_other_handlers(services: Services) -> None:
    body = """
    local event, kept = Instance.new("BindableEvent"), {}
    event.Event:Connect(function() kept[#kept + 1] = coroutine.running() end)
    event:Fire() event:Fire()
    mark(kept[1] ~= kept[2])
    mark(coroutine.status(kept[1]))
    refused(function() error(select(2, coroutine.resume(kept[1], function() end)), 0) end)
    task.cancel(kept[2])
    event.Event:Connect(function() task.wait() mark("still works") end)
    event:Fire()
    """
    assert services.trace(body) == [True, "dead", "cannot resume dead coroutine", "still works"]


@pytest.mark.parametrize(
    ("body", "dispatching"),
    [
        ("local e = Instance.new('BindableEvent') e.Event:Connect(function()\nerror('boom') end) "
         "e:Fire()", "apply(go)"),
        ("local e = Instance.new('BindableEvent') e.Event:Connect(function() task.wait(0.1)\n"
         "error('boom') end) e:Fire()", "timer"),
        ("RunService.Heartbeat:Connect(function()\nerror('boom') end)", "Heartbeat"),
        ("RunService.PreRender:Connect(function()\nerror({ message = 'boom' }) end)", "PreRender"),
        ("workspace.ChildAdded:Connect(function()\nerror('boom') end) "
         "Instance.new('Part', workspace)", "apply(go)"),
    ],
)  # fmt: skip
def test_an_error_in_a_handler_is_the_worlds_with_its_place(
    services: Services, body: str, dispatching: str
) -> None:
    message, where = services.failure(body)
    assert message == "boom"
    assert (where["line"], where["dispatching"]) == (2, dispatching)
    assert where["traceback"].startswith(f"{where['file']}:2: in function")


def test_a_signal_that_fires_itself_is_an_error_not_a_crash(services: Services) -> None:
    body = (
        "local e = Instance.new('BindableEvent') e.Event:Connect(function() e:Fire() end) e:Fire()"
    )
    message, where = services.failure(body)
    assert where["line"] == 1
    assert message == "C stack overflow: more than 160 nested resumes and callbacks"


def test_a_handler_that_does_not_end_reaches_the_limit_of_work(services: Services) -> None:
    body = "RunService.Heartbeat:Connect(function() while true do pcall(type, 1) end end)"
    outcome = services.play(body, limits={"work_units": 100_000}).outcome
    assert outcome.status == "limit"
    assert outcome.message == "more than 100000 work units were spent"


def test_whoever_still_waits_for_a_child_at_the_end_is_told(services: Services) -> None:
    body = """
    local folder = Instance.new("Folder", workspace)
    folder.Name = "Coins"
    for _ = 1, 2 do task.spawn(function() folder:WaitForChild("Never") end) end
    task.spawn(function() workspace:WaitForChild("Late") end)
    task.spawn(function() workspace:WaitForChild("Limited", 0.1) end)
    task.spawn(function() workspace:WaitForChild("Nobody") end)
    task.delay(0.05, function() Instance.new("Folder", workspace).Name = "Late" end)
    """
    record = services.play(body)
    assert record.outcome.status == "completed", record.outcome
    assert sorted(record.warnings) == [
        '2 threads still wait at the end in Workspace.Coins:WaitForChild("Never"): it never came',
        'a thread still waits at the end in Workspace:WaitForChild("Nobody"): it never came',
    ]


def test_only_the_first_of_many_waits_are_told(services: Services) -> None:
    body = """
    for index = 1, 12 do
        task.spawn(function() workspace:WaitForChild("never" .. index) end)
    end
    """
    warnings = services.play(body).warnings
    assert len(warnings) == 11
    assert warnings[-1] == "threads still wait for 2 more children"
