"""Compound assignment: `a.b += c` becomes an assignment that evaluates its left side once.

A plain name, or a field of one, is written twice: reading a name again changes nothing. Of anything
else the table and the key get names of their own, in a block around the statement. The name of
the table is the last one of the left side where it can be, since LuaJIT shows it in its messages.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.vm.luau.expressions import ExpressionReader

if TYPE_CHECKING:
    from engine_harness.vm.luau.expressions import Operand
    from engine_harness.vm.luau.functions import FunctionScope

__all__ = ["COMPOUND", "CompoundWriter"]

COMPOUND = {
    "+=": "+",
    "-=": "-",
    "*=": "*",
    "/=": "/",
    "%=": "%",
    "^=": "^",
    "..=": "..",
}

# What a key may hold so that it surely calls nothing.
_CALM = frozenset(["name", "number", ".", "[", "]", "(", ")", *"+-*/%^#", ".."])
_BEFORE_CALL = frozenset(["name", ")", "]"])
_NOT_A_LOCAL = frozenset(["goto"])

_NO_TARGET = "'{}' changes a variable, a field or an element; this is none of them"
_SEVERAL = "'{}' changes one variable at a time"


class _Sides(NamedTuple):
    """The tokens of one compound assignment."""

    target: Operand
    sign: int
    """The token of its sign; the right side follows."""
    finish: int
    """The first token behind it."""


def _is_of_name(target: Operand) -> bool:
    """Whether nothing but a name stands before the last part."""
    return target.last == target.first + 1


class CompoundWriter(ExpressionReader):
    """Rewrites compound assignments."""

    @property
    @abstractmethod
    def scope(self) -> FunctionScope:
        """The function that is read."""

    def compound(self, target: Operand) -> None:
        """Go past the sign and the right side of an assignment to `target`."""
        self.is_plain = False
        sign = self.index
        if target.kind in ("call", "bracket"):
            self.refuse(_NO_TARGET.format(self.words[sign]), target.first)
        self.index += 1
        self.expression()
        if self.kinds[self.index] == ",":
            self.refuse(_SEVERAL.format(self.words[sign]))
        sides = _Sides(target, sign, self.index)
        if target.kind == "name":
            self._assign(sides, self.words[target.first])
        elif target.kind == "field":
            self._field(sides)
        else:
            self._element(sides)

    def _assign(self, sides: _Sides, target: str) -> None:
        """Let the left side stand, and write it again behind the `=`."""
        self.edits.replace(self.start(sides.sign), self.end(sides.sign), self._again(sides, target))
        self.edits.close(self.end(sides.finish - 1), ")")

    def _assign_inside(self, sides: _Sides, since: int, target: str) -> None:
        """Write `target` in the place of the left side from token `since` on, and end the block."""
        new = f" {target}{self._again(sides, target)}"
        self.edits.replace(self.end(since - 1), self.end(sides.sign), new)
        self.edits.close(self.end(sides.finish - 1), ")end ")

    def _again(self, sides: _Sides, target: str) -> str:
        operator = COMPOUND[self.words[sides.sign]]
        # A number before `..` would take the first dot.
        return f"={target}{' ' if operator == '..' else ''}{operator}("

    def _field(self, sides: _Sides) -> None:
        target, field = sides.target, self.words[sides.sign - 1]
        if _is_of_name(target):
            self._assign(sides, f"{self.words[target.first]}.{field}")
            return
        table = self._table_name(sides)
        self.edits.open(self.start(target.first), f" if true then local {table}=")
        self._assign_inside(sides, target.last, f"{table}.{field}")
        self.scope.need(1)

    def _element(self, sides: _Sides) -> None:
        target, words = sides.target, self.words
        begin, closing = target.last + 1, sides.sign - 1
        if _is_of_name(target):
            written = self._simple_key(begin, closing)
            if written is not None:
                self._assign(sides, f"{words[target.first]}[{written}]")
                return
        if _is_of_name(target) and self._is_calm(begin, closing):
            # The table keeps its name, which LuaJIT shows when it is none.
            table = words[target.first]
            key = self._free(sides, "key", table)
            new = f" if true then local {key}="
            self.edits.replace(self.start(target.first), self.end(target.last), new)
            self.scope.need(1)
        else:
            table = self._table_name(sides)
            key = self._free(sides, "key", table)
            self.edits.open(self.start(target.first), f" if true then local {table},{key}=")
            self.edits.replace(self.start(target.last), self.end(target.last), ",")
            self.scope.need(2)
        self._assign_inside(sides, closing, f"{table}[{key}]")

    def _simple_key(self, begin: int, closing: int) -> str | None:
        """Return a key of one token as it can be written again."""
        word = self.words[begin]
        if closing - begin != 1 or self.kinds[begin] not in ("name", "number", "string"):
            return None
        if self.kinds[begin] == "number":
            return word.replace("_", "")
        # A text in long brackets could begin with a line break, and `[[` would begin one.
        return None if word.startswith("[") or "\n" in word or "\r" in word else word

    def _is_calm(self, begin: int, closing: int) -> bool:
        kinds = self.kinds
        return all(
            kinds[index] in _CALM and not (kinds[index] == "(" and kinds[index - 1] in _BEFORE_CALL)
            for index in range(begin, closing)
        )

    def _table_name(self, sides: _Sides) -> str:
        """Return a name for the table of which a field changes."""
        target = sides.target
        before = target.last - 1
        names = [
            self.words[index]
            for index in range(target.first, target.last)
            if self.kinds[index] == "name"
        ]
        name = names[-1] if names else "value"
        if self.kinds[before] == "]":
            name += "_element"
        elif self.kinds[before] != "name":
            name += "_result"
        return self._free(sides, name, "")

    def _free(self, sides: _Sides, name: str, taken: str) -> str:
        """Return `name`, or one like it, that means nothing on the right side."""
        used = set(self.words[sides.sign + 1 : sides.finish])
        used |= {taken} | _NOT_A_LOCAL
        while name in used:
            name += "_"
        return name
