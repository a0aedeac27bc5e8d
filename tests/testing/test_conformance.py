"""The kit passes worlds that keep the contract and names what a broken one breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import ManifestError, UsageError
from engine_harness.testing import ConformanceError, check_world

if TYPE_CHECKING:
    from conftest import Bench

    from engine_harness._types import Json

ALL_CLAIMS = (
    "the run comes to its end",
    "same seed twice is equal",
    "asking changes nothing",
    "an unknown action is refused with a code and changes nothing",
    "no state is shared between two instances",
    "every entry of actions() is applicable",
    "a world restored to a snapshot goes on equally, its pending work included",
)

# A counter that grows by drawn amounts, now and once more a little later.
COUNTER = """
local Counter = {}
Counter.__index = Counter
Counter.describe = {actions = {add = {}}, metrics = {"count"}}
local shared = {count = 0}
function Counter.new(env)
    return setmetatable({env = env, count = 0, dice = env.rng:stream("dice")}, Counter)
end
function Counter:later(delay_s)
    self.due_s = self.env.clock:now() + delay_s
    self.env.scheduler:after(delay_s, function()
        self.due_s = nil
        self.count = self.count + 100
    end)
end
function Counter:apply(action)
    if action.name ~= "add" then return nil, "unknown_action", "no " .. action.name end
    self.count = self.count + self.dice:integer(1, 6)
    if not self.due_s then self:later(0.5) end
    return true
end
function Counter:step() end
function Counter:metrics() return {count = self.count} end
function Counter:observe() return {count = self.count} end
function Counter:actions() return {{name = "add"}} end
function Counter:snapshot()
    return {count = self.count, dice = self.dice:state(),
            later_s = self.due_s and self.due_s - self.env.clock:now()}
end
function Counter:restore(state)
    self.count = state.count
    self.dice:set_state(state.dice)
    self.due_s = nil
    if state.later_s then self:later(state.later_s) end
end
return Counter
"""


def mutated(old: str, new: str) -> str:
    assert COUNTER.count(old) == 1, old
    return COUNTER.replace(old, new)


def test_a_sound_world_passes_every_claim(bench: Bench) -> None:
    bench.world("counter", COUNTER)
    report = check_world("counter", root=bench.folder)
    assert report.held == ALL_CLAIMS
    assert report.skipped == ()


@pytest.mark.parametrize("world", ["rounds", "arena"])
def test_our_own_worlds_pass_every_claim(bench: Bench, world: str) -> None:
    assert check_world(world, root=bench.folder, seeds=(3,)).held == ALL_CLAIMS


def test_autoparry_passes_every_claim_that_it_can_be_asked_for(bench: Bench) -> None:
    report = check_world("autoparry", root=bench.folder, seeds=(3,))
    assert report.held == ALL_CLAIMS[:5]
    assert report.skipped == (
        "actions: the world has no actions, snapshot, restore",
        "restore: the world has no snapshot, restore",
    )


DECLARES = """Counter.describe = {
    actions = {add = {by = "integer >= 2 <= 3", share = "number > 0 < 0.5", note = "string?"}},
    metrics = {"count"},
    engine_options = {rows = "integer >= 2"},
    config = {tuning = "table"},
}"""
NEW = "function Counter.new(env)\n"
# The world fails on what it has not declared: only what fits lets a run come to its end.
NEEDS_CONFIG = """
    assert(env.config.engine.rows >= 2, "rows")
    assert(type(env.config.tuning) == "table", "tuning")
"""
APPLY = "self.count = self.count + self.dice:integer(1, 6)"
NEEDS_ARGUMENTS = """
    assert(action.args.by >= 2, "by")
    assert(action.args.share < 0.5, "share")
