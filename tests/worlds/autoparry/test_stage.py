"""What the world shows of itself: player, highlight, balls, remotes, ping, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .theatre import Theatre

if TYPE_CHECKING:
    from conftest import Bench


@pytest.fixture(scope="module")
def theatre(shared_bench: Bench) -> Theatre:
    return Theatre(shared_bench)


# The tree.


def test_the_stage_is_what_a_run_finds_at_its_start(theatre: Theatre) -> None:
    body = """
    function W:look()
        local game = self.services.game
        local players = game:GetService("Players")
        local character = players.LocalPlayer.Character
        self:log(players.LocalPlayer == self.stage.player, #players:GetPlayers())
        self:log(character.HumanoidRootPart.Position, character.Humanoid.Health)
        self:log(character:FindFirstChild("Highlight").ClassName)
        local balls = game:GetService("Workspace"):FindFirstChild("Balls")
        self:log(balls.ClassName, #balls:GetChildren(), self.stage.balls_present)
        local remotes = game:GetService("ReplicatedStorage").Remotes
        for _, child in ipairs(remotes:GetChildren()) do self:log(child, child.ClassName) end
        local ping = game:GetService("Stats").Network.ServerStatsItem["Data Ping"]
        self:log(ping:GetValue(), self.stage.ping_ms)
    end
    """
    assert theatre.play(body, (0, "look")) == [
        "true 1",
        "0, 0, 0 100",
        "Highlight",
        "Folder 0 true",
        "ParrySuccess RemoteEvent",
        "ParrySuccessAll RemoteEvent",
        "95 95",
    ]


def test_the_humanoid_can_die(theatre: Theatre) -> None:
    body = """
    function W:kill()
        local humanoid = self.stage.character.Humanoid
        humanoid.Died:Connect(function() self:log("died") end)
        humanoid:TakeDamage(1000)
    end
    """
    assert theatre.play(body, (0, "kill")) == ["died"]


def test_the_highlight_is_a_child_while_it_is_on(theatre: Theatre) -> None:
    body = """
    function W:begin()
        local character = self.stage.character
        character.ChildAdded:Connect(function(child) self:log("added", child) end)
        character.ChildRemoved:Connect(function(child) self:log("removed", child) end)
    end
    function W:off() self.stage:set_highlight(false) end
    function W:on() self.stage:set_highlight(true) end
    """
    lines = theatre.play(body, *[(0, name) for name in ("on", "off", "off", "on", "on")])
    assert lines == ["removed Highlight", "added Highlight"]


def test_highlight_and_folder_are_called_what_the_options_say(theatre: Theatre) -> None:
    body = """
    function W:look()
        local character = self.stage.character
        self:log(character:FindFirstChild("Mark"), character:FindFirstChild("Highlight"))
        self:log(self.services.Workspace:FindFirstChild("Shots"))
    end
    function W:follow()
        self.stage:follow({ targetHighlightName = "Mark", ballsFolderName = "Shots" })
    end
    function W:unnamed() self.stage:follow({ ballsFolderName = "Shots" }) end
    """
    lines = theatre.play(
        body, *[(0, name) for name in ("look", "follow", "look", "unnamed", "look")]
    )
    assert lines == ["nil Highlight", "nil", "Mark nil", "Shots", "nil Highlight", "Shots"]


# Remotes and the outside.


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("RemoteEvent", "FireServer"),
        ("BindableEvent", "Fire"),
        ("RemoteFunction", "InvokeServer"),
        ("BindableFunction", "Invoke"),
    ],
)
def test_calls_of_the_parry_remote_are_told_for_every_kind(
    theatre: Theatre, kind: str, call: str
) -> None:
    body = f"""
    function W:begin()
        self.stage:on_remote(function(name, payload) self:log("one", name, unpack(payload)) end)
        self.stage:attach_remote("{kind}")
        self.stage:on_remote(function(name, payload) self:log("two", name, #payload) end)
    end
    function W:call()
        local remote = self.stage.remotes.ParryButtonPress.parryButtonPress
        self:log(remote.ClassName)
        remote:{call}("a", 7)
    end
    """
    assert theatre.play(body, (0, "call")) == [
        kind,
        "one parryButtonPress a 7",
        "two parryButtonPress 2",
    ]


ATTACHING = """
function W:show()
    local names = {}
    for _, child in ipairs(self.stage.remotes:GetChildren()) do
        if child.Name == "ParryButtonPress" then
            names[#names + 1] = child.parryButtonPress.ClassName
        end
    end
    self:log(#names, names[1], self.stage.remote_kind)
end
function W:attach(args)
    local before = self.stage.container
    self.stage:attach_remote(args.kind)
    self:log("same", self.stage.container == before)
    self:show()
end
function W:detach() self.stage:detach_remote() self:show() end
"""


def test_the_parry_remote_is_attached_once_and_detached_once(theatre: Theatre) -> None:
    cues = [(0, "show"), (0, "detach"), (0, "attach"), (0, "attach"), (0, "detach"), (0, "detach")]
    assert theatre.play(ATTACHING, *cues) == [
        "0 nil nil",
        "0 nil nil",
        "same false",
        "1 BindableEvent BindableEvent",
        "same true",
        "1 BindableEvent BindableEvent",
        "0 nil nil",
        "0 nil nil",
    ]


def test_a_remote_of_another_kind_takes_the_place_of_the_first(theatre: Theatre) -> None:
    cue = {"at": 0, "action": "attach", "args": {"kind": "RemoteFunction"}}
    assert theatre.play(ATTACHING, (0, "attach"), cue)[2:] == [
        "same false",
        "1 RemoteFunction RemoteFunction",
    ]


def test_an_unknown_kind_is_refused_and_changes_nothing(theatre: Theatre) -> None:
    body = f"""{ATTACHING}
    function W:wrong()
        self:log(self.stage:attach_remote("RemoteEvnt"))
        self:show()
    end
    """
    lines = theatre.play(body, (0, "attach"), (0, "wrong"))
    meant = 'did you mean "RemoteEvent"?'
    assert lines[2] == f'nil Instance.new: unknown class "RemoteEvnt"; {meant}'
    assert lines[3] == "1 BindableEvent BindableEvent"


def test_answers_are_fired_at_the_client(theatre: Theatre) -> None:
    body = """
    function W:begin()
        for _, name in ipairs({ "ParrySuccess", "ParrySuccessAll" }) do
            self.stage.remotes[name].OnClientEvent:Connect(function(...) self:log(name, ...) end)
        end
    end
    function W:answer()
        self.stage:answer("ParrySuccessAll", "a")
        self.stage:answer("ParrySuccess", "b")
    end
    """
    assert theatre.play(body, (0, "answer")) == ["ParrySuccessAll a", "ParrySuccess b"]


def test_keys_are_told_with_their_names(theatre: Theatre) -> None:
    body = """
    function W:begin() self.stage:on_key(function(...) self:log(...) end) end
    function W:press()
        local key = self.services.Enum.KeyCode.F
        self.services.VirtualInputManager:SendKeyEvent(true, key, false, self.services.game)
        self.services.VirtualInputManager:SendKeyEvent(false, key, true, self.services.game)
    end
    """
    assert theatre.play(body, (0, "press")) == ["true KeyCode.F false", "false KeyCode.F true"]


# Balls.

BALL = """
function W:begin() self.slot = self:spawn("a", 100, -60, self.more) end
function W:ball() return self.stage.balls:of(self.slot) end
"""


def test_a_ball_shows_its_threat_where_it_is_now(theatre: Theatre) -> None:
    body = f"""{BALL}
    function W:look()
        local ball = self:ball()
        self:log(ball.Name, ball.ClassName, ball, ball:IsA("BasePart"), ball:IsA("Folder"))
        self:log(ball.Position, ball.AssemblyLinearVelocity, self.services.typeof(ball.Position))
        self:log(ball.CFrame.Position, ball.CFrame.LookVector)
    end
    """
    expected = [
        "a Part a true false",
        "0, 0, 70 0, 0, -60 Vector3",
        "0, 0, 70 0, 0, -1",
    ]
    assert theatre.play(body, (0.5, "look")) == expected
    # The stall ends between two frames: physics is at 0.5, the ball 0.001 s further.
    hitch = {"at": 0.3, "hitch": 0.201}
    lines = theatre.play(body, hitch, (0.5, "look"))
    assert lines[1] == "0, 0, 69.94 0, 0, -60 Vector3"


def test_a_ball_without_speed_looks_nowhere_in_particular(theatre: Theatre) -> None:
    body = f"""{BALL}
    function W:look()
        self:ball():SetVelocity(self.services.Vector3.new(0, 0, 0))
        self:log(self:ball().CFrame == self.services.CFrame.new(0, 0, 100))
    end
    """
    assert theatre.play(body, (0, "look")) == ["true"]


def test_a_given_frame_turns_the_ball_and_follows_it(theatre: Theatre) -> None:
    body = f"""{BALL}
    W.more = {{ cframe = {{ 9, 9, 9, 0, 0, 1, 0, 1, 0, -1, 0, 0 }} }}
    function W:look()
        self:log(self:ball().CFrame.Position, self:ball().CFrame.LookVector)
    end
    """
    assert theatre.play(body, (0.5, "look")) == ["0, 0, 70 -1, -0, -0"]


def test_a_ball_on_a_trajectory_tells_its_whole_path(theatre: Theatre) -> None:
    body = f"""{BALL}
    W.more = {{ attributes = {{ trajectory = {{
        finish = {{ 0, 0, 10 }}, apexHeight = 18, duration = 3,
    }} }} }}
    function W:look()
        local path = self:ball():PredictTrajectory()
        self:log(path.duration, #path.points)
        for _, index in ipairs({{ 1, 6, 16 }}) do
            local point = path.points[index]
            self:log(("%.3f %.3f %.3f"):format(point.x, point.y, point.z))
        end
    end
    """
    # Point 6 is a third of the way: its weights are 4/9 start, 4/9 control (0, 18, 55), 1/9 finish.
    assert theatre.play(body, (0.5, "look")) == [
        "3 16", "0.000 0.000 100.000", "0.000 8.000 70.000", "0.000 0.000 10.000",
    ]  # fmt: skip


def test_a_ball_that_flies_straight_has_no_trajectory(theatre: Theatre) -> None:
    body = f"{BALL} function W:look() self:log(self:ball():PredictTrajectory()) end"
    assert theatre.play(body, (0.5, "look")) == ["nil"]


def test_what_a_spawn_carries_can_be_read_and_not_changed(theatre: Theatre) -> None:
    body = f"""{BALL}
    W.more = {{
        attributes = {{ kind = "x", path = {{ 1, 2 }}, latency = 0.5 }}, tags = {{ "milestone" }},
        metadata = {{ wave = 3 }},
    }}
    function W:look()
        local ball = self:ball()
        self:log(ball:GetAttribute("kind"), ball:GetAttribute("path")[2], ball:GetAttribute("no"))
        self:log(ball.attributes.kind, ball.tags[1], ball.metadata.wave)
        self:log(ball.latency, ball.realBall)
        ball.attributes.kind, ball.tags[1], ball.metadata.wave = "y", "z", 4
        ball:GetAttribute("path")[2] = 9
        self:log(ball.attributes.kind, ball.tags[1], ball.metadata.wave, ball.attributes.path[2])
        self:log(pcall(function() ball.Name = "b" end))
        self:log(pcall(function() return ball.Colour end))
        self:log(getmetatable(ball))
    end
    """
    lines = theatre.play(body, (0, "look"))
    assert lines[:3] == ["x 2 nil", "x milestone 3", "0.5 true"]
    assert lines[3] == "x milestone 3 2"
    assert lines[4].endswith("ball a: Name cannot be set")
    assert lines[5].endswith("ball a has no member Colour")
    assert lines[6] == "a ball"


def test_a_ball_can_be_moved_and_changed(theatre: Theatre) -> None:
    body = f"""{BALL}
    function W:change()
        local ball, vector = self:ball(), self.services.Vector3.new
        ball:SetPosition(vector(1, 2, 50))
        ball:SetVelocity(vector(0, 0, -120))
        ball:SetAttribute("kind", "x")
        ball:SetRealBall(false)
        self:log(ball.Position, ball.AssemblyLinearVelocity)
        self:log(ball:GetAttribute("kind"), ball:GetAttribute("realBall"), ball.realBall)
        self:log(self.threats.is_real[self.slot])
        ball:SetAttribute("realBall", nil)
        self:log(self.threats.is_real[self.slot])
    end
    function W:look() self:log(self:ball().Position) end
    """
    lines = theatre.play(body, {"at": 0.1, "hitch": 0.101}, (0.2, "change"), (0.25, "look"))
    assert lines[:4] == ["1, 2, 50 0, 0, -120", "x false false", "false", "true"]
    x, y, z = (float(part) for part in lines[4].split(","))
    assert (x, y) == (1, 2)
    # From the end of the stall, at 0.201 s, to the frame at 0.25 s.
    assert z == pytest.approx(50 - 120 * 0.049, abs=1e-5)


def test_a_ball_that_is_put_into_the_sphere_touches_at_once(theatre: Theatre) -> None:
    body = f"""{BALL}
    function W:resolved(_, outcome, contact_s) self:at(outcome, ("%.6g"):format(contact_s)) end
    function W:jump() self:ball():SetPosition(self.services.Vector3.new(0, 0, 5)) end
    """
    assert theatre.play(body, (0.1, "jump")) == ["0.104167 missed 0.1"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('SetAttribute("curvature", 1)', "a: attribute curvature is fixed once the ball flies"),
        ("SetPosition(5)", "a:SetPosition needs a Vector3, got a number"),
        ('SetVelocity("fast")', "a:SetVelocity needs a Vector3, got a string"),
    ],
)
def test_a_wrong_change_is_an_error_at_its_line(theatre: Theatre, call: str, message: str) -> None:
    assert theatre.failure(f"{BALL} function W:go() self:ball():{call} end", (0, "go")) == message


def test_a_ball_that_is_gone_shows_how_it_was_last(theatre: Theatre) -> None:
    body = f"""{BALL}
    function W:take() self.ball_of_before = self:ball() end
    function W:go() self.ball_of_before:Destroy() end
    function W:resolved(_, outcome) self:at("resolved", outcome) end
    function W:look()
        local ball = self.ball_of_before
        self:log(ball.Name, ball.Position, ball.Parent, ball.realBall)
        self:log(ball:IsDescendantOf(self.services.Workspace), #self.stage.balls:list())
        ball:Destroy()
        self:log(pcall(ball.SetPosition, ball, ball.Position))
    end
    function W:again()
        self.slot = self:spawn("b", 80, -60)
        self:log(self:ball() == self.ball_of_before, self:ball().Name, self.ball_of_before.Name)
    end
    """
    lines = theatre.play(body, (0.25, "take"), (0.5, "go"), (0.6, "look"), (0.6, "again"))
    assert lines[:3] == ["0.5 resolved passed", "a 0, 0, 70 nil true", "false 0"]
    assert lines[3].endswith("a:SetPosition: the ball has left the world")
    assert lines[4] == "false b a"


def test_the_balls_folder_lists_live_threats_while_it_is_there(theatre: Theatre) -> None:
    body = """
    function W:begin()
        self:spawn("a", 100, -60)
        self:spawn("b", 120, -60)
    end
    function W:show()
        local folder, names = self.stage.balls_folder, {}
        for index, ball in ipairs(folder:GetChildren()) do names[index] = ball.Name end
        local workspace = self.services.Workspace
        local ball = self.stage.balls:of(self.threats:slot_of("b"))
        local is_found = folder:FindFirstChild("b") == ball
        self:log(table.concat(names, ","), is_found, ball.Parent == folder)
        self:log(ball:IsDescendantOf(folder), ball:IsDescendantOf(workspace), folder.Parent)
    end
    function W:hide() self.stage:set_balls_folder(false) end
    function W:bring() self.stage:set_balls_folder(true) end
    function W:more() self:spawn("c", 100, -60) end
    """
    cues = [(0, name) for name in ("show", "hide", "more", "show", "bring", "show")]
    assert theatre.play(body, *cues) == [
        "a,b true true",
        "true true Workspace",
        " false false",
        "false false nil",
        "a,b,c true true",
        "true true Workspace",
    ]


def test_a_threat_has_one_object_as_long_as_it_lives(theatre: Theatre) -> None:
    body = f"""{BALL}
    function W:keep() self.first = self:ball() end
    function W:look()
        self:log(self:ball() == self.first, self.stage.balls:list()[1] == self.first)
    end
    """
    assert theatre.play(body, (0.1, "keep"), (0.5, "look")) == ["true true"]
