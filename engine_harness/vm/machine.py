"""One LuaJIT for one job: the host's Lua modules, a door for user code, and nothing else.

A `Machine` loads `lua/harness` from texts, closes what LuaJIT and lupa leave open, and runs one
function of `harness.init` as a coroutine that may ask for decisions. Texts cross as UTF-8 and
columns as bytes, both through latin-1, one character per byte. The module is imported by the child
process, so it needs the standard library and lupa alone; it knows neither scenarios nor records.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from lupa.luajit21 import LuaError, LuaMemoryError, LuaRuntime

from engine_harness.vm.instrument import Instrumented, RefusedToken, instrument, skip_header, wrap

__all__ = ["HostModules", "Machine", "Step"]

# LuaJIT cuts chunk names at 60 characters; longer paths get a short id.
CHUNK_NAME_CHARACTERS_MAX = 55
# The VM stops a run at its limit by looking; the allocator stops what grows between two looks.
ALLOCATOR_SLACK = 1.25
ALLOCATOR_SLACK_MB = 32
LUAU_TEXTS_KEPT_MAX = 256

ReadModule = Callable[[str], "tuple[str, str] | str"]
"""Text and chunk name of a module, or the sentence that says where it was looked for.

The text is bytes, one character each: user code need not be UTF-8."""

# Runs in the fresh state before anything else. What it returns holds the only way in.
_PRELUDE = r"""
local source, keep, host, read, to_lua, instrument, with_jit = ...
local dump, load, error, type, setmetatable = string.dump, load, error, type, setmetatable
local create, resume, status = coroutine.create, coroutine.resume, coroutine.status
if not with_jit then
	jit.off()
end
-- A whole game has more paths than the 1,000 that LuaJIT keeps before it forgets all of them.
jit.opt.start("maxtrace=8000", "maxmcode=16384")
-- What is loaded now stays: there is nothing to collect before it is there.
local collect = collectgarbage
collect("stop")
local globals = {}
for name, value in pairs(_G) do
	globals[name] = value
end
globals._G, globals.python, globals.package, globals.module = nil, nil, nil, nil
globals.ffi, globals.table_new, globals.buffer =
	require("ffi"), require("table.new"), require("string.buffer")
local env = setmetatable({}, {
	__index = function(_, name)
		local value = globals[name]
		if value == nil then
			error("the host has no global " .. name, 2)
		end
		return value
	end,
	__newindex = function(_, name)
		error("the host sets no globals: " .. name, 2)
	end,
})
local loaded = {}
function globals.require(name)
	local module = loaded[name]
	if module == nil then
		local text, is_compiled = source(name)
		if not text then
			error("the host has no module " .. name, 2)
		end
		local chunk, message = load(text, "=" .. name, is_compiled and "b" or "t", env)
		if not chunk then
			error(message, 0)
		end
		if not is_compiled then
			keep(name, dump(chunk))
		end
		module = chunk(name)
		loaded[name] = module
	end
	return module
end

-- Lua's parser sees the plain text first. What it refuses is handed on as it is, to be refused
-- again where somebody can report it; so no text can close the function that is put around it.
local function counted(text, chunk_name)
	if not load(text, "=plain", "t", env) then
		return text, chunk_name
	end
	local result, message = instrument(text, chunk_name)
	if not result then
		return nil, message, true
	end
	return result, chunk_name
end
function host.instrument(text, chunk_name)
	return counted(text, host.chunk_id(chunk_name))
end
function host.read(name)
	local text, chunk_name = read(name)
	if not text then
		return nil, chunk_name
	end
	if not load(text, "=plain", "t", env) then
		-- Either Luau or a mistake.
		local plain, message = to_lua(text, chunk_name)
		if not plain then
			return nil, message, true
		end
		text = plain
	end
	return counted(text, chunk_name)
end

