"""What hostile code tries, and what it gets: a word, a limit, or nothing of interest.

Every attack runs in a process of its own, so that one that kills it fails here by name.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUNNER = Path(__file__).with_name("attack_runner.py")

FILES = "user code has no files; use print, or record.event and record.log of a world"
PROCESS = "user code cannot reach the process or the machine"
CODE = "code cannot be loaded from texts; put it into a module and require it"
ENVIRONMENTS = "environments of functions are fixed; pass a table instead"
ADDRESS = "string.format: '%p' would print an address, which differs per run"
NESTED = "C stack overflow: more than 160 nested resumes and callbacks"
TOO_LARGE = "resulting string too large (more than 64 MB)"
BOUNDS = "bad argument #2 to 'insert' (position out of bounds)"


def literal(column: int, text: str) -> str:
    why = "is a 64-bit or imaginary number; use a plain number"
    return f"main.lua:1:{column}: the literal {text} {why}"


# Refused with these words.
BLOCKED = {
    "return python.eval('1')": "attempt to index global 'python' (a nil value)",
    "return jit.off()": "attempt to index global 'jit' (a nil value)",
    "return require'ffi'": "module 'ffi' is not available here: "
    "it reaches the memory of the process",
    "return require'jit.util'": "module 'jit.util' is not available here: "
    "it shows addresses and compiled code",
    "return require'harness.work'": "module 'harness.work' not found: looked for harness/work.lua",
    "package.loaded.x = 1": "package.loaded is read-only here (module x)",
    "return io.open('/etc/passwd')": f"io.open is not available here: {FILES}",
    "io.stdout:write('x')": f"io.stdout:write is not available here: {FILES}",
    "return os.execute('true')": f"os.execute is not available here: {PROCESS}",
    "os.exit(0)": f"os.exit is not available here: {PROCESS}",
    "return os.getenv('HOME')": f"os.getenv is not available here: {PROCESS}",
    "return os.date()": "os.date is not available here: calendar and time zone differ per machine; "
    "os.time() and os.clock() are virtual",
    "return dofile('x')": f"dofile is not available here: {CODE}",
    "return loadfile('x')": f"loadfile is not available here: {CODE}",
    "return loadstring('return 1')": f"loadstring is not available here: {CODE}",
    "return load('return 1')": f"load is not available here: {CODE}",
    "return string.dump(print)": "string.dump is not available here: "
    "compiled code cannot be loaded here",
    "return (''):dump()": "string.dump is not available here: compiled code cannot be loaded here",
    "return package.loadlib('x', 'y')": "package.loadlib is not available here: "
    "compiled code cannot be loaded here",
    "return getfenv(0)": f"getfenv is not available here: {ENVIRONMENTS}",
    "setfenv(0,{})": f"setfenv is not available here: {ENVIRONMENTS}",
    "module('x')": f"module is not available here: {ENVIRONMENTS}",
    "return debug.getregistry()": "debug.getregistry is not available here: "
    "the debug library could change the run; debug.traceback exists",
    "return newproxy(true)": "newproxy is not available here: "
    "its finalizer would run at a time that differs per run",
    "setmetatable('x',{})": "bad argument #1 to 'setmetatable' (table expected, got string)",
    "return string.format('%p',{})": ADDRESS,
    "return ('%p'):format({})": ADDRESS,
    "return table.concat({{}})": "invalid value (table) at index 1 in table for 'concat'",
    "error({})": "{}",
    "error(setmetatable({},{__tostring=function() return {} end}))": "(error value of type table)",
    "return tostring(1LL)": literal(17, "1LL"),
    "return 0x1ULL": literal(8, "0x1ULL"),
    "return 0x1.8p1i": literal(8, "0x1.8p1i"),
    "return .5i": literal(8, ".5i"),
    "return 1i": literal(8, "1i"),
    "return ('x'):rep(1e9)": TOO_LARGE,
    "local s='x' for i=1,40 do s=s:rep(1000) end return #s": TOO_LARGE,
    "return #(('x'):rep(1e5):gsub('x',('y'):rep(1e5)))": TOO_LARGE,
    "table.insert({1},-2^31+1,1)": BOUNDS,
    "table.insert({1},0/0,1)": BOUNDS,
    "return unpack({},1,1e8)": "too many results to unpack",
    "return table.concat({},'',1,1e9)": "invalid value (nil) at index 1 in table for 'concat'",
    "return +" + "(" * 300 + "1" + ")" * 300: "unexpected symbol near '+'",
    "return " + "(" * 300 + "1" + ")" * 300: "chunk has too many syntax levels",
    "coroutine.yield('ask', 'x')": "attempt to yield from outside a coroutine",
    "return 1 end os.exit(1) local function x()": "'<eof>' expected near 'end'",
    "return 1 end, os.exit(1), function() return 2": "'<eof>' expected near 'end'",
    "--[[ \n return 1": "unfinished long comment near '<eof>'",
    "local __t=function() end while true do end": "main.lua:1:7: the name __t is reserved; "
    "choose another one",
    "\x1bLJ": "attempt to load chunk with wrong mode",
    "local function h(n) local c=coroutine.wrap(h) return c(n+1) end h(1)": NESTED,
    "local function k(n) return (('a'):gsub('.',function() k(n+1) end)) end k(1)": NESTED,
    "local t t=setmetatable({},{__index=function(_,k) return (k:gsub('.',t)) end}) "
    "return ('a'):gsub('.',t)": NESTED,
}

# Stopped by the limit of this name, whatever catches errors on the way.
STOPPED = {
    "while true do end": "work_units",
    "for i=1,1e18 do end": "work_units",
    "repeat until false": "work_units",
    "::a:: goto a": "work_units",
    "local function f() return f() end f()": "work_units",
    "while true do pcall(function() while true do end end) end": "work_units",
    "pcall(pcall, function() while true do end end) return 1": "work_units",
    "xpcall(function() error('x') end,function() while true do end end)": "work_units",
    "xpcall(function() while true do end end,function() return 1 end) return 1": "work_units",
    "local t=setmetatable({},{__index=function() while true do end end}) return t.x": "work_units",
    "while true do local c=coroutine.create(function() while true do end end) "
    "coroutine.resume(c) end": "work_units",
    "local c=coroutine.wrap(function() pcall(function() while true do end end) end) "
    "pcall(c) return 1": "work_units",
    "local c=coroutine.wrap(function() while true do coroutine.yield() end end) "
    "while true do c() end": "work_units",
    "table.sort({3,2,1,5,4},function(a,b) while true do end end)": "work_units",
    "('abc'):gsub('.',function() while true do end end)": "work_units",
    "tostring(setmetatable({},{__tostring=function() while true do end end}))": "work_units",
    "return ('a'):rep(5000):find('a*a*a*a*b')": "work_units",
    "return ('a'):rep(300):find('.-.-.-.-.-.-b')": "work_units",
    "return ('a'):rep(40):find(('a?'):rep(40)..('a'):rep(40))": "work_units",
    "return ('a'):rep(1e6):find('.-b')": "work_units",
    "return ('a'):rep(1e6):find(('a'):rep(5e5)..'b', 1, true)": "work_units",
    "table.move({1},1,1e9,2)": "work_units",
    "while true do ('x'):rep(1e6) end": "work_units",
    "local t = {} for i=1,1e5 do t[i]=i end while true do next(t) end": "work_units",
    "local function f(n) return 1+f(n+1) end return f(1)": "stack",
    "local function f(n) return 1+f(n+1) end return pcall(f,1)": "stack",
    "local function f(n) return 1+f(n+1) end return xpcall(f,tostring,1)": "stack",
    "local function f(n) return 1+f(n+1) end "
    "return coroutine.resume(coroutine.create(f),1)": "stack",
    "local function f(n) return 1+f(n+1) end return pcall(coroutine.wrap(f),1)": "stack",
    "local t={} setmetatable(t,{__tostring=function(x) return tostring(x) .. '' end}) "
    "return tostring(t)": "stack",
    "local function k() table.sort({2,1},function() k() end) end return pcall(k)": "stack",
    "local t={[{}]=1,[{}]=2} for k in pairs(t) do end": "unnumbered_keys",
    "local t={[{}]=1,[{}]=2} return pcall(next, t)": "unnumbered_keys",
    "local t={[function() end]=1,[function() end]=2} table.foreach(t,print)": "unnumbered_keys",
    "local t={} for i=1,1e9 do t[i]={i} end": "memory_mb",
    "while true do pcall(function() local t={} for i=1,1e9 do t[i]={i} end end) end": "memory_mb",
    "local s='x' for i=1,60 do s=s..s end return #s": "memory_mb",
    "return pcall(function() local s='x' for i=1,60 do s=s..s end end)": "memory_mb",
    "local f=print for i=1,1e9 do local g=f f=function() return g end end": "memory_mb",
    "local t={} for i=1,1e9 do t[i]=coroutine.create(function() coroutine.yield() end) "
    "coroutine.resume(t[i]) end": "memory_mb",
}

# Allowed, and harmless: it answers this.
HARMLESS = {
    "return python": ["nil:nil"],
    "return package.loaded.ffi": ["nil:nil"],
    "return collectgarbage('count'), gcinfo()": ["number:0", "number:0"],
    "setmetatable({},{__gc=function() end}) return 1": ["number:1"],
    "local t=setmetatable({},{__mode='k'}) t[{}]=1 for i=1,1e5 do local x={} end "
    "return next(t)~=nil": ["boolean:true"],
    "local mt={} local t=setmetatable({},mt) mt.__mode='k' return 1": ["number:1"],
    "getmetatable('').__index=nil return pcall(function() return ('x'):rep(2) end)": [
        "boolean:false",
        "string:main.lua:1: attempt to index a string value",
    ],
    "string.format=function() return 'mine' end return ('%d'):format(3)": ["string:mine"],
    "return tostring({}):find('0x'), tostring(print):find('builtin')": ["nil:nil", "nil:nil"],
    "return ('%s %-12s|'):format({}, function() end)": ["string:table: #1 function: #2|"],
    "return table.remove({1,2},-2^31+1)": [],
    "local t={} for i=1,100 do t[i]=i%7 end table.sort(t,function() return true end) return #t": [
        "number:100"
    ],
    "math.randomseed(1) return math.random(1, 1)": ["number:1"],
    "local d=0 local function h(n) d=n local c=coroutine.create(h) "
    "return coroutine.resume(c,n+1) end h(1) return d": ["number:161"],
    "local d=0 local function k(n) d=n pcall(function() ('a'):gsub('.',function() k(n+1) end) "
    "end) end k(1) return d": ["number:161"],
    "return pcall(('x').gsub, 'abc','.',function() coroutine.yield() end)": [
        "boolean:false",
        "string:main.lua:1: attempt to yield from outside a coroutine",
    ],
    "return coroutine.resume(coroutine.create(function() "
    "('abc'):gsub('.',function() coroutine.yield() end) end))": [
        "boolean:false",
        "string:main.lua:1: attempt to yield across C-call boundary",
    ],
    "_G.pairs = nil _G.tostring = function() while true do end end return 5": ["number:5"],
    "return pcall(error, 'stack overflow')": ["boolean:false", "string:stack overflow"],
    "return pcall(assert, false, 'stack overflow')": ["boolean:false", "string:stack overflow"],
    "return coroutine.running(), coroutine.isyieldable()": ["nil:nil", "boolean:false"],
}

# A thread goes on at another depth than the one at which it yielded: what it remembers of the depth
# must not let it nest without end.
DEPTH_CONFUSION = """
local deepest = 0
local function nest(n)
    deepest = n
    local inner = coroutine.create(function()
        pcall(coroutine.yield)
        nest(n + 1)
    end)
    coroutine.resume(inner);
    ('x'):gsub('.', function() coroutine.resume(inner) end)
