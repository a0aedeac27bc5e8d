--- Searching with a Lua pattern step by step, each step paid for.
---
--- For patterns that LuaJIT's own matcher, which nothing can stop, might never finish. Gives the
--- same answers.

local Pattern = require("harness.pattern")

local byte, error, sub = string.byte, error, string.sub

local Matcher = {}

-- As in LuaJIT: how deep one match may nest.
local DEPTH_MAX = 200
-- Steps paid for at once, and steps per work unit.
local STEPS_PER_PAYMENT, STEPS_PER_UNIT = 1024, 4

local UNFINISHED, POSITION = Pattern.UNFINISHED, Pattern.POSITION
local STAR, PLUS, DASH, MAYBE = byte("*+-?", 1, -1)

local match

local function step(m)
	local steps = m.steps + 1
	if steps >= STEPS_PER_PAYMENT then
		steps = 0
		m.charge(STEPS_PER_PAYMENT / STEPS_PER_UNIT)
	end
	m.steps = steps
end

local function match_longest(m, node, ni, si)
	local set, s, n = node.set, m.s, m.n
	local i = si
	while i <= n and set[byte(s, i)] do
		i = i + 1
		step(m)
	end
	local least = node.times == PLUS and si + 1 or si
	while i >= least do
		local stop = match(m, ni + 1, i)
		if stop then
			return stop
		end
		i = i - 1
	end
	return nil
end

local function match_shortest(m, node, ni, si)
	local set, s, n = node.set, m.s, m.n
	while true do
		local stop = match(m, ni + 1, si)
		if stop then
			return stop
		elseif si <= n and set[byte(s, si)] then
			si = si + 1
		else
			return nil
		end
	end
end

local function match_balance(m, node, si)
	local s = m.s
	if byte(s, si) ~= node.from then
		return nil
	end
	local depth = 1
	for i = si + 1, m.n do
		step(m)
		local code = byte(s, i)
		if code == node.to then
			depth = depth - 1
			if depth == 0 then
				return i + 1
			end
		elseif code == node.from then
			depth = depth + 1
		end
	end
	return nil
end

local function match_open(m, node, ni, si)
	local level = m.level + 1
	m.level, m.starts[level], m.lengths[level] = level, si, node.what
	local stop = match(m, ni + 1, si)
	if not stop then
		m.level = m.level - 1
	end
	return stop
end

local function match_close(m, ni, si)
	local level = m.level
	while level > 0 and m.lengths[level] ~= UNFINISHED do
		level = level - 1
	end
	m.lengths[level] = si - m.starts[level]
	local stop = match(m, ni + 1, si)
	if not stop then
		m.lengths[level] = UNFINISHED
	end
	return stop
end

local function match_back(m, node, si)
	local index = node.index
	local length = m.lengths[index]
	if length == POSITION then
		-- As in LuaJIT: no text equals a position.
		return nil
	end
	m.charge(length / 64)
	if sub(m.s, si, si + length - 1) == sub(m.s, m.starts[index], m.starts[index] + length - 1) then
		return si + length
	end
	return nil
end

local function match_single(m, node, ni, si)
	local times = node.times
	if times == STAR or times == PLUS then
		return true, match_longest(m, node, ni, si)
	elseif times == DASH then
		return true, match_shortest(m, node, ni, si)
	end
	local fits = si <= m.n and node.set[byte(m.s, si)]
	if times == MAYBE then
		local stop = fits and match(m, ni + 1, si + 1)
		if stop then
			return true, stop
		end
		return false, si
	end
	return false, fits and si + 1
end

-- Match the nodes from ni at si: the index behind the match, or nil.
function match(m, ni, si)
	m.depth = m.depth + 1
	if m.depth > DEPTH_MAX then
		error("pattern too complex", 0)
	end
	local node = m.program[ni]
	local done, stop = false, nil
	while node and not done do
		step(m)
		local kind = node.kind
		if kind == "single" then
			done, stop = match_single(m, node, ni, si)
		elseif kind == "open" then
			done, stop = true, match_open(m, node, ni, si)
		elseif kind == "close" then
			done, stop = true, match_close(m, ni, si)
		elseif kind == "end" then
			stop = si == m.n + 1 and si
		elseif kind == "balance" then
			stop = match_balance(m, node, si)
		elseif kind == "back" then
			stop = match_back(m, node, si)
		else
			local before, here = byte(m.s, si - 1) or 0, byte(m.s, si) or 0
			if si == 1 then
				before = 0
			end
			stop = not node.set[before] and node.set[here] and si
		end
		if not stop then
			done = true
		elseif not done then
			ni, si = ni + 1, stop
			node = m.program[ni]
		end
	end
	m.depth = m.depth - 1
	if done then
		return stop or nil
	end
	return si
end

--- A search through `s`, to be continued with `Matcher.search`.
---@param charge fun(units: number)
function Matcher.new(s, program, charge)
	return {
		s = s, n = #s, program = program, charge = charge,
		steps = 0, depth = 0, level = 0, starts = {}, lengths = {},
	}
end

--- Match exactly at `si`: the index behind the match, or nil.
function Matcher.match_at(m, si)
	m.level, m.depth = 0, 0
	return match(m, 1, si)
end

--- The first match from `si` on: its start and the index behind it, or nil.
function Matcher.search(m, si)
	local start = si
	repeat
		local stop = Matcher.match_at(m, start)
		if stop then
			return start, stop
		end
		start = start + 1
	until start > m.n + 1 or m.program.anchored
	return nil
end

--- Pay for the steps that are not paid for yet.
function Matcher.settle(m)
	m.charge(m.steps / STEPS_PER_UNIT)
	m.steps = 0
end

--- Capture number `index` of the match from `start` to before `stop`; the whole if there is none.
function Matcher.capture(m, index, start, stop)
	if index > m.level then
		if index ~= 1 then
			error("invalid capture index", 0)
		end
		return sub(m.s, start, stop - 1)
	end
	local length = m.lengths[index]
	if length == POSITION then
		return m.starts[index]
	end
	return sub(m.s, m.starts[index], m.starts[index] + length - 1)
end

return Matcher
