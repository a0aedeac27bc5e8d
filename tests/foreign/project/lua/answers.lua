--- Runs probes and shows what they answer as text that is the same wherever it is the same value.
---
--- It runs in the harness and under plain LuaJIT, so nothing here depends on the order of a walk,
--- on an address or on a position in this file.

local Answers = {}

local function show_text(text)
	return '"' .. text:gsub('[%c"\\\128-\255]', function(character)
		return ("\\%03d"):format(character:byte())
	end) .. '"'
end

local show

local function show_table(value, inside)
	if inside[value] then
		return "<cycle>"
	end
	inside[value] = true
	local parts = {}
	for key, field in pairs(value) do
		parts[#parts + 1] = "[" .. show(key, inside) .. "]=" .. show(field, inside)
	end
	table.sort(parts)
	inside[value] = nil
	return "{" .. table.concat(parts, ", ") .. "}"
end

function show(value, inside)
	if type(value) == "string" then
		return show_text(value)
	elseif type(value) == "number" then
		return value ~= value and "nan" or ("%.17g"):format(value)
	elseif type(value) == "table" then
		return show_table(value, inside)
	elseif type(value) == "function" or type(value) == "thread" then
		return type(value)
	end
	return tostring(value)
end

local function show_all(...)
	local parts = {}
	for index = 1, select("#", ...) do
		parts[index] = show((select(index, ...)), {})
	end
	return table.concat(parts, ", ")
end

--- What `pcall(fn, ...)` answers, as a list.
function Answers.outcome(fn, ...)
	return { pcall(fn, ...) }
end

--- What an iterator yields, each step as a list.
function Answers.collect(iterator, state, control)
	local steps = {}
	while true do
		local step = { iterator(state, control) }
		control = step[1]
		if control == nil then
			return steps
		end
		steps[#steps + 1] = step
	end
end

--- A sorted copy, for lists whose order the library leaves open.
function Answers.sorted(list)
	local copy = {}
	for index, value in ipairs(list) do
		copy[index] = value
	end
	table.sort(copy)
	return copy
end

local function names_of(probes)
	local names = {}
	for name in pairs(probes) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

--- The answer of each probe of a module, by its name. A probe that fails ends it all.
function Answers.of(module)
	local probes, answers = require(module), {}
	for _, name in ipairs(names_of(probes)) do
		answers[name] = show_all(probes[name]())
	end
	return answers
end

--- "done" or the message for each attempt of a module, by its name.
function Answers.attempts(module)
	local attempts, outcomes = require(module), {}
	for _, name in ipairs(names_of(attempts)) do
		local ok, message = pcall(attempts[name])
		outcomes[name] = ok and "done" or tostring(message)
	end
	return outcomes
end

--- "done" or the message for each module of a list, by its name.
function Answers.required(modules)
	local outcomes = {}
	for _, name in ipairs(modules) do
		local ok, message = pcall(require, name)
		outcomes[name] = ok and "done" or tostring(message)
	end
	return outcomes
end

return Answers