end
pcall(nest, 1)
return deepest < 200
"""
HARMLESS[DEPTH_CONFUSION] = ["boolean:true"]

OPTIONS = {"work_units": 3_000_000, "memory_mb": 64}
# Where more units are needed to get to the point.
GENEROUS = {"work_units": 100_000_000, "memory_mb": 64}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Any]:
    """Every attack's outcome, by its text."""
    texts = [*BLOCKED, *STOPPED, *HARMLESS]
    jobs = [[text, GENEROUS if STOPPED.get(text) == "memory_mb" else OPTIONS] for text in texts]
    ran = subprocess.run(
        [sys.executable, RUNNER], input=json.dumps(jobs), capture_output=True, text=True, check=True
    )
    return dict(zip(texts, json.loads(ran.stdout), strict=True))


@pytest.mark.parametrize("text", BLOCKED)
def test_it_is_refused_with_a_word(outcomes: dict[str, Any], text: str) -> None:
    error = outcomes[text]["error"]
    assert re.sub(r"^main\.lua:\d+: ", "", error["message"]) == BLOCKED[text]
    assert error["limit"] is None


@pytest.mark.parametrize("text", STOPPED)
def test_it_is_stopped_by_a_limit(outcomes: dict[str, Any], text: str) -> None:
    assert outcomes[text].get("error", outcomes[text])["limit"] == STOPPED[text]


@pytest.mark.parametrize("text", HARMLESS)
def test_it_is_harmless(outcomes: dict[str, Any], text: str) -> None:
    assert outcomes[text]["error"] is None
    assert outcomes[text]["values"] == HARMLESS[text]
