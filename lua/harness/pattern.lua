--- Lua patterns as nodes: what a pattern means, and what a search with it can cost at worst.
---
--- The worst case decides who searches: LuaJIT's own matcher what is cheap on any text, `matcher`,
--- which pays for each step, the rest.

local byte, char, find = string.byte, string.char, string.find

local Pattern = {}

-- Compiled patterns that are remembered at a time.
local REMEMBERED_MAX = 1000
-- As in LuaJIT.
local CAPTURES_MAX = 32

-- As lengths of captures: one that is still open, and one that is a position.
Pattern.UNFINISHED, Pattern.POSITION = -1, -2

local ANY = {}
for code = 0, 255 do
	ANY[code] = true
end

local LETTERS = "acdglpsuwxzACDGLPSUWXZ"

-- The set behind a percent sign: of a class (`%a`), or of the letter itself. Made when asked for.
local escaped = {}

local function escaped_set(letter)
	local set = escaped[letter]
	if not set then
		set = { [letter] = true }
		if find(LETTERS, char(letter), 1, true) then
			for code = 0, 255 do
				set[code] = find(char(code), "%" .. char(letter)) ~= nil
			end
		end
		escaped[letter] = set
	end
	return set
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
			local class = escaped_set(letter)
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
	return { kind = "single", set = escaped_set(letter) }, i + 2
end

local function read_node(p, i)
	local code = byte(p, i)
	if code == OPEN then
		if byte(p, i + 1) == CLOSE then
			return { kind = "open", what = Pattern.POSITION }, i + 2
		end
		return { kind = "open", what = Pattern.UNFINISHED }, i + 1
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
	return { kind = "single", set = code == DOT and ANY or { [code] = true } }, i + 1
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
	local program = { size = #p, anchored = anchored, loops = 0, options = 0, is_sound = false }
	local i, count, open, opened = anchored and 2 or 1, 0, 0, 0
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
		if node.kind == "open" then
			opened = opened + 1
			open = node.what == Pattern.UNFINISHED and open + 1 or open
		elseif node.kind == "close" then
			open = open - 1
		end
		local is_early = node.kind == "back" and (open > 0 or node.index > opened)
		if open < 0 or opened > CAPTURES_MAX or is_early then
			return program
		end
		count = count + 1
		program[count] = node
	end
	program.is_sound = open == 0
	return program
end

local remembered, remembered_count = {}, 0

--- The compiled pattern; `is_sound` is false if LuaJIT's matcher may have to complain about its
--- form.
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

return Pattern
