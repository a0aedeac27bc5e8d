"""Our matcher gives LuaJIT's answers, and pays for every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Patterns and subjects put together from pieces, so that most of them match somewhere.
COMPARE = r"""
local Matcher = require("harness.matcher")
local Pattern = require("harness.pattern")
local state = 7
local function pick(list)
	state = state * 16807 % 2147483647
	return list[state % #list + 1]
end
local PIECES = {
	"a", "b", ".", "%a", "%d", "%s", "%w", "[ab]", "[^a]", "[%d_]", "[a-c1-3]", "[]x]", "[^]]",
	"[a-]",
	"%b()", "%f[%w]", "()",
	"(a*)", "(.-)", "(%d+)", "%.", "%%", "^", "$", "-", "%1", "x?", "(b)", "[%]a]",
}
local TIMES = { "", "", "", "*", "+", "-", "?" }
local SUBJECTS = {
	"a", "b", "ab", "1", "23", "(", ")", " ", "_", "x", "]", "-", ".", "%", "aa", "c", "$", "^",
}
local function text(pieces, times, count)
	local parts = {}
	for _ = 1, count do
		parts[#parts + 1] = pick(pieces) .. pick(times)
	end
	return table.concat(parts)
end
local function show(...)
	local parts = {}
	for index = 1, select("#", ...) do
		parts[index] = tostring((select(index, ...)))
	end
	return table.concat(parts, "|")
end
local compared, matched = 0, 0
for round = 1, 4000 do
	local p = (round % 5 == 0 and "^" or "") .. text(PIECES, TIMES, round % 6)
	local s = text(SUBJECTS, { "" }, round % 17)
	local program = Pattern.compile(p)
	local ok, expected = pcall(function() return show(string.find(s, p)) end)
	if not ok and program.is_sound then
		return "sound, but LuaJIT says " .. expected .. " of " .. p
	elseif program.is_sound then
		local m = Matcher.new(s, program, function() end)
		local start, stop = Matcher.search(m, 1)
		local got = "nil"
		if start then
			matched = matched + 1
			local parts = { start, stop - 1 }
			for index = 1, m.level do
				parts[#parts + 1] = Matcher.capture(m, index, start, stop)
			end
			got = show(unpack(parts))
		end
		compared = compared + 1
		if got ~= expected then
			return ("find(%q, %q) is %s, not %s"):format(s, p, expected, got)
		end
	end
end
return nil, compared, matched
"""


def test_our_matcher_finds_what_luajit_finds(host_modules: Any) -> None:
    difference, compared, matched = host_modules.run(COMPARE)
    assert difference is None
    assert compared > 2500
    assert matched > 1000


# The library chooses the matcher by the length of the subject; the answers must not show it.
LIBRARY = r"""
local text = ("key = value; other=12 (nested (x)) "):rep(%d) .. "the end"
print(text:find("(%%w+)%%s*=%%s*(%%w+)", 5))
print(text:match("^(.-);(.-)%%((.*)%%)(.*)$") ~= nil)
print(text:match("(%%d+).-(%%b())"), text:match("()n.-()d$"))
local count = 0
for key, value in text:gmatch("(%%w+)%%s*=%%s*(%%w+)") do
	count = count + #key * #value
end
print(count)
print((text:gsub("%%s*(%%w+)%%s*=%%s*(%%w+)%%s*", "<%%2:%%1:%%0>")):sub(1, 200))
print(select(2, text:gsub("(%%w+)%%s*=%%s*(%%w+)", { key = "K", other = false })))
local function swap(a, b) if a == "key" then return b end end
print(select(2, text:gsub("(%%w+)%%s*=%%s*(%%w+)", swap)))
print(("x"):rep(30):gsub("x-", "."), ("abc"):gsub("", "-"), (" a b "):match("^%%s*(.-)%%s*$"))
print((text:gsub("^%%s*(.-)%%s*$", "%%1")) == text)
print(text:find("nested", 1, true), text:find("", 10000000))
"""


def test_long_and_short_subjects_get_the_same_answers(
    make_host_modules: Callable[[], Any],
) -> None:
    answer = """
    local lines, print = {}, nil
    local function note(...)
        local parts = { n = select("#", ...), ... }
        for index = 1, parts.n do parts[index] = tostring(parts[index]) end
        lines[#lines + 1] = table.concat(parts, "|")
    end
    local text, with_ours = ...
    local env = setmetatable({ print = note }, { __index = { select = select } })
    if with_ours then
        local work = { charge = function() end }
        local threads = { nested = function(fn, ...) return fn(...) end }
        local library = require("harness.strings").library(work, threads, string.format, tostring)
        getmetatable("").__index = library
    end
    setfenv(assert(loadstring(text)), env)()
    return table.concat(lines, "\\n")
    """
    for repetitions in (1, 60):
        text = LIBRARY % repetitions
        expected = make_host_modules().run(answer, text, False)
        assert make_host_modules().run(answer, text, True) == expected
    assert expected


def test_an_explosive_pattern_pays_for_its_steps(host_modules: Any) -> None:
    paid = host_modules.run(
        """
        local Matcher, Pattern = require("harness.matcher"), require("harness.pattern")
        local paid = 0
        local program = Pattern.compile(("a*"):rep(4) .. "b")
        local m = Matcher.new(("a"):rep(40), program, function(n) paid = paid + n end)
        assert(not Matcher.search(m, 1))
        return paid
        """
    )
    # 40 a's give about 40^5/5! ways to fail, one unit per four steps.
    assert paid > 40**5 / 120 / 4
