from __future__ import annotations

from typing import Any

import pytest

from engine_harness.checks.metrics import MISSING, equal, lookup

METRICS: dict[str, Any] = {
    "hp": 3,
    "wood.count": 7,
    "wood": {"count": 1, "kinds": ["oak", {"name": "elm"}]},
    "1": "one",
    "none": None,
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hp", 3),
        ("none", None),
        ("wood.count", 7),
        ("wood.kinds", ["oak", {"name": "elm"}]),
        ("wood.kinds.1", "oak"),
        ("wood.kinds.2.name", "elm"),
        ("1", "one"),
    ],
)
def test_a_key_finds_its_value(key: str, value: Any) -> None:
    assert lookup(METRICS, key) == value


@pytest.mark.parametrize(
    "key",
    [
        "mana", "hp.x", "wood.kinds.0", "wood.kinds.3", "wood.kinds.-1", "wood.kinds.+1",
        "wood.kinds.01", "wood.kinds. 1", "wood.kinds.name", "wood.", ".hp", "", "none.x",
        "wood.kinds.99999999999999999999",
    ],
)  # fmt: skip
def test_a_key_that_leads_nowhere_is_missing(key: str) -> None:
    assert lookup(METRICS, key) is MISSING


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (0, -0.0),
        ("a", "a"),
        (None, None),
        (True, True),
        ([1, [2]], [1.0, [2.0]]),
        ({"a": {"b": 1}}, {"a": {"b": 1.0}}),
        ([], {}),
        ({"a": []}, {"a": {}}),
    ],
)
def test_values_that_are_the_same(a: Any, b: Any) -> None:
    assert equal(a, b)
    assert equal(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (True, 1),
        (False, 0),
        (1, "1"),
        (None, 0),
        (None, []),
        (False, []),
        ([1], {"1": 1}),
        ([1, 2], [1]),
        ([True], [1]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, {"b": 1}),
        (2**53 + 1, float(2**53)),
    ],
)
def test_values_that_differ(a: Any, b: Any) -> None:
    assert not equal(a, b)
    assert not equal(b, a)
