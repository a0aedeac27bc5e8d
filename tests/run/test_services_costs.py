"""What the services do in loops of their own is paid for with work units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Services

MANY = """
local folder = Instance.new("Folder", workspace)
for _ = 1, 2000 do Instance.new("Part", folder) end
"""
# 200 instances, one in the other, with names of 1,000 bytes: a full name has 200 kB.
DEEP = """
local name, at = string.rep("n", 1000), workspace
for _ = 1, 200 do at = Instance.new("Folder", at) at.Name = name end
"""
WAITING = """
local folder = Instance.new("Folder", workspace)
for index = 1, 2000 do task.spawn(function() folder:WaitForChild("never" .. index) end) end
"""
LISTENED = """
local event = Instance.new("BindableEvent")
local connections = {}
for index = 1, 2000 do connections[index] = event.Event:Connect(function() end) end
"""
ATTRIBUTES = """
local folder = Instance.new("Folder")
for index = 1, 2000 do folder:SetAttribute("a" .. index, index) end
"""
FULL_NAME = 200_000 / 16


@pytest.mark.parametrize(
    ("before", "turn", "least"),
    [
        (MANY, "folder:GetChildren()", 2000 / 16),
        (MANY, "workspace:GetDescendants()", 2000 / 16),
        (MANY, "workspace:FindFirstChild('x', true)", 2000 / 16),
        (MANY, "folder:FindFirstChildOfClass('Model')", 2000 / 16),
        (MANY, "folder:FindFirstChildWhichIsA('Model')", 2000 / 16),
        (MANY, "folder.Part.Parent = workspace", 2000 / 16),
        (MANY, "folder.Part.Name = 'x' folder:FindFirstChild('y')", 2000 / 4),
        (MANY, "folder.Parent = folder.Parent == workspace and game or workspace", 2000 / 16),
        (DEEP, "at:GetFullName()", FULL_NAME),
        (DEEP, "pcall(function() return at.Missing end)", FULL_NAME),
        (DEEP, "pcall(function() at.Missing = 1 end)", FULL_NAME),
        (DEEP, "pcall(at.WaitForChild, at, 'x')", FULL_NAME),
        (DEEP, "pcall(function() workspace[name].Parent = at end)", FULL_NAME),
        (DEEP, "at:FindFirstAncestor('x')", 200 / 16 - 1),
        (DEEP, "at:FindFirstAncestorOfClass('Model')", 200 / 16 - 1),
        (DEEP, "at:IsDescendantOf(at)", 200 / 16 - 1),
        (DEEP, "at:IsAncestorOf(at)", 200 / 16 - 1),
        (WAITING, "Instance.new('Part', folder).Parent = nil", 2000 / 16),
        (WAITING, "task.spawn(function() folder:WaitForChild('x') end)"
            " Instance.new('Folder', folder).Name = 'x' folder.x.Parent = nil", 3 * 2000 / 16),
        (WAITING, "control:child_added(folder, { Name = 'x' })", 2000 / 16),
        (LISTENED, "table.remove(connections):Disconnect()", 1900 / 16),
        (LISTENED, "event:Fire()", 2000 * 4),
        (LISTENED, "event:Fire(unpack(connections))", 1000 * 2000 / 16),
        (ATTRIBUTES, "folder:GetAttributes()", 2000 / 4),
    ],
)  # fmt: skip
def test_a_loop_is_paid_for(services: Services, before: str, turn: str, least: float) -> None:
    turns = 5 if least > 10_000 else 100
    assert cost(services, before, f"for _ = 1, {turns} do {turn} end") > turns * least


@pytest.mark.parametrize(
    "before",
    [
        LISTENED,
        """
        local event = Instance.new("BindableEvent")
        for index = 1, 2000 do event:GetAttributeChangedSignal("a" .. index) end
        """,
    ],
)
def test_who_listened_to_what_is_destroyed_is_paid_for(services: Services, before: str) -> None:
    assert cost(services, before, "event:Destroy()") > 2000 / 16


def cost(services: Services, before: str, body: str) -> int:
    """Return how many work units the body costs after what was before it."""
    spent = []
    for text in ("", body):
        record = services.play(f"{before} {text}")
        assert record.outcome.status == "completed", record.outcome
        assert record.cost is not None
        spent.append(record.cost.work_units)
    return spent[1] - spent[0]


def test_a_full_name_is_as_long_as_its_names(services: Services) -> None:
    body = f"{DEEP} mark(#at:GetFullName()) mark(game:GetFullName())"
    assert services.trace(body) == [len("Workspace") + 200 * 1001, "Game"]


def test_a_message_holds_the_beginning_of_a_long_text(services: Services) -> None:
    body = "workspace:SetAttribute('a', 1) workspace.Parent = string.rep('x', 1e6)"
    message, _ = services.failure(body)
    shown = "x" * 200
    assert message == (
        f'Workspace.Parent must be an Instance or nil, got "{shown}" and 999800 bytes more'
    )
