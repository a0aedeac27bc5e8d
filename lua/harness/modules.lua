--- `require` and `package` of user code: modules of the Lua roots, each loaded once per VM.

local format = string.format
local concat, error, find, getinfo = table.concat, error, string.find, debug.getinfo
local pcall, setmetatable, type = pcall, setmetatable, type

local Modules = {}

-- Modules that plain LuaJIT has and the sandbox has not.
local REFUSED = {
	ffi = "it reaches the memory of the process",
	jit = "it controls the compiler that other runs share",
	["jit.util"] = "it shows addresses and compiled code",
	["string.buffer"] = "it writes tables in an order that differs per run",
	["table.new"] = "tables grow as they need to",
	["table.clear"] = "assign nil to the keys, or make a new table",
}

local function is_running(main)
	local level = 2
	while true do
		local info = getinfo(level, "f")
		if not info then
			return false
		elseif info.func == main then
			return true
		end
		level = level + 1
	end
end

local function circle(loading, name)
	local names = {}
	for index = 1, #loading do
		if loading[index] == name or #names > 0 then
			names[#names + 1] = loading[index]
		end
	end
	names[#names + 1] = name
	return "modules require each other in a circle: " .. concat(names, " -> ")
end

local function take_from(loading, name)
	for index = #loading, 1, -1 do
		local last = loading[index]
		loading[index] = nil
		if last == name then
			return
		end
	end
end

local function new_package(loaded, unavailable)
	local view = setmetatable({}, {
		__index = loaded,
		__newindex = function(_, name)
			error(format("package.loaded is read-only here (module %s)", tostring(name)), 2)
		end,
		__metatable = false,
	})
	return {
		loaded = view,
		preload = {},
		path = "./?.lua;./?/init.lua",
		cpath = "",
		config = "/\n;\n?\n!\n-\n",
		loadlib = unavailable("package.loadlib", "compiled code cannot be loaded here"),
		seeall = unavailable("package.seeall", "it changes environments; return a table instead"),
	}
end

---@param options table `{read, load, unavailable, after_load}`; `load(text, chunk_name, is_ready)`
---@param env table globals of user code
---@return fun(name: string): any require
---@return table package
function Modules.new(options, env)
	local loaded = {}
	local builtin = { "string", "table", "math", "coroutine", "os", "io", "debug", "bit" }
	for index = 1, #builtin do
		loaded[builtin[index]] = env[builtin[index]]
	end
	loaded._G = env
	local package = new_package(loaded, options.unavailable)
	loaded.package = package
	-- Modules that are being loaded, innermost last, and the program of each.
	local loading, mains = {}, {}

	local function find_main(name)
		local preload = package.preload
		if type(preload) == "table" and type(preload[name]) == "function" then
			return preload[name]
		end
		local text, chunk_name, is_refused = options.read(name)
		if not text then
			if is_refused then
				error(chunk_name, 0)
			elseif REFUSED[name] then
				error(format("module '%s' is not available here: %s", name, REFUSED[name]), 3)
			end
			error(chunk_name, 3)
		end
		local main, message = options.load(text, chunk_name)
		if not main then
			error(format("error loading module '%s':\n\t%s", name, message), 0)
		end
		return main
	end

	local function require(name)
		if type(name) ~= "string" then
			error(format("bad argument #1 to 'require' (string expected, got %s)", type(name)), 2)
		end
		local value = loaded[name]
		if value ~= nil then
			return value
		elseif mains[name] and is_running(mains[name]) then
			error(circle(loading, name), 2)
		end
		local main = find_main(name)
		mains[name] = main
		loading[#loading + 1] = name
		value = main(name)
		take_from(loading, name)
		mains[name] = nil
		if value == nil then
			value = true
		end
		loaded[name] = value
		options.after_load()
		return value
	end

	return require, package
end

return Modules
