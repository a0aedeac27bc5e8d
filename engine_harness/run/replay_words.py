"""What is wrong with values of a replay: where it stands in the data, and in our own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.run.replay import ReplaySetup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from engine_harness._types import Json, JsonMap

__all__ = ["half_characters", "place_of", "worded"]

# Half of a surrogate pair, in the text that Python writes of a value.
_HALF = re.compile(r"\\ud[89a-f]")


def half_characters(path: str, value: Json) -> list[str]:
    """Return the paths of texts in `value` that hold half of a surrogate pair."""
    if _HALF.search(repr(value)) is None:
        return []
    return [inner for inner, text in _texts(path, value) if not _is_encodable(text)]


def _texts(path: str, value: Json) -> Iterator[tuple[str, str]]:
    """Yield every text in `value`, keys too, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}, a key", key
            yield from _texts(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(f"{path}[{index}]", inner)


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def place_of(location: tuple[int | str, ...], setup: JsonMap) -> tuple[str, Json]:
    """Return the path of a problem in the setup, and what stands there, None for nothing.

    The model's own path has names of its variants in it, which are no part of the data.
    """
    path = ""
    value: Json = setup
    for position, part in enumerate(location):
        if isinstance(value, dict) and part in value:
            path, value = f"{path}.{part}", value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            path, value = f"{path}[{part}]", value[part]
        elif position == len(location) - 1 and isinstance(value, dict):
            path, value = f"{path}.{part}", None
    return path, value


_WORDS = {
    "bool_type": "must be true or false",
    "dict_type": "must be a map",
    "finite_number": "must be finite",
    "float_type": "must be a number",
    "greater_than_equal": "must be >= {ge:g}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be <= {le:g}",
    "list_type": "must be a list",
    "literal_error": "must be {expected}",
    "missing": "missing key",
    "model_type": "must be a map",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_long": "must have at most {max_length} characters",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
    "union_tag_invalid": "has no kind {tag!r}; allowed: {expected_tags}",
    "union_tag_not_found": "needs the key {discriminator}, which says of what kind it is",
}
"""Problems of a model in our words."""


def worded(problem: ErrorDetails) -> str:
    """Return what the model of a setup has found, in our words."""
    kind = problem["type"]
    if kind == "extra_forbidden":
        name, is_top = str(problem["loc"][-1]), len(problem["loc"]) == 1
        return f"unknown key{suggestion(name, ReplaySetup.model_fields) if is_top else ''}"
    if kind in _WORDS:
        return _WORDS[kind].format(**problem.get("ctx", {}))
    message = problem["msg"]
    return f"{message[:1].lower()}{message[1:]}"
