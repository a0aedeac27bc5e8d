--- Lua patterns, matched step by step where LuaJIT's own matcher could run for ever.
---
--- A pattern is compiled once into nodes. From them follows the worst case of a match, so that the
--- caller can choose: LuaJIT's matcher for what is cheap on any text, this one, which pays for each
--- step, for the rest. Both give the same answers.

local byte, find, sub, error = string.byte, string.find, string.sub, error

local Pattern = {}

-- Compiled patterns that are remembered at a time.
local REMEMBERED_MAX = 1000
-- As in LuaJIT: how deep one match may nest.
local DEPTH_MAX = 200
-- Steps paid for at once, and steps per work unit.
local STEPS_PER_PAYMENT, STEPS_PER_UNIT = 1024, 4

local UNFINISHED, POSITION = -1, -2

-- For each letter of a class (`%a`), the set of bytes in it.
local CLASSES = {}
for letter in ("acdglpsuwxzACDGLPSUWXZ"):gmatch(".") do
	local set = {}
	for code = 0, 255 do
		set[code] = find(string.char(code), "%" .. letter) ~= nil
	end
	CLASSES[byte(letter)] = set
end

local ANY = {}
for code = 0, 255 do
	ANY[code] = true
end

local LITERALS = {}
for code = 0, 255 do
	local set = {}
	for other = 0, 255 do
		set[other] = other == code
	end
	LITERALS[code] = set
end

local CARET, PERCENT, DASH, DOT, OPEN, CLOSE = byte("^%-.()", 1, -1)
local BRACKET_OPEN, BRACKET_CLOSE, DOLLAR, STAR, PLUS, MAYBE = byte("[]$*+?", 1, -1)
local BALANCE, FRONTIER, DIGIT_0, DIGIT_9 = byte("bf09", 1, -1)

-- The set that begins with the bracket at i, and the index behind it; nil if it does not end.
local function read_set(p, i)
	i = i + 1
	local negated = byte(p, i) == CARET
	if negated then
		i = i + 1
	end
	local set = {}
	local first = true
	while first or byte(p, i) ~= BRACKET_CLOSE do
		first = false
		local code = byte(p, i)
		if not code then
			return nil
		elseif code == PERCENT then
			local letter = byte(p, i + 1)
			if not letter then
				return nil
			end
			local class = CLASSES[letter] or LITERALS[letter]
			for member = 0, 255 do
				set[member] = set[member] or class[member]
			end
			i = i + 2
		elseif byte(p, i + 1) == DASH and byte(p, i + 2) and byte(p, i + 2) ~= BRACKET_CLOSE then
			for member = code, byte(p, i + 2) do
				set[member] = true
			end
			i = i + 3
		else
			set[code] = true
			i = i + 1
		end
	end
	for member = 0, 255 do
		set[member] = (set[member] or false) ~= negated
	end
	return set, i + 1
end

-- The node behind a percent sign at i; nil if there is no such thing.
local function read_escape(p, i)
	local letter = byte(p, i + 1)
	if not letter then
		return nil
	elseif letter == BALANCE then
		local from, to = byte(p, i + 2, i + 3)
		return to and { kind = "balance", from = from, to = to }, i + 4
	elseif letter == FRONTIER then
		if byte(p, i + 2) ~= BRACKET_OPEN then
			return nil
		end
		local set, stop = read_set(p, i + 2)
		return set and { kind = "frontier", set = set }, stop
	elseif letter >= DIGIT_0 and letter <= DIGIT_9 then
		return { kind = "back", index = letter - DIGIT_0 }, i + 2
	end
	return { kind = "single", set = CLASSES[letter] or LITERALS[letter] }, i + 2
end

