r"""Canonical JSON: one text for one value, the base of every digest.

Sorted keys, no spaces, non-ASCII as \uXXXX, whole numbers as integers, other numbers in the
shortest form that reads back (Python's `repr`), -0 as 0, non-finite numbers as null.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine_harness._types import Json

__all__ = [
    "canonical_json",
    "canonical_number",
    "canonical_text",
    "digest",
    "normalise",
    "sha256_hex",
]


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)

# Python writes a whole float as 3.0 or as 1e+16. Found in a text it costs a second look, no more.
_WHOLE_FLOAT = re.compile(r"\.0(?!\d)")


def normalise(value: Json) -> Json:
    """Return `value` with every number in its canonical kind; tuples become lists."""
    kind = type(value)
    # Texts and integers first: in a long log they are what there is most of.
    if kind is str or kind is int:
        return value
    if isinstance(value, dict):
        return {
            key: item if (k := type(item)) is str or k is int else normalise(item)
            for key, item in value.items()
        }
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [normalise(item) for item in value]
    return value


def canonical_number(text: str) -> int | float | None:
    """Return the number that a JSON text with a point or an exponent stands for, in its kind.

    Given to a parser it spares the walk of `normalise` over what was parsed.
    """
    value = float(text)
    if value.is_integer():
        return int(value)
    return value if math.isfinite(value) else None


def canonical_text(value: Json, encoder: json.JSONEncoder = _ENCODER) -> str:
    """Return the text of `value` with canonical numbers, in the layout of `encoder`.

    For what was recorded, whose numbers are canonical but for rare ones: their text tells, and no
    copy is made, which would cost as much as the text. The encoder allows finite numbers only.
    """
    try:
        text = encoder.encode(value)
    except ValueError:
        return encoder.encode(normalise(value))
    if "e+" in text or _WHOLE_FLOAT.search(text):
        return encoder.encode(normalise(value))
    return text


def canonical_json(value: Json) -> str:
    """Return the canonical text of `value`, without a final newline."""
    return _ENCODER.encode(normalise(value))


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return sha256_hex(canonical_json(value).encode("ascii"))
