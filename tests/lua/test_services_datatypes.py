"""Vectors and frames: 32-bit numbers, computed in doubles, that never change."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable


class HostModules(Protocol):
    """The fixture of this folder: a fresh LuaJIT whose chunks can require the host modules."""

    def run(self, text: str, *arguments: object) -> Any: ...


LIBRARIES = """
local Vector3 = require("harness.services.vector3").library()
local Vector2 = require("harness.services.vector2").library()
local CFrame = require("harness.services.cframe_library").library()
local function try(fn, ...) return (select(2, pcall(fn, ...))) end
""".replace("\n", " ")

FLOAT32_MAX = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]

numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)
small = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)
vectors = st.tuples(small, small, small)
same_runtime = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def float32(number: float) -> float:
    """Return the nearest 32-bit number, as the standard library rounds."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def rounded(*values: float) -> tuple[float, ...]:
    return tuple(map(float32, values))


@pytest.fixture
def do(host_modules: HostModules) -> Callable[..., Any]:
    """Run a chunk in which the three libraries are locals, again and again in one runtime."""
    chunks: dict[str, Any] = {}

    def run(text: str, *arguments: float) -> Any:
        if text not in chunks:
            chunks[text] = host_modules.run(f"return function(...) {LIBRARIES} {text} end")
        return chunks[text](*arguments)

    return run


def test_round32_is_the_rounding_of_the_standard_library(host_modules: HostModules) -> None:
    round32 = host_modules.run('return require("harness.services.surface").round32')

    @settings(max_examples=500, deadline=None)
    @given(numbers)
    def agrees(number: float) -> None:
        assert round32(number) == float32(number)

    agrees()
    ties = (1 + 2**-24, 1 + 3 * 2**-24, 2**-149 * 0.5, 2**-149 * 0.75, FLOAT32_MAX, 1e39)
    for tie in ties:
        assert round32(tie) == float32(tie)
    assert math.isnan(round32(math.nan))


def test_round32_is_the_same_when_it_is_compiled(host_modules: HostModules) -> None:
    script = """
    local round32 = require("harness.services.surface").round32
    local function sum()
        local s = 0
        for i = 1, 3000 do s = s * 0.5 + round32(i / 7) end
        return s
    end
    local compiled = sum()
    jit.off() jit.flush()
    return compiled == sum()
    """
    assert host_modules.run(script) is True


@same_runtime
@given(vector=st.tuples(numbers, numbers, numbers))
def test_a_component_is_rounded_when_a_vector_is_made(
    do: Callable[..., Any], vector: tuple[float, float, float]
) -> None:
    text = "local v = Vector3.new(...) return v.X, v.Y, v.Z"
    assert do(text, *vector) == rounded(*vector)


