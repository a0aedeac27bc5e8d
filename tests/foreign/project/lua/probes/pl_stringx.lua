local Answers = require("answers")
local stringx = require("pl.stringx")
local url = require("pl.url")

local outcome, collect = Answers.outcome, Answers.collect
local Probes = {}

local WORDS = { "", "abc", "ABC", "12", "a1", " \t\n", "a b", "\195\169" }

function Probes.kinds_of_text()
	local results = {}
	for _, name in ipairs({ "isalpha", "isdigit", "isalnum", "isspace", "islower", "isupper" }) do
		local row = {}
		for index, word in ipairs(WORDS) do
			row[index] = stringx[name](word)
		end
		results[name] = row
	end
	return results
end

function Probes.beginnings_and_ends()
	return stringx.startswith("abc", "ab"), stringx.startswith("abc", { "x", "a" }),
		stringx.startswith("abc", "b"),
		stringx.endswith("a.lua", ".lua"), stringx.endswith("a.lua", { ".py", ".lua" }),
		stringx.endswith("a", "ba")
end

function Probes.joining_and_splitting()
	return stringx.join(", ", { 1, 2, "x" }), stringx.split("a b  c"), stringx.split("a,b,c", ","),
		stringx.split("a,b,c", ",", 1), stringx.split("  a b "), { stringx.splitv("k = v", " = ") },
		stringx.splitlines("a\nb\r\nc\rd\n"), stringx.splitlines("a\nb", true), stringx.splitlines(""),
		stringx.split("a.b.c", "."), stringx.split("", ",")
end

function Probes.partitions()
	return { stringx.partition("a=b=c", "=") }, { stringx.rpartition("a=b=c", "=") },
		{ stringx.partition("abc", "=") }, { stringx.rpartition("abc", "=") }
end

function Probes.searching()
	return stringx.lfind("hello hello", "lo"), stringx.lfind("hello", "z"),
		stringx.lfind("hello", "l", 4),
		stringx.lfind("hello", "o", 1, 3), stringx.rfind("hello hello", "lo"),
		stringx.rfind("hello", "l", 1, 3),
		stringx.rfind("hello", "z"), stringx.count("banana", "an"), stringx.count("aaaa", "aa"),
		stringx.count("aaaa", "aa", true), stringx.replace("a.b.c", ".", "%"),
		stringx.replace("a.b.c", ".", "-", 1),
		stringx.at("abc", 2), stringx.at("abc", -1)
end

function Probes.padding_and_stripping()
	return stringx.ljust("a", 4), stringx.ljust("a", 4, "."), stringx.rjust("a", 4, "0"),
		stringx.center("ab", 7, "-"),
		stringx.center("abc", 2), stringx.strip("  a b \n"), stringx.lstrip("  a "),
		stringx.rstrip(" a  "),
		stringx.strip("--a-b--", "-"), stringx.lstrip("xyza", "zyx"), stringx.strip(""),
		stringx.rstrip("[a]]", "]"),
		stringx.expandtabs("a\tbc\td", 4), stringx.expandtabs("\tx")
end

function Probes.layout()
	local text = "A line that is much longer than twenty characters and gets wrapped. "
		.. "averyveryverylongwordindeed"
	return stringx.indent("a\nb", 2), stringx.indent("a\n\nb\n", 1, "\t"),
		stringx.dedent("  a\n    b\n  c\n"),
		stringx.wrap(text, 20), stringx.wrap(text, 20, true), stringx.fill(text, 30),
		stringx.fill(text, 12, true)
end

function Probes.titles_and_lines()
	return stringx.title("the quick BROWN fox's"), stringx.capitalize("hello world"),
		stringx.shorten("a long sentence", 8), stringx.shorten("a long sentence", 8, true),
		stringx.shorten("abc", 10), stringx.shorten("abcdef", 2), collect(stringx.lines("a\nb\n\nc"))
end

function Probes.quoting()
	return stringx.quote_string("simple"), stringx.quote_string('a "quoted"\nline'),
		stringx.quote_string("]] and ]=]\n"), stringx.quote_string("\r\0\n"),
		stringx.quote_string("back\\slash")
end

function Probes.templates_of_text()
	local template = stringx.Template("for $name in ${list}:\n  $body $$ done")
	local values = { name = "x", list = "xs", body = "a\n  b" }
	return template:substitute(values), template:safe_substitute({ name = "y" }),
		template:indent_substitute(values), outcome(template.substitute, template, { name = "z" }),
		stringx.Template("$$"):substitute({})
end

function Probes.the_same_under_its_other_name()
	local text = require("pl.text")
	return text == stringx, text.dedent("\ta\n\tb")
end

function Probes.addresses_of_pages()
	return url.quote("a b&c/d?\195\169"), url.quote("a b", true), url.unquote("a%20b+c%2F"),
		url.unquote(url.quote("100% \r\n")), url.quote(5)
end

function Probes.mistakes()
	return outcome(stringx.split, 5, {}), outcome(stringx.join, 5, {}),
		outcome(stringx.ljust, "a", "x"),
		outcome(stringx.ljust, "a", 3, "xx"), outcome(stringx.startswith, "a", 5),
		outcome(stringx.at, "a"),
		outcome(stringx.isalpha, nil), outcome(stringx.center, "a", 1.5)
end

return Probes
