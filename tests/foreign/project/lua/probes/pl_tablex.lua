local Answers = require("answers")
local tablex = require("pl.tablex")

local outcome, sorted = Answers.outcome, Answers.sorted
local Probes = {}

local function double(x)
	return x * 2
end

function Probes.copying()
	local inner = setmetatable({ 1 }, { __index = { hidden = true } })
	local value = { inner = inner, n = 1 }
	value.self = value
	local shallow, deep = tablex.copy(value), tablex.deepcopy(value)
	return shallow.inner == inner, deep.inner == inner, deep.inner[1], deep.self == deep,
		deep.inner.hidden, tablex.update({ a = 1, b = 2 }, { b = 3 }), tablex.size({ 1, 2, x = 3 }),
		tablex.icopy({ 1, 2, 3, 4, 5 }, { 20, 30 }, 2), tablex.move({ 1, 2, 3 }, { 20, 30 }, 2, 1, 1)
end

function Probes.comparing()
	return tablex.deepcompare({ a = { 1, { 2 } } }, { a = { 1, { 2 } } }),
		tablex.deepcompare({ 1 }, { 1, 2 }), tablex.deepcompare({ 1.0001 }, { 1 }, false, 0.01),
		tablex.deepcompare("a", "a"), tablex.compare({ 1, 2 }, { 1, 2 }, "=="),
		tablex.compare({ 1, 2 }, { 2, 3 }, function(a, b) return a < b end),
		tablex.compare_no_order({ 1, 2, 3 }, { 3, 1, 2 }), tablex.compare_no_order({ 1, 1 }, { 1, 2 })
end

function Probes.finding()
	local list = { 10, 20, 30, 20 }
	return tablex.find(list, 20), tablex.find(list, 20, 3), tablex.find(list, 20, -1),
		tablex.find(list, 5),
		tablex.rfind(list, 20), tablex.rfind(list, 20, 3), { tablex.find_if(list, ">", 15) },
		{ tablex.find_if(list, function(x) return x > 25 and "found" end) },
		tablex.search({ a = { b = { "target" } } }, "target"),
		tablex.index_by({ x = 1, y = 2 }, { "y", "x" })
end

function Probes.mapping()
	return tablex.map(double, { 1, 2, x = 3 }), tablex.map("#", { "a", "bb" }),
		tablex.imap("..", { "a" }, "b"),
		tablex.map_named_method("upper", { "a", "b" }), tablex.map2("-", { 10, 20 }, { 1, 2 }),
		tablex.imap2("*", { 1, 2, 3 }, { 4, 5 }),
		tablex.mapn(function(...) return select("#", ...) end, { 1 }, { 2 }),
		tablex.pairmap(function(k, v) return v, k end, { a = 1, b = 2 })
end

function Probes.changing_in_place()
	local list = { 1, 2, 3 }
	tablex.transform(double, list)
	local seen = {}
	tablex.foreachi(list, function(v, i, extra) seen[i] = v .. extra end, "!")
	local sum = 0
	tablex.foreach({ a = 1, b = 2 }, function(v) sum = sum + v end)
	return list, seen, sum
end

function Probes.reducing_and_counting()
	return tablex.reduce("+", { 1, 2, 3 }), tablex.reduce("..", { "a", "b" }, "> "),
		tablex.reduce("+", {}),
		tablex.count_map({ "a", "b", "a" }), tablex.filter({ 1, 2, 3, 4 }, "<", 3),
		tablex.filter({ 1, "x", 2 }, function(v) return type(v) == "number" end)
end

function Probes.keys_and_values()
	return sorted(tablex.keys({ a = 1, b = 2 })), sorted(tablex.values({ a = 1, b = 2 })),
		tablex.index_map({ "x", "y" }), tablex.makeset({ "x", "y" }), tablex.range(1, 3),
		tablex.range(10, 1, -4)
end

function Probes.joining()
	local a, b = { x = 1, y = 2 }, { y = 3, z = 4 }
	return tablex.merge(a, b), tablex.merge(a, b, true), tablex.union(a, b), tablex.intersection(a, b),
		tablex.difference(a, b), tablex.difference(a, b, true), tablex.zip({ 1, 2 }, { "a", "b" })
end

function Probes.lists()
	local list = { 1, 2, 3, 4, 5 }
	return tablex.sub(list, 2, 4), tablex.sub(list, -2), tablex.sub(list, 4, 99),
		tablex.insertvalues({ 1, 2 }, { 8, 9 }), tablex.insertvalues({ 1, 2 }, 2, { 8, 9 }),
		tablex.removevalues({ 1, 2, 3, 4 }, 2, 3), tablex.new(3, "x"), tablex.new(2, double)
end

function Probes.setting_and_clearing()
	local list, other = { 1, 2, 3, 4 }, { 1, 2, 3 }
	tablex.set(list, 0, 2, 3)
	tablex.clear(other, 2)
	return list, other
end

function Probes.sorted_walks()
	local steps, values = {}, {}
	for key, value in tablex.sort({ b = 2, a = 1, c = 3 }) do
		steps[#steps + 1] = key .. value
	end
	for key, value in tablex.sortv({ b = 20, a = 30, c = 10 }, ">") do
		values[#values + 1] = key .. value
	end
	return steps, values
end

function Probes.readonly()
	local fixed = tablex.readonly({ a = 1 })
	return fixed.a, fixed.b, outcome(function() fixed.a = 2 end), fixed.a
end

function Probes.mistakes()
	return outcome(tablex.map, 5, {}), outcome(tablex.size, 5), outcome(tablex.find, nil, 1),
		outcome(tablex.imap, "nope", {}), outcome(tablex.reduce, "+", 5)
end

return Probes
