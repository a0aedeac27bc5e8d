"""Statements of Lua and Luau: reading them, and rewriting what only Luau has.

`continue` becomes a jump to a label at the end of its loop, `x += y` an assignment, and types go.
Where a block has to be put around something it is that of `if true then`, which costs nothing:
LuaJIT makes no code of it, and no work is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.vm.luau.compound import COMPOUND, CompoundWriter
from engine_harness.vm.luau.functions import FunctionScope, Loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.vm.luau.tokens import Tokens

__all__ = ["StatementReader"]

MAIN_CHUNK, ANONYMOUS = "(main chunk)", "(anonymous)"

_BLOCK_ENDS = frozenset(["end", "else", "elseif", "until", "<eof>"])
_LAST = frozenset(["return", "break", "continue"])
# What goes on with a name that stands at the beginning of a statement.
_GOES_ON = frozenset(["=", ",", "(", ".", "[", ":", "string", "{", "//=", *COMPOUND])
# What LuaJIT keeps on its stack for a loop, as locals without a name.
_LOOP_STATE = ("(for)", "(for)", "(for)")

_TYPE_FUNCTION = "'type function' is not supported; only a type checker runs it: leave it out"
_CONST = "'const' is not supported; write local"
_EXPORT = "only types can be exported; return a table of the values"
_FLOOR_DIVISION = "'//=' is not supported; write x = math.floor(x / y)"
_OUTSIDE = "continue stands in no loop"


class StatementReader(CompoundWriter):
    """Goes past statements and records what has to change."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.functions: list[FunctionScope] = []
        """All functions that were read, in order of their beginnings."""
        self._around: list[FunctionScope] = []
        self._labels = 0
        self._statements: dict[str, Callable[[], str]] = {
            "if": self._if,
            "while": self._while,
            "do": self._do,
            "for": self._for,
            "repeat": self._repeat,
            "function": self._function,
            "local": self._local,
            "return": self._return,
            "break": self._break,
            "::": self._label,
            "name": self._beginning_with_name,
        }

    @property
    def scope(self) -> FunctionScope:
        """The function that is read."""
        return self._around[-1]

    def chunk(self) -> None:
        """Go past the whole text."""
        self._enter(MAIN_CHUNK, 0)
        self._block()
        if self.kinds[self.index] != "<eof>":
            self.fail("'<eof>' expected")
        self._around.pop()

    def _enter(self, name: str, first: int) -> None:
        scope = FunctionScope(name, first)
        self.functions.append(scope)
        self._around.append(scope)

    def skip_typeof(self) -> None:
        """Go past an expression that is never evaluated; its functions do not exist."""
        count = len(self.functions)
        super().skip_typeof()
        del self.functions[count:]

    # Blocks

    def _block(self, loop: Loop | None = None) -> str:
        """Go past a block, leaving its locals active; `loop`: the one whose body it is.

        Returns its last word: `return`, `break`, `continue` or nothing.
        """
        self.go_deeper()
        kinds, statements = self.kinds, self._statements
        last = ""
        while kinds[self.index] not in _BLOCK_ENDS:
            first, recorded = self.index, len(self.edits)
            statement = statements.get(kinds[first])
            last = self._expression_statement() if statement is None else statement()
            if loop is not None and loop.label and loop.jumping is None:
                loop.jumping, loop.known = first, len(self.scope.names)
            if not self.take(";") and kinds[self.index] == "(" and len(self.edits) > recorded:
                # The bracket begins a statement; behind what was rewritten it would be a call.
                self.edits.close(self.end(self.index - 1), ";")
            if last:
                if kinds[self.index] not in _BLOCK_ENDS:
                    self.fail(f"'{last}' must be the last statement of its block")
                break
        self.depth -= 1
        return last

    def _inner_block(self) -> str:
        """Go past a block; its locals end with it."""
        scope = self.scope
        count = len(scope.names)
        last = self._block()
        scope.forget(count)
        return last

    def _body(self, opened: int) -> None:
        """Go past the body of a `while` or `for` and its `end`."""
        scope = self.scope
        loop, count, first = Loop(is_repeat=False), len(scope.names), self.index
        scope.loops.append(loop)
        last = self._block(loop)
        scope.loops.pop()
        scope.forget(count)
        if loop.label:
            label = f" ::{loop.label}:: "
            if last in ("return", "break"):
                # Nothing may follow these two, and the label has to be the last of its block.
                self.edits.open(self.start(first), " if true then ")
                label = f" end{label}"
            self.edits.close(self.start(self.index), label)
        self.expect("end", opened)

    def _if(self) -> str:
        opened = self.index
        while True:
            self.index += 1
            self.expression()
            self.expect("then", self.index if self.index == opened else opened)
            self._inner_block()
            if self.kinds[self.index] != "elseif":
                break
        if self.take("else"):
            self._inner_block()
        self.expect("end", opened)
        return ""

    def _while(self) -> str:
        opened = self.index
        self.index += 1
        self.expression()
        self.expect("do", opened)
        self._body(opened)
        return ""

    def _do(self) -> str:
        opened = self.index
        self.index += 1
        self._inner_block()
        self.expect("end", opened)
        return ""

    def _for(self) -> str:
        opened, scope = self.index, self.scope
        self.index += 1
        names = self._names()
        if len(names) == 1 and self.take("="):
            self.expression()
            self.expect(",")
            self.expression()
            if self.take(","):
                self.expression()
        else:
            if not self.take("in"):
                self.fail("'=' or 'in' expected" if len(names) == 1 else "'in' expected")
            self.expressions()
        self.expect("do", opened)
        count = len(scope.names)
        scope.declare(*_LOOP_STATE, *names)
        self._body(opened)
        scope.forget(count)
        return ""

    def _names(self) -> list[str]:
        """Go past names with their types."""
        names = []
        while True:
            names.append(self.words[self.index])
            self.expect("name")
            self.annotation()
            if not self.take(","):
                return names

    # Repeat and continue

    def _repeat(self) -> str:
        opened, scope = self.index, self.scope
        self.index += 1
        loop, count = Loop(is_repeat=True), len(scope.names)
        scope.loops.append(loop)
        self._block(loop)
        scope.loops.pop()
        until = self.index
        self.expect("until", opened)
        self.expression()
        if loop.jumping is not None:
            # The condition sees the locals of the block. A label among them could not be reached
            # from before they begin, so those behind the first `continue` get a block of their own.
            self._require_declared(loop, until)
            self.edits.open(self.start(loop.jumping), " if true then ")
            self.edits.close(self.start(until), f" end ::{loop.label}:: ")
        scope.forget(count)
        return ""

    def _require_declared(self, loop: Loop, until: int) -> None:
        skipped = frozenset(self.scope.names[loop.known :])
        kinds, words = self.kinds, self.words
        for index in range(until + 1, self.index):
            if kinds[index] != "name" or words[index] not in skipped:
                continue
            is_key = kinds[index - 1] in ("{", ",", ";") and kinds[index + 1] == "="
            if kinds[index - 1] not in (".", ":") and not is_key:
                line = self.line_of(loop.continued)
                self.refuse(
                    f"'until' uses the local '{words[index]}', but the continue in line {line} "
                    "jumps over its declaration; declare it before the continue",
                    index,
                )

    def _continue(self, index: int) -> str:
        loops = self.scope.loops
        self.is_plain = False
        if not loops:
            self.refuse(_OUTSIDE, index)
        loop = loops[-1]
        if loop.label is None:
            loop.label, loop.continued = self._new_label(), index
        self.edits.replace(self.start(index), self.end(index), f"goto {loop.label}")
        return "continue"

    def _new_label(self) -> str:
        while True:
            self._labels += 1
            label = f"continue_{self._labels}"
            if label not in self.words:
                return label

    # Functions

    def _function(self) -> str:
        first = self.index
        self.index += 1
        begin = self.index
        self.expect("name")
        while self.take("."):
            self.expect("name")
        is_method = self.take(":")
        if is_method:
            self.expect("name")
        self.function_body(first, name="".join(self.words[begin : self.index]), is_method=is_method)
        return ""

    def function_body(
        self, first: int, *, name: str | None = None, is_method: bool = False
    ) -> None:
        """Go past parameters, block and `end` of the function that begins at token `first`."""
        self.generics()
        self._enter(name or self._name_assigned(first), first)
        scope = self.scope
        if is_method:
            scope.declare("self")
        opened = self.index
        self.expect("(")
        if self.kinds[self.index] != ")":
            self._parameters(scope)
        self.expect(")", opened)
        self.annotation(is_pack=True)
        self._block()
        self.expect("end", first)
        self._around.pop()

    def _parameters(self, scope: FunctionScope) -> None:
        while True:
            if self.take("..."):
                self.annotation(is_pack=True)
                return
            scope.declare(self.words[self.index])
            self.expect("name")
            self.annotation()
            if not self.take(","):
                return

    def _name_assigned(self, first: int) -> str:
        """The name that the function at token `first` is assigned to, or of the one around it."""
        kinds, begin = self.kinds, first - 1
        if first >= 2 and kinds[begin] == "=" and kinds[begin - 1] == "name":
            begin -= 1
            while kinds[begin - 1] in (".", ":") and kinds[begin - 2] == "name":
                begin -= 2
            return "".join(self.words[begin : first - 1])
        around = self.scope.name
        if around == MAIN_CHUNK:
            return ANONYMOUS
        return around if around.startswith(ANONYMOUS) else f"{ANONYMOUS} in {around}"

    # Other statements

    def _local(self) -> str:
        first = self.index
        self.index += 1
        if self.take("function"):
            name = self.words[self.index]
            self.expect("name")
            self.scope.declare(name)
            self.function_body(first + 1, name=f"local {name}")
            return ""
        names = self._names()
        if self.take("="):
            self.expressions()
        self.scope.declare(*names)
        return ""

    def _return(self) -> str:
        self.index += 1
        if self.kinds[self.index] not in _BLOCK_ENDS and self.kinds[self.index] != ";":
            self.expressions()
        return "return"

    def _break(self) -> str:
        self.index += 1
        return "break"

    def _label(self) -> str:
        self.index += 1
        self.expect("name")
        self.expect("::")
        return ""

    def _beginning_with_name(self) -> str:
        """A statement that begins with a name, or with a word that is one elsewhere."""
        index = self.index
        word, following = self.words[index], self.kinds[index + 1]
        if word == "goto" and following == "name":
            self.index += 2
            return ""
        if word == "type" and following in ("name", "function"):
            return self._type(index)
        if word == "export" and following in ("name", "function", "local"):
            if self.words[index + 1] != "type":
                self.refuse(_EXPORT)
            self.index += 1
            return self._type(index)
        if word == "const" and following in ("name", "function"):
            self.refuse(_CONST)
        if word == "continue" and following not in _GOES_ON:
            self.index += 1
            return self._continue(index)
        return self._expression_statement()

    def _type(self, first: int) -> str:
        """Take out a `type` declaration."""
        self.is_plain = False
        self.index += 1
        if self.kinds[self.index] == "function":
            self.refuse(_TYPE_FUNCTION, first)
        self.alias()
        # What stands before and behind must not become one statement, nor may `;` stand alone.
        is_apart = self.kinds[self.index] not in (";", "(")
        new = " " if is_apart else " if nil then end"
        self.edits.replace(self.start(first), self.end(self.index - 1), new)
        return ""

    def _expression_statement(self) -> str:
        target = self.operand()
        kind = self.kinds[self.index]
        if kind in COMPOUND:
            self.compound(target)
            return ""
        if kind == "//=":
            self.refuse(_FLOOR_DIVISION)
        if kind in ("=", ","):
            while self.take(","):
                self.operand()
            self.expect("=")
            self.expressions()
        elif target.kind != "call":
            self.fail("'=' expected")
        return ""
