--- What these libraries do under plain LuaJIT and cannot do here.

local Refused = {}

-- Code from texts.

function Refused.code_pretty_read()
	require("pl.pretty").read("{ 1, 2 }")
end

function Refused.code_pretty_load()
	require("pl.pretty").load("x = 1")
end

function Refused.code_template()
	require("pl.template").substitute("# for i = 1, 2 do\n$(i)\n# end", {})
end

function Refused.code_template_compile()
	require("pl.template").compile("$(1)")
end

function Refused.code_string_lambda()
	require("pl.utils").string_lambda("|x| x + 1")
end

function Refused.code_string_lambda_as_function()
	require("pl.tablex").map("_ * 2", { 1, 2 })
end

function Refused.code_placeholder()
	local func = require("pl.func")
	func.I(func._1 + 1)
end

function Refused.code_bind()
	local func = require("pl.func")
	func.bind(math.max, func._1, 2)
end

function Refused.code_comprehension()
	require("pl.comprehension").new({})("x for x")
end

function Refused.code_sip()
	require("pl.sip").compile("$v = $i")
end

function Refused.code_lapp()
	require("pl.lapp")("-n, --number (default 5)  A number\n", {})
end

function Refused.code_data_query()
	local data = require("pl.data").new({ { 1, 2 } }, { "a", "b" })
	data:select("a where b > 1")
end

-- Environments of functions.

function Refused.environment_named_class()
	require("pl.class").Animal()
end

function Refused.environment_comprehension()
	require("pl.comprehension").new()
end

-- Files.

local SOURCE = "/usr/share/lua/5.1/inspect.lua"

function Refused.file_readfile()
	assert(require("pl.utils").readfile(SOURCE))
end

function Refused.file_readlines()
	assert(require("pl.utils").readlines(SOURCE))
end

function Refused.file_config()
	assert(require("pl.config").read(SOURCE, { ignore_assign = true }))
end

function Refused.file_data()
	assert(require("pl.data").read(SOURCE, { no_convert = true }))
end

function Refused.file_seq_lines()
	require("pl.seq").lines(SOURCE)
end

function Refused.file_searchpath()
	require("pl.compat")
	package.searchpath("inspect", "/usr/share/lua/5.1/?.lua")
end

function Refused.file_print()
	require("pl.utils").printf("%s", "")
end

-- Libraries that are compiled code.

function Refused.native_path()
	require("pl.path").exists(SOURCE)
end

function Refused.native_dir()
	require("pl.dir").getfiles("/usr/share/lua/5.1", "*.lua")
end

function Refused.native_file()
	require("pl.file").read(SOURCE)
end

function Refused.native_app()
	require("pl.app").platform()
end

function Refused.native_test()
	require("pl.test").asserteq(1, 1)
end

function Refused.native_lpeg()
	require("dkjson").use_lpeg().decode("[1]")
end

function Refused.native_filesystem()
	require("lfs").attributes(SOURCE)
end

-- The process and the machine.

function Refused.process_execute()
	require("pl.utils").executeex("true")
end

function Refused.process_compat_execute()
	require("pl.compat").execute("true")
end

function Refused.process_argparse_error()
	require("argparse")("tool"):parse({ "--wrong" })
end

function Refused.process_lapp_help()
	require("pl.lapp")("Usage\n", { "--help" })
end

function Refused.process_quit()
	require("pl.utils").quit("bye")
end

-- The calendar.

function Refused.calendar_now()
	require("pl.Date")()
end

function Refused.calendar_day()
	require("pl.Date")(2020, 2, 29)
end

function Refused.calendar_parse()
	require("pl.Date").Format("yyyy-mm-dd"):parse("2020-02-29")
end

function Refused.calendar_moment()
	require("pl.Date")(1000000)
end

-- The debug library.

function Refused.debug_metatable_of_functions()
	require("pl.seq").import()
end

function Refused.debug_strict_table()
	PENLIGHT_NO_GLOBAL_STRICT = true
	local module = require("pl.strict").module("Mine", {})
	local _, message = pcall(function() return module.none end)
	if not message:find("variable 'none' is not declared in 'Mine'", 1, true) then
		error(message, 0)
	end
end

return Refused
