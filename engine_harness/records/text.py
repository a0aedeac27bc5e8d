"""JSON text in the two layouts of records, both out of one pass.

White space between the parts of a text is made of tabs and line ends alone, and no JSON string
holds one: there they are escaped. So the text with spaces for its tabs is what files show, and
without tabs and line ends it is the canonical JSON that digests are made of.

The layout of files keeps diffs small and large logs readable: maps are indented unless they are
flat and short, a list of maps or lists has one element per line, a list of scalars stands on one
line.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING

from engine_harness._canonical import may_hold_whole_floats, normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine_harness._types import Json

__all__ = ["as_canonical", "as_file", "laid_out", "laid_out_map"]

_INDENT = "\t\t"
_COLUMNS = 100
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",\t", ":\t"), allow_nan=False)


def laid_out(value: Json, *, depth: int = 0, documents: frozenset[str] = frozenset()) -> str:
    """Return the text of `value`: sorted keys, canonical numbers.

    Args:
        value: plain data.
        depth: how many maps it stands in.
        documents: keys at the top whose lists hold documents and not rows.
    """
    parts: list[str] = []
    _put(parts, value, "\n" + _INDENT * depth, documents)
    return "".join(parts)


def laid_out_map(texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the parts of the text of a map at the top; its values were laid out at depth 1."""
    opening = "{"
    for key in sorted(texts):
        yield f"{opening}\n{_INDENT}{encode_basestring_ascii(key)}:\t"
        yield texts[key]
        opening = ","
    yield "\n}" if texts else "{}"


def as_file(text: str) -> bytes:
    """Return a text, or a part of one, as files show it."""
    return text.encode("ascii").replace(b"\t", b" ")


def as_canonical(text: str) -> bytes:
    """Return a text, or a part of one, as canonical JSON."""
    return text.encode("ascii").translate(None, b"\t\n")


def _canonical(value: Json) -> str:
    """Return the text of `value`, on one line.

    Numbers of what was recorded are canonical but for rare ones: the text tells, and a copy with
    canonical numbers would cost as much again.
    """
    try:
        text = _ENCODER.encode(value)
    except ValueError:
        return _ENCODER.encode(normalise(value))
    return _ENCODER.encode(normalise(value)) if may_hold_whole_floats(text) else text


def _rows(rows: Sequence[Json], between: str) -> str:
    try:
        text = between.join([_ENCODER.encode(row) for row in rows])
    except ValueError:
        return between.join([_canonical(row) for row in rows])
    # One look at all rows, as it hardly ever finds something.
    return between.join([_canonical(row) for row in rows]) if may_hold_whole_floats(text) else text


def _put(parts: list[str], value: Json, line: str, documents: frozenset[str] = frozenset()) -> None:
    """Append the text of `value`; `line` is a line end with the indentation it stands at."""
    inner = line + _INDENT
    if isinstance(value, dict) and value:
        if line != "\n" and _is_flat(value):
            text = _canonical(value)
            if len(line) + len(text) <= _COLUMNS:
                parts.append(text)
                return
        opening = "{"
        for key in sorted(value):
            parts.append(f"{opening}{inner}{encode_basestring_ascii(key)}:\t")
            item = value[key]
            if item is None or isinstance(item, bool | int | float | str):
                parts.append(_scalar(item))
            elif key in documents and isinstance(item, list) and item:
                _put_documents(parts, item, inner)
            else:
                _put(parts, item, inner)
            opening = ","
        parts.append(f"{line}}}")
    elif isinstance(value, list | tuple) and any(isinstance(v, dict | list | tuple) for v in value):
        parts += (f"[{inner}", _rows(value, f",{inner}"), f"{line}]")
    else:
        parts.append(_canonical(value))


def _scalar(value: float | str | None) -> str:
    """Return the text of a value without parts; a general encoder costs three times as much."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _canonical(value) if isinstance(value, float) else str(value)


def _is_flat(value: dict[str, Json]) -> bool:
    return not any(isinstance(item, dict | list | tuple) for item in value.values())


def _put_documents(parts: list[str], items: list[Json], line: str) -> None:
    inner = line + _INDENT
    opening = "["
    for item in items:
        parts.append(opening + inner)
        _put(parts, item, inner)
        opening = ","
    parts.append(f"{line}]")
