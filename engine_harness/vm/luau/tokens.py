"""The tokens of a text that is Lua, Luau or both, and the error that names a place in it.

Comments, white space, a byte order mark and a first line that begins with `#` are between tokens.
A text may be one of characters or, as the loader hands it on, one of bytes: both read alike. The
module knows words and signs, not what they mean together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["KEYWORDS", "LINE_BREAK", "LuauError", "Place", "Tokens", "place_in", "tokenize"]

LINE_BREAK = re.compile(r"\r\n|\n\r|\r|\n")

_START = r"A-Za-z_\x80-\U0010FFFF"
_PART = _START + "0-9"
_ESCAPE = r"\\(?:z[ \t\v\f\r\n]*+|\r\n|\n\r|\r(?!\n)|\n(?!\r)|[^z\r\n])"
_SINGLE = rf"'(?:[^'\\\n\r]|{_ESCAPE})*'"
_DOUBLE = _SINGLE.replace("'", '"')

_TOKEN = re.compile(
    rf"""
    (?: [ \t\v\f\r\n]+ | --\[(?P<c>=*)\[.*?\](?P=c)\] | --(?!\[=*\[)[^\n\r]*+ )*
    (?:
      (?P<name> [{_START}][{_PART}]*+ )
    | (?P<string> {_SINGLE} | {_DOUBLE} | \[(?P<s>=*)\[.*?\](?P=s)\] )
    | (?P<number> 0[xX](?:[pP][+-]|[{_PART}.])* | \.?[0-9](?:[eE][+-]|[{_PART}.])* )
    | (?P<open> --\[=*\[ | \[=*\[ | \[=+ | ["'`] )
    | (?P<sign> \.\.\. | \.\.= | \.\. | //=? | -> | :: | [+\-*/%^=~<>]= | . )
    | (?P<end> \Z )
    )""",
    re.DOTALL | re.VERBOSE,
)
_HEADER = re.compile(r"(?:\ufeff|\xef\xbb\xbf)?(?:#[^\n\r]*)?")

KEYWORDS = frozenset([
    "and", "break", "do", "else", "elseif", "end", "false", "for",
    "function", "if", "in", "local", "nil", "not", "or", "repeat",
    "return", "then", "true", "until", "while",
])  # fmt: skip


class Place(NamedTuple):
    """Line and column of a character, both from 1."""

    line: int
    column: int


class LuauError(ValueError):
    """What keeps a text from being read; its text is the reason, without the place."""

    def __init__(self, reason: str, place: Place, *, is_plain: bool = False) -> None:
        super().__init__(reason, place, is_plain)
        self.reason = reason
        self.place = place
        self.is_plain = is_plain
        """Whether there was nothing but plain Lua up to here: Lua's own parser can say it too."""

    def __str__(self) -> str:
        return self.reason

    def at(self, file: str) -> str:
        """Return the whole message: `file:line:column: reason`."""
        return f"{file}:{self.place.line}:{self.place.column}: {self.reason}"


@dataclass(slots=True)
class Tokens:
    """The tokens of `text` as columns; the last one is `<eof>`."""

    text: str
    kinds: list[str] = field(default_factory=list)
    """`name`, `number`, `string`, `<eof>`, `unfinished`; else the keyword or sign itself."""
    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def near(self, index: int) -> str:
        """Return how messages show a token."""
        word = self.words[index]
        if self.kinds[index] == "<eof>":
            return "<eof>"
        return f"'{word if len(word) <= 40 else word[:40] + '...'}'"


def place_in(text: str, position: int) -> Place:
    """Return line and column of a position."""
    line, begin = 1, 0
    for found in LINE_BREAK.finditer(text, 0, position):
        line, begin = line + 1, found.end()
    return Place(line, position - begin + 1)


def tokenize(text: str) -> Tokens:
    """Return all tokens. A text or comment without an end is the last one before `<eof>`."""
    header = _HEADER.match(text)
    tokens = Tokens(text)
    add_kind, add_word = tokens.kinds.append, tokens.words.append
    add_start, add_end = tokens.starts.append, tokens.ends.append
    keywords = KEYWORDS
    for found in _TOKEN.finditer(text, header.end() if header else 0):
        group = found.lastgroup or "end"
        if group == "end":
            break
        kind = word = found[group]
        if group == "name":
            if word not in keywords:
                kind = "name"
        elif group != "sign":
            kind = "unfinished" if group == "open" else group
        add_kind(kind)
        add_word(word)
        add_start(found.start(group))
        add_end(found.end())
        if group == "open":
            break
    add_kind("<eof>")
    add_word("")
    add_start(len(text))
    add_end(len(text))
    return tokens
