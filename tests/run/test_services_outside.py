"""The services of the game: frames, remotes, the simulated ping and input, and the border."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Services, Stage

# -- frames

START: list[dict[str, Any]] = [{"at": 0, "checkpoint": "start"}]

LISTENING = """
function W:begin(env)
    self.seen.calls = {}
    local calls = self.seen.calls
    local function note(name)
        return function(dt) calls[#calls + 1] = { name, env.clock:now(), dt } end
    end
    local run_service = env.services.game:GetService("RunService")
    run_service.PreRender:Connect(note("render"))
    self.connection = run_service.Heartbeat:Connect(note("beat"))
    self.env = env
end
"""


def test_a_world_that_only_listens_gets_every_frame(stage: Stage) -> None:
    record = stage.play(LISTENING, START)
    calls = (record.metrics or {})["calls"]
    assert [name for name, _, _ in calls] == ["beat", "render"] * 61
    assert [now for _, now, _ in calls[::2]] == [frame / 240 for frame in range(61)]
    assert calls[0][2] == 0
    assert all(math.isclose(dt, 1 / 240) for _, _, dt in calls[2:])
    assert record.outcome.frames == 60


def test_signals_come_after_the_step_of_the_frame(stage: Stage) -> None:
    world = LISTENING + "function W:step(dt) table.insert(self.seen.calls, { 'step', 0, dt }) end"
    metrics = stage.play(world, START).metrics or {}
    assert [name for name, _, _ in metrics["calls"][:6]] == ["step", "beat", "render"] * 2


@pytest.mark.parametrize("policy", ["stall", "catch_up"])
def test_after_a_stall_there_is_one_call_with_all_of_it(stage: Stage, policy: str) -> None:
    hitch = [{"at": 0.1, "hitch": 0.5}]
    metrics = stage.play(LISTENING, hitch, config={"engine": {"hitchPolicy": policy}}).metrics or {}
    beats = [(now, dt) for name, now, dt in metrics["calls"] if name == "beat"]
    long = [(now, dt) for now, dt in beats if dt > 0.01]
    assert long == [(pytest.approx(0.6), pytest.approx(0.5))]
    assert sum(dt for _, dt in beats) == pytest.approx(beats[-1][0])


def test_a_world_sleeps_until_somebody_listens_and_when_nobody_does(services: Services) -> None:
    body = """
    local count, connection = 0, nil
    task.delay(5, function()
        connection = RunService.Heartbeat:Connect(function(dt)
            count = count + 1
            if count <= 2 then mark(dt * 240) end
            if count == 10 then connection:Disconnect() seen.count = count end
        end)
    end)
    task.delay(20, function() mark(count) end)
    """
    record = services.play(body, config={"engine": {"settleLimit": 60}})
    assert record.metrics is not None
    assert record.metrics["trace"] == [pytest.approx(1), pytest.approx(1), 10]
    # Events at 0 and 5 s, ten frames with a listener, 20 s and the last look.
    assert record.sections["timeline"]["scheduler"]["stepCount"] < 20


# -- remotes


def test_a_remote_event_goes_both_ways(services: Services) -> None:
    body = """
    local player = Instance.new("Player") player.Name = "Me" control:set_local_player(player)
    local other = Instance.new("Player", Players)
    local remote = Instance.new("RemoteEvent")
    remote.OnServerEvent:Connect(function(who, a, b) mark("server " .. who.Name .. a .. b) end)
    remote.OnClientEvent:Connect(function(...) mark("client " .. select("#", ...)) end)
    remote:FireServer("x", 1)
    remote:FireClient(player, nil, nil)
    remote:FireClient(other, 1)
    remote:FireAllClients(1, 2, 3)
    refused(remote.FireClient, remote, "Me")
    refused(remote.FireServer, workspace)
    """
    assert services.trace(body) == [
        "server Mex1", "client 2", "client 3", 'FireClient needs a Player, got "Me"',
        "FireServer must be called with a colon on a RemoteEvent, got a Workspace",
    ]  # fmt: skip


def test_a_bindable_event_hands_on_what_it_is_given(services: Services) -> None:
    body = """
    local event, given = Instance.new("BindableEvent"), {}
    event.Event:Connect(function(value, ...) mark(value == given) mark(select("#", ...)) end)
    event:Fire(given, nil, nil)
    """
    assert services.trace(body) == [True, 2]


def test_functions_answer_and_may_wait_before_they_do(services: Services) -> None:
    body = """
    local player = Instance.new("Player") control:set_local_player(player)
    local remote, bindable = Instance.new("RemoteFunction"), Instance.new("BindableFunction")
    function remote.OnServerInvoke(who, n) task.wait(0.5) return who == player, n + 1 end
    function remote.OnClientInvoke(n) return n * 2 end
    function bindable.OnInvoke(...) return select("#", ...), ... end
    task.spawn(function()
        local same, n = remote:InvokeServer(1)
        mark(same) mark(n) mark(os.clock())
    end)
    mark(remote:InvokeClient(player, 21))
    mark(select(3, bindable:Invoke(nil, "b")))
    refused(remote.InvokeClient, remote, Instance.new("Player"))
    bindable.OnInvoke = nil
    refused(bindable.Invoke, bindable)
    """
    assert services.trace(body) == [
        42, "b", "InvokeClient: only the local player can answer, not Player",
        "Invoke: BindableFunction has no OnInvoke", True, 2, 0.5,
    ]  # fmt: skip


# -- players, ping, input


def test_players_come_with_their_characters(services: Services) -> None:
    body = """
    Players.PlayerAdded:Connect(function(player) mark("in " .. player.Name) end)
    Players.PlayerRemoving:Connect(function(player) mark("out " .. player.Name) end)
    mark(Players.LocalPlayer == nil)
    local me, you = Instance.new("Player"), Instance.new("Player")
    me.Name, you.Name = "me", "you"
    me.CharacterAdded:Connect(function(character) mark("character " .. character.Name) end)
    me.CharacterRemoving:Connect(function(character) mark("without " .. character.Name) end)
    you.Parent = Players
    control:set_local_player(me)
    mark(Players.LocalPlayer == me)
    for _, player in ipairs(Players:GetPlayers()) do mark(player.Name) end
    me.Character = Instance.new("Model", workspace)
    mark(Players:GetPlayerFromCharacter(workspace.Model) == me)
    me.Character = nil
    you:Destroy()
    refused(function() Players.LocalPlayer = you end)
    control:set_local_player(nil)
    mark(Players.LocalPlayer == nil)
    """
    answer = services.trace(body)
    assert answer[:-2] == [
        True, "in you", "in me", True, "you", "me", "character Model", True, "without Model",
        "out you",
    ]  # fmt: skip
    assert answer[-2].endswith("Players.LocalPlayer can be read only")
    assert answer[-1] is True


def test_the_ping_is_read_in_ms_and_its_answers_advance(services: Services) -> None:
    body = """
    local item = game:GetService("Stats").Network.ServerStatsItem["Data Ping"]
    mark(item:GetValue()) mark(item:GetValue())
    control:ping_responses({ 10, 20.5 })
    for _ = 1, 3 do mark(item:GetValue()) end
    control:set_ping_ms(0)
    mark(item:GetValue())
    refused(control.ping_responses, control, {})
    refused(control.ping_responses, control, { 1, "2" })
    """
    assert services.trace(body) == [
        95, 95, 10, 20.5, 20.5, 0,
        "ping_responses needs a list of at least one number, got a table",
        'ping_responses: a ping is a finite number of ms >= 0, got "2"',
    ]  # fmt: skip


def test_every_way_in_which_a_ping_cannot_be_read(services: Services) -> None:
    body = """
    local function read()
        local items = game:GetService("Stats").Network.ServerStatsItem
        return items["Data Ping"]:GetValue()
    end
    local items = game:GetService("Stats").Network.ServerStatsItem
    for _, fault in ipairs({ "statError", "statMissing", "valueError", "valueIsNil" }) do
        control:set_stat_fault(fault)
        local ok, answer = pcall(read)
        mark(fault) mark(ok) mark((string.gsub(tostring(answer), "^.*init.lua:%d+: ", "")))
    end
    control:set_stat_fault("statMissing")
    mark(items:FindFirstChild("Data Ping") == nil)
    control:set_stat_fault(nil)
    mark(read())
    """
    assert services.trace(body) == [
        "statError", False, "ServerStatsItem cannot be read (statError)",
        "statMissing", False,
        'Stats.Network.ServerStatsItem (a Folder) has no member or child "Data Ping"',
        "valueError", False, "the value of Data Ping cannot be read (valueError)",
        "valueIsNil", True, "nil",
        True, 95,
    ]  # fmt: skip


def test_keys_arrive_outside_and_can_be_missing_or_failing(services: Services) -> None:
    body = """
    local input = game:GetService("VirtualInputManager")
    local connection = control:on_key(function(is_pressed, key, is_repeat, target)
        mark(tostring(is_pressed) .. self.services.enum_text(key) .. tostring(is_repeat))
        mark(target == game)
    end)
    input:SendKeyEvent(true, Enum.KeyCode.F, false, game)
    refused(input.SendKeyEvent, input, true, "F", false, game)
    control:set_input_fault("failing")
    refused(input.SendKeyEvent, input, true, Enum.KeyCode.F, false, game)
    control:set_input_fault("missing")
    refused(input.SendKeyEvent, input, true, Enum.KeyCode.F, false, game)
    mark(game:FindService("VirtualInputManager") == nil)
    mark(self.services.VirtualInputManager == nil)
    refused(game.GetService, game, "VirtualInputManager")
    control:set_input_fault(nil)
    mark(game:GetService("VirtualInputManager") == input)
    connection:Disconnect()
    input:SendKeyEvent(false, Enum.KeyCode.F, false, game)
    """
    assert services.trace(body) == [
        "trueKeyCode.Ffalse", True,
        'SendKeyEvent: keyCode must be an item of Enum.KeyCode, got "F"',
        "SendKeyEvent failed (failing)",
        "VirtualInputManager is missing",
        True, True,
        'unknown service "VirtualInputManager"; there are Players, ReplicatedStorage, RunService, '
        "Stats, Workspace",
        True,
    ]  # fmt: skip


def test_a_world_may_show_children_of_its_own(services: Services) -> None:
    body = """
    local folder = Instance.new("Folder", workspace)
    local list = { { Name = "one" }, { Name = "two" } }
    control:children_of(folder, function() return list end)
    local real = Instance.new("Part", folder)
    mark(folder.two == list[2])
    mark(folder:FindFirstChild("none") == nil)
    mark(workspace:FindFirstChild("one", true) == list[1])
    for _, child in ipairs(folder:GetChildren()) do mark(child.Name) end
    mark(#workspace:GetDescendants())
    folder.ChildAdded:Connect(function(child) mark("added " .. child.Name) end)
    folder.ChildRemoved:Connect(function(child) mark("removed " .. child.Name) end)
    task.spawn(function() mark(folder:WaitForChild("three").Name .. " is here") end)
    local three = { Name = "three" }
    control:child_added(folder, three)
    control:child_removed(folder, three)
    control:children_of(folder, nil)
    mark(#folder:GetChildren())
    refused(control.child_added, control, folder, {})
    """
    assert services.trace(body) == [
        True, True, True, "Part", "one", "two", 4, "added three", "three is here", "removed three",
        1, "child_added needs an object with a Name, got a table",
    ]  # fmt: skip


def test_services_are_found_under_env_services_too(services: Services) -> None:
    body = """
    for _, name in ipairs({ "Players", "ReplicatedStorage", "RunService", "Stats", "Workspace",
            "VirtualInputManager" }) do
        mark(self.services[name] == game:GetService(name) and game[name] == game:FindService(name))
    end
    mark(game:FindService("TweenService") == nil)
    refused(function() return self.services.Vector4 end)
    refused(function() self.services.game = nil end)
    """
    answer = services.trace(body)
    assert answer[:-2] == [True] * 7
    assert answer[-2].endswith(
        'env.services has no member or service "Vector4"; did you mean "Vector2"?'
    )
    assert answer[-1].endswith('env.services: "game" cannot be set')


# -- enums and types


def test_items_of_an_enum_have_a_name_a_value_and_a_text(services: Services) -> None:
    body = """
    local key = Enum.KeyCode.F
    mark(tostring(key)) mark(key.Name) mark(key.Value) mark(tostring(key.EnumType))
    mark(self.services.enum_text(key)) mark(key == Enum.KeyCode["F"])
    mark(Enum.KeyCode.Space.Value) mark(Enum.KeyCode.LeftControl.Value)
    mark(Enum.KeyCode:GetEnumItems()[1].Name)
    refused(self.services.enum_text, "F")
    """
    assert services.trace(body) == [
        "Enum.KeyCode.F", "F", 102, "KeyCode", "KeyCode.F", True, 32, 306, "Unknown",
        'enum_text needs an item of an Enum, got "F"',
    ]  # fmt: skip


def test_typeof_names_what_type_does_not(services: Services) -> None:
    body = """
    local connection = RunService.Heartbeat:Connect(print)
    for _, value in ipairs({ game, Vector3.zero, self.services.Vector2.zero, CFrame.identity,
            Enum.KeyCode.F, Enum.KeyCode, RunService.Heartbeat, connection, {}, 5, "x", print }) do
        mark(typeof(value))
    end
    connection:Disconnect()
    """
    assert services.trace(body) == [
        "Instance", "Vector3", "Vector2", "CFrame", "EnumItem", "Enum", "RBXScriptSignal",
        "RBXScriptConnection", "table", "number", "string", "function",
    ]  # fmt: skip


# -- the border


def test_host_objects_become_plain_data(services: Services) -> None:
    body = """
    seen.place = Vector3.new(1, 2.5, 0 / 0)
    seen.flat = self.services.Vector2.new(0.1, 2)
    seen.frame = CFrame.new(1, 2, 3)
    seen.key = Enum.KeyCode.F
    seen.list = { workspace, Instance.new("Part") }
    self.env.record:event("hit", { at = Vector3.new(4, 5, 6), who = workspace })
    """
    record = services.play(body)
    assert record.metrics is not None
    assert {key: record.metrics[key] for key in ("place", "flat", "frame", "key", "list")} == {
        "place": {"x": 1, "y": 2.5, "z": None},
        "flat": {"x": 0.10000000149011612, "y": 2},
        "frame": {"type": "CFrame", "components": [1, 2, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1]},
        "key": "KeyCode.F",
        "list": [
            {"name": "Workspace", "className": "Workspace"},
            {"name": "Part", "className": "Part"},
        ],
    }
    assert record.events[-1]["fields"] == {
        "at": {"x": 4, "y": 5, "z": 6},
        "who": {"name": "Workspace", "className": "Workspace"},
    }


@pytest.mark.parametrize(
    ("value", "kind"),
    [("game.Changed", "Signal"), ("Enum.KeyCode", "Enum"), ("print", "function")],
)
def test_what_is_no_data_is_refused_by_name(services: Services, value: str, kind: str) -> None:
    outcome = services.play(f"seen.x = {value}").outcome
    assert outcome.message == f"metrics.x: a {kind} is no plain data"


def test_nothing_leads_from_an_object_to_the_host(services: Services) -> None:
    body = """
    local objects = { game, Enum, Enum.KeyCode.F, game.Changed, control, self.services,
        game.Changed:Connect(print), Vector3.zero, CFrame.identity }
    for index, object in ipairs(objects) do
        local protection = getmetatable(object)
        local is_hidden = protection == false or protection == "ffi"
        mark(is_hidden and type(debug.getmetatable(object)) ~= "table"
            and not pcall(setmetatable, object, {}) and not pcall(rawget, object, "kind")
            and not pcall(rawset, object, "kind", 1) and not pcall(pairs, object)
            and not pcall(next, object) and not pcall(function() object.kind = "x" end)
            and not pcall(function() return object.__index end)
            and not pcall(function() return object.state end)
            and string.find(tostring(object), "0x") == nil
            and string.find(string.format("%s", object), "0x") == nil)
    end
    local fake = setmetatable({}, { kind = "Instance", children = {}, count = 1 })
    for _, name in ipairs({ "FindFirstChild", "GetChildren", "Destroy", "GetFullName" }) do
        refused(workspace[name], fake, "x")
    end
    """
    answer = services.trace(body)
    assert answer[:9] == [True] * 9
    assert answer[9:] == [
        f"{name} must be called with a colon on an Instance, got a table"
        for name in ("FindFirstChild", "GetChildren", "Destroy", "GetFullName")
    ]


def test_vectors_as_keys_have_no_order_and_instances_that_of_their_making(
    services: Services,
) -> None:
    ordered = """
    local keys = { [workspace] = 1, [Enum.KeyCode.F] = 2, [game] = 3, [Instance.new("Part")] = 4 }
    for key in pairs(keys) do mark(tostring(key)) end
    """
    assert services.trace(ordered) == ["Enum.KeyCode.F", "Game", "Workspace", "Part"]
    body = "for _ in pairs({ [Vector3.zero] = 1, [Vector3.one] = 2 }) do end"
    outcome = services.play(body).outcome
    assert outcome.status == "nondeterministic"
    assert str(outcome.message).startswith("a walk over a table met 2 keys of type cdata")


WORLD_OF_TWO = """
local W = {} W.__index = W
function W.new(env)
    local self = setmetatable({ env = env, services = env.services }, W)
    Instance = self.services.Instance
    self.services.workspace:SetAttribute("n", 0)
    return self
end
function W:apply(action)
    if action.name ~= "add" then return nil, "unknown", "unknown" end
    local workspace = self.services.workspace
    workspace:SetAttribute("n", workspace:GetAttribute("n") + 1)
    self.services.Instance.new("Part", workspace)
    return true
end
function W:metrics()
    local workspace = self.services.workspace
    return { n = workspace:GetAttribute("n"), parts = #workspace:GetChildren() }
end
function W:actions() return { { name = "add" } } end
function W:observe() return self:metrics() end
function W:snapshot() return { n = self:metrics().n } end
function W:restore(state)
    local workspace = self.services.workspace
    workspace:ClearAllChildren()
    workspace:SetAttribute("n", state.n)
    for _ = 1, state.n do self.services.Instance.new("Part", workspace) end
end
W.describe = { actions = { add = {} } }
return W
"""


def test_each_world_has_services_of_its_own(stage: Stage) -> None:
    from engine_harness.testing import check_world

    name = stage.world(WORLD_OF_TWO, is_whole=True)
    check_world(name, root=stage.bench.folder, seeds=(0,))