"""
ACTIONS = 'return {{name = "add"}}'


def declaring_world(bench: Bench, needs_config: str = NEEDS_CONFIG) -> None:
    text = mutated('Counter.describe = {actions = {add = {}}, metrics = {"count"}}', DECLARES)
    for old, new in (
        (NEW, NEW + needs_config),
        (APPLY, NEEDS_ARGUMENTS + APPLY),
        (ACTIONS, 'return {{name = "add", args = {by = 2, share = 0.25}}}'),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    bench.world("counter", text)


def test_arguments_and_config_that_must_be_there_are_made_up_within_their_bounds(
    bench: Bench,
) -> None:
    declaring_world(bench)
    assert check_world("counter", root=bench.folder, seeds=(3,)).held == ALL_CLAIMS


def test_config_can_be_given(bench: Bench) -> None:
    declaring_world(bench, 'assert(env.config.tuning.gain == 4, "gain is not 4")')
    with pytest.raises(ConformanceError, match="gain is not 4"):
        check_world("counter", root=bench.folder, seeds=(3,))
    config: dict[str, Json] = {"tuning": {"gain": 4}}
    assert check_world("counter", root=bench.folder, seeds=(3,), config=config).held == ALL_CLAIMS


def test_config_that_the_world_does_not_declare_is_an_error(bench: Bench) -> None:
    declaring_world(bench)
    with pytest.raises(ManifestError, match="did you mean 'tuning'"):
        check_world("counter", root=bench.folder, config={"tunning": {}})


def test_what_a_world_cannot_be_asked_is_skipped_with_a_word(bench: Bench) -> None:
    report = check_world(
        "tape", root=bench.folder, timeline=[{"at": 0, "action": "note"}], seeds=(0,)
    )
    assert report.skipped == (
        "actions: the world has no actions, snapshot, restore",
        "restore: the world has no snapshot, restore",
    )


BROKEN = {
    "observe changes the state": (
        "function Counter:observe() return",
        "function Counter:observe() self.count = self.count + 1 return",
        "views: observe() changed the state",
    ),
    "metrics draw": (
        "function Counter:metrics() return {count = self.count} end",
        "function Counter:metrics() self.dice:random() return {count = self.count} end",
        "views: ",
    ),
    "unknown actions are accepted": (
        'return nil, "unknown_action", "no " .. action.name',
        "return true",
        "unknown_action: an unknown action is accepted",
    ),
    "a refusal without a code": (
        'return nil, "unknown_action", "no " .. action.name',
        "return nil",
        "unknown_action: an unknown action is not refused with a code",
    ),
    "a refusal changes the state": (
        'if action.name ~= "add" then',
        'if action.name ~= "add" then self.count = self.count + 1',
        "unknown_action: a refused action changed the state",
    ),
    "state in an upvalue": (
        "self.count = self.count + self.dice:integer(1, 6)",
        "shared.count = shared.count + 1 self.count = shared.count",
        "no state is shared between two instances",
    ),
    "a count in an upvalue": (
        "return setmetatable({env = env, count = 0,",
        "shared.count = shared.count + 1 return setmetatable({env = env, count = shared.count - 1,",
        "a second instance does not begin as the first one did",
    ),
    "an action that is not applicable": (
        'return {{name = "add"}}',
        'return {{name = "add"}, {name = "jump"}}',
        "actions()[2]",
    ),
    "restore leaves what was there": (
        "self.count = state.count\n",
        "self.count = math.max(self.count, state.count)\n",
        "restore() into a used world left",
    ),
    "restore forgets the stream": (
        "self.dice:set_state(state.dice)",
        "",
        "a world restored to a snapshot goes on equally",
    ),
    "restore forgets pending work": (
        "if state.later_s then self:later(state.later_s) end",
        "",
        "restore() left the queue as",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_world_is_named_with_its_claim(bench: Bench, name: str) -> None:
    old, new, words = BROKEN[name]
    text = mutated(old, new)
    if name == "state in an upvalue":
        text = text.replace("{count = self.count}", "{count = shared.count}")
    bench.world("counter", text)
    with pytest.raises(ConformanceError) as caught:
        check_world("counter", root=bench.folder, seeds=(1,))
    assert words in str(caught.value)


def test_a_world_that_fails_is_named_with_its_error(bench: Bench) -> None:
    bench.world(
        "counter", mutated("function Counter:step() end", 'function Counter:step() error("oh") end')
    )
    with pytest.raises(ConformanceError, match=r"the run comes to its end .*world_error: .*oh"):
        check_world("counter", root=bench.folder)


def test_an_unknown_world_is_a_usage_error(bench: Bench) -> None:
    with pytest.raises(UsageError, match=r"unknown world 'nowhere'; known: .*arena.*"):
        check_world("nowhere", root=bench.folder)
