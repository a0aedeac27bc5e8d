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

-- How many calls of `fn` are on the stack of the running thread.
local function calls_of(fn)
	local count, level = 0, 2
	while true do
		local info = getinfo(level, "f")
		if not info then
			return count
		elseif info.func == fn then
			count = count + 1
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

-- Where `name` stands in the list.
local function position_of(loading, name)
	for index = 1, #loading do
		if loading[index] == name then
			return index
		end
	end
	return nil
end

-- Shorten the list to `count` names.
local function keep(loading, count)
	for index = #loading, count + 1, -1 do
		loading[index] = nil
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
	-- Modules that are being loaded, innermost last.
	local loading = {}

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

	local require
	function require(name)
		if type(name) ~= "string" then
			error(format("bad argument #1 to 'require' (string expected, got %s)", type(name)), 2)
		end
		local value = loaded[name]
		if value ~= nil then
			return value
		end
		-- A module that failed is still in the list, but its `require` is gone from the stack.
		keep(loading, calls_of(require) - 1)
		if position_of(loading, name) then
			error(circle(loading, name), 2)
		end
		local main = find_main(name)
		local depth = #loading
		loading[depth + 1] = name
		value = main(name)
		keep(loading, depth)
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
