r"""Canonical JSON: one text for one value, the base of every digest.

Sorted keys, no spaces, non-ASCII as \uXXXX, whole numbers as integers, other numbers in the
shortest form that reads back (Python's `repr`), -0 as 0, non-finite numbers as null.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
from typing import TYPE_CHECKING, cast

from pydantic_core import from_json

if TYPE_CHECKING:
    from engine_harness._types import Json

__all__ = [
    "canonical_data",
    "canonical_json",
    "digest",
    "digest_of_normalised",
    "may_hold_whole_floats",
    "normalise",
    "sha256_hex",
    "with_one_zero",
]


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)

# In a string it does no harm.
_NEGATIVE_ZERO = re.compile(r"-0\.0(?![0-9])")
# Python and LuaJIT write a whole float as 3.0 or as 1e+16; behind it stands what may end a value.
_WHOLE_FLOAT = re.compile(r"\.0(?=[,\]}\s]|\Z)")
_EXPONENT = re.compile(r"e\+\d")
# Kinds of values that stay what they are. Most of a long log are these.
_CANONICAL_KINDS = frozenset({str, int, bool, type(None)})


def normalise(value: Json) -> Json:
    """Return `value` with every number in its canonical kind; tuples become lists."""
    if isinstance(value, dict):
        return {
            key: item if type(item) in _CANONICAL_KINDS else normalise(item)
            for key, item in value.items()
        }
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [item if type(item) in _CANONICAL_KINDS else normalise(item) for item in value]
    return value


def with_one_zero(value: Json) -> Json:
    """Return `value` with every -0 as 0, and all else as it is.

    Lua tells the two apart, what is recorded does not: a run is given what its record says.
    """
    # Reading its text is faster than a walk, and almost no value holds one.
    return value if _NEGATIVE_ZERO.search(repr(value)) is None else _with_one_zero(value)


def _with_one_zero(value: Json) -> Json:
    if isinstance(value, float):
        return 0.0 if value == 0 else value
    if isinstance(value, dict):
        return {key: _with_one_zero(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_one_zero(item) for item in value]
    return value


def may_hold_whole_floats(text: str) -> bool:
    """Tell whether a JSON text of Python or LuaJIT may hold a whole number as a float.

    True may be due to a string that looks like one, False is certain. Reading the text costs a
    tenth of walking what it stands for.
    """
    has_exponent = "e+" in text and _EXPONENT.search(text) is not None
    return has_exponent or _WHOLE_FLOAT.search(text) is not None


def canonical_data(text: str) -> Json:
    """Return what a JSON text of Python or LuaJIT says, with every number in its canonical kind.

    Raises:
        ValueError: it is no JSON.
    """
    if not may_hold_whole_floats(text):
        # Twice as fast as `json`, which has the last word: it reads half of a surrogate pair too.
        with contextlib.suppress(ValueError):
            return cast("Json", from_json(text))
    return cast("Json", json.loads(text, parse_float=_canonical_number))


def _canonical_number(text: str) -> int | float | None:
    value = float(text)
    if value.is_integer():
        return int(value)
    return value if math.isfinite(value) else None


def canonical_json(value: Json) -> str:
    """Return the canonical text of `value`, without a final newline."""
    return _ENCODER.encode(normalise(value))


def digest_of_normalised(value: Json) -> str:
    """Return the digest of a value whose numbers are of their canonical kind already."""
    return sha256_hex(_ENCODER.encode(value).encode("ascii"))


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return sha256_hex(canonical_json(value).encode("ascii"))
