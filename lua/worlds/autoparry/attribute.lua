--- What attributes of a threat may be; each check returns nil or one message.

local Nearest = require("worlds.autoparry.nearest")
local Plain = require("worlds.autoparry.plain")
local Show = require("worlds.autoparry.show")

local Attribute = {}

--- Attributes that this world reads; any others are carried.
Attribute.NAMES = {
	"axis", "curvature", "curvatureJerk", "curvatureRate", "latency", "oscillationFrequency",
	"oscillationMagnitude", "realBall", "trajectory",
}

local function refusal(name, allowed, value)
	return ("attribute %s must be %s; got %s"):format(name, allowed, Show.value(value))
end

local function is_number(value)
	return type(value) == "number" and value - value == 0
end

--- The three numbers of a vector, a list or a map with `x, y, z` or `X, Y, Z`; nil if it is none.
function Attribute.vector(value)
	if type(value) ~= "table" then
		return nil
	end
	local x, y, z = value.x or value.X or value[1], value.y or value.Y or value[2],
		value.z or value.Z or value[3]
	if is_number(x) and is_number(y) and is_number(z) then
		return x, y, z
	end
	return nil
end

function Attribute.not_vector(name, value)
	return not Attribute.vector(value) and refusal(name, "a vector of 3 finite numbers", value) or nil
end

function Attribute.not_direction(name, value)
	local x, y, z = Attribute.vector(value)
	local is_direction = x and x * x + y * y + z * z > 0
	return not is_direction and refusal(name, "a vector of 3 finite numbers, not all 0", value) or nil
end

function Attribute.not_number(name, value)
	return not is_number(value) and refusal(name, "a finite number", value) or nil
end

function Attribute.not_positive(name, value)
	local is_positive = is_number(value) and value > 0
	return not is_positive and refusal(name, "a finite number > 0", value) or nil
end

function Attribute.negative(name, value)
	local is_fine = is_number(value) and value >= 0
	return not is_fine and refusal(name, "a finite number >= 0", value) or nil
end

function Attribute.not_boolean(name, value)
	return type(value) ~= "boolean" and refusal(name, "true or false", value) or nil
end

function Attribute.not_table(name, value)
	return type(value) ~= "table" and refusal(name, "a table", value) or nil
end

function Attribute.unknown_field(name, value, fields)
	local known = {}
	for _, field in ipairs(fields) do
		known[field] = true
	end
	for _, key in ipairs(Plain.keys(value)) do
		if not known[key] then
			local words = ("attribute %s has no field '%s'; its fields are %s")
				:format(name, tostring(key), table.concat(fields, ", "))
			return Nearest.suggest(words, tostring(key), fields)
		end
	end
	return nil
end

local KNOWN = {}
for _, name in ipairs(Attribute.NAMES) do
	KNOWN[name] = true
end

--- What is most likely a slip in the attributes of a threat, in words.
---@param null any what stands for a null
---@return string[]
function Attribute.slips(attributes, null)
	local texts = {}
	for _, name in ipairs(Plain.keys(attributes)) do
		local meant = not KNOWN[name] and Nearest.of(tostring(name), Attribute.NAMES)
		if meant then
			texts[#texts + 1] = ("attribute '%s' is only carried; did you mean '%s'?"):format(name, meant)
		end
	end
	local is_real = attributes.realBall
	if is_real ~= nil and type(is_real) ~= "boolean" then
		local text = "attribute realBall must be true or false, got %s; it counts as true"
		texts[#texts + 1] = text:format(Show.value(is_real, null))
	end
	return texts
end

return Attribute
