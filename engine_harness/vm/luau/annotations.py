"""Types of Luau: how far each reaches. What a type means is for others to check."""

from __future__ import annotations

from abc import ABC, abstractmethod

from engine_harness.vm.luau.cursor import Cursor

__all__ = ["TypeReader"]

_CONSTANTS = frozenset(["nil", "true", "false", "string"])
_ACCESS = frozenset(["read", "write"])


class TypeReader(Cursor, ABC):
    """Goes past types and annotations."""

    @abstractmethod
    def skip_typeof(self) -> None:
        """Go past the expression of a `typeof(…)`."""

    def annotation(self, *, is_pack: bool = False) -> None:
        """Take out `: T`, if one is here. `is_pack`: it may stand for several values."""
        if self.kinds[self.index] != ":":
            return
        self.is_plain = False
        first = self.index
        self.index += 1
        if is_pack:
            self._pack()
        else:
            self.type()
        self.cut_since(first)

    def generics(self) -> None:
        """Take out `<T, U...>` between a function's name and its parameters, if it is here."""
        if self.kinds[self.index] != "<":
            return
        self.is_plain = False
        first = self.index
        self._names_of_generics()
        self.cut_since(first)

    def alias(self) -> None:
        """Go past `Name<T> = type`; the word `type` lies behind."""
        self.expect("name")
        if self.kinds[self.index] == "<":
            self._names_of_generics()
        self.expect("=")
        self.type()

    def type(self, *, is_pack: bool = False) -> None:
        """Go past a type. `is_pack`: what stands in brackets may be several or none."""
        self.go_deeper()
        kinds = self.kinds
        if kinds[self.index] in ("|", "&"):
            self.index += 1
        self._simple(is_pack=is_pack)
        while True:
            kind = kinds[self.index]
            if kind == "?":
                self.index += 1
            elif kind in ("|", "&"):
                self.index += 1
                self._simple()
            else:
                break
        self.depth -= 1

    def _simple(self, *, is_pack: bool = False) -> None:
        kind = self.kinds[self.index]
        if kind == "name":
            self._reference()
        elif kind in _CONSTANTS:
            self.index += 1
        elif kind == "{":
            self._table()
        elif kind == "(":
            self._brackets(is_pack=is_pack)
        elif kind == "<":
            self._names_of_generics()
            self._brackets(is_function=True)
        else:
            self.fail("type expected")

    def _reference(self) -> None:
        opened = self.index + 1
        self.index += 1
        if self.words[opened - 1] == "typeof" and self.take("("):
            self.skip_typeof()
            self.expect(")", opened)
            return
        if self.take("."):
            self.expect("name")
        if self.kinds[self.index] == "<":
            self._arguments()

    def _pack(self) -> None:
        """Go past what a function returns: `T`, `(T, U)`, `...T` or `T...`."""
        if self.take("..."):
            self.type()
        elif not self._generic_pack():
            self.type(is_pack=True)

    def _generic_pack(self) -> bool:
        if self.kinds[self.index] == "name" and self.kinds[self.index + 1] == "...":
            self.index += 2
            return True
        return False

    def _arguments(self) -> None:
        self.index += 1
        while self.kinds[self.index] != ">":
            self._pack()
            if not self.take(","):
                break
        self._close_angle()

    def _names_of_generics(self) -> None:
        self.index += 1
        while self.kinds[self.index] != ">":
            self.expect("name")
            self.take("...")
            if self.take("="):
                self._pack()
            if not self.take(","):
                break
        self._close_angle()

    def _close_angle(self) -> None:
        if self.kinds[self.index] == ">=":
            # `local list: Array<T>= {}`: the sign is two.
            self.kinds[self.index] = self.words[self.index] = "="
            self.tokens.starts[self.index] += 1
            self.tokens.ends[self.index - 1] = self.tokens.starts[self.index]
            return
        self.expect(">")

    def _brackets(self, *, is_pack: bool = False, is_function: bool = False) -> None:
        """Go past `(T)`, `(T, U)` or `(name: T, ...U) -> V`."""
        opened = self.index
        self.expect("(")
        count, is_list = 0, is_function
        while self.kinds[self.index] != ")":
            count += 1
            if self.kinds[self.index] == "name" and self.kinds[self.index + 1] == ":":
                self.index += 2
                is_list = True
                self.type()
            else:
                is_list = is_list or self.kinds[self.index] == "..."
                self._pack()
            if not self.take(","):
                break
        self.expect(")", opened)
        if self.take("->"):
            self._pack()
        elif is_function or (not is_pack and (is_list or count != 1)):
            self.expect("->")

    def _table(self) -> None:
        opened = self.index
        self.index += 1
        kinds = self.kinds
        while kinds[self.index] != "}":
            if self.words[self.index] in _ACCESS and kinds[self.index + 1] in ("name", "["):
                self.index += 1
            if self.take("["):
                self.type()
                self.expect("]")
                self.expect(":")
            elif kinds[self.index] == "name" and kinds[self.index + 1] == ":":
                self.index += 2
            self.type()
            if not self.take(",") and not self.take(";"):
                break
        self.expect("}", opened)
