r"""Canonical JSON: one text for one value, the base of every digest.

Sorted keys, no spaces, non-ASCII as \uXXXX, whole numbers as integers, other numbers in the
shortest form that reads back (Python's `repr`), -0 as 0, non-finite numbers as null.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine_harness._types import Json

__all__ = ["canonical_json", "digest", "normalise", "sha256_hex"]


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)


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


def canonical_json(value: Json) -> str:
    """Return the canonical text of `value`, without a final newline."""
    return _ENCODER.encode(normalise(value))


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return sha256_hex(canonical_json(value).encode("ascii"))
