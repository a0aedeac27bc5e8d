"""Calls of the parry remote: of each kind, and held back while the character is busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .startup_world import COURSE, STARTUP
from .theatre import Theatre

if TYPE_CHECKING:
    from conftest import Bench


@pytest.fixture(scope="module")
def theatre(shared_bench: Bench) -> Theatre:
    return Theatre(shared_bench)


@pytest.mark.parametrize(
    "kind", ["RemoteEvent", "BindableEvent", "RemoteFunction", "BindableFunction"]
)
def test_the_parry_remote_is_called_whatever_its_kind(theatre: Theatre, kind: str) -> None:
    body = f"""{STARTUP}
    function W:prepare()
        self.stage:attach_remote("{kind}")
        self.stage:on_remote(function(name, payload) self:at(name, #payload, payload[1]) end)
    end
    function W:call() self:at("called", self.remote:call("ball-1")) end
    """
    assert theatre.play(body, (0.1, "call"))[len(COURSE) :] == [
        "0.1 parryButtonPress 1 ball-1",
        "0.1 called parryButtonPress",
    ]


GUARDED = f"""{STARTUP}
    function W:prepare()
        self.stage:attach_remote()
        self.stage:on_remote(function(_, payload) self:at("heard", payload[1]) end)
    end
    function W:call(args) self:at("called", args.id, self.remote:call(args.id)) end
    function W:guard(args) self.stage.character:SetAttribute(args.name, args.on) end
    function W:drop() self.stage:detach_remote() end
    function W:attach() self.stage:attach_remote() end
    function W:unguarded() self.config:configure({{ remoteQueueGuards = self.env.null }}) end
    """


def call(at: float, ball: str) -> dict[str, object]:
    return {"at": at, "action": "call", "args": {"id": ball}}


def guard(at: float, name: str, on: bool | str) -> dict[str, object]:
    return {"at": at, "action": "guard", "args": {"name": name, "on": on}}


def test_calls_are_held_while_the_character_is_busy_then_sent_in_order(theatre: Theatre) -> None:
    lines = theatre.play(
        GUARDED,
        guard(0.1, "SecondaryEndCD", True),
        call(0.1, "a"),
        guard(0.2, "SyncDragonSpirit", True),
        call(0.2, "b"),
        guard(0.3, "SecondaryEndCD", False),
        guard(0.4, "SyncDragonSpirit", False),
        call(0.4, "c"),
        call(0.5, "d"),
    )
    assert lines[len(COURSE) :] == [
        "0.1 called a parryButtonPress",
        "0.2 called b parryButtonPress",
        "0.4 called c parryButtonPress",
        "0.4 heard a",
        "0.4 heard b",
        "0.4 heard c",
        "0.5 heard d",
        "0.5 called d parryButtonPress",
    ]


def test_other_attributes_and_other_values_hold_nothing_back(theatre: Theatre) -> None:
    lines = theatre.play(
        GUARDED,
        guard(0.1, "Stunned", True),
        call(0.1, "a"),
        guard(0.2, "SecondaryEndCD", False),
        call(0.2, "b"),
        guard(0.3, "SecondaryEndCD", "true"),
        call(0.3, "c"),
    )
    heard = [line for line in lines if "heard" in line]
    assert heard == ["0.1 heard a", "0.2 heard b", "0.3 heard c"]


def test_without_guards_nothing_is_held_back(theatre: Theatre) -> None:
    lines = theatre.play(
        GUARDED, (0, "unguarded"), guard(0.1, "SecondaryEndCD", True), call(0.1, "a")
    )
    assert lines[-2:] == ["0.1 heard a", "0.1 called a parryButtonPress"]


def test_held_calls_wait_for_the_remote_that_went_too(theatre: Theatre) -> None:
    lines = theatre.play(
        GUARDED,
        guard(0.1, "SecondaryEndCD", True),
        call(0.1, "a"),
        (0.2, "drop"),
        call(0.25, "b"),
        (0.3, "attach"),
        guard(0.4, "SecondaryEndCD", False),
    )
    assert "0.25 called b nil" in lines
    assert [line for line in lines if "heard" in line] == ["0.4 heard a"]


def test_a_remote_that_has_just_gone_is_not_called(theatre: Theatre) -> None:
    lines = theatre.play(GUARDED, (0.1, "drop"), call(0.1, "a"))
    assert lines[len(COURSE)] == "0.1 called a nil"
    assert [line for line in lines if "heard" in line] == []
