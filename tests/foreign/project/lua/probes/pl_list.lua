local Answers = require("answers")
local List = require("pl.List")

local outcome, collect = Answers.outcome, Answers.collect
local Probes = {}

function Probes.making()
	return List(), List({ 1, 2, 3 }), List("text"), List(List({ 1 })), List.range(4),
		List.range(2, 10, 3),
		List.range(5, 1, -2), List.split("a b  c"), List.split("a,b,,c", ","), List(("xyz"):gmatch("."))
end

function Probes.growing_and_shrinking()
	local list = List({ 10, 20, 30 })
	list:append(40):push(50)
	list:extend({ 60, 70 }):insert(1, 5):put(0)
	local popped = { list:pop(), list:pop(1), list:get(2) }
	list:remove(3)
	list:remove_value(50):remove_value("none")
	return popped, list, list:len(), list:clear()
end

function Probes.searching()
	local list = List({ "a", "b", "c", "b" })
	return list:index("b"), list:index("b", 3), list:index("z"), list:contains("c"),
		list:contains("z"),
		list:count("b"), List({ 3, -1, 7 }):minmax()
end

function Probes.slices()
	local list = List({ 1, 2, 3, 4, 5, 6 })
	return list:slice(2, 4), list:slice(-2), list:slice(2, -2), list:slice(3), list:clone():chop(2, 4),
		list:clone():splice(3, { "x", "y" }), list:clone():slice_assign(2, 4, { "z" })
end

function Probes.order()
	local list = List({ "pear", "fig", "apple", "kiwi" })
	return list:sorted(), list:sorted(function(a, b) return a > b end), list:sorted(">"),
		list:clone():sort(), list:clone():reverse(), list
end

function Probes.mapping()
	local list = List({ 1, 2, 3, 4 })
	return list:map(function(x, y) return x * y end, 10), list:map("-", 1), list:map(tostring),
		list:map2("+", { 10, 20, 30, 40 }), list:clone():transform(math.sqrt),
		List({ "a", "b" }):mapm("rep", 3), list:reduce("*"), list:reduce(math.max),
		list:filter(function(x) return x % 2 == 0 end), list:filter(">", 2)
end

function Probes.walking()
	local seen = {}
	local list = List({ "x", "y" })
	list:foreach(function(value, extra) seen[#seen + 1] = value .. extra end, "!")
	list:foreachm("upper")
	return seen, collect(list:iter()), collect(List.iterate("ab")), collect(List.iterate({ 7, 8 }))
end

function Probes.partition()
	local parts = List.range(1, 7):partition(function(x) return x % 3 == 0 and "three" or nil end)
	return parts, getmetatable(parts)._name, parts.three
end

function Probes.texts()
	return tostring(List({ 1, "two", false })), List({ 1, 2 }):join("-"), List({ "a" }):concat(","),
		tostring(List({ List({ 1 }), List() }))
end

function Probes.operators()
	return List({ 1 }) .. List({ 2 }), List({ 1, 2 }) == List({ 1, 2 }), List({ 1 }) == List({ 2 }),
		List({ 1 }) == List({ 1, 2 }), #List({ 1, 2 })
end

function Probes.classes()
	local Stack = require("pl.class")(List)
	Stack._name = "Stack"
	function Stack:top()
		return self[#self]
	end
	local stack = Stack({ 1, 2 })
	return stack:top(), stack:is_a(List), Stack:class_of(stack), List:class_of({}),
		stack:append(9):top(),
		List.default_map_with(string) ~= nil
end

function Probes.mistakes()
	local list = List({ 1 })
	return outcome(List.insert, list, "x", 1), outcome(List.extend, list, 5),
		outcome(List.remove, list, "x"),
		outcome(List.map, list, 5), outcome(List.split, 5), outcome(List.mapm, list, "none"),
		outcome(List.range, "a")
end

return Probes
