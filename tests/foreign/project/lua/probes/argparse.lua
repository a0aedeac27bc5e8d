local outcome = require("answers").outcome
local argparse = require("argparse")

local Probes = {}

local function outcomes(parser, lists)
	local results = {}
	for index, words in ipairs(lists) do
		results[index] = { words, { parser:pparse(words) } }
	end
	return results
end

local function copier()
	local parser = argparse("copy", "Copies files.", "More at the end.")
	parser:argument("source", "What is copied."):args("+")
	parser:argument("target"):description("Where to."):args("?"):default("out")
	parser:option("-m --mode", "How."):choices({ "fast", "safe" }):default("safe")
	parser:option("-n --count", "How often."):convert(tonumber):argname("<times>")
	parser:option("-I --include"):count("*"):argname("<dir>")
	parser:option("-p --pair"):args(2):target("two")
	parser:flag("-v --verbose", "Says more."):count("0-3"):target("verbosity")
	parser:flag("-q --quiet")
	parser:flag("--no-color"):action("store_false"):target("color"):init(true)
	return parser
end

function Probes.parse()
	return outcomes(copier(), {
		{ "a" },
		{ "a", "b", "c", "--mode", "fast" },
		{ "-vv", "a", "-n", "3", "--include=x", "-Iy", "-I", "z" },
		{ "a", "--pair", "1", "2", "-q", "--no-color" },
		{ "--", "-a", "--mode" },
		{ "-vqn5", "a" },
	})
end

function Probes.errors()
	return outcomes(copier(), {
		{},
		{ "a", "--mode", "slow" },
		{ "a", "--mod", "fast" },
		{ "a", "-n", "many" },
		{ "a", "--pair", "1" },
		{ "a", "-vvvv" },
		{ "a", "-x" },
		{ "a", "--quiet=yes" },
		{ "a", "-n" },
		{ "a", "-n", "1", "-n", "2" },
	})
end

function Probes.usage_and_help()
	local parser = copier()
	return parser:get_usage(), parser:get_help()
end

local function git()
	local parser = argparse("git"):require_command(true):command_target("command")
	parser:flag("--bare", "No work tree.")
	local add = parser:command("add a", "Adds files."):summary("Adds.")
	add:argument("paths"):args("*")
	add:flag("-f --force")
	local remote = parser:command("remote", "Handles remotes.")
	remote:command("list")
	local new = remote:command("new"):hidden_name("create")
	new:argument("name")
	new:argument("url"):args("?"):convert(string.upper)
	parser:add_help_command()
	return parser
end

function Probes.commands()
	return outcomes(git(), {
		{ "add", "x", "y", "-f" },
		{ "a" },
		{ "--bare", "remote", "new", "origin", "https://example.org" },
		{ "remote", "create", "origin" },
		{ "remote", "list", "--bare" },
		{},
		{ "remote" },
		{ "ad" },
		{ "remote", "new" },
		{ "add", "--wrong" },
	})
end

function Probes.help_of_commands()
	local parser = git()
	return parser:get_usage(), parser:get_help()
end

function Probes.mutually_exclusive()
	local parser = argparse("choose")
	parser:mutex(parser:flag("-a --all"), parser:option("-o --one"), parser:argument("rest"):args("?"))
	return outcomes(parser, { { "-a" }, { "-o", "x" }, { "-a", "-o", "x" }, { "r", "-a" }, {} }),
		parser:get_usage()
end

function Probes.actions_and_defaults()
	local parser = argparse({ name = "acts", add_help = false })
	local seen = {}
	parser:option("--note"):count("*"):action(function(_, _, value, overwrite)
		seen[#seen + 1] = { value, overwrite }
	end)
	parser:option("-l --list"):action("append"):init({ "first" }):count("*")
	parser:option("-c --concat"):action("concat"):args("*"):count("*")
	parser:option("-d --dump"):args("?"):default("file.txt"):defmode("arg")
	parser:option("-u --unused"):default("u"):defmode("unused")
	parser:flag("-k"):action("store_true")
	return outcomes(parser, {
		{ "--note", "1", "--note", "2" }, { "-l", "x", "-l", "y" }, { "-c", "1", "2", "-c", "3" },
		{ "-d" }, {},
		{ "-k", "-d", "other" },
	}), seen
end

function Probes.numbers_of_arguments()
	local results = {}
	for _, args in ipairs({ "?", "*", "+", 2, "1-2", "2+" }) do
		local parser = argparse("many")
		parser:option("-o"):args(args)
		parser:argument("end"):args("*")
		results[#results + 1] = outcomes(parser, {
			{ "-o" }, { "-o", "1" }, { "-o", "1", "2" }, { "-o", "1", "2", "3" },
		})
		results[#results + 1] = parser:get_usage()
	end
	return results
end

function Probes.converters()
	local parser = argparse("convert")
	parser:argument("number"):convert(function(text)
		local number = tonumber(text)
		if not number then
			return nil, "'" .. text .. "' is no number"
		end
		return number * 2
	end)
	parser:argument("word"):convert({ yes = true, no = "never" })
	parser:option("--both"):args(2):convert({ tonumber, string.upper })
	return outcomes(parser, {
		{ "21", "yes" }, { "x", "yes" }, { "1", "maybe" }, { "1", "no", "--both", "7", "up" },
		{ "1", "no", "--both", "seven", "up" },
	})
end

function Probes.help_layout()
	local parser = argparse("lay", ("A long description of what it does. "):rep(5))
	parser:help_max_width(60):usage_max_width(50):usage_margin(4)
	parser:group("Group one", parser:flag("--one", ("words "):rep(20)), parser:flag("--two"))
	parser:option("--with-a-very-long-name-that-needs-a-line", "Short.\n * point one\n * point two")
	parser:option("--default", "Shows its default."):default("x"):show_default(true)
	parser:option("--hidden"):hidden(true)
	parser:option("--choice"):choices({ "a", "b" })
	parser:epilog("The end.\n\nReally.")
	return parser:get_help(), parser:get_usage()
end

function Probes.completion_scripts()
	local parser = git():add_complete()
	return parser:get_bash_complete(), parser:get_zsh_complete(), parser:get_fish_complete()
end

function Probes.handle_options()
	local parser = argparse("free"):handle_options(false)
	parser:argument("all"):args("*")
	return outcomes(parser, { { "-a", "--b", "c" } })
end

function Probes.mistakes_of_the_author()
	return outcome(function() argparse("x"):option("-o"):args("many") end),
		outcome(function() argparse("x"):flag(1) end),
		outcome(function() argparse("x"):option("-o"):choices("a") end),
		outcome(function() argparse("x"):option("-o"):action("fly") end)
end

function Probes.errors_in_callbacks_are_not_swallowed()
	local parser = argparse("x")
	parser:argument("a"):convert(function() error("broke", 0) end)
	return tostring(outcome(parser.pparse, parser, { "1" })[2]):match("^[^\n]*")
end

return Probes
