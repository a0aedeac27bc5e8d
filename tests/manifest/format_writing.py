"""Writes the same data as YAML, JSON, TOML, Lua and Luau, in several ways each."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .toml_writing import TomlWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

__all__ = ["WRITERS"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_YAML_KEY = re.compile(r"[a-z][a-z0-9_]*")
_LUA_WORDS = frozenset({
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
})  # fmt: skip
_NOT_IN_YAML = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def write_json(data: Any, dice: Random) -> str:
    return json.dumps(
        data, ensure_ascii=dice.random() < 0.5, indent=dice.choice((None, 1, "\t")), sort_keys=False
    )


def write_yaml(data: Any, dice: Random) -> str:
    return f"# A comment\n{_yaml(data, 0, dice, may_stay=False)}"


def _yaml(value: Any, indent: int, dice: Random, *, may_stay: bool) -> str:
    """Return a value with its last newline; with `may_stay` it begins behind a key or a dash."""
    is_block = value and isinstance(value, dict | list) and dice.random() < 0.7
    if not is_block:
        return f"{' ' if may_stay else ''}{_yaml_flow(value, dice)}\n"
    pad, inner = " " * indent, indent + dice.choice((1, 2, 3))
    if isinstance(value, dict):
        lines = [
            f"{pad}{_yaml_text(key, dice)}:{_yaml(item, inner, dice, may_stay=True)}"
            for key, item in value.items()
        ]
    else:
        lines = [f"{pad}-{_yaml(item, inner, dice, may_stay=True)}" for item in value]
    return "\n" * may_stay + "".join(lines)


def _yaml_flow(value: Any, dice: Random) -> str:
    if isinstance(value, dict):
        pairs = (
            f"{_yaml_text(key, dice)}: {_yaml_flow(item, dice)}" for key, item in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_yaml_flow(item, dice) for item in value)}]"
    return _yaml_text(value, dice) if isinstance(value, str) else json.dumps(value)


def _yaml_text(text: str, dice: Random) -> str:
    if _PLAIN_YAML_KEY.fullmatch(text) and text not in ("true", "false", "null"):
        return dice.choice((text, f"'{text}'", f'"{text}"'))
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    return f'"{_NOT_IN_YAML.sub(lambda found: f"{chr(92)}u{ord(found[0]):04x}", quoted)}"'


def write_toml(data: Any, dice: Random) -> str:
    return TomlWriter(dice).document(data)


def write_lua(data: Any, dice: Random) -> str:
    return f"-- A comment\nlocal whole = {_lua(data, dice, is_luau=False)}\nreturn whole\n"


def write_luau(data: Any, dice: Random) -> str:
    body = _lua(data, dice, is_luau=True)
    return f"""\
--!strict
type Data = {{ [string]: any }}
local function nothing<T>(value: T): T
\tlocal count: number = 0
\tfor index = 1, 3 do
\t\tif index == 2 then continue end
\t\tcount += index
\tend
\treturn if count == 4 then value else error("the sum is wrong")
end
local whole: Data = nothing({body} :: Data)
return whole
"""


def _lua(value: Any, dice: Random, *, is_luau: bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _lua_text(value, dice)
    if isinstance(value, int | float):
        text = repr(value)
        if isinstance(value, int) and dice.random() < 0.3 and value >= 0:
            text = hex(value)
        elif is_luau and dice.random() < 0.5 and isinstance(value, int):
            text = f"{value:_}"
        return text
    if isinstance(value, list):
        return f"{{{', '.join(_lua(item, dice, is_luau=is_luau) for item in value)}}}"
    pairs = [
        f"{_lua_key(key, dice)} = {_lua(item, dice, is_luau=is_luau)}"
        for key, item in value.items()
    ]
    return f"{{{dice.choice((', ', '; ', ',{n}')).format(n=chr(10)).join(pairs)}}}"


def _lua_key(key: str, dice: Random) -> str:
    if _NAME.fullmatch(key) and key not in _LUA_WORDS and dice.random() < 0.8:
        return key
    return f"[ {_lua_text(key, dice)} ]"


def _lua_text(text: str, dice: Random) -> str:
    if dice.random() < 0.2 and "]=]" not in f"{text}]" and not re.search(r"[\r\x00]", text):
        return f"[=[\n{text}]=]"
    pieces: list[str] = []
    for character in text:
        if character in '"\\':
            pieces.append(f"\\{character}")
        elif ord(character) < 32 or ord(character) == 127:
            pieces.append(f"\\{ord(character):03}")
        elif ord(character) > 127 and dice.random() < 0.3:
            pieces.extend(f"\\x{byte:02x}" for byte in character.encode())
        else:
            pieces.append(character)
    return f'"{"".join(pieces)}"'


WRITERS: Mapping[str, Callable[[Any, Random], str]] = {
    ".yaml": write_yaml,
    ".json": write_json,
    ".toml": write_toml,
    ".lua": write_lua,
    ".luau": write_luau,
}
"""By suffix: data and dice to a text."""
