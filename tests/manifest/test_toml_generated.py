"""Whatever way TOML is written, what is read has the shape and the places of the text."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine_harness.manifest.toml_format import read_toml
from engine_harness.manifest.toml_marks import mark_toml

from .toml_writing import TomlWriter

if TYPE_CHECKING:
    from random import Random

    from engine_harness.manifest.document import Mark

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r"), max_size=6
) | st.sampled_from(
    ["", "a", "it's", 'say "a"', "two\nlines\n", "C:\\new", "''", '""', "'", '"', "\\", " x", "[a]"]
)
NAMES = (
    st.sampled_from(["a", "b", "c-1", "1", "", "é", "a b", "a.b", '"', "'", "true", "\n"]) | TEXTS
)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
DATA = st.dictionaries(
    NAMES,
    st.recursive(
        st.booleans() | NUMBERS | TEXTS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(NAMES, inner, max_size=3)
            | st.lists(st.dictionaries(NAMES, inner, max_size=2), max_size=3)
        ),
        max_leaves=12,
    ),
    max_size=4,
)


def shape(mark: Mark) -> Any:
    """Return the keys and the number of items in a tree of marks."""
    if mark.keys is not None:
        return {name: shape(below) for name, (_, below) in mark.keys.items()}
    return None if mark.items is None else [shape(item) for item in mark.items]


def shape_of(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: shape_of(value) for name, value in data.items()}
    return [shape_of(item) for item in data] if isinstance(data, list) else None


@settings(max_examples=250, deadline=None, database=None)
@given(data=DATA, dice=st.randoms())
def test_marks_have_the_shape_of_the_data_and_point_at_its_text(
    data: dict[str, Any], dice: Random
) -> None:
    writer = TomlWriter(dice)
    text = writer.document(data)
    document, problems = read_toml(text)
    assert problems == []
    assert document.data == data == tomllib.loads(text)
    assert document.mark is not None
    assert shape(document.mark) == shape_of(data)
    for path, at in writer.values.items():
        assert document.position(path) == at, path
    for path, at in writer.keys.items():
        assert document.position(path, of_key=True) == at, path


PIECES = st.sampled_from([
    "a", "b", ".", "=", "[", "]", "[[", "]]", "{", "}", ",", "\n", " ", "#", "\\", "'", '"', '"""',
    "'''", "1", "0x", "e", "+", "-", "_", "inf", "1e999", "2024-01-01", "10:00:00", "true", "\r",
    "\ud7ff", "\\ud800", "\x00", "9" * 1001, "a=1\n", "[a]\n", "[[a]]\n", "[a.b]\n", "a.b=1\n",
    "a={a.b=1,a=2}\n", '"a"=1\n',
])  # fmt: skip


@settings(max_examples=600, deadline=None, database=None)
@given(text=st.lists(PIECES, max_size=12).map("".join))
@example("a.b=1\n[a]\n")
@example("[a.b]\n[a]\nb.c=1\n")
@example("a=[{}]\n[[a]]\n")
@example("a={}\n[a.b]\n")
@example("[[a]]\n[a.b]\n[[a]]\n[a.b]\n")
@example("[[a.b]]\n[a]\nb.c=1\n")
@example("a." * 100_000 + "b=1")
@example("[" + "a." * 100_000 + "b]")
@example('a="' + "\\n" * 100_000)
@example('a="""' + '\\""' * 100_000)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    document, problems = read_toml(text)
    if document.data is not None:
        assert document.mark is not None
        assert shape(document.mark) == shape_of(document.data)
        assert mark_toml(text).twice == []
    else:
        # Of all that `tomllib` calls repeated the first place is known.
        told = " ".join(problem.message for problem in problems)
        assert "annot " not in told
        assert "uplicate inline" not in told
    assert (document.data is None) == any(problem.fatal for problem in problems)
    for problem in problems:
        assert problem.at is not None
        line, column = problem.at
        lines = text.replace("\r\n", "\n").split("\n")
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
