local outcome = require("answers").outcome
local inspect = require("inspect")

local Probes = {}

function Probes.plain_values()
	return inspect(nil), inspect(true), inspect(12), inspect(-0.5), inspect(1e100), inspect(1 / 0),
		inspect("it's"), inspect('say "hi"'), inspect([[both ' and "]])
end

function Probes.control_characters()
	return inspect("a\nb\tc\0d\127\27[0m\\"), inspect("\0011"), inspect("\200\0")
end

function Probes.lists()
	return inspect({}), inspect({ 1, 2, 3 }), inspect({ "a", { "b", { "c" } } }), inspect({ nil, 2 })
end

function Probes.keys_of_all_kinds()
	return inspect({
		10, 20, name = "n", ["two words"] = 2, [true] = "yes", [-1] = "minus", [2.5] = "half",
		["end"] = 1, [100] = "far", _under = 0,
	})
end

function Probes.a_table_as_key()
	return inspect({ [{ 1 }] = "table", [{}] = nil, x = { y = { z = {} } } })
end

function Probes.functions_and_threads()
	local f, thread = print, coroutine.create(function() end)
	return inspect({ f, f, function() end, thread, g = f })
end

function Probes.tables_met_twice_and_cycles()
	local shared, loop = { "shared" }, { name = "loop" }
	loop.self = loop
	loop.list = { shared, shared, loop }
	return inspect(loop)
end

function Probes.metatables()
	local class = { __index = { method = 1 } }
	class.__class = class
	local named = setmetatable({ 1, 2, a = 3 }, { __tostring = function() return "named\nobject" end })
	local broken = setmetatable({}, { __tostring = function() error("no name", 0) end })
	local silent = setmetatable({ 1 }, { __tostring = function() return nil end })
	return inspect(setmetatable({ x = 1 }, class)), inspect(named), inspect(broken), inspect(silent),
		inspect(setmetatable({}, { __metatable = { hidden = true } }))
end

function Probes.depth()
	local deep = { a = { b = { c = { d = {} } } }, list = { { { {} } } } }
	return inspect(deep, { depth = 0 }), inspect(deep, { depth = 1 }), inspect(deep, { depth = 2 }),
		inspect(deep, { depth = 10 })
end

function Probes.newline_and_indent()
	local value = { a = { b = 1 }, 1, 2 }
	return inspect(value, { newline = "@", indent = ">>" }),
		inspect(value, { newline = "", indent = "" })
end

function Probes.process()
	local class = { __name = "class" }
	local value = setmetatable({ password = "secret", user = { name = "joe", password = "p" } }, class)
	local function drop_metatables(item, path)
		if path[#path] ~= inspect.METATABLE then
			return item
		end
	end
	local function hide(item, path)
		return path[#path] == "password" and "***" or item
	end
	local paths = {}
	inspect({ k = { 1 } }, {
		process = function(item, path)
			local words = {}
			for index, part in ipairs(path) do
				words[index] = tostring(part)
			end
			paths[#paths + 1] = table.concat(words, "/")
			return item
		end,
	})
	table.sort(paths)
	return inspect(value, { process = drop_metatables }), inspect(value, { process = hide }), paths
end

function Probes.process_that_fails()
	return outcome(inspect, { 1 }, { process = function() error("refused by process", 0) end })
end

function Probes.constants()
	return tostring(inspect.KEY), tostring(inspect.METATABLE), inspect._VERSION,
		inspect.inspect({ 1 }),
		inspect({ inspect.KEY, [inspect.METATABLE] = 1 })
end

function Probes.the_library_itself()
	return inspect(inspect, { depth = 1 })
end

function Probes.a_large_table()
	local rows = {}
	for row = 1, 60 do
		rows[row] = { id = row, name = "row " .. row, tags = { "t" .. row % 7, row % 2 == 0 } }
	end
	return inspect(rows)
end

return Probes
