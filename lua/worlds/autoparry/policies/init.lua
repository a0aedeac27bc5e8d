--- All policies, in the order in which they act.

local Policies = {
	list = {
		require("worlds.autoparry.policies.cooldown_guard"),
		require("worlds.autoparry.policies.threat_budget"),
		require("worlds.autoparry.policies.oscillation_panic"),
	},
	ids = {},
}

local WITHOUT = { none = true, baseline = true }

for index = 1, #Policies.list do
	Policies.ids[index] = Policies.list[index].id
end

local function set_of(ids)
	local set = {}
	for _, id in ipairs(ids or {}) do
		set[id] = true
	end
	return set
end

--- Those that a scenario asks for, in order, and the ids that nobody has.
---@param wish table|nil `{default?, enable?, disable?}`; without it there are none
---@return table[] chosen, string[] unknown
function Policies.choose(wish)
	local chosen, unknown, known = {}, {}, set_of(Policies.ids)
	if not wish then
		return chosen, unknown
	end
	local has_all = not WITHOUT[wish.default]
	local enabled, disabled = set_of(wish.enable), set_of(wish.disable)
	for _, policy in ipairs(Policies.list) do
		if (has_all or enabled[policy.id]) and not disabled[policy.id] then
			chosen[#chosen + 1] = policy
		end
	end
	for _, ids in ipairs({ wish.enable or {}, wish.disable or {} }) do
		for _, id in ipairs(ids) do
			if not known[id] then
				known[id] = true
				unknown[#unknown + 1] = id
			end
		end
	end
	return chosen, unknown
end

return Policies