# Component by component: what stands for x, y and k in doubles.
OPERATIONS: dict[str, Callable[[float, float, float], float]] = {
    "a + b": lambda x, y, _: x + y,
    "a - b": lambda x, y, _: x - y,
    "a * b": lambda x, y, _: x * y,
    "a * k": lambda x, _, k: x * k,
    "k * a": lambda x, _, k: k * x,
    "a / (k + 2e6)": lambda x, _, k: x / (k + 2e6),
    "-a": lambda x, *_: -x,
    "a:Lerp(b, k)": lambda x, y, k: x + (y - x) * k,
    "a:Min(b)": lambda x, y, _: min(x, y),
    "a:Max(b)": lambda x, y, _: max(x, y),
    "a:Abs()": lambda x, *_: abs(x),
    "a:Floor()": lambda x, *_: math.floor(x),
    "a:Ceil()": lambda x, *_: math.ceil(x),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(a=vectors, b=vectors, k=small)
def test_operations_are_computed_in_doubles_and_rounded_once(
    do: Callable[..., Any], operation: str, a: Any, b: Any, k: float
) -> None:
    text = (
        "local x, y, z, u, v, w, k = ... local a, b = Vector3.new(x, y, z), Vector3.new(u, v, w) "
        f"local r = {operation} return r.X, r.Y, r.Z"
    )
    pairs = zip(rounded(*a), rounded(*b), strict=True)
    expected = rounded(*(OPERATIONS[operation](x, y, k) for x, y in pairs))
    assert do(text, *a, *b, k) == expected


@same_runtime
@given(a=vectors, b=vectors)
def test_lengths_and_products_are_doubles_and_a_cross_product_is_a_vector(
    do: Callable[..., Any], a: Any, b: Any
) -> None:
    text = (
        "local x, y, z, u, v, w = ... local a, b = Vector3.new(x, y, z), Vector3.new(u, v, w) "
        "local c = a:Cross(b) return a.Magnitude, a:Dot(b), c.X, c.Y, c.Z"
    )
    p, q = rounded(*a), rounded(*b)
    length = math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2])
    cross = (
        p[1] * q[2] - p[2] * q[1],
        p[2] * q[0] - p[0] * q[2],
        p[0] * q[1] - p[1] * q[0],
    )
    product = p[0] * q[0] + p[1] * q[1] + p[2] * q[2]
    assert do(text, *a, *b) == (length, product, *rounded(*cross))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("Vector3.new(0.1, 2, -3.25)", "0.1, 2, -3.25"),
        ("Vector3.new(1 / 3, 1e20, 16777217)", "0.33333334, 1e+20, 16777216"),
        ("Vector3.new()", "0, 0, 0"),
        ("Vector3.one + Vector3.xAxis", "2, 1, 1"),
        ("Vector3.new(3, 0, 4).Unit", "0.6, 0, 0.8"),
        ("Vector3.new(-3, 0, 4):Sign()", "-1, 0, 1"),
        ("Vector3.zero.Unit.X ~= Vector3.zero.Unit.X", "true"),
        ("Vector3.new(1, 2, 3) == Vector3.new(1, 2, 3)", "true"),
        ("Vector3.new(1, 2, 3) == Vector3.new(1, 2, 4)", "false"),
        ("Vector3.zero == nil or Vector3.zero == 'x' or Vector3.zero == {}", "false"),
        ("Vector3.zero == Vector2.zero", "false"),
        ("Vector3.xAxis:Angle(Vector3.yAxis) * 2", str(3.1415926535898)),
        ("Vector3.one:FuzzyEq(Vector3.new(1, 1, 1.000001))", "true"),
        ("Vector3.one:FuzzyEq(Vector3.new(1, 1, 1.1))", "false"),
        ("Vector2.new(3, 4).Magnitude", "5"),
        ("Vector2.new(3, 4) * 2 - Vector2.one / 4", "5.75, 7.75"),
        ("Vector2.new(1, 2):Cross(Vector2.new(3, 4))", "-2"),
        ("Vector2.new(1, 2):Lerp(Vector2.new(3, 4), 0.5)", "2, 3"),
        ("-Vector2.new(1, 2).Unit", "-0.4472136, -0.8944272"),
        ("CFrame.new()", "0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1"),
        ("CFrame.new(1, 2, 3) == CFrame.new(Vector3.new(1, 2, 3))", "true"),
        ("CFrame.new(1, 2, 3) == CFrame.new(1, 2, 4)", "false"),
        ("CFrame.new(1, 2, 3, 0, 0, 0, 2) == CFrame.new(1, 2, 3)", "true"),
        ("CFrame.new(1, 2, 3, 0, 1, 0, 1, 0, 0, 0, 0, 1).LookVector", "-0, -0, -1"),
        ("CFrame.lookAt(Vector3.zero, Vector3.new(0, 0, -5)) == CFrame.identity", "true"),
        ("CFrame.new(Vector3.zero, Vector3.new(5, 0, 0)).LookVector", "1, 0, 0"),
        ("CFrame.lookAt(Vector3.zero, Vector3.new(0, 9, 0)).LookVector", "0, 1, 0"),
        ("CFrame.lookAt(Vector3.one, Vector3.one)", "1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1"),
        ("CFrame.new(1, 2, 3) * Vector3.new(1, 1, 1)", "2, 3, 4"),
        ("CFrame.new(1, 2, 3) + Vector3.one - Vector3.new(0, 0, 1) == CFrame.new(2, 3, 3)", "true"),
        ("CFrame.fromMatrix(Vector3.zero, Vector3.xAxis, Vector3.yAxis)",
         "0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1"),
        ("select('#', CFrame.new(1, 2, 3):GetComponents())", "12"),
        ("CFrame.new(7, 8, 9).Rotation.Position", "0, 0, 0"),
    ],
)  # fmt: skip
def test_what_an_expression_is(do: Callable[..., Any], expression: str, text: str) -> None:
    assert do(f"return tostring({expression})") == text


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("Vector3.new(1, '2', 3)", 'Vector3.new: y must be a number, got "2"'),
        ("Vector3.new({})", "Vector3.new: x must be a number, got a table"),
        ("Vector3.zero.W", 'a Vector3 has no member "W"'),
        ("Vector3.zero.Magnitud", 'a Vector3 has no member "Magnitud"; did you mean "Magnitude"?'),
        ("Vector3.zero + 1", "addition to a Vector3 needs a Vector3, got 1"),
        ("nil + Vector3.zero", "addition to a Vector3 needs a Vector3, got nil"),
        ("Vector3.zero - Vector2.zero",
         "subtraction with a Vector3 needs a Vector3, got a Vector2"),
        ("Vector3.zero * 'x'", 'multiplication of a Vector3 needs a number or a Vector3, got "x"'),
        ("{} / Vector3.zero", "division of a Vector3 needs a number or a Vector3, got a table"),
        ("Vector3.zero:Dot(5)", "Vector3:Dot needs a Vector3, got 5"),
        ("Vector3.zero.Dot(5, Vector3.zero)", "Vector3:Dot needs a Vector3, got 5"),
        ("Vector3.zero:Lerp(Vector3.one)",
         "Vector3:Lerp needs a number as its second argument, got nil"),
        ("Vector2.zero + Vector3.zero", "addition to a Vector2 needs a Vector2, got a Vector3"),
        ("Vector2.zero.Z", 'a Vector2 has no member "Z"'),
        ("CFrame.new(1, 2)", "CFrame.new takes nothing, one or two Vector3, or 3, 7 or 12 numbers; "
         "got 2 values, the first of them 1"),
        ("CFrame.new(1, 2, 'x')", 'CFrame.new: argument 3 must be a number, got "x"'),
        ("CFrame.identity * 2",
         "multiplication of a CFrame needs a CFrame or a Vector3 behind it, got 2"),
        ("Vector3.zero * CFrame.identity",
         "multiplication of a Vector3 needs a number or a Vector3, got a CFrame"),
        ("CFrame.identity + CFrame.identity", "addition to a CFrame needs a Vector3, got a CFrame"),
        ("CFrame.identity:PointToWorldSpace(1)",
         "CFrame:PointToWorldSpace needs a Vector3, got 1"),
        ("CFrame.identity.LookVec", 'a CFrame has no member "LookVec"'),
        ("CFrame.Angles(1, 2)", "CFrame.Angles: argument 3 must be a number, got nil"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(do: Callable[..., Any], expression: str, message: str) -> None:
    answer = do(f"return try(function() local x = {expression} return x end)")
    assert answer.split(": ", 1)[1] == message


@pytest.mark.parametrize("value", ["Vector3.zero", "Vector2.zero", "CFrame.identity"])
def test_nothing_of_a_value_can_be_set(do: Callable[..., Any], value: str) -> None:
    text = (
        f"local v = {value} local before = tostring(v) "
        "local ok = pcall(function() v.X = 1 end) or pcall(function() v.Q = 1 end) "
        "or pcall(function() v[1] = 1 end) or pcall(rawset, v, 'X', 1) "
        "return ok, tostring(v) == before"
    )
    assert do(text) == (False, True)


angles = st.floats(min_value=-1.5, max_value=1.5)
frames = st.tuples(*[st.floats(min_value=-100, max_value=100)] * 3, angles, angles, angles)


@same_runtime
@given(frame=frames, point=st.tuples(*[st.floats(min_value=-100, max_value=100)] * 3))
def test_a_frame_and_its_inverse_undo_each_other(
    do: Callable[..., Any], frame: Any, point: Any
) -> None:
    text = """
    local x, y, z, a, b, c, u, v, w = ...
    local frame, p = CFrame.new(x, y, z) * CFrame.Angles(a, b, c), Vector3.new(u, v, w)
    local there = frame:PointToWorldSpace(p)
    local far = (frame:PointToObjectSpace(there) - p).Magnitude
    far = far + (frame:Inverse() * there - p).Magnitude
    far = far + (frame:ToObjectSpace(frame * CFrame.new(p)).Position - p).Magnitude
    far = far + (frame:VectorToObjectSpace(frame:VectorToWorldSpace(p)) - p).Magnitude
    return far, (frame * p - there).Magnitude
    """
    back, there = do(text, *frame, *point)
    assert back < 1e-3
    assert there == 0


@same_runtime
@given(frame=frames)
def test_angles_that_are_asked_for_are_those_that_were_given(
    do: Callable[..., Any], frame: Any
) -> None:
    a, b, c = frame[3:]
    assert do("return CFrame.Angles(...):ToEulerAnglesXYZ()", a, b, c) == pytest.approx(
        (a, b, c), abs=1e-5
    )
    assert do("return CFrame.fromOrientation(...):ToOrientation()", a, b, c) == pytest.approx(
        (a, b, c), abs=1e-5
    )


@same_runtime
@given(axis=st.tuples(*[st.floats(min_value=0.1, max_value=1)] * 3), angle=st.floats(0.01, 3.14159))
def test_an_axis_and_an_angle_come_back(do: Callable[..., Any], axis: Any, angle: float) -> None:
    text = """
    local x, y, z, angle = ...
    local frame = CFrame.fromAxisAngle(Vector3.new(x, y, z), angle)
    local axis, back = frame:ToAxisAngle()
    local half = CFrame.identity:Lerp(frame, 0.5)
    return axis:Dot(Vector3.new(x, y, z).Unit), back, select(2, half:ToAxisAngle())
    """
    along, back, half = do(text, *axis, angle)
    assert along == pytest.approx(1, abs=1e-3)
    assert back == pytest.approx(angle, abs=1e-3)
    assert half == pytest.approx(angle / 2, abs=1e-3)


def test_a_frame_looks_where_it_is_told(do: Callable[..., Any]) -> None:
    text = """
    local from, to = Vector3.new(1, 2, 3), Vector3.new(-4, 8, 5)
    local frame = CFrame.lookAt(from, to)
    return (frame.LookVector - (to - from).Unit).Magnitude, frame.RightVector.Y,
        frame.RightVector:Cross(frame.UpVector):Dot(frame.ZVector)
    """
    off, tilt, handed = do(text)
    assert off < 1e-6
    assert abs(tilt) < 1e-6
    assert handed == pytest.approx(1)
