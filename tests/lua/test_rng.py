"""The promise of the random streams: seed and name give the draws, in every VM, compiled or not."""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class HostModules(Protocol):
    """The fixture of this folder: a fresh LuaJIT whose chunks can require the host modules."""

    def run(self, text: str, *arguments: object) -> Any: ...


def values(modules: HostModules, code: str, *arguments: object) -> list[Any]:
    """What a chunk returns as a Lua array."""
    return list(modules.run(code, *arguments).values())


def latin(text: str) -> str:
    """How text crosses into the VM: one character for each UTF-8 byte."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def hash32(text: str) -> int:
    h = 5381
    for character in text:
        h = (h * 33 + ord(character)) % 2**32
    return h


def pcg32(state: int) -> Iterator[int]:
    while True:
        shifted = (((state >> 18) ^ state) >> 27) & 0xFFFFFFFF
        turn = state >> 59
        yield (shifted >> turn | shifted << (32 - turn)) & 0xFFFFFFFF
        state = (state * 6364136223846793005 + 2885390081777926815) % 2**64


def stream(seed: str, name: str) -> Iterator[int]:
    return islice(pcg32(hash32(f"{seed}|{name}")), 1, None)


def between(outputs: Iterator[int], a: int, b: int) -> int:
    if a == b:
        return a
    n = b - a + 1
    r = next(outputs)
    while r < (2**32 - n) % n:
        r = next(outputs)
    return a + r % n


DRAWS = """
local seed, name, n, a, b = ...
local stream = require("harness.rng").new(seed):stream(name)
local out = {}
for i = 1, n do out[i] = stream:random() * 2^32 end
for i = n + 1, 2 * n do out[i] = stream:integer(a, b) end
return out
"""


def test_first_draws_of_a_known_stream(host_modules: HostModules) -> None:
    # Computed by a C program: hash32 is 3072487841, the outputs are 22, 1577222160, 1438106131.
    code = """
        local stream = require("harness.rng").new("7"):stream("spawn")
        return { stream:random() * 2^32, stream:random() * 2^32, stream:state() }
    """
    assert values(host_modules, code) == [1577222160, 1438106131, "dfd70afaef07165e"]


def test_a_thousand_streams_draw_what_the_definition_says(host_modules: HostModules) -> None:
    rng = random.Random(20)
    alphabet = "abz019_-|.äß€漢😀\x00\x7f\x80"
    for _ in range(1000):
        seed, name = ("".join(rng.choices(alphabet, k=rng.randint(0, 9))) for _ in range(2))
        size = rng.choice((1, 6, 2**31 + 1, 3 * 2**30, 2**32 - 1, 2**32, rng.randint(1, 2**32)))
        a = rng.choice((0, 1, -size, 2**53 - size, rng.randint(-(10**9), 10**9)))
        outputs = stream(seed, name)
        expected = [next(outputs) for _ in range(5)]
        expected += [between(outputs, a, a + size - 1) for _ in range(5)]
        got = values(host_modules, DRAWS, latin(seed), latin(name), 5, a, a + size - 1)
        assert got == expected, (seed, name, a, size)


def test_hash32_counts_code_points_and_takes_broken_bytes_as_their_values(
    host_modules: HostModules,
) -> None:
    def points(data: bytes) -> Iterator[int]:
        i = 0
        while i < len(data):
            for length in (1, 2, 3, 4):
                try:
                    character = data[i : i + length].decode("utf-8")
                except UnicodeDecodeError:
                    continue
                yield ord(character)
                i += length
                break
            else:
                yield data[i]
                i += 1

    rng = random.Random(5)
    pieces = [b"\x00", b"A", b"\xc3\xa9", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xc0\x80"]
    pieces += [b"\xed\xa0\x80", b"\xe0\x80\x80", b"\xf4\x90\x80\x80", b"\xf8", b"\xe2\x82", b"\xff"]
    pieces += [bytes([rng.randrange(256)]) for _ in range(40)]
    code = 'return require("harness.rng").hash32(...)'
    for _ in range(1000):
        data = b"".join(rng.choices(pieces, k=rng.randint(0, 8)))
        h = 5381
        for point in points(data):
            h = (h * 33 + point) % 2**32
        assert host_modules.run(code, data.decode("latin-1")) == h, data


def test_streams_do_not_disturb_each_other(host_modules: HostModules) -> None:
    code = """
        local Rng = require("harness.rng")
        local alone, mixed, out = Rng.new("s"):stream("a"), Rng.new("s"), {}
        for i = 1, 200 do
            out[i] = alone:random()
            mixed:stream("b" .. i):random()
            mixed:stream("b1"):integer(1, 6)
            out[200 + i] = mixed:stream("a"):random()
        end
        out[401] = mixed:stream("a") == mixed:stream("a")
        return out
    """
    got = values(host_modules, code)
    assert got[:200] == got[200:400]
    assert got[400] is True


def test_different_names_and_seeds_draw_differently(host_modules: HostModules) -> None:
    starts = {
        tuple(values(host_modules, DRAWS, seed, name, 2, 1, 2)[:2])
        for seed in ("1", "2", "x")
        for name in ("a", "b", "")
    }
    assert len(starts) == 9


def test_a_state_is_set_back_exactly(host_modules: HostModules) -> None:
    code = """
        local rng = require("harness.rng").new("s")
        local a, b, c, out = rng:stream("a"), rng:stream("b"), rng:pcg32("ffffffffffffffff"), {}
        out[1] = c:state()
        for i = 1, 100 do a:random() end
        local state = a:state()
        b:set_state(state)
        c:set_state(state)
        for i = 1, 100 do
            local x = a:random()
            out[i + 1] = x == b:random() and x == c:random()
        end
        return out
    """
    got = values(host_modules, code)
    assert got[0] == "f" * 16
    assert got[1:] == [True] * 100


EVERYTHING = """
local rng, out = require("harness.rng").new("s"), {}
local stream, other, lcg = rng:stream("a"), rng:pcg32(12345), rng:lcg32(-3)
local list = {}
for i = 1, 30 do list[i] = i end
for i = 1, 3000 do
    out[#out + 1] = stream:random()
    out[#out + 1] = other:integer(-5, i)
    out[#out + 1] = stream:integer(0, 3 * 2^30)
    out[#out + 1] = stream:pick(list)
    out[#out + 1] = stream:lua_random(i)
    out[#out + 1] = lcg:weighted_index({ 1, 2, i })
    out[#out + 1] = stream:shuffle(list)[7]
    out[#out + 1] = stream:state()
end
return out
"""


def test_compiled_and_interpreted_draws_are_equal(
    make_host_modules: Callable[[], HostModules],
) -> None:
    interpreter = make_host_modules()
    interpreter.run("jit.off()")
    compiled = values(make_host_modules(), EVERYTHING)
    assert compiled == values(interpreter, EVERYTHING)
    assert len(compiled) == 24000


def test_pcg32_starts_from_a_number_or_a_state(host_modules: HostModules) -> None:
    code = """
        local rng = require("harness.rng").new("s")
        local a, b = rng:pcg32(3735928559), rng:pcg32("00000000deadbeef")
        return { a:state(), b:state(), a:random() * 2^32, b:integer(0, 2^32 - 1) }
    """
    first = next(pcg32(0xDEADBEEF))
    assert values(host_modules, code) == ["00000000deadbeef"] * 2 + [first] * 2


def test_an_integer_range_of_one_value_draws_nothing(host_modules: HostModules) -> None:
    code = """
        local stream = require("harness.rng").new("s"):stream("a")
        local before = stream:state()
        return { stream:integer(4, 4), stream:pick({ "x" }), stream:shuffle({ "y" })[1],
            #stream:shuffle({}), stream:state() == before }
    """
    assert values(host_modules, code) == [4, "x", "y", 0, True]


def test_shuffle_swaps_downwards_with_integer(host_modules: HostModules) -> None:
    code = """
        local list, stream = {}, require("harness.rng").new("s"):stream("cards")
        for i = 1, 52 do list[i] = i end
        assert(stream:shuffle(list) == list)
        return list
    """
    cards, outputs = list(range(1, 53)), stream("s", "cards")
    for i in range(52, 1, -1):
        j = between(outputs, 1, i)
        cards[i - 1], cards[j - 1] = cards[j - 1], cards[i - 1]
    assert values(host_modules, code) == cards
    assert sorted(cards) == list(range(1, 53))


def chi_square(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 for count in counts) / expected


def test_shuffle_and_integer_are_unbiased(host_modules: HostModules) -> None:
    code = """
        local stream, orders, thirds = require("harness.rng").new("s"):stream("a"), {}, {}
        for i = 1, 24 do orders[i] = 0 end
        for i = 1, 3 do orders[24 + i] = 0 end
        for _ = 1, 24000 do
            local s = stream:shuffle({ 0, 1, 2, 3 })
            local order = s[1] * 6
            for i = 2, 3 do
                local smaller = 0
                for j = i + 1, 4 do
                    if s[j] < s[i] then smaller = smaller + 1 end
                end
                order = order + smaller * (i == 2 and 2 or 1)
            end
            orders[order + 1] = orders[order + 1] + 1
            -- Without rejection the last third of this range would be half as likely.
            local third = 25 + math.floor(stream:integer(0, 3 * 2^30 - 1) / 2^30)
            orders[third] = orders[third] + 1
        end
        return orders
    """
    counts = values(host_modules, code)
    assert sum(counts[:24]) == sum(counts[24:]) == 24000
    # 99.9 % bounds of chi-square with 23 and 2 degrees of freedom; the seed is fixed.
    assert chi_square(counts[:24]) < 49.7
    assert chi_square(counts[24:]) < 13.8


def test_lua_random_takes_the_arguments_of_math_random(host_modules: HostModules) -> None:
    code = """
        local stream, out = require("harness.rng").new("s"):stream("math"), {}
        out[1] = stream:lua_random() * 2^32
        out[2] = stream:lua_random(6)
        out[3] = stream:lua_random(-3, 8)
        out[4] = stream:lua_random("10")
        out[5] = stream:lua_random(2.9, 2.9)
        out[6] = stream:lua_random() * 2^32
        return out
    """
    outputs = stream("s", "math")
    assert values(host_modules, code) == [
        next(outputs),
        next(outputs) * 6 // 2**32 + 1,
        next(outputs) * 12 // 2**32 - 3,
        next(outputs) * 10 // 2**32 + 1,
        next(outputs) * 0 + 2,
        next(outputs),
    ]


def test_states_lists_every_generator_by_name_in_byte_order(host_modules: HostModules) -> None:
    code = """
        local rng, out = require("harness.rng").new("s"), {}
        rng:stream("z"); rng:lcg32(5):random(); rng:stream("B"); rng:pcg32(1); rng:stream("a")
        rng:pcg32(2); rng:stream("z"); rng:stream(""); rng:stream("\\195\\164")
        for i, row in ipairs(rng:states()) do
            local state = row.state
            out[i] = row.name .. " " .. (type(state) == "string" and state
                or table.concat({ state.seed, state.value, state.uses }, ","))
        end
        return out
    """
    states = {}
    for name in ("", "B", "a", "z", "ä"):
        start = hash32(f"s|{name}")
        after = (start * 6364136223846793005 + 2885390081777926815) % 2**64
        states[latin(name)] = f"{after:016x}"
    states |= {"pcg32#1": f"{1:016x}", "pcg32#2": f"{2:016x}"}
    states["lcg32#1"] = f"5,{(1664525 * 5 + 1013904223) % 2**32},1"
    assert values(host_modules, code) == [f"{name} {states[name]}" for name in sorted(states)]


def test_lcg32_draws_and_weights_as_defined(host_modules: HostModules) -> None:
    code = """
        local seed, n = ...
        local lcg, out = require("harness.rng").new("s"):lcg32(seed), {}
        for i = 1, n do
            out[2 * i - 1] = lcg:random() * 2^32
            out[2 * i] = lcg:weighted_index({ 0, 1, 0.5, 2.5 })
        end
        local state = lcg:state()
        out[2 * n + 1], out[2 * n + 2], out[2 * n + 3] = state.seed, state.value, state.uses
        return out
    """
    for seed in (0, 1, -1, 2**32 - 1, 2**53, -(2**53), "-123456789012345678901234567890", "77"):
        value = start = int(seed) % 2**32
        expected: list[float] = []
        for _ in range(50):
            value = (1664525 * value + 1013904223) % 2**32
            expected.append(value)
            value = (1664525 * value + 1013904223) % 2**32
            threshold = value / 2**32 * 4.0
            expected.append(2 if threshold < 1 else 3 if threshold < 1.5 else 4)
        assert values(host_modules, code, seed, 50) == [*expected, start, value, 100], seed


def test_lcg32_resumes_from_its_state(host_modules: HostModules) -> None:
    code = """
        local rng, out = require("harness.rng").new("s"), {}
        local a, b = rng:lcg32(9), rng:lcg32(0)
        for i = 1, 10 do a:random() end
        local state = a:state()
        b:set_state(state)
        state.value = 0
        for i = 1, 10 do out[i] = a:random() == b:random() end
        out[11] = b:state().uses
        return out
    """
    assert values(host_modules, code) == [True] * 10 + [20]


MISTAKES = {
    "stream:integer(1.5, 3)": "integer(a, b) takes whole numbers from -2^53 to 2^53; "
    "got a = 1.5, b = 3",
    "stream:integer(1)": "integer(a, b) takes whole numbers from -2^53 to 2^53; got a = 1, b = nil",
    "stream:integer('1', {})": "integer(a, b) takes whole numbers from -2^53 to 2^53; "
    'got a = "1", b = table',
    "stream:integer(0, 1/0)": "integer(a, b) takes whole numbers from -2^53 to 2^53; "
    "got a = 0, b = inf",
    "stream:integer(0/0, 1)": "integer(a, b) takes whole numbers from -2^53 to 2^53; "
    "got a = nan, b = 1",
    "stream:integer(5, 2)": "integer(a, b) needs b >= a; got a = 5, b = 2",
    "stream:integer(0, 2^32)": "integer(a, b) covers at most 2^32 values; "
    "got a = 0, b = 4294967296",
    "stream:pick({})": "pick(list) needs at least one element; got an empty list",
    "stream:pick('ab')": 'pick(list) takes a list; got "ab"',
    "stream:shuffle(nil)": "shuffle(list) takes a list; got nil",
    "stream:set_state('00000000DEADBEEF')": "a generator state is 16 lower-case hex digits; "
    'got "00000000DEADBEEF"',
    "stream:set_state('deadbeef')": 'a generator state is 16 lower-case hex digits; got "deadbeef"',
    "stream:set_state(7)": "a generator state is 16 lower-case hex digits; got 7",
    "stream:lua_random(0)": "bad argument #1 to 'random' (interval is empty)",
    "stream:lua_random(2, 1)": "bad argument #2 to 'random' (interval is empty)",
    "stream:lua_random(1, 2, 3)": "wrong number of arguments",
    "stream:lua_random({})": "bad argument #1 to 'random' (number expected, got table)",
    "stream:lua_random(1, nil)": "bad argument #2 to 'random' (number expected, got nil)",
    "stream:lua_random(0/0)": "bad argument #1 to 'random' (number has no integer value)",
    "rng:stream(3)": "the name of a stream is text; got 3",
    "rng:stream('pcg32#1')": "stream name 'pcg32#1' is kept for generators made by pcg32 and lcg32",
    "rng:pcg32(-1)": "a generator starts from a whole number from 0 to 2^53 or "
    "16 lower-case hex digits; got -1",
    "rng:pcg32('12')": 'a generator state is 16 lower-case hex digits; got "12"',
    "rng:lcg32(1.5)": "seed must be an integer (got 1.5)",
    "rng:lcg32('x1')": 'seed must be an integer (got "x1")',
    "lcg:weighted_index({})": "weighted_index requires at least one weight",
    "lcg:weighted_index({ 1, -0.5 })": "weights must be non-negative",
    "lcg:weighted_index({ 1, 0/0 })": "weights must be non-negative",
    "lcg:weighted_index({ 0, 0 })": "weights must sum to a positive value",
    "lcg:weighted_index({ 1e308, 1e308 })": "weights must sum to a finite value",
    "lcg:weighted_index({ 1, '2' })": 'weights must be numbers; weight 2 is "2"',
    "lcg:set_state('x')": 'a generator state is a table {seed, value, uses}; got "x"',
    "lcg:set_state({ seed = 1, value = 2^32, uses = 0 })": "seed and value of a generator state "
    "are integers from 0 to 2^32 - 1; got seed = 1, value = 4294967296",
    "lcg:set_state({ seed = 1, value = 2, uses = -1 })": "uses of a generator state is an integer "
    "from 0 to 2^53; got -1",
}


@pytest.mark.parametrize("call", MISTAKES)
def test_a_mistake_names_the_line_of_the_caller_and_changes_no_state(
    host_modules: HostModules, call: str
) -> None:
    code = f"""
        local rng = require("harness.rng").new("s")
        local stream, lcg = rng:stream("a"), rng:lcg32(5)
        local before, list = stream:state(), #rng:states()
        local ok, message = pcall(function()
            local x = {call}
            return x
        end)
        return {{ ok, message, before == stream:state(), #rng:states() == list, lcg:state().uses }}
    """
    # The call stands on line 6 of the chunk.
    assert values(host_modules, code) == [False, f"test.lua:6: {MISTAKES[call]}", True, True, 0]


def test_draws_are_equal_in_many_vms(make_host_modules: Callable[[], HostModules]) -> None:
    first = values(make_host_modules(), EVERYTHING)
    assert all(values(make_host_modules(), EVERYTHING) == first for _ in range(3))
