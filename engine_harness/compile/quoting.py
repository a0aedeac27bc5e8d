"""Texts as Lua strings, keys and comments, valid in Lua 5.1, LuaJIT and Luau."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["comment_text", "key_head", "path_step", "quote"]

# Words that cannot stand bare before `=`: Lua 5.1's, LuaJIT's `goto` and Luau's `continue`.
_KEYWORDS = frozenset(
    (
        *("and", "break", "continue", "do", "else", "elseif", "end", "false", "for", "function"),
        *("goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true"),
        *("until", "while"),
    )
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

# C0, quotes, backslash, DEL and C1; and what changes how a line looks or is not a character:
# direction marks, line separators, the byte order mark, lone surrogates. A fixed list, because
# `str.isprintable` follows the Unicode version of the interpreter and the bytes must not.
_ESCAPED = re.compile(
    '[\x00-\x1f"\\\\\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]'
)
_COMMENT_ESCAPED = re.compile(_ESCAPED.pattern.replace('"\\\\', ""))
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def quote(text: str) -> str:
    """Return `text` as a Lua string of its UTF-8 bytes; lone surrogates keep their three bytes."""
    if _ESCAPED.search(text) is None:
        return f'"{text}"'
    return f'"{_ESCAPED.sub(_escape, text)}"'


def comment_text(text: str) -> str:
    """Return `text` so that it stays inside a line comment, whatever it contains."""
    return _COMMENT_ESCAPED.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    short = _SHORT_ESCAPES.get(character)
    if short is not None:
        return short
    # Always three digits: `\0` before a digit would take it in.
    return "".join(f"\\{byte:03d}" for byte in character.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=4096)
def key_head(key: str) -> str:
    """Return what stands before the value of `key` in a table: bare where Lua allows it."""
    if _IDENTIFIER.match(key) and key not in _KEYWORDS:
        return f"{key} = "
    return f"[{quote(key)}] = "


def path_step(key: str) -> str:
    """Return the step to the member `key` in a path through data."""
    return f".{key}" if _IDENTIFIER.match(key) else f"[{quote(key)}]"
