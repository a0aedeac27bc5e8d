from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_harness._canonical import canonical_json, normalise
from engine_harness.records.text import as_canonical, as_file, laid_out, laid_out_map

# Strings that look like numbers, or like what stands between the parts of a text.
TEXTS = st.text() | st.sampled_from(
    ["1.0", "1.0, 2", "1e+5", "a\tb", "\n  ", '"},\t{"', "\x7f", "\ud800"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([2.0, 1e16]) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)

LAYOUT = """\
{
  "empty_list": [],
  "empty_map": {},
  "events": [
    {"at_s": 0.1, "event": "hit", "fields": {"a": [1, 2], "b": {}}},
    {"at_s": 1, "event": "fell"}
  ],
  "map": {
    "deep": {
      "names": ["a", "b"]
    },
    "n": null
  },
  "pairs": [
    [1, 2],
    3
  ]
}"""


def file_text(data: Any) -> str:
    return as_file(laid_out(data)).decode("ascii")


def test_maps_are_indented_and_rows_stand_on_one_line() -> None:
    data: Any = {
        "pairs": [[1, 2], 3],
        "map": {"n": None, "deep": {"names": ["a", "b"]}},
        "events": [
            {"event": "hit", "at_s": 0.1, "fields": {"b": {}, "a": [1, 2]}},
            {"event": "fell", "at_s": 1.0},
        ],
        "empty_map": {},
        "empty_list": [],
    }
    assert file_text(data) == LAYOUT


def test_lists_of_documents_are_indented_like_maps() -> None:
    data: Any = {"list": [{"a": [{"b": 1}]}]}
    text = as_file(laid_out(data, documents=frozenset({"list"}))).decode("ascii")
    assert text.splitlines() == [
        "{",
        '  "list": [',
        "    {",
        '      "a": [',
        '        {"b": 1}',
        "      ]",
        "    }",
        "  ]",
        "}",
    ]


@pytest.mark.parametrize("rare", [math.inf, 1e21, 2.0])
def test_numbers_are_canonical_in_whatever_company(rare: float) -> None:
    numbers = [-0.0, 2.0, 0.1 + 0.2, math.nan, True]
    assert file_text(numbers) == "[0, 2, 0.30000000000000004, null, true]"
    (last,) = json.loads(file_text([rare]))
    assert last == normalise(rare)
    assert type(last) is type(normalise(rare))


@given(JSON)
def test_a_file_reads_back_in_canonical_form(data: Any) -> None:
    text = file_text(data)
    assert json.loads(text) == normalise(data)
    assert text.isascii()


@given(JSON)
def test_without_its_white_space_it_is_canonical_json(data: Any) -> None:
    assert as_canonical(laid_out(data)) == canonical_json(data).encode("ascii")


@given(st.dictionaries(TEXTS, JSON))
def test_a_map_of_texts_is_the_text_of_the_map(data: dict[str, Any]) -> None:
    texts = {key: laid_out(value, depth=1) for key, value in data.items()}
    assert "".join(laid_out_map(texts)) == laid_out(data)


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=6))
def test_the_order_of_keys_in_memory_does_not_show(data: dict[str, Any]) -> None:
    assert laid_out(dict(reversed(data.items()))) == laid_out(data)
