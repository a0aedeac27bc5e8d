"""The game tree that a world gets: instances, their signals, and what refuses to work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Services


def refusal(services: Services, body: str) -> str:
    """Run the body, which fails in its one line; return the message of the world's error."""
    message, where = services.failure(body)
    assert where["line"] == 1
    return message


def test_globals_that_code_expects_can_be_set_by_a_world(services: Services) -> None:
    assert services.trace("mark(game:GetService('Workspace') == workspace)") == [True]


def test_children_are_found_by_name_and_keep_the_order_of_parenting(services: Services) -> None:
    body = """
    for _, name in ipairs({ "c", "a", "b", "a" }) do
        Instance.new("Folder", workspace).Name = name
    end
    local first = workspace.a
    mark(workspace["a"] == first)
    mark(workspace:FindFirstChild("a") == first)
    first.Parent = nil first.Parent = workspace
    mark(workspace.a == first)
    for _, child in ipairs(workspace:GetChildren()) do mark(child.Name) end
    mark(workspace:FindFirstChild("z") == nil)
    """
    assert services.trace(body) == [True, True, False, "c", "b", "a", "a", True]


def test_many_children_are_found_as_few_are(services: Services) -> None:
    body = """
    local list = {}
    for index = 1, 40 do
        list[index] = Instance.new("Folder", workspace)
        list[index].Name = "f" .. index % 20
    end
    mark(workspace.f7 == list[7])
    list[7]:Destroy()
    mark(workspace.f7 == list[27])
    list[27].Name = "other"
    mark(workspace:FindFirstChild("f7") == nil)
    mark(workspace.other == list[27])
    """
    assert services.trace(body) == [True] * 4


def test_a_tree_is_searched_parents_first(services: Services) -> None:
    body = """
    local model = Instance.new("Model", workspace)
    local part = Instance.new("Part", model)
    local humanoid = Instance.new("Humanoid", model)
    Instance.new("Folder", part).Name = "deep"
    for _, below in ipairs(workspace:GetDescendants()) do mark(below.ClassName .. below.Name) end
    mark(workspace:FindFirstChild("deep") == nil)
    mark(workspace:FindFirstChild("deep", true).Parent == part)
    mark(model:FindFirstChildOfClass("BasePart") == nil)
    mark(model:FindFirstChildWhichIsA("BasePart") == part)
    mark(workspace:FindFirstChildWhichIsA("Humanoid", true) == humanoid)
    mark(part.deep:GetFullName())
    mark(part.deep:IsDescendantOf(model) and workspace:IsAncestorOf(part.deep))
    mark(part:IsDescendantOf(part))
    mark(part.deep:FindFirstAncestor("Model") == model)
    mark(part.deep:FindFirstAncestorOfClass("Workspace") == workspace)
    """
    assert services.trace(body) == [
        "ModelModel", "PartPart", "Folderdeep", "HumanoidHumanoid",
        True, True, True, True, True, "Workspace.Model.Part.deep", True, False, True, True,
    ]  # fmt: skip