local state_globals, names = _G, {}
for name in pairs(state_globals) do
	names[#names + 1] = name
end
local entries = globals.require("harness.init")(host)
for index = 1, #names do
	state_globals[names[index]] = nil
end

collect("restart")
local main
local function answer(ok, kind, ...)
	if not ok then
		local text = type(kind) == "string" and kind or "an error value of type " .. type(kind)
		return "error", text
	elseif status(main) == "suspended" and kind ~= "ask" then
		return "error", "user code yielded to the host"
	end
	return kind, ...
end
local function start(name, data)
	local entry = entries[name]
	if not entry then
		return "error", "harness.init has no function " .. name
	end
	main = create(entry)
	return answer(resume(main, data))
end
local function continue(data)
	return answer(resume(main, data))
end
return start, continue
"""


class HostModules:
    """The texts of `lua/harness`, each compiled by the first VM of the process that needs it.

    Parsing them all costs ten times as much as everything else that a short run does.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """`texts`: module name -> text of everything below `lua/harness`."""
        self._texts = texts
        self._compiled: dict[str, str] = {}

    def source(self, name: str) -> tuple[str | None, bool]:
        """Return what to load for a module, and whether it is compiled."""
        compiled = self._compiled.get(name)
        if compiled is not None:
            return compiled, True
        text = self._texts.get(name)
        return None if text is None else _to_lua(text), False

    def keep(self, name: str, compiled: str) -> None:
        """Remember a module as it was compiled."""
        self._compiled[name] = compiled


@dataclass(frozen=True, slots=True)
class Step:
    """How far a job has come."""

    kind: Literal["done", "ask", "failed"]
    text: str
    """JSON."""
    blobs: Mapping[str, bytes]
    """For `done`: columns by name."""
    measured: Mapping[str, Any] = field(default_factory=dict)
    """For a run that is `done`: what it took on this machine."""


def _to_lua(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def _from_lua(text: str) -> str:
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


@lru_cache(maxsize=LUAU_TEXTS_KEPT_MAX)
def _plain_lua(text: str) -> str:
    # A child serves many runs, and most of them need the same modules.
    from engine_harness.vm.luau.reader import to_lua

    return to_lua(text)


def _failed(status: str, message: str, **more: str) -> Step:
    return Step("failed", json.dumps({"status": status, **more, "message": message}), {})


class Machine:
    """A fresh VM. It serves one job; after `done` or `failed` it is used up."""

    def __init__(
        self,
        harness: HostModules | Mapping[str, str],
        *,
        read_module: ReadModule,
        texts: Mapping[str, str],
        work_units: int,
        memory_mb: int,
        jit: bool = True,
        instrument: bool = True,
    ) -> None:
        """`harness`: the host's modules; one `HostModules` may serve many machines."""
        self._harness = harness if isinstance(harness, HostModules) else HostModules(harness)
        self._read_module = read_module
        self._counting = instrument
        self._functions: list[str] = []
        self._chunk_ids: dict[str, str] = {}
        self._chunk_paths: dict[str, str] = {}
        self._memory_mb = memory_mb
        self._broken: Step | None = None
        self._host: Any = None
        self._start: Any = None
        self._continue: Any = None
        try:
            self._open(texts, work_units, jit)
        except (LuaMemoryError, LuaError) as error:
            self._broken = self._failure_of(error)

    def start(self, function: str, data_json: str) -> Step:
        """Call `harness.init`'s function of that name."""
        return self._broken or self._step(self._start, function, _to_lua(data_json))

    def resume(self, answer_json: str) -> Step:
        """Go on after an `ask`, with the answer."""
        return self._broken or self._step(self._continue, _to_lua(answer_json))

    def close(self) -> None:
        """Give the VM's memory back; nothing can be called afterwards.

        Lua holds functions of this object and this object functions of Lua: left alone, the VM
        would stay until Python happens to look for such circles.
        """
        self._host = self._start = self._continue = None

    def function_name(self, number: int) -> str | None:
        """`<file>:<line> <name>` of an instrumented function."""
        return self._functions[number - 1] if 1 <= number <= len(self._functions) else None

    def _open(self, texts: Mapping[str, str], work_units: int, jit: bool) -> None:
        ceiling = int((self._memory_mb * ALLOCATOR_SLACK + ALLOCATOR_SLACK_MB) * 1024 * 1024)
        runtime = LuaRuntime(
            register_eval=False,
            register_builtins=False,
            unpack_returned_tuples=True,
            encoding="latin-1",
            max_memory=ceiling,
        )
        self._host = runtime.table_from(
            {
                "units": work_units,
                "memory_kb": self._memory_mb * 1024,
                "texts": runtime.table_from({_to_lua(k): _to_lua(v) for k, v in texts.items()}),
                "functions": self._lua_function_name,
                "chunk_id": self._chunk_id,
                "chunk_path": self._chunk_path,
            }
        )
        prelude = runtime.compile(_PRELUDE)
        self._start, self._continue = prelude(
            self._harness.source,
            self._harness.keep,
            self._host,
            self._read,
            self._plain_text,
            self._instrument,
            jit,
        )

    def _step(self, function: Any, *arguments: str) -> Step:
        try:
            answer = function(*arguments)
        except (LuaMemoryError, LuaError) as error:
            return self._failure_of(error)
        kind, text, *rest = answer if isinstance(answer, tuple) else (answer, "")
        if kind == "error":
            return self._failure_of(text)
        if kind == "done":
            names = [_from_lua(name) for name in rest[0].split("\n")] if rest and rest[0] else []
            columns = [column.encode("latin-1") for column in rest[1:]]
            blobs = dict(zip(names, columns, strict=True))
            return Step("done", _from_lua(text), blobs, self._measured())
        if kind == "ask":
            return Step("ask", _from_lua(text), {})
        if kind == "failed":
            return Step("failed", _from_lua(text), {})
        return _failed("bug", f"harness.init answered {kind!r}")

    def _measured(self) -> dict[str, Any]:
        """Return what a run left beside its answer, which is the same on every machine."""
        text = self._host["measured"]
        return {} if text is None else dict(json.loads(text))

    def _failure_of(self, error: object) -> Step:
        text = _from_lua(str(error))
        if isinstance(error, LuaMemoryError) or text.startswith("not enough memory"):
            message = f"more than {self._memory_mb} MB of memory are in use"
            return _failed("limit", message, limit="memory_mb")
        # User code fails inside `harness.init`, which says so itself; this is a mistake of ours.
        return _failed("bug", text)

    # What Lua calls. Nothing may be raised into Lua: a failure is nil and a message.

    def _lua_function_name(self, number: float) -> str | None:
        name = self.function_name(int(number))
        return None if name is None else _to_lua(name)

    def _read(self, name: str) -> tuple[str | None, str]:
        try:
            found = self._read_module(_from_lua(name))
        except Exception as error:  # A door must not let an exception into Lua.
            return None, _to_lua(f"module '{name}' cannot be read: {error}")
        if isinstance(found, str):
            return None, _to_lua(found)
        text, path = found
        return text, self._chunk_id(_to_lua(path))

    def _plain_text(self, text: str, chunk_id: str) -> tuple[str | None, str | None]:
        from engine_harness.vm.luau.reader import LuauError

        try:
            return _plain_lua(text), None
        except LuauError as error:
            # Lua's own parser words a mistake in plain Lua.
            if error.is_plain:
                return text, None
            return None, _to_lua(error.at(_from_lua(self._chunk_path(chunk_id))))

    def _instrument(self, text: str, chunk_id: str) -> tuple[str | None, str | None]:
        path = _from_lua(self._chunk_path(chunk_id))
        first = len(self._functions) + 1
        try:
            result = instrument(text, path, first)
        except RefusedToken as error:
            return None, _to_lua(str(error))
        if not self._counting:
            return wrap(Instrumented(skip_header(text), result.functions)), None
        for function in result.functions:
            self._functions.append(f"{path}:{function.line} {function.name}")
        return wrap(result), None

    def _chunk_id(self, path: str) -> str:
        if len(path) <= CHUNK_NAME_CHARACTERS_MAX:
            return path
        if path not in self._chunk_ids:
            chunk_id = f"~{len(self._chunk_ids) + 1}"
            self._chunk_ids[path] = chunk_id
            self._chunk_paths[chunk_id] = path
        return self._chunk_ids[path]

    def _chunk_path(self, chunk_id: str) -> str:
        return self._chunk_paths.get(chunk_id, chunk_id)
