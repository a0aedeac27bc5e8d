"""Every option of AutoParry does what it is for: the same play with other values of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from . import (
    effects_of_auto_tuning,
    effects_of_parts,
    effects_of_prediction,
    effects_of_smart_tuning,
    effects_of_swinging,
    effects_of_timing,
)
from .duel import Duel
from .effect import Effect, Plays, default_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from .conftest import Probe

EFFECTS: tuple[Effect, ...] = (
    *effects_of_timing.EFFECTS,
    *effects_of_prediction.EFFECTS,
    *effects_of_parts.EFFECTS,
    *effects_of_swinging.EFFECTS,
    *effects_of_smart_tuning.EFFECTS,
    *effects_of_auto_tuning.EFFECTS,
)

# The options as the controller knows them, and those of which null is a value.
PROBE = """
local Options = require("worlds.autoparry.controller.options")
local Plain = require("worlds.autoparry.plain")
local Tuning = require("worlds.autoparry.controller.tuning")
local Probe = {}
function Probe.keys()
    local keys, nullable = {}, {}
    for _, key in ipairs(Options.keys) do
        keys[#keys + 1] = key
        if Options.of[key].may_be_unset then nullable[#nullable + 1] = key end
    end
    for _, name in ipairs(Plain.keys(Tuning.DEFAULTS)) do
        for _, key in ipairs(Plain.keys(Tuning.DEFAULTS[name])) do
            keys[#keys + 1] = name .. "." .. key
        end
    end
    return { keys = keys, nullable = nullable }
end
return Probe
"""


@pytest.fixture(scope="module")
def plays(shared_bench: Bench) -> Plays:
    return Plays(Duel(shared_bench))


@pytest.fixture(scope="module")
def known(probe_of: Callable[..., Probe]) -> dict[str, list[str]]:
    return dict(probe_of("keys", PROBE)("keys"))


def test_every_option_and_every_key_of_one_has_an_effect(known: dict[str, list[str]]) -> None:
    assert sorted({effect.key for effect in EFFECTS}) == sorted(known["keys"])
    assert len(known["keys"]) == 43 + 28 + 15


def test_every_option_that_may_be_unset_is_played_without_it(known: dict[str, list[str]]) -> None:
    unset = {effect.key for effect in EFFECTS if any(value is None for value, _ in effect.rows)}
    assert sorted(unset) == sorted(known["nullable"])


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.key)
def test_an_option_changes_what_it_is_for(plays: Plays, effect: Effect) -> None:
    (default, wanted), (other, _) = effect.rows[:2]
    assert default == default_of(effect.key)
    assert effect.key.split(".")[-1] not in keys_of(effect.setting.options, effect.key)
    found = [
        (value, effect.measure(plays(effect.setting, effect.options(value))))
        for value, _ in effect.rows
    ]
    assert found == list(effect.rows)
    assert (other, wanted) != found[1], "the other value changes nothing"


def keys_of(options: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the table in which the key would be given."""
    name, _, part = key.partition(".")
    table = options.get(name) if part else options
    return table if isinstance(table, dict) else {}
