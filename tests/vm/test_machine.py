"""The machine's promise: data in, data out, and nothing of Python within reach of Lua."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from engine_harness.vm.machine import Machine, Step


def machine(init: str, **options: Any) -> Machine:
    """A VM whose only host modules are `init` and, if given, those in `modules`."""
    modules = options.pop("modules", {})
    settings: dict[str, Any] = {
        "read_module": lambda name: f"no module {name}",
        "texts": {},
        "work_units": 1000,
        "memory_mb": 64,
    }
    return Machine({"harness.init": init, **modules}, **settings | options)


def test_a_job_asks_gets_answers_and_is_done_with_columns() -> None:
    init = """
    return function(host)
        return { run = function(data)
            local first = coroutine.yield("ask", '{"seen":' .. data .. "}")
            local second = coroutine.yield("ask", first)
            local column = ffi.new("double[2]", { 0.5, -3 })
            return "done", second, "a.b\\nempty", ffi.string(column, 16), ""
        end }
    end
    """
    vm = machine(init)
    assert vm.start("run", "7") == Step("ask", '{"seen":7}', {})
    assert vm.resume('"one"') == Step("ask", '"one"', {})
    columns = {"a.b": struct.pack("dd", 0.5, -3.0), "empty": b""}
    assert vm.resume('"two"') == Step("done", '"two"', columns)


def test_text_of_any_language_comes_back_as_it_went() -> None:
    init = """
    return function(host)
        return { run = function(data) return "done", data .. #data .. host.texts["ü"], "" end }
    end
    """
    text = "prix 5 € 漢 \U0001f600"
    step = machine(init, texts={"ü": "ñ"}).start("run", text)
    assert step == Step("done", f"{text}{len(text.encode())}ñ", {})


def test_modules_and_texts_reach_lua_counted_and_named() -> None:
    init = """
    return function(host)
        return { run = function()
            local text, name = host.read("a")
            local again, short = host.instrument("x()", ("p/"):rep(40) .. "x.lua")
            local nothing, reason = host.read("b")
            local refused, why, is_refused = host.read("c")
            return "done", table.concat({ text, name, again, short, host.chunk_path(short),
                tostring(nothing), reason, why, tostring(is_refused), host.functions(2) }, "|"), ""
        end }
    end
    """

    def read(name: str) -> tuple[str, str] | str:
        texts = {"a": ("return 1", "a.lua"), "c": ("x = 1LL", "c.lua")}
        return texts.get(name, f"no {name}")

    step = machine(init, read_module=read).start("run", "")
    long = "p/" * 40 + "x.lua"
    assert step.text.split("|") == [
        'local __t=(...)(1,1) return function(...) __t("_1");return 1\nend',
        "a.lua",
        'local __t=(...)(2,1) return function(...) __t("_2");x()\nend',
        "~1",
        long,
        "nil",
        "no b",
        "c.lua:1:5: the literal 1LL is a 64-bit or imaginary number; use a plain number",
        "true",
        f"{long}:1 (main chunk)",
    ]


def test_a_door_that_fails_in_python_answers_with_its_message() -> None:
    def read(name: str) -> tuple[str, str]:
        msg = f"disk full of {name}"
        raise OSError(msg)

    init = """
    return function(host)
        return { run = function() return "done", select(2, host.read("a")), "" end }
    end
    """
    step = machine(init, read_module=read).start("run", "")
    assert step.text == "module 'a' cannot be read: disk full of a"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("error('broken', 0)", "broken"),
        ("error({})", "an error value of type table"),
        ("coroutine.yield('done', '{}', '')", "user code yielded to the host"),
        ("return 'strange', '{}'", "harness.init answered 'strange'"),
        ("x = 5", "harness.init:1: the host sets no globals: x"),
        ("return y", "harness.init:1: the host has no global y"),
        ("require('harness.none')", "harness.init:1: the host has no module harness.none"),
    ],
)
def test_a_host_that_fails_is_a_failed_step(body: str, message: str) -> None:
    init = f"return function() return {{ run = function() {body} end }} end"
    step = machine(init).start("run", "")
    assert (step.kind, json.loads(step.text)) == ("failed", {"status": "bug", "message": message})


def test_a_host_that_does_not_load_fails_every_call() -> None:
    vm = machine("return = 1")
    step = vm.start("run", "")
    assert step.kind == "failed"
    assert json.loads(step.text)["message"].startswith("harness.init:1: unexpected symbol near '='")
    assert vm.resume("") == step


def test_memory_that_no_look_caught_is_the_memory_limit() -> None:
    init = """
    return function()
        return { run = function() local s = "x" for _ = 1, 40 do s = s .. s end end }
    end
    """
    step = machine(init).start("run", "")
    assert json.loads(step.text) == {
        "status": "limit",
        "limit": "memory_mb",
        "message": "more than 64 MB of memory are in use",
    }


def test_the_states_own_globals_are_empty_and_python_is_gone() -> None:
    init = """
    return function()
        return { run = function()
            local own = getfenv(0)
            local found = {}
            for name in pairs(own) do found[#found + 1] = name end
            return "done", #found .. " " .. tostring(rawget(own, "python")), ""
        end }
    end
    """
    assert machine(init).start("run", "").text == "0 nil"


def test_host_modules_are_loaded_once_and_know_each_other() -> None:
    modules = {"harness.a": "return { b = require('harness.b') }", "harness.b": "return {}"}
    init = """
    local a = require("harness.a")
    return function()
        return { run = function() return "done", tostring(a.b == require("harness.b")), "" end }
    end
    """
    assert machine(init, modules=modules).start("run", "").text == "true"


def test_without_the_compiler_nothing_is_compiled() -> None:
    init = """
    return function()
        return { run = function() return "done", tostring((jit.status())), "" end }
    end
    """
    assert machine(init, jit=False).start("run", "").text == "false"
    assert machine(init, jit=True).start("run", "").text == "true"
