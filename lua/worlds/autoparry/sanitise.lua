--- What of a value may stand in the record: a copy in which whatever has no plain form is a text.
---
--- Vectors, frames, items of enums and instances are kept as they are: the record has a form for
--- each. So has it for numbers that are not finite, which leave as null.

local Balls = require("worlds.autoparry.balls")

local DEPTH_MAX = 32
local WRITTEN = { CFrame = true, EnumItem = true, Instance = true, Vector2 = true, Vector3 = true }

local Sanitise = {}
Sanitise.__index = Sanitise

---@param typeof fun(value: any): string `env.services.typeof`
---@param null any `env.null`
function Sanitise.new(typeof, null)
	-- The tables that the one being copied is in.
	return setmetatable({ typeof = typeof, null = null, above = {} }, Sanitise)
end

local function require_key(key)
	local kind = type(key)
	if kind ~= "string" and not (kind == "number" and key > -math.huge and key < math.huge) then
		local what = kind == "number" and "number that is not finite" or kind
		error(("a %s cannot be a key of plain data"):format(what), 0)
	end
end

local function table_of(self, value, depth)
	local above = self.above
	if above[value] then
		return "<cycle>"
	elseif depth > DEPTH_MAX then
		error(("nested more than %d deep"):format(DEPTH_MAX), 0)
	end
	above[value] = true
	local copy
	-- The order in which a copy is filled shows nowhere.
	table.foreach(value, function(key, inner)
		require_key(key)
		copy = copy or {}
		copy[key] = self:_copy(inner, depth + 1)
	end)
	above[value] = nil
	-- An empty table is given back itself: nothing else knows whether it is a list.
	return copy or value
end

function Sanitise:_copy(value, depth)
	local kind = type(value)
	if kind == "table" then
		return Balls.id_of(value) or table_of(self, value, depth)
	elseif kind == "number" or kind == "string" or kind == "boolean" or value == self.null then
		return value
	elseif WRITTEN[self.typeof(value)] then
		return value
	end
	return ("<%s>"):format(kind)
end

--- The copy. An error, without position, for a key that no record can have, and for what is nested
--- too deep.
---@param value any not nil
function Sanitise:value(value)
	self.above = {}
	return self:_copy(value, 1)
end

return Sanitise
