"""The start-up reaches `ready` through its stages, and again after each part that went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .startup_world import COURSE, STARTUP, course
from .theatre import Theatre

if TYPE_CHECKING:
    from conftest import Bench


@pytest.fixture(scope="module")
def theatre(shared_bench: Bench) -> Theatre:
    return Theatre(shared_bench)


# What there is.


def test_with_everything_there_all_stages_pass_in_the_first_step(theatre: Theatre) -> None:
    lines = theatre.play(STARTUP, (0.1, "look"))
    assert lines == [*course(0), "0.1 ready true success true"]


def test_before_its_first_step_it_waits_for_the_player(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:frame() end
    function W:look()
        local status = self.startup:status()
        self:at(say(status), status.startedAt, self.startup.is_ready)
    end
    """
    assert theatre.play(body, (0.5, "look")) == ["0.5 waiting-player 0 false"]


def test_every_status_has_the_fields_of_its_stage_and_the_start(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare() self.clock_at_start = self.clock:now() end
    function W:listen()
        self.startup.on_status = function(status)
            self:log(table.concat(Plain.keys(status), " "), status.startedAt)
        end
    end
    function W:drop() self.stage:set_balls_folder(false) end
    function W:back() self.stage:set_balls_folder(true) end
    """
    lines = theatre.play(body, (0.1, "listen"), (0.2, "drop"), (0.3, "back"))
    assert lines[len(COURSE) :] == [
        "0.2 on_restart balls-folder-missing" if line == "restart" else f"{line} 0"
        for line in (
            "reason stage startedAt",
            "restart",
            "stage startedAt",
            "stage startedAt target",
            "stage startedAt target",
            "stage startedAt state",
            "stage startedAt state",
            "stage startedAt state",
            "stage startedAt state",
            "stage startedAt state",
            "stage startedAt",
            "stage startedAt",
            "stage startedAt",
        )
    ]


# What is missing.


def test_it_waits_for_the_player_and_says_when_the_time_is_up(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.services.control:set_local_player(nil)
        self.config:configure({{ playerTimeout = 0.25 }})
    end
    function W:join() self.services.control:set_local_player(self.stage.player) end
    """
    assert theatre.play(body, (0.5, "join")) == [
        "0 waiting-player",
        "0.25 timeout during=waiting-player elapsed=0.25 limit=0.25",
        *course(0.5, first=COURSE[1]),
    ]


def test_it_waits_for_the_character(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.root = self.stage.character.HumanoidRootPart
        self.root.Parent = nil
        self.config:configure({{ playerTimeout = 0.25 }})
    end
    function W:stand_up() self.root.Parent = self.stage.character end
    """
    assert theatre.play(body, (0.5, "stand_up")) == [
        *course(0, last="waiting-character"),
        "0.25 timeout during=waiting-character elapsed=0.25 limit=0.25",
        *course(0.5, first="waiting-balls"),
    ]


def test_it_waits_for_the_folder_of_the_remotes(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.stage.remotes.Parent = nil
        self.config:configure({{ remotesTimeout = 0.25 }})
    end
    function W:back() self.stage.remotes.Parent = self.services.ReplicatedStorage end
    """
    assert theatre.play(body, (0.5, "back")) == [
        *course(0, last=COURSE[1]),
        "0.25 timeout during=waiting-remotes elapsed=0.25 limit=0.25",
        *course(0.5, first=COURSE[2]),
    ]


def test_balls_that_do_not_come_are_a_warning_then_a_timeout_then_ready(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.stage:set_balls_folder(false)
        self.config:configure({{ ballsFolderTimeout = 0.25 }})
    end
    function W:back() self.stage:set_balls_folder(true) end
    """
    assert theatre.play(body, (0.75, "back")) == [
        *course(0, last="verifying-balls state=pending"),
        "0 verifying-balls state=waiting",
        "0.25 verifying-balls elapsed=0.25 limit=0.25 state=warning",
        "0.25 waiting-character",
        "0.25 waiting-balls",
        "0.5 timeout during=waiting-balls elapsed=0.25 limit=0.25",
        "0.75 ready",
    ]


def test_a_limit_of_0_waits_for_ever(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.stage:set_balls_folder(false)
        self.config:configure({{ ballsFolderTimeout = 0 }})
    end
    """
    lines = theatre.play(body, (12, "look"))
    assert lines[-2:] == ["0 verifying-balls state=waiting", "12 ready false success true"]


def test_verification_looks_again_at_its_interval(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.stage:set_balls_folder(false)
        self.config:configure({{ verificationRetryInterval = 0.2 }})
    end
    function W:back() self.stage:set_balls_folder(true) end
    """
    lines = theatre.play(body, (0.25, "back"))
    assert lines[-4:] == course(0.4, first="verifying-balls state=ok")


def test_answers_that_were_never_there_are_a_warning_and_found_later(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        for _, remote in ipairs(self.stage.remotes:GetChildren()) do remote.Parent = nil end
    end
    function W:come()
        self.stage.answers.ParrySuccess.Parent = self.stage.remotes
        self.stage.answers.ParrySuccessAll.Parent = self.stage.remotes
    end
    function W:answer() self.stage:answer("ParrySuccess", "a") end
    """
    lines = theatre.play(
        body, (0.1, "look"), (0.1, "answer"), (0.2, "come"), (0.3, "look"), (0.3, "answer")
    )
    assert lines == [
        *course(0, last="verifying-success-remotes state=pending"),
        "0 verifying-success-remotes missing=ParrySuccess+ParrySuccessAll state=warning",
        *course(0, first="verifying-balls state=pending"),
        "0.1 ready true success false",
        "0.3 ready true success true",
        "0.3 success a",
    ]


# What goes.

GONE = {
    "remotes-folder-removed": (
        "self.stage.remotes.Parent = nil",
        "self.stage.remotes.Parent = self.services.ReplicatedStorage",
        ["waiting-player", "waiting-remotes target=folder"],
        COURSE[2],
    ),
    "parry-container-removed": (
        "self.stage:detach_remote()",
        "self.stage:attach_remote()",
        ["waiting-player", "waiting-remotes target=folder", "waiting-remotes target=container"],
        COURSE[2],
    ),
    "removeevents-local-missing": (
        "self.stage.answers.ParrySuccess.Parent = nil",
        "self.stage.answers.ParrySuccess.Parent = self.stage.remotes",
        [*COURSE[:4], "verifying-success-remotes missing=ParrySuccess state=waiting"],
        COURSE[4],
    ),
    "removeevents-all-missing": (
        "self.stage.answers.ParrySuccessAll.Parent = nil",
        "self.stage.answers.ParrySuccessAll.Parent = self.stage.remotes",
        [*COURSE[:4], "verifying-success-remotes missing=ParrySuccessAll state=waiting"],
        COURSE[4],
    ),
    "balls-folder-missing": (
        "self.stage:set_balls_folder(false)",
        "self.stage:set_balls_folder(true)",
        [*COURSE[:6], "verifying-balls state=waiting"],
        COURSE[6],
    ),
}


@pytest.mark.parametrize("reason", GONE)
def test_a_part_that_goes_restarts_until_it_is_back(theatre: Theatre, reason: str) -> None:
    go, back, until, after = GONE[reason]
    body = f"""{STARTUP}
    function W:prepare() self.stage:attach_remote() end
    function W:go() {go} end
    function W:back() {back} end
    """
    lines = theatre.play(body, (0.2, "go"), (0.3, "look"), (0.4, "back"), (0.5, "look"))
    has_answers = reason in {"parry-container-removed", "balls-folder-missing"}
    has_answers = has_answers or reason == "removeevents-all-missing"
    assert lines == [
        *course(0),
        f"0.2 restarting reason={reason}",
        f"0.2 on_restart {reason}",
        *(f"0.2 {stage}" for stage in until),
        f"0.3 ready false success {str(has_answers).lower()}",
        *course(0.4, first=after),
        "0.5 ready true success true",
    ]


def test_a_part_that_stays_away_times_out_and_is_ready_when_it_comes(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare() self.stage:attach_remote() end
    function W:go() self.stage:detach_remote() end
    function W:back() self.stage:attach_remote() end
    """
    lines = theatre.play(body, (1, "go"), (12, "back"))
    assert lines[-10:] == [
        "1 waiting-remotes target=container",
        "11 timeout during=waiting-remotes elapsed=10 limit=10",
        *course(12, first=COURSE[2]),
    ]


def test_the_parry_remote_is_optional_until_it_was_seen(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:begin_listening() self.stage:on_remote(function(name) self:at("heard", name) end) end
    function W:call() self:at("called", self.remote:call("a")) end
    function W:come() self.stage:attach_remote() end
    """
    lines = theatre.play(
        body, (0, "begin_listening"), (0.1, "call"), (0.2, "come"), (0.3, "call"), (0.3, "look")
    )
    assert lines[len(COURSE) :] == [
        "0.1 called nil",
        "0.3 heard parryButtonPress",
        "0.3 called parryButtonPress",
        "0.3 ready true success true",
    ]


def test_a_remote_in_the_place_of_another_is_a_removal(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare() self.stage:attach_remote() end
    function W:swap() self.stage:attach_remote("RemoteEvent") end
    """
    assert theatre.play(body, (0.2, "swap"))[len(COURSE) :] == [
        "0.2 restarting reason=parry-container-removed",
        "0.2 on_restart parry-container-removed",
        *course(0.2),
    ]


def test_a_parry_remote_of_another_class_is_an_error_that_names_it(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.stage:attach_remote("Folder")
        self.config:configure({{ remotesTimeout = 0.1 }})
    end
    function W:swap() self.stage:attach_remote("BindableFunction") end
    """
    assert theatre.play(body, (0.2, "look"), (0.3, "swap")) == [
        *course(0, last=COURSE[1]),
        "0 error message=the parry remote ParryButtonPress.parryButtonPress has the unsupported "
        "class 'Folder'; allowed: BindableEvent, BindableFunction, RemoteEvent, RemoteFunction",
        "0.2 ready false success false",
        *course(0.3, first=COURSE[2]),
    ]


def test_what_goes_while_another_part_is_awaited_is_noticed_at_the_end(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:prepare() self.stage:attach_remote() end
    function W:no_balls() self.stage:set_balls_folder(false) end
    function W:no_remote() self.stage:detach_remote() end
    function W:balls() self.stage:set_balls_folder(true) end
    function W:remote_again() self.stage:attach_remote() end
    """
    lines = theatre.play(
        body, (0.1, "no_balls"), (0.2, "no_remote"), (0.3, "balls"), (0.5, "remote_again")
    )
    tail = lines[lines.index("0.3 verifying-balls state=ok") :]
    assert tail[3:6] == [
        "0.3 restarting reason=parry-container-removed",
        "0.3 on_restart parry-container-removed",
        "0.304167 waiting-player",
    ]
    assert tail[-1] == "0.5 ready"


def test_answers_arrive_once_also_after_restarts(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:drop() self.stage.remotes.Parent = nil end
    function W:back() self.stage.remotes.Parent = self.services.ReplicatedStorage end
    function W:answer()
        self.stage:answer("ParrySuccess", "a")
        self.stage:answer("ParrySuccessAll", "a")
    end
    """
    cues = [(0.1, "drop"), (0.2, "back"), (0.3, "drop"), (0.4, "back"), (0.5, "answer")]
    assert theatre.play(body, *cues)[-2:] == ["0.5 success a", "0.5 broadcast a"]


# Who listens.


def test_a_listener_hears_at_once_and_gets_copies(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:listen()
        local first = self.startup:connect(function(status)
            self:at("first", say(status))
            status.stage, status.reason = "mine", nil
        end)
        self.startup:connect(function(status) self:at("second", status.stage) end)
        self.first = first
    end
    function W:drop() self.stage:set_balls_folder(false) end
    function W:leave() self.first.Disconnect() self.first:disconnect() end
    function W:back() self.stage:set_balls_folder(true) end
    """
    lines = theatre.play(body, (0.1, "listen"), (0.2, "drop"), (0.3, "leave"), (0.4, "back"))
    assert lines[len(COURSE) : len(COURSE) + 6] == [
        "0.1 first ready",
        "0.1 second ready",
        "0.2 restarting reason=balls-folder-missing",
        "0.2 first restarting reason=balls-folder-missing",
        "0.2 second restarting",
        "0.2 on_restart balls-folder-missing",
    ]
    assert [line for line in lines if "first" in line][-1] == (
        "0.2 first verifying-balls state=waiting"
    )
    assert lines[-1] == "0.4 second ready"


def test_a_listener_that_fails_is_a_warning_and_stops_no_other(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:listen()
        self.startup:connect(function() error("no", 0) end)
        self.startup:connect(function(status) self:at("heard", status.stage) end)
    end
    function W:fail() self.startup:set_waiting_input({{}}) end
    """
    assert theatre.play(body, (0.1, "listen"), (0.2, "fail"))[len(COURSE) :] == [
        "0.1 warn: a listener of onInitStatus failed: no",
        "0.1 heard ready",
        "0.2 waiting-input",
        "0.2 warn: a listener of onInitStatus failed: no",
        "0.2 heard waiting-input",
    ]


def test_a_listener_must_be_a_function(theatre: Theatre) -> None:
    body = f"{STARTUP} function W:listen() self.startup:connect(5) end"
    assert theatre.failure(body, (0, "listen")) == "onInitStatus needs a function, got number"


# Input and what else is read.


def test_failing_input_is_a_stage_that_is_as_ready(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:fail()
        local fields = {{ message = "no", retryAt = 0.3 }}
        self.startup:set_waiting_input(fields)
        fields.message = "changed"
        self:at(say(self.startup:status()))
    end
    function W:works() self.startup:input_works() end
    """
    cues = [(0.1, "works"), (0.2, "fail"), (0.2, "look"), (0.3, "works")]
    assert theatre.play(body, *cues)[len(COURSE) :] == [
        "0.2 waiting-input message=no retryAt=0.3",
        "0.2 waiting-input message=no retryAt=0.3",
        "0.2 ready true success true",
        "0.3 ready",
    ]


def test_a_part_that_goes_while_the_input_fails_restarts(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:fail() self.startup:set_waiting_input({{}}) end
    function W:drop() self.stage:set_balls_folder(false) end
    """
    lines = theatre.play(body, (0.1, "fail"), (0.2, "drop"), (0.3, "fail"))
    assert lines[len(COURSE) : len(COURSE) + 2] == [
        "0.1 waiting-input",
        "0.2 restarting reason=balls-folder-missing",
    ]
    assert lines[-1] == "0.2 verifying-balls state=waiting"


def test_the_highlight_is_the_child_that_the_options_name(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:show() self:log(self.startup:highlight_present()) end
    function W:off() self.stage:set_highlight(false) self:show() end
    function W:on() self.stage:set_highlight(true) self:show() end
    function W:rename() self.values.targetHighlightName = "Mark" self:show() end
    function W:follow() self.stage:follow(self.values) self:show() end
    function W:any() self.values.targetHighlightName = nil self:show() end
    """
    names = ["show", "off", "on", "rename", "follow", "off", "any"]
    lines = theatre.play(body, *[(0.1, name) for name in names])
    assert lines[-7:] == ["true", "false", "true", "false", "true", "false", "true"]


def test_the_ping_is_what_the_statistics_say(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:read() self:log(pcall(self.startup.read_ping, self.startup)) end
    function W:slow() self.stage:set_ping_ms(180) end
    function W:fail() self.services.control:set_stat_fault("statMissing") end
    """
    lines = theatre.play(
        body, (0, "read"), (0.1, "slow"), (0.1, "read"), (0.2, "fail"), (0.2, "read")
    )
    assert lines[0] == "true 95"
    assert lines[-2] == "true 180"
    assert lines[-1].startswith("false ")


def test_reset_begins_anew_and_cuts_all_connections(theatre: Theatre) -> None:
    body = f"""{STARTUP}
    function W:listen() self.startup:connect(function() self:at("heard") end) end
    function W:reset() self.startup:reset() self:look() self:at(say(self.startup:status())) end
    function W:answer() self.stage:answer("ParrySuccess", "a") end
    """
    lines = theatre.play(body, (0.1, "listen"), (0.5, "reset"), (0.5, "answer"))
    assert lines[len(COURSE) :] == [
        "0.1 heard",
        "0.5 ready false success false",
        "0.5 waiting-player",
        *course(0.5),
    ]
