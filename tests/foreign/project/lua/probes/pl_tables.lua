local Answers = require("answers")
local array2d = require("pl.array2d")
local data = require("pl.data")
local pretty = require("pl.pretty")
local stringio = require("pl.stringio")

local outcome, collect = Answers.outcome, Answers.collect
local Probes = {}

function Probes.pretty_write()
	local value = { 1, 2, "three", name = "n", ["not a name"] = true, nested = { { x = 1.5 }, {} },
		["end"] = 0 }
	value.again = value
	return pretty.write(value), pretty.write(value, ""), pretty.write({ 1, a = 2 }, "\t"),
		pretty.write({ 10, a = 1 }, "", true), pretty.write({}), { pretty.write(5) }, pretty.write('q"'),
		pretty.write({ [5] = "five" }), pretty.write({ "multi\nline", "quo\"te", 1 / 0, 0.1, 2 ^ 40 })
end

function Probes.pretty_objects()
	local List = require("pl.List")
	local named = setmetatable({ 1 }, { __tostring = function() return "named" end })
	return pretty.write({ named }), pretty.write(List({ 1, 2 })), pretty.write({ [true] = 1 }, "")
end

function Probes.pretty_numbers()
	return pretty.number(123), pretty.number(1234567), pretty.number(123456789, "M"),
		pretty.number(1234567, "T"),
		pretty.number(1500, "N", 3), pretty.number(2 ^ 60, "M", 2), pretty.number(999, "T")
end

function Probes.tables_that_are_refused_unread()
	return { pretty.read("no table") }, { pretty.read("{ f = function() end }") },
		{ pretty.load("for i = 1, 2 do end", {}, true) }, outcome(pretty.read, 5)
end

local GRID = { { 1, 2, 3 }, { 4, 5, 6 } }

local function grid()
	return { { 1, 2, 3 }, { 4, 5, 6 } }
end

function Probes.parts_of_arrays()
	return { array2d.size(GRID) }, array2d.column(GRID, 2), array2d.row(GRID, 1),
		array2d.flatten(GRID),
		array2d.reshape(GRID, 3), array2d.reshape(GRID, 3, true), array2d.transpose(GRID),
		array2d.slice(GRID, 1, 2, 2, 3), array2d.slice(GRID, -1, 1), array2d.range(GRID, "A1:B2"),
		array2d.range(GRID, "R1C2:R2C3"), { array2d.parse_range("B3") },
		{ array2d.default_range(GRID, 1, -2) }
end

function Probes.calculating_with_arrays()
	local sums = array2d.reduce_rows("+", GRID)
	return array2d.map("*", GRID, 2), sums, array2d.reduce_cols("+", GRID),
		array2d.reduce2("+", "*", GRID),
		array2d.map2("+", 2, 2, GRID, GRID), array2d.map2("-", 2, 1, GRID, { 1, 1, 1 }),
		array2d.product("..", { "a", "b" }, { "x", "y" }), array2d.new(2, 3, 0),
		array2d.new(2, 2, function(i, j) return i * 10 + j end)
end

function Probes.changing_arrays()
	local a, b, c, d = grid(), grid(), grid(), grid()
	array2d.set(a, 0, 1, 2, 2, 3)
	array2d.move(d, 1, 2, { { 9, 8 } })
	return a, array2d.swap_rows(b, 1, 2), array2d.swap_cols(c, 1, 3), array2d.remove_col(grid(), 2),
		array2d.extract_rows(GRID, { 2 }), array2d.extract_cols(grid(), { 3, 1 }), d
end

function Probes.walking_arrays()
	local out, steps = stringio.create(), {}
	array2d.write(GRID, out, "%2d,", 1, 1, 2, 2)
	array2d.forall(GRID, function(row, j) steps[#steps + 1] = row[j] end,
		function() steps[#steps + 1] = "|" end)
	return out:value(), steps, collect(array2d.iter(GRID, true)),
		collect(array2d.iter(GRID, false, 1, 2, 2, 2)),
		#collect(array2d.columns(GRID)), #collect(array2d.rows(GRID)), outcome(array2d.column, 5, 1),
		outcome(array2d.row, GRID, "x")
end

local CSV = 'Name,Age,Home Town\nAnn,31,"Ely, UK"\nBob,27,Rome\n\nCy,,\n'

function Probes.reading_rows()
	local people = data.read(stringio.open(CSV), { csv = true })
	local numbers = data.read(stringio.open("1 2\n3 4\n"))
	local tabs = data.read(stringio.open("a\tb\n1\tx\n"))
	local collected = data.read(stringio.open("id note\n1 two words"), { last_field_collect = true })
	return people, people.fieldnames, people.original_fieldnames, people.delim, numbers, tabs,
		collected,
		data.read(stringio.open("a;b\n1;2"), { no_convert = true }),
		data.read(stringio.open("n\n1.234"), { numfields = { 1 }, thousands_dot = true }),
		{ data.read(stringio.open("a,b\n1,2\nx,3")) }, { data.read({}) }, { data.read(stringio.open("")) }
end

function Probes.converting_rows()
	local function dots(text)
		return #text
	end
	return data.read(stringio.open("a b\n... 2\n. 3"), { convert = { [1] = dots } }),
		data.read(stringio.open("1,x\n2,y"), { fieldnames = "id,name", delim = "," })
end

function Probes.writing_rows()
	local out, other = stringio.create(), stringio.create()
	local people = data.new({ { "Ann", 31 }, { "Bob", 27 } }, { "name", "age" })
	data.write(people, out)
	people.delim = ","
	people:write(other)
	people:write_row(other, { "Cy", 3 })
	return out:value(), other:value(), people:column_names(), people:row(1),
		{ data.write(people, {}) },
		{ people:select("none") }
end

return Probes
