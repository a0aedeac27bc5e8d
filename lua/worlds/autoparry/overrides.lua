--- Overrides of a plan's `configure`: texts that mean the current value are replaced by it.
---
--- "default" is the value that the option has now, "default + n" and "default - n" differ from it.
--- Whether a value is valid is not decided here.

local Config = require("worlds.autoparry.controller.config")
local Plain = require("worlds.autoparry.plain")

local Overrides = {}

local FORMS = '"default", "default + n" or "default - n" with a decimal number n >= 0'
local NAMES = '"default" in place of the whole list, or names that do not begin with "default"'
local NO_NUMBER = '"default" alone: the current value is not a number'
local NO_VALUE = 'no form of "default": there is no current value'

-- The text without spaces around it if it means the current value, else nil.
local function form_of(value)
	return type(value) == "string" and value:match("^%s*(default.-)%s*$") or nil
end

-- What a form adds to the current value; nil if it is none of the forms.
local function change_of(form)
	if form == "default" then
		return 0
	end
	local sign, digits = form:match("^default%s*([+-])%s*([%d.]+)$")
	local number = digits and tonumber(digits)
	return number and (sign == "+" and number or -number)
end

-- What a form means where `current` is the value; or nil and what is allowed.
local function meaning_of(form, path, current)
	local change = change_of(form)
	if not Config.describe(path) then
		return nil, Config.allowed(path)
	elseif not change then
		return nil, FORMS
	elseif current == nil then
		return nil, NO_VALUE
	elseif form == "default" then
		return Plain.copy(current)
	elseif type(current) ~= "number" then
		return nil, NO_NUMBER
	end
	return current + change
end

-- Put what `value` stands for at `key` of `target`; a problem if it stands for nothing.
local function put(target, key, value, path, current)
	local form = form_of(value)
	if not form then
		target[key] = value
		return nil
	end
	local meaning, allowed = meaning_of(form, path, current)
	target[key] = meaning
	return allowed and { key = path, value = value, allowed = allowed }
end

-- Like `put` for a table: a sub-table of options, or a list, whose entries have no current values.
local function put_table(target, name, value, current)
	local copy = {}
	target[name] = copy
	for _, key in ipairs(Plain.keys(value)) do
		local inner, problem = value[key], nil
		if type(key) == "number" and form_of(inner) then
			problem = { key = ("%s[%s]"):format(name, key), value = inner, allowed = NAMES }
		else
			local now = type(current) == "table" and current or {}
			problem = put(copy, key, inner, ("%s.%s"):format(name, tostring(key)), now[key])
		end
		if problem then
			return problem
		end
	end
end

--- A copy of `overrides` with values in place of texts; or nil and the first problem in the order
--- of the keys. What is not a table is returned as it is.
---@param current table the configuration that the texts mean
---@return any resolved
---@return {key: string, value: any, allowed: string}|nil problem
function Overrides.resolve(overrides, current)
	if not Plain.is_table(overrides) then
		return overrides
	end
	local resolved = {}
	for _, key in ipairs(Plain.keys(overrides)) do
		local value, name, problem = overrides[key], tostring(key), nil
		-- An option that is unset stays so when it is left out.
		local is_unset = current[key] == nil and Config.describe(name) and form_of(value) == "default"
		if Plain.is_table(value) then
			problem = put_table(resolved, key, value, current[key])
		elseif not is_unset then
			problem = put(resolved, key, value, name, current[key])
		end
		if problem then
			return nil, problem
		end
	end
	return resolved
end

return Overrides
