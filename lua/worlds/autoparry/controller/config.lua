--- The configuration of AutoParry: its 43 options as they are now.
---
--- `values` is one table for as long as the configuration lives: hot code reads it. An option that
--- is unset is absent from it. Nothing changes unless everything that was asked for is valid.

local Options = require("worlds.autoparry.controller.options")
local Plain = require("worlds.autoparry.plain")

local Config = {}
Config.__index = Config

Config.describe, Config.allowed = Options.describe, Options.allowed

-- Stands for "unset" among what was read.
local UNSET = {}

---@param null any what stands for a null inside overrides
---@param empty_list? fun(): table makes what leaves as an empty list; else it leaves as a map
function Config.new(null, empty_list)
	local self = { values = {}, null = null, empty_list = empty_list }
	setmetatable(self, Config)
	self:reset()
	return self
end

-- What `value` is stored as. For a wrong value nil, and the key in it if that is wrong.
local function read(option, value, null)
	if value ~= null then
		return option.rule.read(value)
	elseif not option.may_be_unset then
		return nil
	end
	return option.rule.tuning and option.default or UNSET
end

local function problem_of(what, path, value)
	local message = ("AutoParry.configure: %s '%s'"):format(what, path)
	return { message = message, key = path, value = value, allowed = Options.allowed(path) }
end

--- What `configure` would store, by option; or nil and the first problem in the order of the keys.
---@return table|nil stored
---@return {message: string, key: string?, value: any, allowed: string}|nil problem
function Config:check(overrides)
	local null = self.null
	if not Plain.is_table(overrides) then
		local message = "AutoParry.configure: expected a table"
		return nil, { message = message, value = overrides, allowed = "a table of options" }
	end
	local stored = {}
	for _, key in ipairs(Plain.keys(overrides)) do
		local option, value = Options.of[key], overrides[key]
		if not option then
			return nil, problem_of("unknown option", tostring(key), value)
		end
		local result, wrong = read(option, value, null)
		if wrong ~= nil then
			local path = ("%s.%s"):format(key, tostring(wrong))
			return nil, problem_of("invalid value for", path, value[wrong])
		elseif result == nil then
			return nil, problem_of("invalid value for", key, value)
		end
		stored[key] = result
	end
	return stored
end

-- `values` with the overrides, of which none is wrong.
local function put(self, values, overrides)
	local stored, problem = self:check(overrides)
	if not stored then
		error(problem.message, 0)
	end
	for _, key in ipairs(Plain.keys(stored)) do
		local value = stored[key]
		if value == UNSET then
			value = nil
		end
		values[key] = Plain.copy(value)
	end
	return values
end

--- Change options, all or none; the error of a wrong one has no position. A copy of what is now.
---@param overrides table
---@return table
function Config:configure(overrides)
	put(self, self.values, overrides)
	return self:copy()
end

--- What `values` would be after `configure`; nothing changes.
---@param overrides table
---@return table values
function Config:with(overrides)
	return put(self, Plain.copy(self.values), overrides)
end

--- Back to the defaults. A copy of them.
---@return table
function Config:reset()
	for _, key in ipairs(Options.keys) do
		self.values[key] = Plain.copy(Options.of[key].default)
	end
	return self:copy()
end

--- A deep copy of what is now.
---@return table
function Config:copy()
	local copy = Plain.copy(self.values)
	local guards = copy.remoteQueueGuards
	if self.empty_list and guards and not guards[1] then
		copy.remoteQueueGuards = self.empty_list()
	end
	return copy
end

return Config
