local Answers = require("answers")
local List = require("pl.List")
local Map = require("pl.Map")
local MultiMap = require("pl.MultiMap")
local OrderedMap = require("pl.OrderedMap")
local Set = require("pl.Set")

local outcome, collect, sorted = Answers.outcome, Answers.collect, Answers.sorted
local Probes = {}

local function by_key(steps)
	table.sort(steps, function(a, b) return tostring(a[1]) < tostring(b[1]) end)
	return steps
end

function Probes.map()
	local map = Map({ one = 1, two = 2 })
	map:set("three", 3)
	local before = { map:setdefault("one", 99), map:setdefault("four", 4) }
	map:update({ five = 5, one = -1 })
	return before, sorted(map:keys()), sorted(map:values()), by_key(map:items()), map:get("one"),
		map:len(), map:getvalues({ "one", "five" }), by_key(collect(map:iter())), Map(Set({ "a" })),
		Map(List({ "x", "y" }))
end

function Probes.map_comparing_and_text()
	return Map({ a = 1 }) == Map({ a = 1 }), Map({ a = 1 }) == Map({ a = 2 }),
		tostring(Map({ a = 1 })),
		tostring(Map({ a = Map({ b = "x" }) })), outcome(Map, 5)
end

function Probes.multi_map()
	local map = MultiMap({ a = { 1 } })
	map:set("a", 2)
	map:set("gone", 1)
	map:set("gone", nil)
	map:set("b", "x")
	map:update({ b = { "y", "z" }, c = List({ "only" }) })
	return map, map.b:len(), MultiMap:class_of(map), outcome(map.update, map, 5)
end

function Probes.ordered_map()
	local map = OrderedMap()
	map:set("z", 1)
	map:set("a", 2)
	map.m = 3
	map:set("a", 20)
	map:insert(1, "first", 0)
	map:insert(4, "z")
	map:set("m", nil)
	local steps = collect(map:iter())
	return steps, map:keys(), map:values(), tostring(map), collect(map:sort():iter()),
		tostring(map:sort(function(a, b) return a > b end))
end

function Probes.ordered_map_from_others()
	local map = OrderedMap({ { one = 1 }, { two = "2" }, { three = true } })
	map:update(OrderedMap({ { four = 4 } }))
	return tostring(map), map:len(), OrderedMap({ x = 1 }):keys(), outcome(OrderedMap, { 1, 2 }),
		outcome(OrderedMap, { {} })
end

function Probes.set()
	local a, b = Set({ "x", "y", "z" }), Set({ "y", "z", "w" })
	return sorted(Set.values(a + b)), sorted(Set.values(a * b)), sorted(Set.values(a - b)),
		sorted(Set.values(a ^ b)), a < b, Set({ "x" }) < a, a == Set({ "z", "y", "x" }), a == b,
		Set.len(a), a.x, a.none
end

function Probes.set_with_single_values()
	local set = Set({ "x" })
	return sorted(Set.values(set + "y")), sorted(Set.values(set - "x")), Set(set) == set,
		tostring(Set({ "one" })), tostring(Set()), outcome(Set, 7)
end

function Probes.set_questions()
	local set = Set({ 1, 2, 3 })
	return Set.isempty(set), Set.isempty(Set()), Set.isdisjoint(set, Set({ 4 })),
		Set.isdisjoint(set, Set({ 3 })), Set.issubset(Set({ 1 }), set), Set.issubset(set, Set({ 1 })),
		sorted(Set.values(Set.map(set, function(x) return x * 2 end))),
		sorted(Set.values(Set.union(set, Set({ 9 })))),
		sorted(Set.values(Set.intersection(set, Set({ 2 })))),
		sorted(Set.values(Set.difference(set, Set({ 2 })))),
		sorted(Set.values(Set.symmetric_difference(set, Set({ 3, 4 }))))
end

return Probes
