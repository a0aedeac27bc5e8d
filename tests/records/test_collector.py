from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from engine_harness._collector import collector_paused

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _enabled_afterwards() -> Iterator[None]:
    yield
    gc.enable()


def test_the_collector_rests_inside_and_goes_on_after_an_error() -> None:
    @collector_paused()
    def failing() -> None:
        raise ValueError(gc.isenabled())

    with pytest.raises(ValueError, match="False"):
        failing()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with collector_paused():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_a_pause_inside_a_pause_does_not_end_it() -> None:
    @collector_paused()
    def inner() -> bool:
        return gc.isenabled()

    with collector_paused():
        assert not inner()
        assert not gc.isenabled()
    assert gc.isenabled()