local function read_node(p, i)
	local code = byte(p, i)
	if code == OPEN then
		if byte(p, i + 1) == CLOSE then
			return { kind = "open", what = POSITION }, i + 2
		end
		return { kind = "open", what = UNFINISHED }, i + 1
	elseif code == CLOSE then
		return { kind = "close" }, i + 1
	elseif code == DOLLAR and i == #p then
		return { kind = "end" }, i + 1
	elseif code == PERCENT then
		return read_escape(p, i)
	elseif code == BRACKET_OPEN then
		local set, stop = read_set(p, i)
		return set and { kind = "single", set = set }, stop
	end
	return { kind = "single", set = code == DOT and ANY or LITERALS[code] }, i + 1
end

-- Take a repetition sign behind a single, and note what it does to the worst case.
local function read_repetition(node, p, i, program)
	local code = byte(p, i)
	if code == STAR or code == PLUS or code == DASH then
		node.times = code
		program.loops = program.loops + 1
		return i + 1
	elseif code == MAYBE then
		node.times = code
		program.options = program.options + 1
		return i + 1
	end
	return i
end

local function compile(p)
	local anchored = byte(p) == CARET
	local program = { size = #p, anchored = anchored, loops = 0, options = 0, is_sound = false, simple = true }
	local i, count = anchored and 2 or 1, 0
	while i <= #p do
		local node
		node, i = read_node(p, i)
		if not node then
			return program
		end
		if node.kind == "single" then
			i = read_repetition(node, p, i, program)
		elseif node.kind == "balance" or node.kind == "back" then
			program.loops = program.loops + 1
		end
		if node.kind == "back" or node.kind == "open" or node.kind == "close" then
			program.simple = node.kind == "open" and program.simple
		end
		count = count + 1
		program[count] = node
	end
	program.is_sound = true
	return program
end

local remembered, remembered_count = {}, 0

--- The compiled pattern; `is_sound` is false if LuaJIT's matcher would complain about its form.
function Pattern.compile(p)
	local program = remembered[p]
	if not program then
		program = compile(p)
		if remembered_count >= REMEMBERED_MAX then
			remembered, remembered_count = {}, 0
		end
		remembered[p] = program
		remembered_count = remembered_count + 1
	end
	return program
end

--- The most steps that a search through `length` bytes can take.
function Pattern.worst_case(program, length)
	local n = length + 1
	local steps = (program.size / 8 + 1) * (program.anchored and 1 or n) * 2 ^ program.options
	for k = 1, program.loops do
		steps = steps * n / k
	end
	return steps
end

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
	if level > 32 then
		error("too many captures", 0)
	end
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
	if level == 0 then
		error("invalid pattern capture", 0)
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
	if index < 1 or index > m.level or m.lengths[index] == UNFINISHED then
		error("invalid capture index", 0)
	end
	local length = m.lengths[index] == POSITION and 0 or m.lengths[index]
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

--- A search through `s`, to be continued with `Pattern.search`.
---@param charge fun(units: number)
function Pattern.matcher(s, program, charge)
	return {
		s = s, n = #s, program = program, charge = charge,
		steps = 0, depth = 0, level = 0, starts = {}, lengths = {},
	}
end

--- Match exactly at `si`: the index behind the match, or nil.
function Pattern.match_at(m, si)
	m.level, m.depth = 0, 0
	return match(m, 1, si)
end

--- The first match from `si` on: its start and the index behind it, or nil.
function Pattern.search(m, si)
	local start = si
	repeat
		local stop = Pattern.match_at(m, start)
		if stop then
			return start, stop
		end
		start = start + 1
	until start > m.n + 1 or m.program.anchored
	return nil
end

--- Pay for the steps that are not paid for yet.
function Pattern.settle(m)
	m.charge(m.steps / STEPS_PER_UNIT)
	m.steps = 0
end

--- Capture number `index` of the match from `start` to before `stop`; the whole if there is none.
function Pattern.capture(m, index, start, stop)
	if index > m.level then
		if index ~= 1 then
			error("invalid capture index", 0)
		end
		return sub(m.s, start, stop - 1)
	end
	local length = m.lengths[index]
	if length == POSITION then
		return m.starts[index]
	elseif length == UNFINISHED then
		error("unfinished capture", 0)
	end
	return sub(m.s, m.starts[index], m.starts[index] + length - 1)
end

return Pattern
