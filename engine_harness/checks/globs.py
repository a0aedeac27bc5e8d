"""Patterns over paths of the comparer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Globs"]


class Globs:
    """Patterns over paths.

    `*` is any run of characters within one segment (none of `.[]`), `?` one such character, `**`
    anything; a `*` at the end is any rest of the path.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._compiled = [(pattern, _compile(pattern)) for pattern in patterns]

    def matching(self, path: str) -> list[str]:
        """Return the patterns that match the whole of `path`, in the order given."""
        return [pattern for pattern, compiled in self._compiled if compiled.fullmatch(path)]

    def __bool__(self) -> bool:
        return bool(self._compiled)


def _compile(pattern: str) -> re.Pattern[str]:
    if not _balanced(pattern):
        msg = f"pattern '{pattern}': '[' and ']' must come in pairs, as in steps[*].t"
        raise UsageError(msg)
    body, rest = (pattern[:-1], True) if pattern.endswith("*") else (pattern, False)
    # A pattern that ends in `**` is left with one star, which must stay "anything".
    body, rest = (body[:-1], True) if rest and body.endswith("*") else (body, rest)
    words = {"**": ".*", "*": r"[^.\[\]]*", "?": r"[^.\[\]]"}
    parts = re.split(r"(\*\*|\*|\?)", body)
    text = "".join(words.get(part) or re.escape(part) for part in parts)
    return re.compile(text + (".*" if rest else ""), re.DOTALL)


def _balanced(pattern: str) -> bool:
    brackets = re.sub(r"[^\[\]]", "", pattern)
    return brackets == "[]" * (len(brackets) // 2)
