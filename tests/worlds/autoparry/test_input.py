"""The parry key: down, up, and what happens when the input fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .theatre import Theatre

if TYPE_CHECKING:
    from conftest import Bench


KEY = """
local Input = require("worlds.autoparry.controller.input")
function W:begin()
    self.input = Input.new({ services = self.services, clock = self.clock })
    self.stage:on_key(function(...) self:at(...) end)
end
function W:press()
    local ok, delay_s, message = self.input:press(self.clock:now())
    if not ok then message = ("%.6g %s"):format(delay_s, message) end
    self:at("press", ok, message, self.input.failures, self.input.is_down)
end
function W:release() self:at("release", self.input:release(self.clock:now())) end
function W:missing() self.services.control:set_input_fault("missing") end
function W:failing() self.services.control:set_input_fault("failing") end
function W:works() self.services.control:set_input_fault(nil) end
"""


@pytest.fixture(scope="module")
def theatre(shared_bench: Bench) -> Theatre:
    return Theatre(shared_bench)


def test_the_key_goes_down_and_up_once(theatre: Theatre) -> None:
    cues = [(0.1, "release"), (0.2, "press"), (0.3, "release"), (0.4, "release")]
    assert theatre.play(KEY, *cues) == [
        "0.1 release true nil",
        "0.2 true KeyCode.F false",
        "0.2 press true nil 0 true",
        "0.3 false KeyCode.F false",
        "0.3 release true nil",
        "0.4 release true nil",
    ]


def test_a_press_while_the_key_is_down_releases_it_first(theatre: Theatre) -> None:
    assert theatre.play(KEY, (0.1, "press"), (0.2, "press"))[2:] == [
        "0.2 false KeyCode.F false",
        "0.2 true KeyCode.F false",
        "0.2 press true nil 0 true",
    ]


@pytest.mark.parametrize(
    ("fault", "delays"),
    [("missing", [0.15, 0.225, 0.25, 0.25]), ("failing", [0.1, 0.15, 0.225, 0.25])],
)
def test_each_failure_waits_longer_up_to_a_limit(
    theatre: Theatre, fault: str, delays: list[float]
) -> None:
    cues = [(0.1, fault), *[(0.2, "press") for _ in delays], (0.3, "works"), (0.3, "press")]
    lines = theatre.play(KEY, *cues, (0.4, fault), (0.4, "press"))
    words = [line.split() for line in lines if "press false" in line]
    assert [float(word[3]) for word in words] == [*delays, delays[0]]
    assert [word[-2:] for word in words] == [
        [str(n), "false" if n < 5 else "true"] for n in range(1, 5)
    ] + [["1", "true"]]


def test_a_missing_input_is_named(theatre: Theatre) -> None:
    lines = theatre.play(KEY, (0.1, "missing"), (0.1, "press"))
    assert lines == ["0.1 press false 0.15 VirtualInputManager is missing 1 false"]


def test_a_key_that_cannot_be_released_stays_down(theatre: Theatre) -> None:
    cues = [(0.1, "press"), (0.2, "missing"), (0.2, "release"), (0.3, "works"), (0.3, "release")]
    assert theatre.play(KEY, *cues)[2:] == [
        "0.2 release false VirtualInputManager is missing",
        "0.3 false KeyCode.F false",
        "0.3 release true nil",
    ]
