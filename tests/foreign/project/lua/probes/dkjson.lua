local outcome = require("answers").outcome
local json = require("dkjson")

local Probes = {}

local function ordered(value, keys, state)
	state = state or {}
	state.keyorder = keys
	return json.encode(value, state)
end

function Probes.encode_scalars()
	return json.encode(nil), json.encode(true), json.encode(json.null), json.encode(0),
		json.encode(-1),
		json.encode(1 / 3), json.encode(1e300), json.encode(123456789012), json.encode(0.1 + 0.2),
		json.encode(1 / 0), json.encode(0 / 0), json.encode("")
end

function Probes.encode_texts()
	return json.encode('a"b\\c/d\b\f\n\r\t\0\127'), json.encode("Gr\195\188\195\159e"),
		json.encode("\226\128\168\226\128\169\239\187\191\194\173"), json.encode("\240\159\152\128"),
		json.quotestring('"\255"')
end

function Probes.encode_lists()
	return json.encode({}), json.encode({ 1, "2", { 3 }, false }), json.encode({ 1, nil, 3 }),
		json.encode({ n = 3, 1 }), json.encode({ [20] = 2 }), json.encode({ 1, 2, n = 5 })
end

function Probes.encode_maps()
	return json.encode({ key = { inner = {} } }), ordered({ b = 1, a = 2, c = 3 }, { "c", "a", "b" }),
		ordered({ x = 1, y = { z = 2, x = { y = 3 } } }, { "z", "y", "x" }),
		json.encode({ [2.5] = "half" })
end

function Probes.encode_with_indent()
	local value = { name = "n", list = { 1, { a = 1 }, {} },
		empty = setmetatable({}, { __jsontype = "object" }) }
	return ordered(value, { "name", "list", "empty", "a" }, { indent = true }),
		ordered(value, { "name", "list", "empty", "a" }, { indent = true, level = 3 })
end

function Probes.encode_with_metatables()
	local point = { __tojson = function(self, state)
		return "[" .. self.x .. "," .. json.encode(self.y, { indent = state.indent }) .. "]"
	end }
	local refusing = { __tojson = function() return nil, "will not be written" end }
	local keyed = setmetatable({ b = 1, a = 2 }, { __jsonorder = { "b", "a" } })
	return json.encode({ setmetatable({ x = 1, y = "2" }, point) }), json.encode(keyed),
		json.encode(setmetatable({}, { __jsontype = "object" })),
		json.encode(setmetatable({}, { __jsontype = "array" })),
		outcome(json.encode, setmetatable({}, refusing))
end

function Probes.encode_into_a_buffer()
	local buffer = { "before " }
	local state = { buffer = buffer, indent = true, level = 1 }
	local done = json.encode({ "x" }, state)
	json.addnewline(state)
	return done, buffer, state.bufferlen
end

function Probes.what_cannot_be_encoded()
	local loop = {}
	loop.list = { loop }
	local shared = { 1 }
	return outcome(json.encode, loop), outcome(json.encode, print),
		outcome(json.encode, { [true] = 1 }),
		outcome(json.encode, { [{}] = 1 }), json.encode({ shared, shared })
end

function Probes.exceptions_handled()
	local loop = { name = "loop" }
	loop.again = loop
	local reasons = {}
	local function note(reason, _, _, message)
		reasons[#reasons + 1] = reason .. ": " .. message
		return '"?"'
	end
	return ordered(loop, { "name", "again" }, { exception = note }),
		json.encode({ print, 1 }, { exception = json.encodeexception }),
		outcome(json.encode, { print }, { exception = function() return nil, "no such thing" end }),
		json.encode({ print, 2 }, { exception = note }), reasons
end

local DOCUMENT = [==[
/* a comment */ {"name": "Ann", "tags": ["a", "b", []], "deep": {"list": [{}, {"x": null}]}, // end
 "numbers": [0, -1, 2.5, 1e3, -2.5E-3, 12345678901234567890], "yes": true, "no": false,
 "text": "\u00e9\u20ac\ud83d\ude00\"\\\/\b\f\n\r\t"} rest]==]

function Probes.decode_a_document()
	local value, position, message = json.decode(DOCUMENT)
	return value, position, message
end

function Probes.decode_scalars()
	return { json.decode("12") }, { json.decode("  true ") }, { json.decode("null") },
		{ json.decode('"x"') }, { json.decode("[]") }, { json.decode("{}") }, { json.decode("-0.5e+2,") }
end

function Probes.decode_from_a_position()
	return { json.decode("[1][2]", 4) }, { json.decode("[1]   ", 4) }
end

function Probes.decode_nulls_and_metatables()
	local nulls = json.decode("[null, 1, {\"a\": null}]", 1, json.null)
	local bare = json.decode('{"list": [], "map": {}}', 1, nil, nil)
	local typed = json.decode('{"list": [], "map": {}}')
	local own = { __name = "own" }
	local mine = json.decode('{"list": []}', 1, nil, own, own)
	return nulls[1] == json.null, nulls[3].a == json.null, getmetatable(bare), getmetatable(bare.list),
		getmetatable(typed).__jsontype, getmetatable(typed.list).__jsontype,
		getmetatable(mine) == own, getmetatable(mine.list) == own, json.encode(typed.list),
		json.encode(typed.map), tostring(json.null) == nil
end

function Probes.decode_errors()
	local messages = {}
	for index, text in ipairs({
		"", "   ", "[1, 2", '{"a": 1', '{"a" 1}', "{1: 2}", '"abc', '"\\u12', "[1 2]", "nul", "-", "[,]",
		"/* open", "{,}", '{"a":}', "tru", "@", "[1,\n2,\n  ?]", '"\\ud800"', "01",
	}) do
		messages[index] = { json.decode(text) }
	end
	return messages
end

function Probes.there_and_back()
	local keys = { "id", "pos", "x", "y", "tags", "note" }
	local value = { id = 7, pos = { x = 1.25, y = -3 }, tags = { "a", "b" },
		note = "line\nline \195\169" }
	local text = ordered(value, keys)
	local again = ordered(json.decode(text), keys)
	return text, text == again
end

function Probes.a_large_document()
	local rows = {}
	for row = 1, 300 do
		rows[row] = { row, "name " .. row, row / 7, row % 2 == 0, { row * 2 } }
	end
	local text = json.encode(rows)
	local decoded = json.decode(text)
	return #text, text:sub(-60), #decoded, decoded[300], json.encode(decoded) == text
end

function Probes.deep_nesting()
	local text = ("["):rep(150) .. ("]"):rep(150)
	return json.encode((json.decode(text))) == text
end

function Probes.version()
	return json.version, json.using_lpeg
end

return Probes
