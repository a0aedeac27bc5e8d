--- Presses that come slowly after their ball was seen get less bias, quick ones more.

local Step = require("worlds.autoparry.policies.step")

local CooldownGuard = {
	id = "cooldown-guard",
	runs_on = { press = true },
	key = "pressReactionBias",
}

local REACTION_SLOW_S = 0.09
local REACTION_QUICK_S = 0.03
local GAP_TIGHT_S = 0.03
local GAP_WIDE_S = 0.18

local function note_of(gap_s)
	if gap_s and gap_s < GAP_TIGHT_S then
		return "press-gap-tight"
	elseif gap_s and gap_s > GAP_WIDE_S then
		return "press-gap-wide"
	end
	return "steady"
end

--- What the option should be after a press.
---@param facts {reaction_s: number|nil, gap_s: number|nil} `gap_s` since the press before, if any
---@param values table options by name
---@return number to, string note
function CooldownGuard.step(facts, values)
	local reaction_s, count = facts.reaction_s, 0
	if reaction_s and reaction_s > REACTION_SLOW_S then
		count = -1
	elseif reaction_s and reaction_s < REACTION_QUICK_S then
		count = 1
	end
	if count == 0 then
		return Step.current(values, CooldownGuard.key), note_of(facts.gap_s)
	end
	return Step.moved(values, CooldownGuard.key, count), note_of(facts.gap_s)
end

return CooldownGuard
