"""How a line of the console is made: its width, what is cut, and nothing that a terminal obeys."""

from __future__ import annotations

import re
import textwrap

__all__ = ["WIDTH", "plain", "shortened", "wrapped"]

WIDTH = 100
WORD_LENGTH_MAX = 72
"""Longer words of a message (one value without a space) lose their middle."""

# C0 and C1 controls would let a world's text move the cursor or change the colours of a terminal.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """Return `text` without anything that a terminal would obey; tabs and line ends stay."""
    return _CONTROLS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def shortened(word: str) -> str:
    """Return `word`, without its middle when it is very long."""
    if len(word) <= WORD_LENGTH_MAX:
        return word
    half = WORD_LENGTH_MAX // 2 - 1
    return f"{word[:half]}…{word[-half:]}"


def wrapped(text: str, *, first: str, rest: str) -> list[str]:
    """Break `text` between words only: a path that is broken cannot be followed."""
    return textwrap.wrap(
        plain(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [first.rstrip()]
