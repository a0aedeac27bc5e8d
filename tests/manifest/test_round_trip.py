"""The same content in two formats is the same scenario."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_harness.manifest.document import Document
from engine_harness.manifest.json_format import read_json
from engine_harness.manifest.yaml_format import read_yaml

from .conftest import Desk

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

# Characters that YAML cannot hold as they are (it has escapes for them) are left to JSON.
CHARACTERS = st.characters(
    codec="utf-8",
    exclude_categories=("Cc", "Cs"),
    exclude_characters="\u2028\u2029\ufeff\x85",
)
TEXTS = st.text(CHARACTERS, max_size=8)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_. é", min_size=1, max_size=8)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)
TIMES = st.floats(0, 1e6, allow_nan=False)
ENTRIES = st.one_of(
    st.fixed_dictionaries(
        {"at": TIMES, "action": NAMES},
        optional={"args": st.dictionaries(TEXTS, DATA, max_size=3), "refused": st.just(True)},
    ),
    st.fixed_dictionaries({"time": TIMES, "hitch": st.floats(0.01, 1)}),
    st.fixed_dictionaries({"at": TIMES, "rule": NAMES, "value": NUMBERS | TEXTS}),
    st.fixed_dictionaries({"at": TIMES, "expect": st.dictionaries(NAMES, SCALARS, max_size=3)}),
)  # fmt: skip
MANIFESTS = st.fixed_dictionaries(
    {
        "metadata": st.just({"id": "one", "label": "One"}),
        "world": st.just("open"),
        "timeline": st.lists(ENTRIES, min_size=1, max_size=4),
    },
    optional={
        "seed": st.integers(-(2**53), 2**53) | NAMES,
        "world_options": st.dictionaries(TEXTS, DATA, max_size=3),
        "expect": st.dictionaries(
            NAMES,
            SCALARS | st.fixed_dictionaries({"min": st.integers(0, 5), "max": st.integers(5, 9)}),
            max_size=3,
        ),
    },
)


def yaml_text(data: Any) -> str:
    """Write block YAML; strings are quoted, as a careful author would."""
    return yaml.safe_dump(data, allow_unicode=True, default_style='"', sort_keys=False)


def test_a_hand_written_manifest_is_the_same_in_yaml_and_json(desk: Desk) -> None:
    data = {
        "metadata": {"id": "one", "label": "é 😀"},
        "world": "open",
        "timeline": [{"at": 0.1, "action": "go", "args": {"n": [1, 2.5, None, True, "on"]}}],
    }
    desk.write("scenarios/one.json", json.dumps(data))
    (from_json,) = desk.load().scenarios
    (desk.root / "scenarios/one.json").unlink()
    from_yaml = desk.one(
        'metadata: {id: one, label: "é 😀"}\nworld: open\ntimeline:\n- at: 0.1\n  action: go\n'
        "  args:\n    n: [1, 2.5, null, true, on]\n"
    )
    ignored = {"origin"}
    assert from_json.model_dump(exclude=ignored) == from_yaml.model_dump(exclude=ignored)


@settings(max_examples=60, deadline=None, database=None)
@given(data=MANIFESTS)
def test_any_manifest_is_the_same_in_yaml_and_json(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]
) -> None:
    root: Path = tmp_path_factory.mktemp("round")
    desk = Desk(root)
    desk.write("scenarios/one.json", json.dumps(data))
    (from_json,) = desk.load().scenarios
    (root / "scenarios/one.json").unlink()
    # JSON is YAML, but for the characters that were left out above.
    (from_yaml,) = desk.load({"one.yaml": json.dumps(data, ensure_ascii=False)}).scenarios
    assert from_json.model_dump(exclude={"origin"}) == from_yaml.model_dump(exclude={"origin"})


@settings(max_examples=150, deadline=None, database=None)
@given(data=DATA)
def test_what_json_writes_is_read_as_python_reads_it(data: Any) -> None:
    document, problems = read_json(json.dumps(data))
    assert problems == []
    assert document.data == data


@settings(max_examples=150, deadline=None, database=None)
@given(data=st.recursive(TEXTS, lambda inner: st.dictionaries(NAMES, inner, max_size=3)))
def test_block_yaml_of_texts_is_read_back(data: Any) -> None:
    document, problems = read_yaml(yaml_text(data))
    assert problems == []
    assert document == Document(data, document.mark)
