"""Generated programs do the same in Luau as written by hand in plain Lua.

A program is one tree that is printed twice. The plain form uses none of the reader's means: an
if-expression is a function that is called, `continue` leaves an inner loop of one turn, the left
side of `+=` is put into locals always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lupa.luajit21 import LuaRuntime

from engine_harness.vm.instrument import instrument, wrap
from engine_harness.vm.luau.reader import to_lua

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = (
    "local trace = {} local function log(v) trace[#trace + 1] = tostring(v) return v end "
    "local a, b, c = 1, 2, 3 local t = {1, 2, 3, o = {1, 2, 3, n = 4}, n = 5} "
    "local function get(v) log('get') return v end local function main(...) "
)
TAIL = (
    " end local ok, message = pcall(main, 7, nil, 8) log(a) log(b) log(c) log(t.n) log(t.o.n) "
    "for i = 1, 3 do log(t[i]) log(t.o[i]) end log(ok) return table.concat(trace, ' ')"
)

Node = tuple[Any, ...]

# Expressions

NAMES = st.sampled_from(["a", "b", "c"])
TYPES = st.sampled_from(["number", "any?", "{ [string]: (a: T, ...any) -> (T, U...) }", "A<B<T>>"])
ATOMS = st.one_of(
    st.tuples(st.just("word"), st.sampled_from(["nil", "false", "true", "2", "'x'", "..."])),
    st.tuples(st.just("word"), NAMES),
    st.tuples(st.just("word"), st.sampled_from(["t.n", "t[a]", "get(3)", "select('#', ...)"])),
    st.tuples(st.just("number"), st.sampled_from(["1_0", "0x_f", "2_.5"])),
)


def _wider(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.tuples(st.just("log"), inner),
        st.tuples(st.just("cast"), inner, TYPES),
        st.tuples(st.just("binary"), inner, st.sampled_from(["+", "-", "*", "..", "=="]), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
        st.tuples(st.just("if"), inner, inner, inner),
        st.tuples(st.just("elseif"), inner, inner, inner, inner, inner),
    )


EXPRESSIONS = st.recursive(ATOMS, _wider, max_leaves=8)

# Statements

TARGETS = st.one_of(
    st.tuples(st.just(""), NAMES),
    st.tuples(st.sampled_from(["t", "t.o", "get(t).o", "(get(t))"]), st.just(".n")),
    st.tuples(
        st.sampled_from(["t", "t.o", "get(t)"]),
        st.sampled_from(["[a]", "[get(2)]", "[a % 3 + 1]", "[1_0 - 9]"]),
    ),
)
SIMPLE = st.one_of(
    st.tuples(st.just("local"), NAMES, TYPES, EXPRESSIONS),
    st.tuples(st.just("assign"), NAMES, EXPRESSIONS),
    st.tuples(
        st.just("compound"), TARGETS, st.sampled_from(["+", "-", "*", "/", "%", ".."]), EXPRESSIONS
    ),
    st.tuples(st.just("say"), EXPRESSIONS),
)


def _jump(word: str) -> st.SearchStrategy[Node]:
    return st.tuples(st.just("jump"), st.just(word), EXPRESSIONS)


def _blocks(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    block = st.lists(inner, max_size=3)
    body = st.lists(st.one_of(inner, _jump("continue"), _jump("break")), min_size=1, max_size=4)
    return st.one_of(
        st.tuples(st.just("when"), EXPRESSIONS, block, block),
        st.tuples(st.just("for"), NAMES, body),
        st.tuples(st.just("while"), body),
        st.tuples(st.just("repeat"), body),
        st.tuples(st.just("each"), NAMES, body),
    )


PROGRAMS = st.lists(st.recursive(SIMPLE, _blocks, max_leaves=6), min_size=1, max_size=4)


class Printer:
    """Prints a tree in Luau or in plain Lua."""

    def __init__(self, *, is_luau: bool) -> None:
        self.is_luau = is_luau
        self.count = 0

    def new(self, name: str) -> str:
        self.count += 1
        return f"{name}{self.count}"

    def expression(self, node: Node) -> str:
        kind = node[0]
        parts = [self.expression(part) for part in node[1:] if isinstance(part, tuple)]
        if kind == "word":
            return str(node[1])
        if kind == "number":
            return str(node[1]) if self.is_luau else str(node[1]).replace("_", "")
        if kind == "log":
            return f"log({parts[0]})"
        if kind == "cast":
            return f"({parts[0]} :: {node[2]})" if self.is_luau else f"({parts[0]})"
        if kind == "binary":
            return f"(({parts[0]}) {node[2]} ({parts[1]}))"
        if kind in ("and", "or"):
            return f"(({parts[0]}) {kind} ({parts[1]}))"
        words = ["if", "then", "else"] if kind == "if" else ["if", "then", "elseif", "then", "else"]
        if self.is_luau:
            return (
                f"({' '.join(f'{word} {part}' for word, part in zip(words, parts, strict=True))})"
            )
        text = " ".join(
            f"{word} {part}" if word in ("if", "elseif") else f"{word} return ({part})"
            for word, part in zip(words, parts, strict=True)
        )
        return f"((function(...) {text} end end)(...))"

    def block(self, nodes: list[Node]) -> str:
        return " ".join(self.statement(node) for node in nodes)

    def statement(self, node: Node) -> str:
        printed: str = getattr(self, f"_{node[0]}")(*node[1:])
        return printed

    def _local(self, name: str, type_text: str, value: Node) -> str:
        annotation = f": {type_text}" if self.is_luau else ""
        return f"local {name}{annotation} = {self.expression(value)}"

    def _assign(self, name: str, value: Node) -> str:
        return f"{name} = {self.expression(value)}"

    def _say(self, value: Node) -> str:
        return f"log({self.expression(value)})"

    def _compound(self, target: tuple[str, str], operator: str, value: Node) -> str:
        table, part = target
        right = self.expression(value)
        if self.is_luau:
            return f"do {table}{part} {operator}= {right} end"
        if not table:
            return f"{part} = {part} {operator} ({right})"
        key = "'n'" if part == ".n" else part[1:-1].replace("1_0", "10")
        o, k = self.new("o"), self.new("k")
        return f"do local {o}, {k} = {table}, {key} {o}[{k}] = {o}[{k}] {operator} ({right}) end"

    def _jump(self, word: str, condition: Node) -> str:
        text = self.expression(condition)
        if self.is_luau:
            return f"if {text} then {word} end"
        leave = "stop = true " if word == "break" else ""
        return f"if {text} then {leave}break end"

    def _when(self, condition: Node, then: list[Node], other: list[Node]) -> str:
        text = self.expression(condition)
        return f"if {text} then {self.block(then)} else {self.block(other)} end"

    def _loop(self, begin: str, body: list[Node]) -> str:
        if self.is_luau:
            return f"{begin} {self.block(body)} end"
        turn = f"repeat {self.block(body)} until true"
        return f"{begin} local stop = false {turn} if stop then break end end"

    def _for(self, name: str, body: list[Node]) -> str:
        annotation = ": number" if self.is_luau else ""
        return self._loop(f"for {name}{annotation} = 1, 3 do", body)

    def _each(self, name: str, body: list[Node]) -> str:
        return self._loop(f"for _, {name} in ipairs({{3, 1}}) do", body)

    def _while(self, body: list[Node]) -> str:
        turn = self.new("turn")
        return f"local {turn} = 0 " + self._loop(f"while {turn} < 3 do {turn} = {turn} + 1", body)

    def _repeat(self, body: list[Node]) -> str:
        # The condition sees a local of the block, which is declared before any `continue`.
        turn, last = self.new("turn"), self.new("last")
        begin = f"{turn} = {turn} + 1 local {last} = {turn} >= 3"
        if self.is_luau:
            return f"local {turn} = 0 repeat {begin} {self.block(body)} until {last}"
        return f"local {turn} = 0 " + self._loop("while true do", [("raw", begin, last, body)])

    def _raw(self, begin: str, last: str, body: list[Node]) -> str:
        inner = f"repeat {self.block(body)} until true"
        return f"{begin} {inner} if {last} then stop = true end"


# Programs share no state, so one VM can run them all.
PLAY: Callable[[str], str] = LuaRuntime(encoding="latin-1").eval(
    "function(text) return assert(loadstring(text))(function() return function() end end)() end"
)


def run(text: str) -> str:
    return PLAY(wrap(instrument(text, "generated.lua")))


@settings(max_examples=80, deadline=None)
@given(PROGRAMS)
def test_a_program_in_luau_does_what_it_does_in_plain_lua(program: list[Node]) -> None:
    luau = HEAD + Printer(is_luau=True).block(program) + TAIL
    plain = HEAD + Printer(is_luau=False).block(program) + TAIL
    assert to_lua(plain) is plain
    assert run(to_lua(luau)) == run(plain)
