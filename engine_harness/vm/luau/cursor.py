"""A place in the tokens of a text: looking, going on, and errors that name where that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.vm.luau.edits import Edits
from engine_harness.vm.luau.tokens import LuauError, place_in

if TYPE_CHECKING:
    from typing import NoReturn

    from engine_harness.vm.luau.tokens import Place, Tokens

__all__ = ["NESTING_MAX", "Cursor"]

NESTING_MAX = 100
"""Levels of blocks, expressions and types inside each other. LuaJIT itself takes 200."""

_TEXT_WITHOUT_END = {"-": "comment", "[": "text"}
_INTERPOLATED = (
    'a text in backticks is not supported; write ("a %s"):format(tostring(value)) or join the '
    "pieces with '..'"
)
_ATTRIBUTE = "attributes such as @native are not supported; leave it out"


class Cursor:
    """Where the reader is, and what it has recorded so far."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.words = tokens.words
        self.edits = Edits(tokens.text)
        self.index = 0
        self.depth = 0
        self.is_plain = True
        """Whether there was no Luau syntax so far."""

    def take(self, kind: str) -> bool:
        """Go past a token of `kind`, if one is here."""
        if self.kinds[self.index] == kind:
            self.index += 1
            return True
        return False

    def expect(self, kind: str, opened: int | None = None) -> None:
        """Go past a token of `kind`. `opened` is the token that it closes."""
        if self.kinds[self.index] == kind:
            self.index += 1
            return
        wanted = "name" if kind == "name" else f"'{kind}'"
        closing = ""
        if opened is not None:
            line = self.line_of(opened)
            if line != self.line_of(self.index):
                closing = f" (to close '{self.words[opened]}' at line {line})"
        self.fail(f"{wanted} expected{closing}")

    def line_of(self, index: int) -> int:
        """Return the line in which a token begins."""
        return place_in(self.tokens.text, self.tokens.starts[index]).line

    def start(self, index: int) -> int:
        """Return where a token begins."""
        return self.tokens.starts[index]

    def end(self, index: int) -> int:
        """Return where a token ends."""
        return self.tokens.ends[index]

    def cut_since(self, index: int) -> None:
        """Take out the tokens from `index` up to here; a space keeps their neighbours apart."""
        self.edits.replace(self.end(index - 1), self.end(self.index - 1), " ")

    def go_deeper(self) -> None:
        """Enter one more level; who enters it has to leave it by `depth -= 1`."""
        self.depth += 1
        if self.depth > NESTING_MAX:
            reason = f"nested more than {NESTING_MAX} levels deep; name the inner parts first"
            raise LuauError(reason, self.place(self.index), is_plain=self.is_plain)

    def place(self, index: int) -> Place:
        """Return line and column of a token."""
        return place_in(self.tokens.text, self.start(index))

    def fail(self, reason: str, index: int | None = None) -> NoReturn:
        """Raise what is wrong with a token, by default the one that is here."""
        at = self.index if index is None else index
        kind, word = self.kinds[at], self.words[at]
        if kind == "@":
            self.refuse(_ATTRIBUTE, at)
        if kind == "unfinished":
            if word == "`":
                self.refuse(_INTERPOLATED, at)
            noun = _TEXT_WITHOUT_END.get(word[0], "text")
            message = f"the {noun} that begins with {word} has no end"
        else:
            message = f"{reason} near {self.tokens.near(at)}"
        raise LuauError(message, self.place(at), is_plain=self.is_plain)

    def refuse(self, reason: str, index: int | None = None) -> NoReturn:
        """Raise why Luau of a kind that is not read stands at a token, by default here."""
        raise LuauError(reason, self.place(self.index if index is None else index))
