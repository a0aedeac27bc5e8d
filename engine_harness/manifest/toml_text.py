"""How the pieces of a TOML text look: space, keys, strings, numbers, dates.

For a text that is valid: what is looked at here is judged by `tomllib`.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from engine_harness.manifest.problem import DIGITS_MAX

__all__ = [
    "LINES",
    "PLAIN",
    "PLAIN_PAIR",
    "SPACE",
    "LostError",
    "OddValue",
    "end_of_string",
    "key_name",
    "odd_value",
]

SPACE = re.compile(r"[ \t]*")
LINES = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_WORD = re.compile(r"[^ \t\r\n,\]}#]+")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}

# Most values of most files, and none of what has to be refused.
_PLAIN_TEXT = (
    r"""(?:"(?!"")[^"\\\n]*"|'(?!'')[^'\n]*'"""
    r"""|true|false|[-+]?[0-9][0-9_]{0,15}(?:\.[0-9_]{1,20})?)(?=[ \t\r\n,\]}\#]|\Z)"""
)
PLAIN = re.compile(_PLAIN_TEXT)
PLAIN_PAIR = re.compile(rf"({_BARE_KEY.pattern})[ \t]*=[ \t]*({_PLAIN_TEXT})")
_NEXT_IN_TEXT = re.compile(r'\\.|["\n]', re.DOTALL)
_NEXT_IN_LONG_TEXT = re.compile(r'\\.|"{3,5}', re.DOTALL)
_END_OF_LONG_LITERAL = re.compile("'{3,5}")

_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?"
_DATE = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[Tt ]{_TIME}(?:[Zz]|[-+][0-9]{{2}}:[0-9]{{2}})?)?|{_TIME}"
)
_NON_FINITE = re.compile(r"[-+]?(?:inf|nan)")
_INTEGER = re.compile(r"[-+]?[0-9_]+|0[xob][0-9A-Fa-f_]+")
_FLOAT = re.compile(r"[-+]?[0-9_]+(?:\.[0-9_]+)?(?:[eE][-+]?[0-9_]+)?")


class LostError(Exception):
    """The text is no TOML from here on."""


class OddValue(NamedTuple):
    """A value that is no text, no collection and not plain."""

    end: int
    refusal: str = ""
    """Why it is no data of a manifest."""
    is_long: bool = False
    """A number of so many digits that Python refuses to read it."""


def key_name(text: str, offset: int) -> tuple[str, int]:
    """Return one name of a key and where it ends."""
    if bare := _BARE_KEY.match(text, offset):
        return bare[0], bare.end()
    if not text.startswith(('"', "'"), offset):
        raise LostError
    end = end_of_string(text, offset)
    inside = text[offset + 1 : end - 1]
    return (_unescaped(inside) if text[offset] == '"' else inside), end


def end_of_string(text: str, start: int) -> int:
    """Return where the string that begins at `start` ends, whatever its quotes."""
    if text.startswith("'''", start):
        closing = _END_OF_LONG_LITERAL.search(text, start + 3)
        if closing is None:
            raise LostError
        return closing.end()
    if text[start] == "'":
        end = text.find("'", start + 1)
        if end < 0:
            raise LostError
        return end + 1
    is_long = text.startswith('"""', start)
    # A loop, since a repeated group would remember each of a million escapes.
    for found in (_NEXT_IN_LONG_TEXT if is_long else _NEXT_IN_TEXT).finditer(
        text, start + (3 if is_long else 1)
    ):
        if found[0][0] == '"':
            return found.end()
        if found[0] == "\n":
            break
    raise LostError


def odd_value(text: str, offset: int) -> OddValue:
    """Look at a number or a date that begins at `offset`."""
    if date := _DATE.match(text, offset):
        refusal = f"a date or time is no data; write it as text: '{date[0]}'"
        return OddValue(date.end(), refusal)
    word = _WORD.match(text, offset)
    if word is None:
        raise LostError
    if _NON_FINITE.fullmatch(word[0]):
        return OddValue(word.end(), f"number is not finite: {word[0]}")
    if not (_INTEGER.fullmatch(word[0]) or _FLOAT.fullmatch(word[0])):
        raise LostError
    if len(word[0]) > DIGITS_MAX:
        refusal = f"number of more than {DIGITS_MAX:,} characters: {word[0][:40]}…"
        return OddValue(word.end(), refusal, is_long=True)
    if not _is_finite(word[0].replace("_", "")):
        return OddValue(word.end(), f"number is not finite: {word[0][:40]}")
    return OddValue(word.end())


def _is_finite(text: str) -> bool:
    try:
        number = int(text, 0) if text[:2] in ("0x", "0o", "0b") else float(text)
        return math.isfinite(number)
    except OverflowError:
        return False
    except ValueError:
        # Digits that the base does not have.
        raise LostError from None


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    if match[3]:
        return _ESCAPED.get(match[3], match[0])
    code = int(match[1] or match[2], 16)
    is_character = code < 0xD800 or 0xDFFF < code <= 0x10FFFF
    return chr(code) if is_character else match[0]
