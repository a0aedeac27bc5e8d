"""User code in the real sandbox, in this process. What may kill a process has its own child."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.vm.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HARNESS = Path(__file__).parents[2] / "lua" / "harness"

# A host as small as can be: runs `host.texts.main`, answers what it returned and printed.
INIT = """
local Sandbox = require("harness.sandbox")
local Work = require("harness.work")
local ordered = require("harness.ordered")
local concat, format, select, type = table.concat, string.format, select, type

local function quoted(text)
	return '"' .. string.gsub(text, '[%c"\\\\\\127-\\255]', function(c)
		return format("\\\\u%04x", string.byte(c))
	end) .. '"'
end

local function list(sandbox, ...)
	local parts = {}
	for index = 1, select("#", ...) do
		local value = select(index, ...)
		parts[index] = quoted(type(value) .. ":" .. sandbox.tostring(value))
	end
	return "[" .. concat(parts, ",") .. "]"
end

local function failure_text(err)
	return format('{"message":%s,"file":%s,"line":%s,"traceback":%s,"limit":%s}',
		quoted(err.message), err.file and quoted(err.file) or "null", err.line or "null",
		quoted(err.traceback), err.limit and quoted(err.limit) or "null")
end

return function(host)
	local work = Work.new({ units = host.units, memory_kb = host.memory_kb })
	local prints = {}
	local random = require("harness.rng").new("1"):stream("math")
	local sandbox = Sandbox.new({
		work = work, ordered = ordered, random = random, read = host.read, math = math,
		instrument = host.instrument, chunk_path = host.chunk_path,
		print = function(text) prints[#prints + 1] = quoted(text) end,
		now = function() return 12.5 end,
	})
	local function finish(values, err)
		local functions = work.by_function()
		for k = 1, #functions do
			functions[k] = format("[%s,%d]", quoted(host.functions(k) or "?"), functions[k])
		end
		return "done", format('{"values":%s,"error":%s,"prints":[%s],"units":%d,"functions":[%s]}',
			values, err and failure_text(err) or "null", concat(prints, ","), work.total(),
			concat(functions, ",")), ""
	end
	return {
		main = function()
			local values
			local main, message = sandbox.load(host.texts.main, host.texts.name)
			if not main then
				return finish("null", { message = message, traceback = "" })
			end
			local ok, err = sandbox.call(function() values = list(sandbox, main("main")) end)
			return finish(values or "null", not ok and err or nil)
		end,
	}
end
"""


@dataclass(frozen=True)
class Ran:
    """What a user chunk did."""

    values: list[str] | None
    """What it returned, each as `type:text`; None if it failed."""
    error: dict[str, Any] | None
    """`message, file, line, traceback, limit`."""
    prints: list[str]
    units: int
    functions: list[tuple[str, int]]
    """Name and units of each Lua function; two may share a name."""


def harness_texts() -> dict[str, str]:
    texts = {
        "harness." + ".".join(path.relative_to(HARNESS).with_suffix("").parts): path.read_text(
            encoding="utf-8"
        )
        for path in sorted(HARNESS.rglob("*.lua"))
        if not path.name.endswith(".spec.lua")
    }
    return texts | {"harness.init": INIT}


HARNESS_TEXTS = harness_texts()


def run_chunk(
    text: str,
    *,
    modules: Mapping[str, str] | None = None,
    roots: tuple[str, ...] = (),
    name: str = "main.lua",
    work_units: int = 20_000_000,
    memory_mb: int = 256,
    jit: bool = True,
    instrument: bool = True,
) -> Ran:
    """Run `text` as user code in a fresh VM."""
    found = modules or {}

    def read(module: str) -> tuple[str, str] | str:
        if module in found:
            return found[module], module.replace(".", "/") + ".lua"
        for root in roots:
            for tail in (".lua", "/init.lua"):
                path = Path(root) / (module.replace(".", "/") + tail)
                if path.is_file():
                    return path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        return f"module '{module}' not found: looked for {module.replace('.', '/')}.lua"

    machine = Machine(
        HARNESS_TEXTS,
        read_module=read,
        texts={"main": text, "name": name},
        work_units=work_units,
        memory_mb=memory_mb,
        jit=jit,
        instrument=instrument,
    )
    step = machine.start("main", "null")
    data = json.loads(step.text)
    if step.kind == "failed":
        return Ran(None, {"limit": None, **data}, [], -1, [])
    return Ran(
        data["values"],
        data["error"],
        data["prints"],
        data["units"],
        [tuple(entry) for entry in data["functions"]],
    )


@pytest.fixture
def run_lua() -> Callable[..., Ran]:
    """Run a user chunk in the sandbox; the keywords are those of `run_chunk`."""
    return run_chunk
