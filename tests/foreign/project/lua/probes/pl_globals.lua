--- What Penlight changes for everyone in the VM.

local Answers = require("answers")
local stringx = require("pl.stringx")
local utils = require("pl.utils")

local sorted = Answers.sorted
local Probes = {}

function Probes.all_of_it_on_demand()
	require("pl")
	local before = rawget(_G, "OrderedMap")
	return before, OrderedMap({ { a = 1 } }):keys(), rawget(_G, "OrderedMap") ~= nil,
		tablex.size({ 1, 2 }),
		pretty.write({ 1 }, ""), none, _G.utils == utils
end

function Probes.into_a_table()
	local env, mod = require("pl.import_into")(true)
	local own = require("pl.import_into")({ mine = 1 })
	return env.stringx == stringx, mod ~= env, own.mine, own.Set == require("pl.Set"), own.none
end

function Probes.importing_names()
	local target = { sin = "mine" }
	utils.import({ fresh = 1, other = 2 }, target)
	utils.import("pl.permute", target)
	return target.fresh, target.sin, type(target.order_iter)
end

function Probes.methods_of_texts()
	stringx.import()
	return ("abc"):startswith("ab"), ("a,b"):split(","), (" x "):strip(), ("abc"):at(2), ("x"):upper()
end

function Probes.the_format_operator()
	stringx.format_operator()
	return "%d-%s" % { 5, "x" }, "%5.2f" % math.pi, "$name is $age" % { name = "Ann", age = 31 },
		Answers.outcome(function() return "x" % nil end)
end

function Probes.strict_tables()
	PENLIGHT_NO_GLOBAL_STRICT = true
	local strict = require("pl.strict")
	local module = strict.module("Mine", { known = 1 }, { later = true })
	local before = module.later
	module.later = 2
	module.fresh = 3
	local closed = strict.closed_module({ own = 1 }, "Closed")
	local list = { inner = { a = 1 } }
	strict.make_all_strict(list)
	return before, module.known, module.later, module.fresh, type(closed), list.inner.a,
		sorted({ "b", "a" })
end

return Probes
