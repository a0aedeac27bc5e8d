local Answers = require("answers")
local func = require("pl.func")
local operator = require("pl.operator")
local permute = require("pl.permute")
local seq = require("pl.seq")
local utils = require("pl.utils")

local outcome, collect, sorted = Answers.outcome, Answers.collect, Answers.sorted
local Probes = {}

local function list_of(iterator)
	return seq.copy(iterator)
end

function Probes.sequences()
	return list_of(seq.range(3, 6)), list_of(seq.list({ "a", "b" })),
		sorted(list_of(seq.keys({ x = 1, y = 2 }))),
		{ seq.sum({ 1, 2, 3 }) }, { seq.sum({ 1, 2 }, math.sqrt) }, { seq.minmax({ 3, "7", -2 }) },
		seq.count({ 1, 5, 9 }, seq.greater_than(4)),
		collect(seq.last({ 1, 2, 3 }))
end

function Probes.sequences_of_sequences()
	return list_of(seq.map("-", { 1, 2 }, 10)),
		list_of(seq.filter(seq.list({ 1, 5, 9 }), seq.less_than(6))),
		list_of(seq.filter(seq.list({ 1, 5 }), seq.equal_to(5))), seq.reduce("+", { 1, 2, 3 }),
		seq.reduce("*", { 2, 3 }, 10),
		list_of(seq.take({ 1, 2, 3 }, 2)), list_of(seq.skip(seq.list({ 1, 2, 3 }), 2)),
		collect(seq.enum({ "a", "b" })),
		collect(seq.zip({ 1, 2 }, { "x", "y" })), list_of(seq.splice({ 1 }, { 2, 3 })),
		list_of(seq.mapmethod({ "a", "b" }, "upper")), seq.copy2(ipairs({ "p", "q" })),
		seq.copy_tuples(seq.zip({ 1 }, { 2 }))
end

function Probes.sequences_sorted_and_counted()
	return list_of(seq.sort({ 3, 1, 2 })),
		list_of(seq.sort({ 3, 1, 2 }, function(a, b) return a > b end)), seq.count_map({ "a", "b", "a" }),
		sorted(list_of(seq.unique({ 1, 2, 1 }))), seq.matching("^a")("abc")
end

function Probes.chained_sequences()
	return seq({ 1, 2, 3, 4 }):filter(">", 1):map("*", 10):copy(),
		seq({ "b", "a" }):upper():sort():copy(),
		seq(("x y"):gmatch("%S")):enum():copy2(), seq({ 5, 6 }):sum()
end

function Probes.foreach()
	local seen = {}
	seq.foreach({ 1, 2 }, function(x) seen[#seen + 1] = x end)
	return seen
end

function Probes.placeholder_expressions()
	local _1, _2 = func._1, func._2
	return func.repr(_1 + 2), func.repr(-_1 * (_2 - 3) / 4), func.repr(_1 .. "x"), func.repr(_1[1]),
		func.repr(func.Not(_1)), func.repr(func.Len(_1)), func.isPE(_1), func.isPE(1),
		tostring(func.Var("x")),
		func.curry(math.max, 10)(3), func.compose(tostring, math.abs)(-2), func.tail({ 1, 2, 3 }),
		func.repr(func.Eq(_1, 2)), func.repr(func.And(_1, func.Or(_2, func._3))), func.repr(_1 % 2 ^ 3)
end

function Probes.operators()
	local results = {}
	for _, name in ipairs({
		"eq", "neq", "lt", "le", "gt", "ge", "add", "sub", "mul", "div", "pow", "mod", "concat", "land",
		"lor",
	}) do
		results[name] = operator[name](7, 2)
	end
	return results, operator.call(math.max, 1, 5), operator.index({ a = 1 }, "a"), operator.len("abc"),
		operator.unm(3), operator.lnot(nil), operator.table(1, 2), operator.match("abc", "b"),
		operator.nop(1), operator.optable["~="](1, 2), operator.optable["()"](math.abs, -1)
end

function Probes.permutations()
	local all = {}
	for order in permute.order_iter({ 1, 2, 3 }) do
		all[#all + 1] = table.concat(order)
	end
	return all, #permute.order_table({ 1, 2, 3, 4 }), permute.list_table({ 1, 2 }, { "a", "b" }),
		collect(permute.list_iter({ 1, 2 }, { 3 }))
end

function Probes.splitting()
	return utils.split("a b  c"), utils.split("a.b.c", ".", true), utils.split("a1b22c", "%d+"),
		utils.split("a,b,c", ",", true, 2), { utils.splitv("x=y", "=") }, utils.escape("a.b*c[%]"),
		utils.quote_arg("it's"), utils.quote_arg({ "a b", "c" })
end

function Probes.packing_and_walking()
	local packed = utils.pack(nil, 2, nil)
	local function steps_of(...)
		local steps = {}
		for index, value in utils.npairs(...) do
			steps[#steps + 1] = index .. tostring(value)
		end
		return steps
	end
	local keys = {}
	for key in utils.kpairs({ 1, 2, a = 1, b = 2, [2.5] = 3 }) do
		keys[#keys + 1] = tostring(key)
	end
	return packed.n, select("#", utils.unpack(packed)), steps_of(packed),
		steps_of({ 1, 2, 3, 4 }, 4, 1, -2),
		sorted(keys), outcome(utils.npairs, {}, 1, 2, 0), utils.choose(true, 1, 2),
		utils.array_tostring({ 1, true })
end

function Probes.function_arguments()
	return utils.function_arg(1, "+")(1, 2), utils.function_arg(1, math.abs)(-1),
		utils.function_arg(1, setmetatable({}, { __call = function() return "called" end }))(),
		outcome(utils.function_arg, 1, 5), outcome(utils.function_arg, 1, nil, "must be callable"),
		utils.bind1("-", 10)(3), utils.bind2("-", 10)(3), outcome(utils.bind1, "no such operator", 1)
end

function Probes.enumerations()
	local colors = utils.enum("RED", "GREEN")
	local codes = utils.enum({ OK = 200, [1] = "FIRST" })
	return colors.RED, { colors("BLUE") }, outcome(function() return colors.BLUE end), codes.OK,
		outcome(function() colors.X = 1 end), outcome(utils.enum, 5), outcome(utils.enum)
end

function Probes.errors_and_deprecation()
	local calls, memo, notes = 0, nil, {}
	memo = utils.memoize(function(x)
		calls = calls + 1
		return x * 2
	end)
	utils.set_deprecation_func(function(message) notes[#notes + 1] = message end)
	utils.raise_deprecation({
		message = "old", source = "here", version_removed = "2", deprecated_after = "1", no_trace = true,
	})
	utils.raise_deprecation({ message = "traced" })
	utils.set_deprecation_func()
	utils.on_error("error")
	local raised = outcome(utils.raise, "as an error")
	utils.on_error("default")
	return memo(2) + memo(2), calls, notes, raised, { utils.raise("as values") },
		outcome(utils.assert_arg, 2, "x", "table"), outcome(utils.assert_string, 1, 5),
		outcome(utils.assert_arg, 1, "x", "string", function() return false end, "is bad")
end

function Probes.compatibility()
	local compat = require("pl.compat")
	return compat.lua51, compat.dir_separator, compat.is_windows, table.pack(1, nil).n,
		table.unpack({ 1, 2 }), utils.is_type("x", "string"), utils.patterns
end

return Probes