def test_a_class_is_what_its_bases_are(services: Services) -> None:
    body = """
    local part = Instance.new("Part")
    for _, name in ipairs({ "Part", "BasePart", "Instance", "Model", "NoSuchClass" }) do
        mark(part:IsA(name))
    end
    """
    assert services.trace(body) == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("Folder", {}),
        ("Configuration", {}),
        ("Model", {}),
        ("Part", {"Anchored": False, "CanCollide": True, "Transparency": 0}),
        ("Humanoid", {"Health": 100, "MaxHealth": 100, "WalkSpeed": 16}),
        ("Highlight", {"Enabled": True, "FillTransparency": 0.5}),
        ("Player", {"DisplayName": "", "UserId": 0}),
        ("RemoteEvent", {}),
        ("RemoteFunction", {}),
        ("BindableEvent", {}),
        ("BindableFunction", {}),
        ("StringValue", {"Value": ""}),
        ("NumberValue", {"Value": 0}),
        ("IntValue", {"Value": 0}),
        ("BoolValue", {"Value": False}),
    ],
)
def test_a_new_instance_has_its_class_for_a_name_and_no_parent(
    services: Services, name: str, properties: dict[str, Any]
) -> None:
    reads = " ".join(f"seen.{key} = it.{key}" for key in properties)
    body = f"local it = Instance.new('{name}') mark(it.Name) mark(it.ClassName)"
    metrics = services.seen(f"{body} mark(it.Parent == nil) mark(tostring(it)) {reads}")
    assert metrics == {"trace": [name, name, True, name], **properties}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("local p = Instance.new('Part', workspace) p.Name = 'P' local x = p.Positon",
         'Workspace.P (a Part) has no member or child "Positon"; did you mean "Position"?'),
        ("workspace.Missing:Destroy()",
         'Workspace (a Workspace) has no member or child "Missing"'),
        ("workspace.Gravty = 3", 'Workspace (a Workspace) has no member or child "Gravty"'),
        ("Instance.new('Parts')",
         'Instance.new: unknown class "Parts"; did you mean "Part"?'),
        ("Instance.new('Workspace')", "Instance.new: a Workspace cannot be made"),
        ("Instance.new(nil)", "Instance.new: unknown class nil"),
        ("Instance.new('Part', {})", "Instance.new: the parent must be an Instance, got a table"),
        ("Instance.new('Part').Position = 5", "Part.Position must be a Vector3, got 5"),
        ("Instance.new('Part').Name = nil", "Part.Name must be a text, got nil"),
        ("Instance.new('Part').Parent = 'x'", 'Part.Parent must be an Instance or nil, got "x"'),
        ("Instance.new('IntValue').Value = 0.5", "IntValue.Value must be a whole number, got 0.5"),
        ("Instance.new('Player').Character = workspace.Changed",
         "Player.Character must be a Model or nil, got a Signal"),
        ("Instance.new('Part').ClassName = 'Model'", "Part.ClassName can be read only"),
        ("Instance.new('Part').Changed = 1", "Part.Changed cannot be set"),
        ("Instance.new('Part').Destroy = 1", "Part.Destroy cannot be set"),
        ("workspace.Parent = nil", "the parent of Workspace is fixed: it is a service"),
        ("workspace:Destroy()", "Workspace cannot be destroyed: it is a service"),
        ("workspace.FindFirstChild('x')",
         'FindFirstChild must be called with a colon on an Instance, got "x"'),
        ("workspace:FindFirstChild(3)", "FindFirstChild needs a name, got 3"),
        ("workspace:IsDescendantOf('x')", 'IsDescendantOf needs an Instance, got "x"'),
        ("workspace:SetAttribute('a b', 1)",
         "SetAttribute: the name of an attribute has letters, digits and _ only, got \"a b\""),
        ("workspace:SetAttribute('a', {})",
         "SetAttribute: a must be a text, a number, true or false, a vector, a CFrame or nil, "
         "got a table"),
        ("workspace:GetPropertyChangedSignal('Nam')",
         'GetPropertyChangedSignal: a Workspace has no property "Nam"; did you mean "Name"?'),
        ("game:GetService('Playrs')",
         'unknown service "Playrs"; there are Players, ReplicatedStorage, RunService, Stats, '
         'VirtualInputManager, Workspace; did you mean "Players"?'),
        ("local x = Enum.KeyCode.Spce",
         'Enum.KeyCode has no item "Spce"; did you mean "Space"?'),
        ("local x = Enum.KeyCods", 'there is no Enum "KeyCods"; did you mean "KeyCode"?'),
        ("local x = RunService.Heartbeet",
         'RunService (a RunService) has no member or child "Heartbeet"; did you mean "Heartbeat"?'),
        ("RunService.Heartbeat:Conect(print)",
         'signal Heartbeat has no member "Conect"; did you mean "Connect"?'),
        ("RunService.Heartbeat:Connect(5)", "Heartbeat:Connect needs a function, got 5"),
        ("RunService.Heartbeat.Connect(print)",
         "Connect must be called with a colon on a Signal, got a function"),
        ("RunService.Heartbeat:Wait()",
         "Heartbeat:Wait was called outside of a thread; start one with task.spawn"),
        ("workspace:WaitForChild('x')",
         'Workspace has no child "x", and WaitForChild was called outside of a thread, where it '
         "cannot wait; start one with task.spawn"),
        ("local c = RunService.Heartbeat:Connect(print) c:Stop()",
         'a connection has no member "Stop"; there are Connected and Disconnect'),
        ("Vector3.one.X = 5",
         "a Vector3, Vector2 or CFrame does not change, so its X, Y or Z cannot be set; make a new "
         "one"),
        ("CFrame.identity.Z = 5",
         "a Vector3, Vector2 or CFrame does not change, so its X, Y or Z cannot be set; make a new "
         "one"),
        ("Vector3.one.Magnitude = 5",
         'a Vector3 does not change, so "Magnitude" cannot be set; make a new one'),
        ("control:set_ping(3)",
         'services.control has no member "set_ping"'),
        ("control:set_ping_ms(-1)", "set_ping_ms: a ping is a finite number of ms >= 0, got -1"),
        ("control:set_stat_fault('statEror')",
         'set_stat_fault: unknown fault "statEror"; there are statError, statMissing, valueError, '
         'valueIsNil, and nil for none; did you mean "statError"?'),
        ("local f = Instance.new('RemoteFunction', workspace) f:InvokeServer()",
         "InvokeServer: Workspace.RemoteFunction has no OnServerInvoke"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_at_the_line_that_did_it(
    services: Services, body: str, message: str
) -> None:
    assert refusal(services, body) == message


def test_a_tree_has_no_cycle_and_a_limited_depth(services: Services) -> None:
    body = """
    local top = Instance.new("Folder", workspace)
    local low = Instance.new("Folder", top)
    refused(function() top.Parent = low end)
    refused(function() top.Parent = top end)
    refused(function()
        local at = top
        for _ = 1, 300 do at = Instance.new("Folder", at) end
    end)
    refused(function()
        local at = top
        for _ = 1, 300 do
            local above = Instance.new("Folder")
            at.Parent, at = above, above
        end
    end)
    """
    assert services.trace(body) == [
        "Workspace.Folder.Folder cannot be the parent of Workspace.Folder, "
        "which would contain itself",
        "Workspace.Folder cannot be the parent of Workspace.Folder, which would contain itself",
        "Folder in Folder: a tree may be 256 instances deep",
        "Folder in Folder: a tree may be 256 instances deep",
    ]


def test_a_destroyed_instance_is_gone_for_good_with_all_below(services: Services) -> None:
    body = """
    local model = Instance.new("Model", workspace)
    local part = Instance.new("Part", model)
    part.Destroying:Connect(function() mark("part goes") end)
    model.Destroying:Connect(function() mark("model goes") model:Destroy() end)
    local event = Instance.new("BindableEvent", model)
    event.Event:Connect(function() mark("heard") end)
    model:Destroy()
    event:Fire()
    mark(part.Parent == nil and model.Parent == nil and #workspace:GetChildren())
    refused(function() part.Parent = workspace end)
    part:Destroy()
    local folder = Instance.new("Folder", workspace)
    for _ = 1, 3 do Instance.new("Part", folder) end
    folder:ClearAllChildren()
    mark(#folder:GetChildren())
    local inner = Instance.new("Part", folder)
    inner.Destroying:Connect(function() folder:Destroy() end)
    folder.ChildRemoved:Connect(function() Instance.new("Part", folder) end)
    inner:Destroy()
    mark(inner.Parent == nil and folder.Parent == nil)
    """
    assert services.trace(body) == [
        "model goes", "part goes", 0, "the parent of Part is fixed: it was destroyed", 0, True,
    ]  # fmt: skip


def test_changes_are_told_with_what_changed(services: Services) -> None:
    body = """
    local folder = Instance.new("Folder", workspace)
    local part = Instance.new("Part")
    local inner = Instance.new("Folder", part)
    folder.ChildAdded:Connect(function(child) mark("added " .. child.Name) end)
    folder.ChildRemoved:Connect(function(child) mark("removed " .. child.Name) end)
    inner.AncestryChanged:Connect(function(what, parent)
        mark("ancestry " .. what.Name .. " " .. tostring(parent))
    end)
    part.Changed:Connect(function(name) mark("changed " .. name) end)
    part:GetPropertyChangedSignal("Position"):Connect(function() mark("moved") end)
    part.AttributeChanged:Connect(function(name) mark("attribute " .. name) end)
    part:GetAttributeChangedSignal("hp"):Connect(function() mark("hp") end)
    part.Parent = folder
    part.Parent = folder
    part.Position = Vector3.new(1, 2, 3)
    part.Position = Vector3.new(1, 2, 3)
    part:SetAttribute("hp", 5)
    part:SetAttribute("hp", 5)
    part:SetAttribute("mp", true)
    part.Parent = nil
    local value = Instance.new("NumberValue")
    value.Changed:Connect(function(number) mark(number) end)
    value.Value = 7
    """
    assert services.trace(body) == [
        "added Part", "ancestry Part Folder", "changed Parent", "moved", "changed Position",
        "changed CFrame", "attribute hp", "hp", "attribute mp", "removed Part",
        "ancestry Part nil", "changed Parent", 7,
    ]  # fmt: skip


def test_attributes_keep_plain_values_and_vectors(services: Services) -> None:
    body = """
    workspace:SetAttribute("text", "x")
    workspace:SetAttribute("no", false)
    workspace:SetAttribute("place", Vector3.new(1, 2, 3))
    workspace:SetAttribute("gone", 1)
    workspace:SetAttribute("gone", nil)
    seen.all = workspace:GetAttributes()
    workspace:GetAttributes().text = "y"
    mark(workspace:GetAttribute("text"))
    mark(workspace:GetAttribute("no"))
    mark(workspace:GetAttribute("gone") == nil)
    mark(Instance.new("Folder"):GetAttribute("text") == nil)
    """
    metrics = services.seen(body)
    assert metrics["all"] == {"text": "x", "no": False, "place": {"x": 1, "y": 2, "z": 3}}
    assert metrics["trace"] == ["x", False, True, True]


def test_place_and_frame_of_a_part_are_one(services: Services) -> None:
    body = """
    local part = Instance.new("Part")
    part.CFrame = CFrame.Angles(0, 1, 0) + Vector3.new(1, 2, 3)
    local look = part.CFrame.LookVector
    part.Position = Vector3.new(4, 5, 6)
    mark(part.CFrame.LookVector == look)
    mark(tostring(part.CFrame.Position))
    """
    assert services.trace(body) == [True, "4, 5, 6"]


def test_a_humanoid_dies_once(services: Services) -> None:
    body = """
    local humanoid = Instance.new("Humanoid")
    humanoid.Died:Connect(function() mark("died") end)
    humanoid.HealthChanged:Connect(function(health) mark(health) end)
    humanoid:TakeDamage(30)
    humanoid.Health = 500
    humanoid.MaxHealth = 50
    humanoid:TakeDamage(80)
    humanoid.Health = 10
    humanoid.Health = -5
    """
    assert services.trace(body) == [70, 100, 50, 0, "died", 10, 0]
