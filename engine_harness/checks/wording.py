"""How values and times read in messages. Knows no check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from engine_harness._types import Json

__all__ = ["number_text", "seconds", "seconds_so_that", "value_text", "value_texts"]

VALUE_LENGTH_MAX = 200
DECIMALS_MIN, DECIMALS_MAX = 3, 9


def value_text(value: Json | JsonValue) -> str:
    """Return `value` as a message shows it: texts bare, all else as JSON, cut when very long."""
    text = value if isinstance(value, str) else canonical_json(value)
    return text if len(text) <= VALUE_LENGTH_MAX else text[: VALUE_LENGTH_MAX - 1] + "…"


def value_texts(expected: JsonValue, actual: JsonValue) -> tuple[str, str]:
    """Return both values as a message shows them; texts are quoted where that tells them apart."""
    texts = value_text(expected), value_text(actual)
    if texts[0] == texts[1]:
        return canonical_json(expected), canonical_json(actual)
    return texts


def number_text(value: float) -> str:
    """Return a number in its shortest form: whole ones without decimals."""
    return canonical_json(value)


def seconds(at_s: float) -> str:
    """Return a virtual time that was measured, in seconds with milliseconds."""
    return f"{at_s:.{DECIMALS_MIN}f}"


def seconds_so_that(at_s: float, is_true: Callable[[float], bool]) -> str:
    """Return a measured time in milliseconds, finer only where what is said of it needs that."""
    texts = (f"{at_s:.{decimals}f}" for decimals in range(DECIMALS_MIN, DECIMALS_MAX + 1))
    return next((text for text in texts if is_true(float(text))), number_text(at_s))
