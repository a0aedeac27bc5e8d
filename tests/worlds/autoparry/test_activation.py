"""How long a press takes to work: where samples come from, what they change, what they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .duel import Duel, Entry, Timing, adapted_s, ball, call, configure, frame_at, network

if TYPE_CHECKING:
    from conftest import Bench

CALM = Timing()
FAR = (170.0, 160.0)
DUE_S = CALM.wait(*FAR)
PRESSED_S = frame_at(DUE_S)
ALPHA = 0.2

# No server answers: the remote of its answers is not there from the start.
NO_SERVER = """
function W:begin() self.stage.answers.ParrySuccess.Parent = nil end
"""


@pytest.fixture(scope="module")
def duel(shared_bench: Bench) -> Duel:
    return Duel(shared_bench)


def lead_after(duel: Duel, *timeline: Entry, at: float = 2.0, **keys: Any) -> float:
    """Return the lead that the second of two balls is pressed with, the other having been."""
    trace = duel(ball(0, "a", *FAR), *timeline, ball(at, "b", *FAR), **keys)
    assert [press.name for press in trace.presses] == ["a", "b"]
    return trace.presses[1].lead_s


def lead(activation_s: float, sample_s: float | None = None, ping_s: float = 0.095) -> Any:
    """Return the lead with this latency; after an answer so long after the press, later by that."""
    bias_s = 0.02
    if sample_s is not None:
        bias_s += adapted_s(DUE_S, PRESSED_S + sample_s, ping_s)
    return pytest.approx(Timing(activation_s=activation_s, bias_s=bias_s).lead_s, abs=1e-6)


def toward(sample_s: float, estimate_s: float = 0.12) -> float:
    return estimate_s + ALPHA * (sample_s - estimate_s)


def test_an_answer_is_a_sample(duel: Duel) -> None:
    # Half a ping after the press, in the first frame that can deliver it.
    sample_s = frame_at(PRESSED_S + 0.095 / 2) - PRESSED_S
    assert lead_after(duel) == lead(toward(sample_s), sample_s)


def test_a_delay_of_the_input_is_learned_from_the_answers(duel: Duel) -> None:
    sample_s = frame_at(PRESSED_S + 0.05 + 0.095 / 2) - PRESSED_S
    assert lead_after(duel, engine={"inputDelayMs": 50}) == lead(toward(sample_s), sample_s)


def test_a_press_without_an_answer_teaches_nothing(duel: Duel) -> None:
    # It takes effect after the contact; the frame after it does not count where a server is.
    assert lead_after(duel, network(0, "input:delay", ms=400)) == lead(0.12)


def test_without_a_server_the_next_frame_is_the_sample(duel: Duel) -> None:
    assert lead_after(duel, script=NO_SERVER) == lead(toward(1 / 240))


def test_the_next_frame_is_no_sample_when_the_key_is_up_by_then(duel: Duel) -> None:
    script = f"""{NO_SERVER}
function W:up() self.controller.input:release(self.clock:now()) end
"""
    assert lead_after(duel, call(PRESSED_S + 0.001, "up"), script=script) == lead(0.12)


def test_a_changed_option_begins_the_estimate_anew(duel: Duel) -> None:
    sample_s = frame_at(PRESSED_S + 0.095 / 2) - PRESSED_S
    assert lead_after(duel, configure(1.5, activationLatency=0.2)) == lead(0.2, sample_s)
    same = configure(1.5, activationLatency=0.12)
    assert lead_after(duel, same) == lead(toward(sample_s), sample_s)


def test_a_reset_begins_the_estimate_anew(duel: Duel) -> None:
    reset: Entry = {"at": 1.5, "kind": "player", "action": "reset-config"}
    again = configure(1.5, smartTuning=False)
    assert lead_after(duel, reset, again) == lead(0.12)


@pytest.mark.parametrize(
    ("ping_s", "is_valid"),
    [
        pytest.param(3.98, True, id="within 2 s"),
        pytest.param(4.02, False, id="beyond 2 s"),
        pytest.param(11.0, False, id="expired"),
    ],
)
def test_a_sample_is_valid_up_to_two_seconds(duel: Duel, ping_s: float, is_valid: bool) -> None:
    # The ping is read at 0.7 and 0.8: the press at 0.758 does not know.
    lag = [network(0.71, "stats:ping", ms=ping_s * 1000), network(0.79, "stats:ping", ms=95)]
    sample_s = frame_at(PRESSED_S + ping_s / 2) - PRESSED_S
    # What comes after five seconds answers no press any more: then it worked when it was made.
    answer_s = sample_s if ping_s < 10 else 0.095 / 2
    expected = lead(toward(sample_s) if is_valid else 0.12, answer_s)
    assert lead_after(duel, *lag, at=PRESSED_S + ping_s / 2 + 1) == expected


def test_an_answer_belongs_to_the_newest_press_that_is_old_enough(duel: Duel) -> None:
    script = """
function W:ask()
    local activation, now = self.controller.activation, self.clock:now()
    for _, age_s in ipairs({ 0.5, 0.3, 0.1 }) do activation:pressed("a", now - age_s) end
    activation:pressed("b", now - 0.21)
    for _ = 1, 3 do
        local press = activation:answered("a", now, 0.4)
        self:say(press and now - press.pressed_s)
    end
end
"""
    assert duel(call(1, "ask"), script=script).said == ["0.3", "0.5", "nil"]


def test_a_press_waits_five_seconds_for_its_answer(duel: Duel) -> None:
    # It takes effect after the contact: nobody answers.
    script = """
function W:look() self:say(#self.controller.activation.pending) end
"""
    trace = duel(
        ball(0, "a", *FAR),
        network(0, "input:delay", ms=400),
        call(PRESSED_S + 5.002, "look"),
        call(PRESSED_S + 5.006, "look"),
        script=script,
    )
    assert trace.said == ["1", "0"]
