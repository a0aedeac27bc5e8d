"""Writes data as TOML in as many ways as TOML has, and remembers where it put each thing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from engine_harness.manifest.document import DataPath

__all__ = ["TomlWriter"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_COMMENTS = ("", "", "", ' # it\'s [odd] = """', "# ']]' '''")


class TomlWriter:
    """One text; `dice` decides between the ways to write the same."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.text = ""
        self.values: dict[DataPath, tuple[int, int]] = {}
        """Where each value begins that is no table of its own."""
        self.keys: dict[DataPath, tuple[int, int]] = {}
        """Where the last name of each key stands that was written for its value."""

    def document(self, data: dict[str, Any]) -> str:
        self._noise()
        self._body(data, (), [])
        return self.text

    def _here(self) -> tuple[int, int]:
        return self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")

    def _put(self, *words: str) -> None:
        self.text += "".join(words)

    def _space(self) -> None:
        self._put(self.dice.choice(("", " ", " ", "\t ")))

    def _end_line(self) -> None:
        self._space()
        self._put(self.dice.choice(_COMMENTS), self.dice.choice(("\n", "\n", "\r\n")))

    def _noise(self) -> None:
        for _ in range(self.dice.choice((0, 0, 0, 1, 2))):
            self._end_line()

    # Tables.

    def _body(self, data: dict[str, Any], path: DataPath, header: list[str]) -> None:
        """Write a table: what belongs into it first, then what has a header of its own."""
        later: list[tuple[str, Any]] = []
        for name, value in data.items():
            if self._may_have_header(value) and self.dice.random() < 0.6:
                later.append((name, value))
            else:
                self._pair(name, value, path, [])
                self._end_line()
                self._noise()
        for name, value in later:
            inner = (*path, name)
            if isinstance(value, list):
                for index, item in enumerate(value, 1):
                    self._header("[[", "]]", [*header, name], inner)
                    self._body(item, (*inner, index), [*header, name])
                continue
            # A table that holds only tables with headers may go without its own.
            if not (value and self.dice.random() < 0.3 and self._all_have_headers(value)):
                self._header("[", "]", [*header, name], inner)
                self._body(value, inner, [*header, name])
            else:
                for below, table in value.items():
                    self._header("[", "]", [*header, name, below], (*inner, below))
                    self._body(table, (*inner, below), [*header, name, below])

    @staticmethod
    def _may_have_header(value: Any) -> bool:
        if isinstance(value, list):
            return bool(value) and all(isinstance(item, dict) for item in value)
        return isinstance(value, dict)

    @staticmethod
    def _all_have_headers(value: dict[str, Any]) -> bool:
        return all(isinstance(item, dict) for item in value.values())

    def _header(self, opening: str, closing: str, names: list[str], path: DataPath) -> None:
        self._space()
        self._put(opening)
        self._space()
        self._names(names, path)
        self._space()
        self._put(closing)
        self._end_line()

    def _names(self, names: list[str], path: DataPath) -> None:
        for place, name in enumerate(names):
            if place:
                self._space()
                self._put(".")
                self._space()
            if place == len(names) - 1:
                self.keys.setdefault(path, self._here())
            self._put(self._name(name))

    def _name(self, name: str) -> str:
        ways = [json.dumps(name, ensure_ascii=self.dice.random() < 0.5)]
        if "\x7f" in ways[0] or any(ord(character) > 0xFFFF for character in name):
            ways = [_escaped(name)]
        if _is_literal(name):
            ways.append(f"'{name}'")
        if _BARE.fullmatch(name):
            ways += [name] * 3
        return self.dice.choice(ways)

    def _pair(self, name: str, value: Any, path: DataPath, before: list[str]) -> None:
        """Write `name = value`, or a dotted key for each thing in a map."""
        whole = (*path, name)
        if isinstance(value, dict) and value and self.dice.random() < 0.4:
            for index, (below, item) in enumerate(value.items()):
                if index:
                    self._between_pairs()
                self._pair(below, item, whole, [*before, name])
            return
        self._space()
        self._names([*before, name], whole)
        self._space()
        self._put("=")
        self._space()
        self._value(value, whole)

    def _between_pairs(self) -> None:
        if self._is_inline:
            self._put(",")
            self._space()
        else:
            self._end_line()

    # Values.

    _is_inline = False

    def _value(self, value: Any, path: DataPath) -> None:
        self.values[path] = self._here()
        if isinstance(value, dict):
            self._inline_table(value, path)
        elif isinstance(value, list):
            self._array(value, path)
        elif isinstance(value, str):
            self._put(self._string(value))
        elif isinstance(value, bool):
            self._put("true" if value else "false")
        else:
            self._put(self._number(value))

    def _inline_table(self, value: dict[str, Any], path: DataPath) -> None:
        outer, self._is_inline = self._is_inline, True
        self._put("{")
        for index, (name, item) in enumerate(value.items()):
            if index:
                self._between_pairs()
            self._pair(name, item, path, [])
        self._space()
        self._put("}")
        self._is_inline = outer

    def _array(self, value: list[Any], path: DataPath) -> None:
        is_long = self.dice.random() < 0.4
        gap = self._end_line if is_long else self._space
        self._put("[")
        gap()
        for index, item in enumerate(value, 1):
            self._value(item, (*path, index))
            gap()
            if index < len(value) or self.dice.random() < 0.3:
                self._put(",")
                gap()
        self._put("]")

    def _number(self, value: float) -> str:
        if isinstance(value, float):
            text = repr(value)
            return self.dice.choice((text, text.replace("e", "E"), f"{value:+}", f"{value:.17e}"))
        ways = [str(value), f"{value:_}", f"{value:+}"]
        if value >= 0:
            ways += [f"{value:#x}", f"{value:#o}", f"{value:#b}", f"0x{value:X}"]
        return self.dice.choice(ways)

    def _string(self, value: str) -> str:
        ways = [_escaped(value)]
        if _is_literal(value):
            ways.append(f"'{value}'")
        if _is_literal(value.replace("\n", "").replace("'", "")) and "'''" not in f"{value}'":
            ways += [f"'''\n{value}'''", f"'''{'' if value[:1] != chr(10) else chr(10)}{value}'''"]
        raw = value.replace("\\", "\\\\")
        if _is_literal(raw.replace("\n", "").replace("'", "")) and '"""' not in f'{raw}"':
            ways += [f'"""\n{raw}"""', f'"""\\\n   {_leading_escaped(raw)}"""']
            if raw.endswith("\n"):
                ways.append(f'"""\n{raw}\\\n  \n\t"""')
        return self.dice.choice(ways)


def _is_literal(text: str) -> bool:
    return "'" not in text and not re.search("[\x00-\x08\x0a-\x1f\x7f]", text)


def _leading_escaped(raw: str) -> str:
    # A line that ends with a backslash takes the white space of the next one away.
    body = raw.lstrip(" \t\n")
    return "".join(f"\\u{ord(character):04x}" for character in raw[: len(raw) - len(body)]) + body


def _escaped(text: str) -> str:
    words = []
    for character in text:
        code = ord(character)
        if character in '"\\':
            words.append(f"\\{character}")
        elif code < 32 or code == 127:
            words.append(f"\\u{code:04X}")
        else:
            words.append(f"\\U{code:08x}" if code > 0xFFFF and code % 2 else character)
    return f'"{"".join(words)}"'
