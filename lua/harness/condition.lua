--- The one condition language: metrics and events, with any, all, not and within over them.
---
--- A condition is compiled once to a function of a view of the live state. A metric that the view
--- does not have is no false: it is reported, so that a misspelt name can never hold.

local ordered = require("harness.ordered")

local Condition = {}

local find, format, sub = string.find, string.format, string.sub

-- A segment of a dotted name: a key of a map, or the 1-based index of a list.
local function step_into(value, segment)
	if type(value) ~= "table" then
		return nil
	end
	-- Raw: a condition sees what the record will hold, and no record holds what `__index` makes up.
	local inner = rawget(value, segment)
	if inner == nil and find(segment, "^%d+$") then
		local index = tonumber(segment)
		-- A number has one spelling: "01" is no index.
		inner = format("%d", index) == segment and rawget(value, index) or nil
	end
	return inner
end

--- Return what stands at `name` in `data`: an exact key wins, then the dotted walk.
function Condition.lookup(data, name)
	local value = rawget(data, name)
	if value ~= nil then
		return value
	end
	value = data
	local from = 1
	while value ~= nil do
		local dot = find(name, ".", from, true)
		value = step_into(value, sub(name, from, dot and dot - 1))
		if not dot then
			return value
		end
		from = dot + 1
	end
end

local function equal(a, b)
	if type(a) ~= "table" or type(b) ~= "table" then
		return a == b
	end
	local count = 0
	for key, value in ordered.pairs(a) do
		count = count + 1
		if not equal(value, b[key]) then
			return false
		end
	end
	for _ in ordered.pairs(b) do
		count = count - 1
	end
	return count == 0
end

local function in_range(value, range)
	return type(value) == "number"
		and (range.min == nil or value >= range.min)
		and (range.max == nil or value <= range.max)
end

local function is_range(want)
	return type(want) == "table" and (want.min ~= nil or want.max ~= nil)
end

-- `where` of an event: equality per dotted field, or {min, max} for numbers.
local function matcher(where)
	local names, wanted = {}, {}
	for name, value in ordered.pairs(where or {}) do
		names[#names + 1] = name
		wanted[#names] = value
	end
	return function(fields)
		for index = 1, #names do
			local value, want = Condition.lookup(fields, names[index]), wanted[index]
			local holds = is_range(want) and in_range or equal
			if not holds(value, want) then
				return false
			end
		end
		return true
	end
end

local COMPARE = {
	eq = equal,
	ne = function(actual, value)
		return not equal(actual, value)
	end,
	min = function(actual, value)
		return type(actual) == "number" and actual >= value
	end,
	max = function(actual, value)
		return type(actual) == "number" and actual <= value
	end,
}

local compile
local COMPILERS = {}

function COMPILERS.metric(node)
	local name, compare, wanted = node.metric, COMPARE[node.compare], node.value
	return function(view)
		local actual = view:metric(name)
		if actual == nil then
			view.missing = view.missing or name
			return false
		end
		view.value = actual
		return compare(actual, wanted)
	end
end

function COMPILERS.event(node, recorder)
	local matches, seen = matcher(node.where), false
	recorder:watch(node.event, function(fields)
		seen = seen or matches(fields)
	end)
	return function()
		return seen
	end
end

local function compile_each(nodes, recorder)
	local tests = {}
	for index = 1, #nodes do
		tests[index] = compile(nodes[index], recorder)
	end
	return tests
end

-- Both stop at the first member that decides, so what comes after it is never missed.
function COMPILERS.any(node, recorder)
	local tests = compile_each(node.conditions, recorder)
	return function(view)
		for index = 1, #tests do
			if tests[index](view) then
				return true
			end
		end
		return false
	end
end

function COMPILERS.all(node, recorder)
	local tests = compile_each(node.conditions, recorder)
	return function(view)
		for index = 1, #tests do
			if not tests[index](view) then
				return false
			end
		end
		return true
	end
end

COMPILERS["not"] = function(node, recorder)
	local test = compile(node.condition, recorder)
	return function(view)
		return not test(view)
	end
end

function COMPILERS.within(node, recorder)
	local test, frames = compile(node.condition, recorder), node.frames
	return function(view)
		return test(view) and view.unit < frames
	end
end

function compile(node, recorder)
	return COMPILERS[node.op](node, recorder)
end

--- Compile a condition. From now on its events are watched.
---@param node table as `manifest.conditions` writes it
---@param recorder table
---@return fun(view: table): boolean holds; `view.missing` names a metric that is not there
function Condition.compile(node, recorder)
	return compile(node, recorder)
end

return Condition
