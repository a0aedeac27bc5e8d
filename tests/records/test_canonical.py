"""Numbers in their one kind: whole ones are integers, others floats, what is not finite is null."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine_harness._canonical import (
    canonical_data,
    canonical_json,
    may_hold_whole_floats,
    normalise,
    with_one_zero,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
@example(["\ud800", 2.5])
def test_what_is_read_is_what_its_numbers_in_canonical_kind_are(data: Any) -> None:
    read = canonical_data(json.dumps(normalise(data)))
    # As text, because True equals 1 and 1.0 in Python.
    assert json.dumps(read) == json.dumps(normalise(data))
    finite = json.dumps(data).replace("Infinity", "1e+999").replace("NaN", "1e+999")
    assert canonical_json(canonical_data(finite)) == canonical_json(json.loads(finite))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_seventeen_digits_are_read_to_the_last_bit(number: float) -> None:
    text = str(int(number)) if number.is_integer() and abs(number) < 2**53 else f"{number:.17g}"
    read = canonical_data(f"[{text}]")
    assert isinstance(read, list)
    assert repr(read[0]) == repr(normalise(number))


@pytest.mark.parametrize("text", ["3.0", "[-0.0]", '{"a": 1.0}', "[1.0, 2]", "1e+16", "[1e+300]"])
def test_a_text_with_a_whole_float_is_seen(text: str) -> None:
    assert may_hold_whole_floats(text)


@pytest.mark.parametrize("text", ["3", "[0.01]", "1e-05", '"e+"', '"1.0"', "[10.05, 1.5e-300]"])
def test_a_text_without_one_is_not_held_up(text: str) -> None:
    assert not may_hold_whole_floats(text)


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        canonical_data("[1, ")


@given(JSON)
@example([-0.0, {"a": [-0.0, 0.0, -0.05, -0.0001]}])
@example("-0.0")
def test_of_two_zeros_one_is_left_and_all_else_stays(data: Any) -> None:
    text = repr(with_one_zero(data))
    assert text == repr(_by_hand(data))
    # What stands alone is left alone, kind and all.
    assert repr(data).count("0.0") == text.count("0.0")


def _by_hand(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _by_hand(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_by_hand(inner) for inner in value]
    return abs(value) if isinstance(value, float) and value == 0 else value
