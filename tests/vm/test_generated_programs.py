"""Counting changes nothing: generated programs do the same with the ticks in them and without."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAMS, BATCHES = 2000, 20
# Stands in a program where a work unit is due; the generator knows that without reading Lua.
DUE = "\x01"

LONG_TEXTS = ["[[ do end ]]", "[==[ function f() ]] \n repeat ]==]", "[[\ngoto x]]", "[=[]]]=]"]
SHORT_TEXTS = [
    '"do"',
    "'it\\'s a -- trap'",
    '"\\"end\\""',
    "'\\\\'",
    '"a\\\nb"',
    '"\\z  \n  c"',
    "'\\65'",
]
NUMBERS = ["0", "1", "2", "3.5", ".5", "7.", "1e1", "0x10", "0xA.8p1", "1e-2", "2E+1"]
GAPS = [" "] * 30 + [
    "\n",
    "\n",
    "\t",
    "  ",
    " --[[ do ]] ",
    " --[==[ end\n ]==] ",
    " -- function(\n",
]
GAPS_ON_ONE_LINE = [" "] * 10 + ["", " --[[ ( ]] "]


class Generator:
    """One program as a list of tokens that terminates, with errors here and there."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.tokens: list[str] = []
        self.names = 0
        self.numbers: list[str] = []
        self.functions: list[str] = []
        self.loops = 0
        self.depth = 0
        self.in_vararg = True

    def emit(self, *tokens: str) -> None:
        for token in tokens:
            self.tokens.append(token)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def fresh(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    # Expressions. All are numbers unless they are broken on purpose.

    def number(self, depth: int = 0) -> None:
        choice = self.random.randrange(14 if depth < 3 else 4)
        if choice < 2 or (choice < 4 and not self.numbers):
            self.emit(self.random.choice(NUMBERS))
        elif choice < 4:
            self.emit(self.random.choice(self.numbers))
        elif choice < 7:
            self.emit("(")
            self.number(depth + 1)
            self.emit(self.random.choice(["+", "-", "*", "%"]))
            self.number(depth + 1)
            self.emit(")")
        elif choice == 7:
            self.emit("#", self.text())
        elif choice == 8:
            self.emit("(", self.text(), ")", ":", "len", "(", ")")
        elif choice == 9:
            self.emit("t", ".", "goto")
        elif choice == 10 and self.functions:
            self.call(depth)
        elif choice == 11:
            self.emit("(")
            self.condition(depth + 1)
            self.emit("and", "1", "or", "-", "2", ")")
        elif choice == 12:
            self.closure_call(depth)
        elif self.in_vararg and choice == 13:
            self.emit("select", "(", "'#'", ",", "...", ")")
        else:
            self.emit("-")
            self.number(depth + 1)

    def text(self) -> str:
        return self.random.choice(SHORT_TEXTS if self.chance(70) else LONG_TEXTS)

    def condition(self, depth: int = 0) -> None:
        if self.chance(15):
            self.emit("not")
        self.emit("(")
        self.number(depth + 1)
        self.emit(self.random.choice(["<", "<=", "==", "~=", ">", ">="]))
        self.number(depth + 1)
        self.emit(")")

    def call(self, depth: int) -> None:
        self.emit(self.random.choice(self.functions), "(")
        self.number(depth + 1)
        self.emit(")")

    def closure_call(self, depth: int) -> None:
        self.emit("(", "function", "(", "...", ")", DUE)
        self.inside(True, lambda: (self.emit("return"), self.number(depth + 1)))
        self.emit("end", ")", "(")
        self.number(depth + 1)
        self.emit(")")

    def inside(self, vararg: bool, body: Callable[[], object]) -> None:
        outer, self.in_vararg = self.in_vararg, vararg
        loops, self.loops = self.loops, 0
        body()
        self.in_vararg, self.loops = outer, loops

    # Statements.

    def block(self) -> None:
        self.depth += 1
        numbers, functions = list(self.numbers), list(self.functions)
        for _ in range(self.random.randrange(1, 5 if self.depth < 4 else 3)):
            length = len(self.tokens)
            self.statement()
            if len(self.tokens) > length and self.chance(20):
                self.emit(";")
        self.numbers, self.functions = numbers, functions
        self.depth -= 1

    def statement(self) -> None:
        simple = [self.local, self.assign, self.show, self.field, self.string_call, self.broken]
        nested = [
            self.if_,
            self.numeric_for,
            self.generic_for,
            self.while_,
            self.repeat_,
            self.do_,
            self.local_function,
            self.method,
            self.protected,
            self.jump_back,
            self.skip,
        ]
        self.random.choice(simple if self.depth > 4 or self.chance(45) else nested)()

    def local(self) -> None:
        name = self.fresh("n")
        self.emit("local", name, "=")
        self.number()
        self.numbers.append(name)

    def assign(self) -> None:
        if self.numbers:
            self.emit(self.random.choice(self.numbers), ",", "t", ".", "goto", "=")
            self.number()
            self.emit(",")
            self.number()

    def show(self) -> None:
        self.emit("print", "(")
        self.number()
        self.emit(",", self.text(), ")")

    def field(self) -> None:
        self.emit("t", "[", self.random.choice(NUMBERS), "]", "=", "{")
        self.number()
        self.emit(
            ";", "goto", "=", self.random.choice(NUMBERS), ",", "f", "=", "function", "(", ")"
        )
        self.emit(DUE, "end", "}")

    def string_call(self) -> None:
        self.emit("print", self.text())

    def broken(self) -> None:
        if not self.chance(25):
            return
        kind = self.random.randrange(4)
        if kind == 0:
            self.emit("error", "(", self.text(), ")")
        elif kind == 1:
            self.emit("t", ".", "missing", ".", "x", "=", "1")
        elif kind == 2:
            self.emit("print", "(", "t", "+")
            self.number()
            self.emit(")")
        else:
            self.emit("error", "(", "{", "}", ")")

    def if_(self) -> None:
        self.emit("if")
        self.condition()
        self.emit("then")
        self.block()
        if self.chance(40):
            self.emit("elseif")
            self.condition()
            self.emit("then")
            self.block()
        if self.chance(50):
            self.emit("else")
            self.block()
        self.emit("end")

    def loop_body(self) -> None:
        self.emit(DUE)
        self.loops += 1
        continued = self.chance(30)
        label = self.fresh("continue")
        if continued:
            self.emit("do", DUE)
        self.block()
        if continued:
            self.emit("if")
            self.condition()
            self.emit("then", DUE, "goto", label, "end")
            self.show()
            self.emit("end", "::", label, "::")
        elif self.chance(20):
            self.emit("if")
            self.condition()
            self.emit("then", "break", "end")
        self.loops -= 1

    def numeric_for(self) -> None:
        name = self.fresh("i")
        self.emit("for", name, "=", "1", ",", str(self.random.randrange(4)))
        if self.chance(30):
            self.emit(",", "2")
        self.emit("do")
        self.with_number(name, self.loop_body)
        self.emit("end")

    def with_number(self, name: str, body: Callable[[], None]) -> None:
        self.numbers.append(name)
        body()
        self.numbers.remove(name)

    def generic_for(self) -> None:
        key, value = self.fresh("k"), self.fresh("v")
        self.emit("for", key, ",", value, "in", self.random.choice(["pairs", "ipairs"]))
        self.emit("{", "3", ",", "4", "}", "do")
        self.with_number(value, self.loop_body)
        self.emit("end")

    def while_(self) -> None:
        turns = self.fresh("w")
        self.emit("local", turns, "=", "0", "while", turns, "<", str(self.random.randrange(4)))
        self.emit("do", DUE, turns, "=", turns, "+", "1")
        self.block()
        self.emit("end")

    def repeat_(self) -> None:
        turns, last = self.fresh("r"), self.fresh("l")
        self.emit("local", turns, "=", "0", "repeat", DUE, turns, "=", turns, "+", "1")
        self.block()
        self.emit("local", last, "=", turns, ">=", str(self.random.randrange(1, 4)))
        self.emit("until", last)

    def do_(self) -> None:
        self.emit("do", DUE)
        self.block()
        self.emit("end")

    def local_function(self) -> None:
        name, parameter = self.fresh("f"), self.fresh("p")
        self.emit(
            *self.random.choice([["local", "function", name], ["local", name, "=", "function"]])
        )
        self.emit("(", parameter, ",", "...", ")", DUE)
        functions, self.functions = self.functions, []
        self.inside(True, lambda: self.with_number(parameter, self.returning_block))
        self.functions = functions
        self.emit("end")
        self.functions.append(name)

    def returning_block(self) -> None:
        numbers = list(self.numbers)
        self.block()
        self.emit("return")
        self.number()
        self.numbers = numbers

    def method(self) -> None:
        name = self.fresh("m")
        separator = self.random.choice([".", ":"])
        self.emit("function", "t", separator, name, "(", ")", DUE)
        functions, self.functions = self.functions, []
        self.inside(False, self.returning_block)
        self.functions = functions
        self.emit("end", "print", "(", "t", ":", name, "(", ")", ")")

    def protected(self) -> None:
        self.emit("print", "(", "pcall", "(", "function", "(", ")", DUE)
        self.inside(False, self.returning_block)
        self.emit("end", ")", ")")

    def jump_back(self) -> None:
        label, turns = self.fresh("again"), self.fresh("g")
        self.emit("local", turns, "=", "0", "::", label, "::", turns, "=", turns, "+", "1")
        self.emit("if", turns, "<", "3", "then", DUE, "goto", label, "end")

    def skip(self) -> None:
        label = self.fresh("out")
        self.emit("do", DUE)
        self.emit("if")
        self.condition()
        self.emit("then", "goto", "=", "1", DUE, "goto", label, "end")
        self.show()
        self.emit("::", label, "::", "end")

    def program(self) -> str:
        # `goto` is a name wherever no label can follow; here it is a local, too.
        self.emit(DUE, "local", "t", ",", "goto", "=", "{", "goto", "=", "2", "}", ",", "5")
        while len(self.tokens) < 150:
            self.statement()
        parts = [self.random.choice(["", "#!/usr/bin/lua\n", "-- do\n"])]
        for token in self.tokens:
            # A line break before a parenthesis would be ambiguous.
            gaps = GAPS_ON_ONE_LINE if token == "(" else GAPS
            parts += [self.random.choice(gaps), token]
        text = "".join(parts) + self.random.choice(["", "\n", " -- the end", " --[[ end ]]"])
        return text.replace("\n", "\r\n") if self.chance(10) else text


MAIN = """
local names = { %s }
for index = 1, #names do
	units = 0
	print("PROGRAM", names[index], pcall(require, names[index]))
	%s
end
"""


def test_programs_do_the_same_with_and_without_counting(run_lua: Callable[..., Any]) -> None:
    failed = succeeded = 0
    for batch in range(BATCHES):
        seeds = range(batch * PROGRAMS // BATCHES, (batch + 1) * PROGRAMS // BATCHES)
        programs = {f"p{seed}": Generator(seed).program() for seed in seeds}
        names = ", ".join(f'"{name}"' for name in programs)
        by_hand = {name: text.replace(DUE, " units=units+1; ") for name, text in programs.items()}
        plain = {name: text.replace(DUE, " ") for name, text in programs.items()}
        reference = run_lua(
            MAIN % (names, 'print("UNITS", units)'), modules=by_hand, instrument=False
        )
        counted = run_lua(MAIN % (names, ""), modules=plain, work_units=10**9)
        assert reference.error is None
        assert counted.error is None
        shown = [line for line in reference.prints if not line.startswith("UNITS\t")]
        assert counted.prints == shown
        assert all("syntax" not in line and "expected" not in line for line in shown)
        units = [int(line[6:]) for line in reference.prints if line.startswith("UNITS\t")]
        by_file = dict.fromkeys(programs, 0)
        for function, spent in counted.functions:
            file = function.split(":", 1)[0].removesuffix(".lua")
            if file in by_file:
                by_file[file] += spent
        assert by_file == dict(zip(programs, units, strict=True))
        outcomes = [line for line in shown if line.startswith("PROGRAM\t")]
        failed += sum("\tfalse\t" in line for line in outcomes)
        succeeded += sum("\ttrue\t" in line for line in outcomes)
    # Both kinds are there in numbers, or the claim would be empty.
    assert failed + succeeded == PROGRAMS
    assert failed > PROGRAMS / 10
    assert succeeded > PROGRAMS / 10
