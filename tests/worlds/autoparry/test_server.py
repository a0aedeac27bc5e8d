"""The simulated server answers presses that were in time, half a ping after their effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .theatre import Theatre

if TYPE_CHECKING:
    from conftest import Bench

# A threat that touches the sphere 2e-8 s before 1.5 s; the answer takes 0.05 s, twelve frames.
SERVER = """
function W:begin()
    self.stage:set_ping_ms(100)
    if self.prepare then self:prepare() end
    self:spawn("a", 100, -60, self.more)
    for _, name in ipairs({ "ParrySuccess", "ParrySuccessAll" }) do
        self.stage.remotes[name].OnClientEvent:Connect(function(...) self:at(name, ...) end)
    end
end
function W:press()
    local slot = self.threats:slot_of("a")
    local effect_s = self.clock:now() + self.settings.input_delay_s
    self.server:pressed(slot, self.threats.serial[slot], "a", effect_s)
end
function W:pending() self:at("pending", self.server.pending) end
"""

DELAYED = f"{SERVER} function W:prepare() self.settings.input_delay_s = 0.1 end"


@pytest.fixture(scope="module")
def theatre(shared_bench: Bench) -> Theatre:
    return Theatre(shared_bench)


def answer(at: str, ball: str = "a") -> list[str]:
    return [f"{at} ParrySuccess {ball}", f"{at} ParrySuccessAll {ball}"]


def test_a_press_in_time_is_answered_after_half_a_ping(theatre: Theatre) -> None:
    assert theatre.play(SERVER, (1.2, "press")) == answer("1.25")


@pytest.mark.parametrize(
    ("at", "is_valid"), [(1.0, False), (1.095, False), (1.1, True), (1.495, True), (1.5, False)]
)
def test_the_contact_must_lie_in_the_window_of_the_press(
    theatre: Theatre, at: float, is_valid: bool
) -> None:
    lines = theatre.play(SERVER, (at, "press"), (at, "pending"))
    assert len(lines) == (3 if is_valid else 1)
    assert lines[0].endswith(f"pending {int(is_valid)}")


def test_a_press_after_the_contact_counts_within_the_grace(theatre: Theatre) -> None:
    body = f"{SERVER} function W:prepare() self.settings.contact_grace_s = 0.1 end"
    assert theatre.play(body, (1.5875, "press")) == answer("1.6375")
    assert theatre.play(body, (1.6, "press")) == []


@pytest.mark.parametrize("change", ["SetRealBall(false)", "SetVelocity(away)", "Destroy()"])
def test_what_the_threat_has_become_decides(theatre: Theatre, change: str) -> None:
    body = f"""{DELAYED}
    function W:change()
        local away = self.services.Vector3.new(0, 0, 60)
        self.stage.balls:of(self.threats:slot_of("a")):{change}
    end
    """
    assert theatre.play(body, (1.2, "press"), (1.25, "change"), (1.25, "pending")) == [
        "1.25 pending 1"
    ]


def test_a_curve_that_misses_is_no_contact(theatre: Theatre) -> None:
    body = f"""{SERVER}
    W.more = {{ attributes = {{ curvature = 0.02, axis = {{ 0, 1, 0 }} }} }}
    """
    assert theatre.play(body, (1.2, "press"), (1.2, "pending")) == ["1.2 pending 0"]


def test_another_threat_in_the_same_slot_is_not_the_one_that_was_pressed(theatre: Theatre) -> None:
    body = f"""{DELAYED}
    function W:swap()
        local slot = self.threats:slot_of("a")
        self.stage.balls:of(slot):Destroy()
        self:log(self:spawn("b", 25, -60) == slot)
    end
    """
    assert theatre.play(body, (1.2, "press"), (1.25, "swap")) == ["true"]


def test_a_press_is_judged_when_it_takes_effect(theatre: Theatre) -> None:
    # At 1.05 s the contact is too far away, at 1.15 s it is not.
    assert theatre.play(SERVER, (1.05, "press")) == []
    cues = [(1.05, "press"), (1.05, "pending"), (1.16, "pending"), (1.22, "pending")]
    assert theatre.play(DELAYED, *cues) == [
        "1.05 pending 1",
        "1.1625 pending 1",
        *answer("1.2"),
        "1.22083 pending 0",
    ]


def test_the_ping_is_that_of_the_effect(theatre: Theatre) -> None:
    body = f"""{DELAYED}
    function W:slow() self.stage:set_ping_ms(200) end
    """
    cues = [(1.2, "press"), (1.25, "slow")]
    assert theatre.play(body, *cues) == answer("1.4")
    assert theatre.play(body, (1.2, "press"), (1.35, "slow")) == answer("1.35")


def test_an_effect_after_the_contact_is_too_late(theatre: Theatre) -> None:
    assert theatre.play(DELAYED, (1.45, "press")) == []


def test_an_effect_inside_a_stall_is_judged_by_the_contact_there_was(theatre: Theatre) -> None:
    hitch = {"at": 1.25, "hitch": 0.5}
    # The stall ends at 1.75 s; the effect was at 1.3 s, the contact at 1.5 s.
    assert theatre.play(DELAYED, (1.2, "press"), hitch) == answer("1.75")
    # An effect at 1.6 s has not prevented it.
    late = f"{SERVER} function W:prepare() self.settings.input_delay_s = 0.4 end"
    assert theatre.play(late, (1.2, "press"), hitch) == []


def test_every_press_of_a_threat_has_its_own_answer(theatre: Theatre) -> None:
    cues = [(1.15, "press"), (1.2, "press"), (1.22, "pending")]
    assert theatre.play(DELAYED, *cues) == ["1.22083 pending 2", *answer("1.3"), *answer("1.35")]


def test_answers_come_after_press_timers_and_before_other_timers(theatre: Theatre) -> None:
    body = f"""{SERVER}
    function W:timers()
        for _, priority in ipairs({{ 30, 10 }}) do
            self.env.scheduler:at(1.25, function() self:at("timer", priority) end, priority)
        end
    end
    """
    assert theatre.play(body, (1.1, "timers"), (1.2, "press")) == [
        "1.25 timer 10",
        *answer("1.25"),
        "1.25 timer 30",
    ]
