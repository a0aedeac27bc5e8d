"""Counting work in Lua text: a call of `__t(k)` wherever a program can come to pass again.

`instrument` reads LuaJIT's Lua as its lexer does and inserts `__t(k);` after `do`, after `repeat`,
after each parameter list and before each `goto` statement; `k` is the number of the Lua function
around it. It adds no line break, so every line number stays true. Text that is no Lua is handed
back as it stands from the bad place on: Lua's own parser words that error best. The module knows
text only; what a tick does is up to `lua/harness/work.lua`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine_harness.vm.luau.values import binding

__all__ = ["Instrumented", "LuaFunction", "RefusedToken", "instrument", "skip_header", "wrap"]

TICK_NAME = "__t"
MAIN_CHUNK, ANONYMOUS = "(main chunk)", "(anonymous)"

_START = r"A-Za-z_\x80-\U0010FFFF"
_PART = _START + "0-9"
_NAME = rf"[{_START}][{_PART}]*+"
# Possessive groups with alternatives match wrongly before Python 3.11.5, so none is used: each
# alternative begins in its own way, and what follows a number or a run says that it is whole.
_NUMBER = (
    rf"(?:0[xX](?:[pP][+-]|[{_PART}.])*(?![{_PART}.]|(?<=[pP])[+-])"
    rf"|\.?[0-9](?:[eE][+-]|[{_PART}.])*(?![{_PART}.]|(?<=[eE])[+-]))"
)
_ESCAPE = r"\\(?:z[ \t\v\f\r\n]*+|\r\n|\n\r|\r(?!\n)|\n(?!\r)|[^z\r\n])"
_SINGLE = rf"'(?:[^'\\\n\r]|{_ESCAPE})*'"
_STRING = _SINGLE + "|" + _SINGLE.replace("'", '"')


def _long(label: str) -> str:
    """A long bracket; `label` keeps the group's name apart from its neighbours'."""
    return rf"\[(?P<{label}>=*)\[.*?\](?P={label})\]"


def _whole(label: str, body: str) -> str:
    """`body` matched ahead and then again as one piece, which is never taken back in part."""
    return rf"(?=(?P<{label}>{body}))(?P={label})"


def _comment(label: str) -> str:
    return rf"--{_long(label)}|--(?!\[=*\[)[^\n\r]*+"


def _gap(label: str) -> str:
    return _whole(f"{label}run", rf"(?:[ \t\v\f\r\n]++|{_comment(label)})*")


_WORDS = r"(?:do|repeat|function|goto|end|until|if|__t)"

# One match runs over everything that needs no thought and stops behind the next word that does:
# the loop in Python then turns once per such word, not once per token.
_NEXT = re.compile(
    _whole(
        "run",
        rf"""(?:
      [^{_PART}"'\[\-.]++
    | (?!{_WORDS}(?![{_PART}])){_NAME}
    | {_STRING}
    | {_comment("c")} | -(?!-)
    | {_long("s")} | \[(?!=*\[)
    | {_NUMBER}(?<![iIlL])
    | \.\.\.?+ | \.(?![0-9.])
    )*""",
    )
    + rf"""
    (?: (?P<word>{_WORDS})(?![{_PART}]) | (?P<number>{_NUMBER}) | (?P<finish>\Z) )""",
    re.DOTALL | re.VERBOSE,
)
_TOKEN = re.compile(
    rf"{_gap('g')}(?:(?P<name>{_NAME})|(?P<string>{_STRING})|(?P<number>{_NUMBER})"
    rf"|{_long('s')}|::|\.\.\.?+|[=~<>]=|(?P<other>.))",
    re.DOTALL,
)
_FOLLOWING_NAME = re.compile(rf"{_gap('g')}({_NAME})", re.DOTALL)
_PARAMETERS = _whole("parameters", r"(?:[^)\-]|" + _comment("f") + ")*")
_HEADER = re.compile(
    rf"{_gap('a')}(?P<name>{_NAME}(?:{_gap('b')}[.:]{_gap('d')}{_NAME})*)?"
    rf"{_gap('e')}\({_PARAMETERS}\)",
    re.DOTALL,
)
_GAP = re.compile(_gap("g"), re.DOTALL)
_ASSIGNED = re.compile(rf"({_NAME}(?:[.:]{_NAME})*)[ \t]*=[ \t]*\Z")
_IMAGINARY_OR_64_BIT = re.compile(r"(?:[uU]?[lL]{2}|[uU][lL]{2}|[iI])\Z")
_LINE_END = re.compile(r"\r\n|\n\r|\r|\n")
# A byte order mark stands as it is or, in a text of bytes, as three characters.
_SHEBANG = re.compile(r"(?:\ufeff|\xef\xbb\xbf)?(?:#[^\n\r]*)?")
# How far to look back for the name that an anonymous function is assigned to.
_LOOK_BACK_CHARACTERS = 120

_RESERVED = frozenset(
    [
        "and",
        "break",
        "do",
        "else",
        "elseif",
        "end",
        "false",
        "for",
        "function",
        "if",
        "in",
        "local",
        "nil",
        "not",
        "or",
        "repeat",
        "return",
        "then",
        "true",
        "until",
        "while",
    ]
)
# Reserved words behind which a statement can begin.
_BEFORE_STATEMENT = frozenset(
    ["break", "do", "else", "end", "false", "nil", "repeat", "then", "true"]
)
# Of all that is neither name, number nor string, what an expression or a statement can end with.
_CLOSERS = frozenset([")", "]", "}", ";", "...", "::"])


class RefusedToken(ValueError):
    """Lua that LuaJIT would take and the sandbox does not; the message says where and why."""


@dataclass(frozen=True, slots=True)
class LuaFunction:
    """One Lua function of one text."""

    number: int
    line: int
    name: str
    """`World.step`, `World:apply`, `local f`, `(main chunk)`, `(anonymous)`, or `(anonymous) in
    World.step`: in the nearest function around it that has a name."""


@dataclass(frozen=True, slots=True)
class Instrumented:
    """A text that counts its work."""

    text: str
    functions: tuple[LuaFunction, ...]


@dataclass(slots=True)
class _Pass:
    """The state of one pass over one text."""

    text: str
    chunk_name: str
    next_number: int
    pieces: list[str] = field(default_factory=list)
    functions: list[LuaFunction] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """For each open block, innermost last, the function in it."""
    copied: int = 0
    lines_at: int = 0
    line: int = 1

    def insert(self, position: int, number: int) -> None:
        self.pieces.append(self.text[self.copied : position])
        # The `;` keeps a parenthesis that follows from being taken for another call.
        self.pieces.append(f' {TICK_NAME}("_{number}");')
        self.copied = position

    def line_of(self, position: int) -> int:
        """Positions must not go back: lines are counted once."""
        between = self.text[self.lines_at : position]
        plain = "\r" not in between
        self.line += between.count("\n") if plain else len(_LINE_END.findall(between))
        self.lines_at = position
        return self.line

    def add_function(self, position: int, name: str) -> int:
        number = self.next_number
        self.next_number += 1
        self.functions.append(LuaFunction(number, self.line_of(position), name))
        return number

    def anonymous(self) -> str:
        """The name of a function that has none, and begins here."""
        around = self.functions[self.owners[-1] - self.functions[0].number].name
        if around == MAIN_CHUNK:
            return ANONYMOUS
        return around if around.startswith(ANONYMOUS) else f"{ANONYMOUS} in {around}"

    def refuse(self, position: int, why: str) -> RefusedToken:
        before = _LINE_END.split(self.text[:position])
        return RefusedToken(f"{self.chunk_name}:{len(before)}:{len(before[-1]) + 1}: {why}")


def instrument(text: str, chunk_name: str, first: int = 1) -> Instrumented:
    """Insert the ticks. The functions get the numbers `first`, `first` + 1, … in file order.

    The result needs `wrap` around it. Raises `RefusedToken` for the reserved name `__t` and for
    64-bit and imaginary literals, whose values have neither a stable order nor a stable text.
    """
    text = skip_header(text)
    state = _Pass(text, chunk_name, first)
    state.owners.append(state.add_function(0, MAIN_CHUNK))
    state.insert(0, first)
    position = 0
    while (match := _NEXT.match(text, position)) is not None:
        kind = match.lastgroup
        if kind == "finish":
            break
        if kind == "number":
            position = match.end()
            literal = match["number"]
            if _IMAGINARY_OR_64_BIT.search(literal):
                why = f"the literal {literal} is a 64-bit or imaginary number; use a plain number"
                raise state.refuse(match.start("number"), why)
            continue
        position = _take_word(state, match, position)
        if position < 0:
            break
    state.pieces.append(text[state.copied :])
    return Instrumented("".join(state.pieces), tuple(state.functions))


def wrap(instrumented: Instrumented) -> str:
    """The text as one chunk.

    It is called with `bind(first, count) -> tick` and returns the program as a function.
    """
    first, count = instrumented.functions[0].number, len(instrumented.functions)
    text = instrumented.text
    bound = f"local {TICK_NAME}=(...)({first},{count}){binding(text)}"
    return f"{bound} return function(...){text}\nend"


def _take_word(state: _Pass, match: re.Match[str], run_start: int) -> int:
    """Handle the word that `match` stopped at; return where to go on, -1 to give the text up."""
    word, start, end = match["word"], match.start("word"), match.end()
    owners = state.owners
    if word == "function":
        header = _HEADER.match(state.text, end)
        if header is None:
            return -1
        name = _function_name(state.text, run_start, start, header)
        number = state.add_function(start, name or state.anonymous())
        owners.append(number)
        end = header.end()
        state.insert(end, number)
    elif word == "if":
        owners.append(owners[-1])
    elif word in ("do", "repeat"):
        owners.append(owners[-1])
        state.insert(end, owners[-1])
    elif word in ("end", "until"):
        owners.pop()
        if not owners:
            return -1
    elif word == "goto":
        if _is_goto_statement(state.text, run_start, start, end):
            state.insert(start, owners[-1])
    else:
        raise state.refuse(start, f"the name {TICK_NAME} is reserved; choose another one")
    return end


def _is_goto_statement(text: str, run_start: int, start: int, end: int) -> bool:
    """Whether `goto` jumps here. LuaJIT takes it for a name anywhere else."""
    following = _FOLLOWING_NAME.match(text, end)
    if following is None or following[1] in _RESERVED or following[1] == "goto":
        return False
    previous, kind = _last_token(text, run_start, start)
    if kind is None:
        # A condition cannot begin with a jump; everything else that stops the run opens a block
        # or closes one.
        return not text.endswith(("if", "until", "goto"), 0, run_start)
    if kind == "name":
        return previous in _BEFORE_STATEMENT or previous not in _RESERVED | {"local"}
    return kind in ("string", "number", "s") or previous in _CLOSERS


def _last_token(text: str, run_start: int, start: int) -> tuple[str, str | None]:
    """The last significant token before `start`, and its kind; kind None at a block's beginning."""
    position = run_start
    last, kind = "", None
    while True:
        match = _TOKEN.match(text, position, start)
        if match is None or match.end() > start:
            return last, kind
        gap = _GAP.match(text, position, start)
        position = match.end()
        last = text[gap.end() if gap else position : position]
        kind = match.lastgroup if match.lastgroup not in (None, "g", "grun") else "other"


def _function_name(text: str, run_start: int, start: int, header: re.Match[str]) -> str | None:
    written = header["name"]
    if written is not None:
        name = re.sub(rf"{_gap('g')}", "", written) if not written.isidentifier() else written
        is_local = _last_token(text, max(run_start, start - _LOOK_BACK_CHARACTERS), start)
        return f"local {name}" if is_local[0] == "local" else name
    assigned = _ASSIGNED.search(text, max(run_start, start - _LOOK_BACK_CHARACTERS), start)
    return assigned[1] if assigned else None


def skip_header(text: str) -> str:
    """LuaJIT skips a byte order mark and a first line that begins with `#`; so the line stays."""
    match = _SHEBANG.match(text)
    return text[match.end() :] if match else text
