"""Expressions of Lua and Luau: reading them, and rewriting what only Luau has.

An if-expression becomes `and` and `or`. Where a branch may be nil or false, `__if(value)` puts it
aside and answers true, and `__value` takes it up again at once: nothing can run in between, so one
place per file will do, and neither a table nor a function is made.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import NamedTuple

from engine_harness.vm.luau.annotations import TypeReader
from engine_harness.vm.luau.values import ValueNames, free_names

__all__ = ["ExpressionReader", "Operand"]

_BINARY = frozenset(["or", "and", "<", ">", "<=", ">=", "~=", "==", "..", *"+-*/%^"])
_UNARY = frozenset(["not", "-", "#"])
# What can be neither nil nor false.
_TRUE = frozenset(["number", "string", "true", "{", "function"])
_CONSTANTS = frozenset(["string", "true", "nil", "false", "..."])

_FLOOR_DIVISION = "'//' is not supported; write math.floor(a / b)"
_INSTANTIATION = "type arguments of a call are not supported; leave out <<...>>"


class Operand(NamedTuple):
    """A name or a bracket with all that is called or looked up on it."""

    kind: str
    """Its last part: `name`, `field`, `index`, `call` or `bracket`."""
    first: int
    """Its first token."""
    last: int
    """The first token of its last part."""


class ExpressionReader(TypeReader):
    """Goes past expressions and records what has to change."""

    value_names: ValueNames | None = None
    """How the two names for if-expressions are called in this text; None: not needed."""

    @abstractmethod
    def function_body(self, first: int, *, name: str | None = None) -> None:
        """Go past parameters, block and `end` of the function that begins at token `first`."""

    def skip_typeof(self) -> None:
        """Go past an expression that is never evaluated."""
        recorded, names = len(self.edits), self.value_names
        self.expression()
        self.edits.forget(recorded)
        self.value_names = names

    def expressions(self) -> None:
        """Go past one expression or several."""
        self.expression()
        while self.take(","):
            self.expression()

    def expression(self) -> bool:
        """Go past an expression; return whether it surely is neither nil nor false."""
        self.go_deeper()
        kinds = self.kinds
        first = self.index
        kind = kinds[first]
        while True:
            while kind in _UNARY:
                self.index += 1
                kind = kinds[self.index]
            self._operand(kind)
            if kinds[self.index] not in _BINARY:
                break
            self.index += 1
            kind = kinds[self.index]
            first = -1
        if kinds[self.index] == "//":
            self.refuse(_FLOOR_DIVISION)
        self.depth -= 1
        if first < 0:
            return False
        return kinds[first] in _TRUE or kinds[first : first + 2] == ["-", "number"]

    def _operand(self, kind: str) -> None:
        first = self.index
        is_multiple = kind == "..."
        if kind == "number":
            self._number()
        elif kind in _CONSTANTS:
            self.index += 1
        elif kind == "{":
            self.table()
        elif kind == "function":
            self.index += 1
            self.function_body(first)
        elif kind == "if":
            self._if_expression()
            return
        else:
            is_multiple = self.operand().kind == "call"
        if self.kinds[self.index] == "::" and not self.is_label():
            self._cast(first, is_multiple=is_multiple)

    def is_label(self) -> bool:
        """Whether `::name::` of Lua begins here, and no cast."""
        kinds, index = self.kinds, self.index
        return kinds[index + 1 : index + 3] == ["name", "::"]

    def _number(self) -> None:
        index = self.index
        word = self.words[index]
        if "_" in word:
            self.is_plain = False
            self.edits.replace(self.start(index), self.end(index), word.replace("_", ""))
        self.index += 1

    def _cast(self, first: int, *, is_multiple: bool) -> None:
        self.is_plain = False
        colons = self.index
        self.index += 1
        if is_multiple:
            # A cast is one value, whatever it is made from.
            self.edits.open(self.start(first), "(")
            self.edits.close(self.end(colons - 1), ")")
        self.type()
        self.cut_since(colons)

    def _if_expression(self) -> None:
        self.is_plain = False
        kinds, first = self.kinds, self.index
        ends_of_parts: list[int] = []
        always = True
        while True:
            self.index += 1
            self.expression()
            ends_of_parts.append(self.index)
            self.expect("then", first)
            always = self.expression() and always
            ends_of_parts.append(self.index)
            if kinds[self.index] != "elseif":
                break
        if kinds[self.index] != "else":
            self.fail("'else' expected (every if-expression has one)")
        self.index += 1
        self.expression()
        begin, keep, end = "((", "(", "))"
        if not always:
            names = self.value_names = self.value_names or free_names(frozenset(self.words))
            begin, keep, end = "(((", f" {names.keep}(", f"))and {names.value})"
        self._put(first, begin)
        new = {"then": f"and{keep}", "elseif": "or(", "else": f"or{keep}"}
        for index in ends_of_parts:
            # A bracket on the next line would move what is in it to that line.
            self.edits.close(self.end(index - 1), ")")
            self._put(index, new[kinds[index]])
        self.edits.close(self.end(self.index - 1), end)

    def _put(self, index: int, new: str) -> None:
        self.edits.replace(self.start(index), self.end(index), new)

    def operand(self) -> Operand:
        """Go past a name or a bracket with all that follows it."""
        kinds = self.kinds
        first = self.index
        kind = "name"
        if self.take("("):
            self.expression()
            self.expect(")", first)
            kind = "bracket"
        elif not self.take("name"):
            self.fail("unexpected symbol")
        last = first
        while True:
            index = self.index
            part = self._part(kinds[index])
            if not part:
                return Operand(kind, first, last)
            kind, last = part, index

    def _part(self, kind: str) -> str:
        """Go past a part of an operand, if one begins here; return its kind."""
        if kind == ".":
            self.index += 1
            self.expect("name")
            return "field"
        if kind == "[":
            opened = self.index
            self.index += 1
            self.expression()
            self.expect("]", opened)
            return "index"
        if kind == ":":
            self.index += 1
            self.expect("name")
            if not self._call_arguments(self.kinds[self.index]):
                self._no_instantiation()
                self.fail("function arguments expected")
            return "call"
        if self._call_arguments(kind):
            return "call"
        self._no_instantiation()
        return ""

    def _call_arguments(self, kind: str) -> bool:
        if kind == "(":
            opened = self.index
            self.index += 1
            if self.kinds[self.index] != ")":
                self.expression()
                while self.take(","):
                    self.expression()
            self.expect(")", opened)
        elif kind == "string":
            self.index += 1
        elif kind == "{":
            self.table()
        else:
            return False
        return True

    def _no_instantiation(self) -> None:
        index = self.index
        is_double = self.kinds[index] == "<" == self.kinds[index + 1]
        if is_double and self.end(index) == self.start(index + 1):
            self.refuse(_INSTANTIATION)

    def table(self) -> None:
        """Go past a table constructor."""
        kinds, opened = self.kinds, self.index
        self.index += 1
        while kinds[self.index] != "}":
            if self.take("["):
                self.expression()
                self.expect("]")
                self.expect("=")
            elif kinds[self.index] == "name" and kinds[self.index + 1] == "=":
                self.index += 2
            self.expression()
            if not self.take(",") and not self.take(";"):
                break
        self.expect("}", opened)
