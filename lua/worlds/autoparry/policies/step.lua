--- The options that policies move: by how much at once, from where, and how far.

local Step = {}

local LIMITS = {
	pressReactionBias = { default = 0.02, least = 0, most = 0.4, step = 0.0025 },
	pressScheduleSlack = { default = 0.015, least = 0, most = 0.12, step = 0.0035 },
	pressMaxLookahead = { default = 1.2, least = 0.25, most = 5, step = 0.06 },
}

--- What the option `key` is now.
---@param values table options by name; one that is no number stands at its default
---@return number
function Step.current(values, key)
	local value = values[key]
	return type(value) == "number" and value or LIMITS[key].default
end

--- The option `key` after so many steps, inside its bounds. One that was outside comes back.
---@param count number of steps; negative ones lead down
---@return number
function Step.moved(values, key, count)
	local limits = LIMITS[key]
	local to = Step.current(values, key) + count * limits.step
	return math.min(math.max(to, limits.least), limits.most)
end

return Step
