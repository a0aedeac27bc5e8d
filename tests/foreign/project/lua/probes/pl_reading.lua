local Answers = require("answers")
local config = require("pl.config")
local input = require("pl.input")
local lexer = require("pl.lexer")
local balanced = require("pl.luabalanced")
local sip = require("pl.sip")
local stringio = require("pl.stringio")

local outcome, collect = Answers.outcome, Answers.collect
local Probes = {}

local LUA = [[
-- a comment
local x, y = 0x1F, 1.5e-3 -- another
if x ~= y and x <= 3 then return "a\"b" .. 'c' .. [=[long
]=] end --[==[ block
]==] goto done ::done:: ...
]]

function Probes.tokens_of_lua()
	return collect(lexer.lua(LUA)), collect(lexer.lua(LUA, {})),
		collect(lexer.lua("x = 'y'", { space = true }, {}))
end

function Probes.tokens_of_cpp()
	local body = "int main() { /* c */ return a->b != 0xF ? 'c' : \"s\"; } // end\n"
	return collect(lexer.cpp("#include <x>\n" .. body))
end

function Probes.tokens_of_ones_own()
	local matches = {
		{ "^%s+", function(token) return "space", token end },
		{ "^%d+", function(token) return "number", tonumber(token) end },
		{ "^%a+", function(token) return "word", token:upper() end },
	}
	return collect(lexer.scan("ab 12 c", matches, { space = true })),
		collect(lexer.scan("x + 12", nil, { space = true })),
		collect(lexer.scan("'a' \"b\"", nil, nil, { string = false })), outcome(lexer.scan, 5)
end

function Probes.moving_in_the_stream()
	local tokens = lexer.lua("first second\nthird fourth")
	local first = { tokens() }
	lexer.insert(tokens, "iden", "inserted")
	lexer.insert(tokens, { { "iden", "one" }, { "iden", "two" } })
	local inserted = { { tokens() }, { tokens() }, { tokens() } }
	return first, inserted, lexer.lineno(tokens), lexer.getline(tokens), lexer.lineno(tokens),
		lexer.getrest(tokens)
end

function Probes.lists_of_tokens()
	local tokens = lexer.lua("(a, f(b, c), 'd') rest")
	local opening = lexer.expecting(tokens, "(")
	local list, last = lexer.get_separated_list(tokens)
	return opening, list, last, { lexer.skipws(tokens) },
		outcome(lexer.expecting, lexer.lua("5"), "iden"),
		{ lexer.get_separated_list(lexer.lua("a, b")) }, lexer.get_keywords()["repeat"]
end

function Probes.balanced_texts()
	local code = "f(a, {1, 2}, [[x]]) .. 'y' -- end"
	local pieces = {}
	balanced.gsub("x = 'a' -- c\n y = [[b]]", function(kind, text)
		pieces[#pieces + 1] = { kind, text }
		return kind == "s" and "S" or nil
	end)
	return { balanced.match_string("'a\\'b' c", 1) }, { balanced.match_string("[=[a]]]=] c", 1) },
		{ balanced.match_bracketed("(a(b)')')c", 1) }, { balanced.match_expression(code, 1) },
		{ balanced.match_namelist("a, b , c = 1", 1) },
		{ balanced.match_explist("f(1, 2), {3, 4}; x", 1) }, pieces
end

function Probes.patterns_of_sip()
	return { sip.create_pattern("$v = $i") }, { sip.create_pattern("$v{name}($f{number}) $r{rest}") },
		{ sip.create_pattern("$q, $(", { at_start = true }) }, { sip.create_pattern("$Z") },
		{ sip.create_spec_fun("$v{key} = $d{value}") }, { sip.fields("$v") },
		outcome(sip.match, 5, "", {})
end

local INI = [[
# comment
top = 1
[section one]
name = long text \
 continued
list = 1,2,x
; another
quoted = "a b"
flag = true
kb = 512 kB
[two]
plain line
]]

function Probes.configurations()
	return config.read(stringio.open(INI)),
		config.read(stringio.open(INI),
			{ variabilize = false, trim_quotes = true, convert_boolean = true }),
		config.read(stringio.open("a:1:2\nb:3"), { smart = true }),
		config.read(stringio.open("one 1 2 3\ntwo 4 5 6"), { smart = true }),
		config.read(stringio.open("x=1"), { convert_numbers = false, ignore_assign = true }),
		collect(config.lines(stringio.open("a\\\nb\n#c\n\nd"))), { config.read({}) }
end

function Probes.words_and_numbers()
	return collect(input.numbers("1 2.5\n-3e2 x 4")), collect(input.words("one, two\nthree")),
		collect(input.fields(2, ",", "1,2,3\n4,5,6")),
		collect(input.fields({ 1, 3 }, " ", "a 1 2\nb 3 4", { no_fail = true })),
		collect(input.words(stringio.open("from\nfile"))), outcome(input.create_getter, {}),
		collect(input.fields({ 2 }, ":", "a:b\nc:d", { no_convert = true }))
end

function Probes.files_in_memory()
	local out = stringio.create()
	out:write("a", 1, "\n")
	out:writef("%03d|%s", 7, "x")
	local file = stringio.open("12 word\nline two\nrest\nend")
	local parts = { file:read("*n"), file:read(5), file:read("*l"), file:read(), file:seek(),
		file:read("*a"), file:read() }
	return out:value(), tostring(out), parts, collect(stringio.lines("x\ny\n")),
		collect(stringio.lines("abcdef", 4)),
		file:seek("set", 2), file:read(3), file:seek("end"), { file:read("*l") },
		outcome(file.read, file, "*z")
end

return Probes
