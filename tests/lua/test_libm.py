"""The promise of our own libm: within an ulp of the truth, the same bits everywhere.

`libm_references.json` holds exact results with 30 significant digits, computed with 1,400 bits by
mpmath at arguments that are seams of the algorithms, hard cases of argument reduction, ends of the
range and random points; each row is the arguments and the result.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
import struct
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HARNESS = Path(__file__).parents[2] / "lua" / "harness"
REFERENCES: dict[str, list[list[Any]]] = json.loads(
    Path(__file__).with_name("libm_references.json").read_text(encoding="utf-8")
)
INF = math.inf
NAN = math.nan

# Ranges for the sweep, two each where there are two regimes.
RANGES: dict[str, list[tuple[float, float]]] = {
    "acos": [(-1, 1), (0.99, 1)],
    "asin": [(-1, 1), (-0.2, 0.2)],
    "atan": [(-1.2, 1.2), (-100, 100)],
    "cos": [(-8, 8), (-3e6, 3e6)],
    "cosh": [(-2, 2), (-710, 710)],
    "exp": [(-2, 2), (-745, 709)],
    "log": [(0.5, 2), (0, 1e6)],
    "log10": [(0.5, 2), (0, 1e6)],
    "sin": [(-8, 8), (-3e6, 3e6)],
    "sinh": [(-2, 2), (-710, 710)],
    "tan": [(-8, 8), (-3e6, 3e6)],
    "tanh": [(-1, 1), (-25, 25)],
}
PAIR_RANGES = {"atan2": ((-3, 3), (-3, 3)), "pow": ((0.1, 20), (-200, 200))}
POINTS = 20_000

# The results leave as bytes: as numbers, minus zero would arrive as zero.
MAP = """
local name, first, second = ...
local fn, out = require("harness.libm").math[name], ffi.new("double[?]", #first)
for i = 1, #first do
    if second then out[i - 1] = fn(first[i], second[i]) else out[i - 1] = fn(first[i]) end
end
return ffi.string(out, #first * 8)
"""


class HostModules(Protocol):
    """The fixture of this folder: a fresh LuaJIT whose chunks can require the host modules."""

    runtime: Any

    def run(self, text: str, *arguments: object) -> Any: ...


def apply(modules: HostModules, name: str, *columns: Sequence[float]) -> list[float]:
    tables = (modules.runtime.table_from(list(column)) for column in columns)
    data = modules.run(MAP, name, *tables).encode("latin-1")
    return [value for (value,) in struct.iter_unpack("=d", data)]


def arguments(name: str) -> list[list[float]]:
    """Columns of fixed arguments for the sweep."""
    rng = random.Random(name)
    if name in PAIR_RANGES:
        return [[rng.uniform(*ends) for _ in range(POINTS)] for ends in PAIR_RANGES[name]]
    ranges = RANGES[name]
    return [[rng.uniform(*ends) for ends in ranges for _ in range(POINTS // len(ranges))]]


def bits(value: float) -> bytes:
    return b"nan" if value != value else struct.pack("<d", value)


@pytest.mark.parametrize("name", REFERENCES)
def test_results_are_within_six_tenths_of_an_ulp_of_the_truth(
    host_modules: HostModules, name: str
) -> None:
    rows = REFERENCES[name]
    assert len(rows) >= 25
    columns = list(zip(*rows, strict=True))
    for row, got in zip(rows, apply(host_modules, name, *columns[:-1]), strict=True):
        truth = Fraction(row[-1])
        error = abs(Fraction(got) - truth) / Fraction(math.ulp(float(truth)))
        assert error < 0.6, (name, row, got)


@pytest.mark.parametrize("name", [*RANGES, *PAIR_RANGES])
def test_results_stay_beside_those_of_the_c_library(host_modules: HostModules, name: str) -> None:
    columns = arguments(name)
    results = apply(host_modules, name, *columns)
    assert len(results) == POINTS
    for *point, got in zip(*columns, results, strict=True):
        expected = getattr(math, name)(*point)
        # One ulp for the C library, one for ours.
        assert abs(got - expected) <= 2 * math.ulp(expected), (name, point, got, expected)


# It changes only with the algorithms or the arguments: a machine that disagrees breaks the promise.
DIGEST = "5ff4132d6ca7aebe099f9dcfab240fd7ac6db1dbaab95d18178189e0decc07dd"


def test_digest_of_all_results_is_the_same_on_every_machine_and_without_the_compiler(
    make_host_modules: Callable[[], HostModules],
) -> None:
    compiled, interpreted = make_host_modules(), make_host_modules()
    interpreted.run("jit.off()")
    digests = []
    for modules in (compiled, interpreted):
        digest = hashlib.sha256()
        for name in sorted([*RANGES, *PAIR_RANGES]):
            columns = [column[::10] for column in arguments(name)]
            digest.update(b"".join(map(bits, apply(modules, name, *columns))))
            columns = list(zip(*REFERENCES[name], strict=True))[:-1]
            digest.update(b"".join(map(bits, apply(modules, name, *columns))))
        digests.append(digest.hexdigest())
    assert digests == [DIGEST, DIGEST]


SPECIAL: dict[str, list[tuple[float, ...]]] = {
    "sin": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (NAN, NAN), (-5e-324, -5e-324)],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN), (NAN, NAN)],
    "tan": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (NAN, NAN), (5e-324, 5e-324)],
    "asin": [(0.0, 0.0), (-0.0, -0.0), (1.0, math.pi / 2), (-1.0, -math.pi / 2), (1.1, NAN)],
    "acos": [(1.0, 0.0), (-1.0, math.pi), (0.0, math.pi / 2), (-0.0, math.pi / 2), (-1.1, NAN)],
    "atan": [(0.0, 0.0), (-0.0, -0.0), (INF, math.pi / 2), (-INF, -math.pi / 2), (NAN, NAN)],
    "exp": [
        *[(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN), (709.79, INF)],
        *[(1e308, INF), (-746.0, 0.0), (-1e308, 0.0), (-745.1331, 5e-324), (-745.1333, 0.0)],
    ],
    "log": [
        *[(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-1.0, NAN), (-INF, NAN), (NAN, NAN)],
        *[(1.0, 10.0, 0.0), (8.0, 2.0, 3.0), (0.001, 10.0, -3.0), (3.0, 1.0, INF)],
        *[(9.0, INF, 0.0), (0.0, 2.0, -INF), (2.0, 0.0, -0.0), (2.0, -1.0, NAN)],
    ],
    "log10": [
        *[(1.0, 0.0), (0.0, -INF), (INF, INF), (-1.0, NAN), (NAN, NAN)],
        *[(float(f"1e{k}"), float(k)) for k in range(-307, 309)],
    ],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (NAN, NAN), (711.0, INF)],
    "cosh": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, INF), (NAN, NAN), (-711.0, INF)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (NAN, NAN), (-1e300, -1.0)],
    "atan2": [
        *[(0.0, 1.0, 0.0), (-0.0, 1.0, -0.0), (0.0, -1.0, math.pi), (-0.0, -1.0, -math.pi)],
        *[(0.0, 0.0, 0.0), (-0.0, 0.0, -0.0), (0.0, -0.0, math.pi), (-0.0, -0.0, -math.pi)],
        *[(y, x, math.copysign(math.pi / 2, y)) for y in (1.0, -5e-324) for x in (0.0, -0.0)],
        *[(INF, INF, math.pi / 4), (-INF, INF, -math.pi / 4), (INF, -INF, 3 * math.pi / 4)],
        *[(-INF, -INF, -3 * math.pi / 4), (INF, 3.0, math.pi / 2), (-INF, -3.0, -math.pi / 2)],
        *[(3.0, INF, 0.0), (-3.0, INF, -0.0), (3.0, -INF, math.pi), (-3.0, -INF, -math.pi)],
        *[(NAN, 1.0, NAN), (1.0, NAN, NAN), (INF, NAN, NAN)],
    ],
    "pow": [
        *[(x, 0.0, 1.0) for x in (0.0, -0.0, 3.0, INF, NAN)],
        *[(1.0, y, 1.0) for y in (3.5, INF, -INF, NAN)],
        *[(NAN, 1.0, NAN), (2.0, NAN, NAN), (-1.0, INF, 1.0), (-1.0, -INF, 1.0)],
        *[(0.5, INF, 0.0), (0.5, -INF, INF), (-2.0, INF, INF), (-2.0, -INF, 0.0)],
        *[(0.0, 3.0, 0.0), (-0.0, 3.0, -0.0), (-0.0, 4.0, 0.0), (-0.0, 0.5, 0.0)],
        *[(0.0, -3.0, INF), (-0.0, -3.0, -INF), (-0.0, -4.0, INF), (-0.0, -1.0, -INF)],
        *[(INF, 0.5, INF), (INF, -2.0, 0.0), (-INF, 3.0, -INF), (-INF, 4.0, INF)],
        *[(-INF, -3.0, -0.0), (-INF, -4.0, 0.0), (-INF, 0.5, INF), (0.0, INF, 0.0)],
        *[(0.0, -INF, INF), (-8.0, 1 / 3, NAN), (-2.0, 0.5, NAN), (-2.0, 3.0, -8.0)],
        *[(-1.0, 1e308, 1.0), (-1.0, 2.0**53 - 1, -1.0), (2.0, 1024.0, INF), (2.0, -1075.0, 0.0)],
        *[(-2.0, 1025.0, -INF), (-2.0, -1077.0, -0.0), (2.0, -1074.0, 5e-324), (2.0, 1e308, INF)],
        *[(0.999, 1e30, 0.0), (3.0, 1e-30, 1.0), (2.25, 0.5, 1.5), (1e200, 2.0, INF)],
    ],
}


@pytest.mark.parametrize("name", SPECIAL)
def test_zeros_infinities_and_ends_of_the_range(host_modules: HostModules, name: str) -> None:
    for *point, expected in SPECIAL[name]:
        (got,) = apply(host_modules, name, *([x] for x in point))
        assert bits(got) == bits(expected), (name, point, got)


def test_powers_that_are_doubles_are_exact(host_modules: HostModules) -> None:
    pairs = [
        (sign * base, n)
        for base in range(2, 100)
        for sign in (1, -1)
        for n in range(41)
        if base**n <= 2**53
    ]
    results = apply(host_modules, "pow", [x for x, _ in pairs], [n for _, n in pairs])
    assert results == [float(x**n) for x, n in pairs]
    powers = [2.0**k for k in range(-1074, 1024)]
    assert apply(host_modules, "pow", [2.0] * len(powers), range(-1074, 1024)) == powers


# Where one branch of an algorithm hands over to the next, or one entry of a table to the next.
SEAMS: dict[str, list[float]] = {
    "sin": [0.125, math.pi / 4, 0.2421875, 2.0**-28],
    "tan": [0.125, math.pi / 4, 0.2421875, 2.0**-28],
    "asin": [0.5**0.5, 0.125, 0.2421875, 2.0**-28],
    "atan": [0.125, 1.0, 0.2421875, 2.0**-28, 2.0**64],
    "exp": [0.0, math.log(2) / 128, -math.log(2), -708.3964185322641, 500.0],
    "log": [1.0, 0.5**0.5, 2.0**0.5, 256 / 257, 256 / 255, 2.0**-1022],
    "sinh": [0.25, 22.0, 2.0**-28, 709.7],
    "tanh": [0.25, 22.0, 2.0**-28],
}


@pytest.mark.parametrize("name", SEAMS)
def test_rising_functions_do_not_fall_at_a_seam(host_modules: HostModules, name: str) -> None:
    for seam in SEAMS[name]:
        points, below, above = [seam], seam, seam
        for _ in range(100):
            below, above = math.nextafter(below, -INF), math.nextafter(above, INF)
            points = [below, *points, above]
        results = apply(host_modules, name, points)
        assert results == sorted(results), (name, seam)


def test_math_has_the_surface_of_the_built_in_library_without_random(
    host_modules: HostModules,
) -> None:
    code = """
        local ours, out = require("harness.libm").math, {}
        for name, value in pairs(math) do
            if ours[name] ~= nil and type(ours[name]) == type(value) then out[name] = "same"
            else out[name] = "missing" end
        end
        for name in pairs(ours) do
            if math[name] == nil then out[name] = "extra" end
        end
        return out
    """
    odd = {name: word for name, word in host_modules.run(code).items() if word != "same"}
    assert odd == {"random": "missing", "randomseed": "missing"}


def test_arguments_are_read_as_the_built_in_library_reads_them(host_modules: HostModules) -> None:
    code = """
        local m, out = require("harness.libm").math, {}
        out[1] = m.sin("0x10") == m.sin(16) and m.pow("2", 3) == 8 and m.log(" 8 ", "2") == 3
        for i, call in ipairs({ "sin(nil)", "sin()", "pow(2)", "atan2({}, 1)", "log('x')",
                "log(2, nil)" }) do
            for j, library in ipairs({ m, math }) do
                local fn = setfenv(loadstring("local x = " .. call .. " return x", "@c"), library)
                out[#out + 1] = select(2, pcall(fn))
            end
        end
        return out
    """
    truth, *messages = host_modules.run(code).values()
    assert truth is True
    ours, builtin = messages[::2], messages[1::2]
    assert ours[0] == "c:1: bad argument #1 to 'sin' (number expected, got nil)"
    # One difference: an absent argument is nil to us.
    assert ours == [text.replace("no value", "nil") for text in builtin]


@pytest.mark.parametrize("path", sorted(HARNESS.glob("libm*.lua")), ids=lambda path: path.name)
def test_only_exact_operations_are_used(path: Path) -> None:
    code = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
    used = set(re.findall(r"\bmath\.(\w+)", code))
    assert used <= {"floor", "sqrt", "huge"}
    # A power is a constant: a power of two that the parser folds.
    for left, right in re.findall(r"(\S+) \^ (\S+)", code):
        assert re.fullmatch(r"[({-]*2", left), left
        assert re.fullmatch(r"-?\d+[),]*", right), right
