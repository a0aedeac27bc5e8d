--- Limits of metrics: when one is broken, and how a text says so.

local Limit = {}

--- Kinds of limits. `is_broken(value, limit)`; `words` stand between the two.
Limit.ABOVE = { words = "is above", is_broken = function(value, limit) return value > limit end }
Limit.FROM = { words = "has reached", is_broken = function(value, limit) return value >= limit end }
Limit.BELOW = { words = "is below", is_broken = function(value, limit) return value < limit end }
Limit.UP_TO = {
	words = "does not exceed",
	is_broken = function(value, limit) return value <= limit end,
}

--- A number with its unit.
---@param unit string|nil
---@return string
function Limit.quantity(value, unit)
	-- Adding 0 makes 0 of -0.
	local text = ("%.6g"):format(value + 0)
	return unit and text .. " " .. unit or text
end

--- What a text calls a metric, and its number there: of a signed one the magnitude counts.
---@param metric {metric: string, is_signed: boolean?}
---@return string name
---@return number|nil value nil without samples
function Limit.magnitude(metric, value)
	if not metric.is_signed then
		return metric.metric, value
	end
	return ("|%s|"):format(metric.metric), value and math.abs(value)
end

--- A sentence about a broken limit.
---@param kind table
---@param adjective? string what sort of limit it is
---@return string
function Limit.broken(name, value, unit, kind, limit, adjective)
	return ("%s %s %s the %slimit of %s"):format(
		name, Limit.quantity(value, unit), kind.words, adjective or "", Limit.quantity(limit, unit)
	)
end

return Limit
