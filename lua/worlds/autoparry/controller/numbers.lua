--- What holds for every ball of one evaluation: latency, lead, slack, gates.

local Lead = require("worlds.autoparry.controller.lead")
local Ping = require("worlds.autoparry.controller.ping")

local TRIGGER_GRACE_S = 0.01

local Numbers = {}

--- A set of numbers, to be filled by `update` and `tune`.
function Numbers.new()
	return {
		ping_s = 0, ping_offset_s = 0, delta_s = 0, lead_s = 0, slack_s = 0, lookahead_s = 0,
		-- What the connection asks for.
		floor_s = 0, min_lead_s = 0, compensation_s = 0, slack_add_s = 0, parry_window_s = 0,
		-- A press for an impact later than this would not cover its own ball.
		impact_max_s = 0, wait_max_s = 0, min_tti_s = 0, max_tti_s = 0, min_speed = 0,
		safe_radius = 0, padding = 0, score_lookahead_s = 0, targeting = false,
		-- What the lead is made of beside the latency: the option, or what was learned.
		reaction_bias_s = 0,
	}
end

---@param n table
---@param values table the configuration
---@param ping table
---@param activation_s number how long a press takes to work, as far as it is known
---@param parry_window_s number how long a press protects
---@param targeting boolean
function Numbers.update(n, values, ping, activation_s, parry_window_s, targeting)
	local smoothed_s, jitter_s = ping.smoothed_s, ping.jitter_s
	n.min_lead_s = Ping.min_lead(smoothed_s)
	n.compensation_s = Ping.compensation(smoothed_s, jitter_s)
	n.slack_add_s = Ping.slack_add(smoothed_s, jitter_s)
	n.floor_s = Lead.floor(values.pingOffset)
	n.parry_window_s = parry_window_s
	n.ping_s = ping.value_s
	n.ping_offset_s = values.pingOffset
	n.delta_s = n.ping_s / 2 + activation_s
	n.lookahead_s = Lead.max_lookahead(values.pressMaxLookahead, values.pressLookaheadGoal)
	n.impact_max_s = Lead.longest(parry_window_s)
	n.min_tti_s, n.max_tti_s = values.minTTI, values.maxTTI
	n.min_speed, n.safe_radius = values.minSpeed, values.safeRadius
	n.score_lookahead_s = values.pressMaxLookahead
	n.targeting = targeting
end

--- Lead and slack: from what smart tuning has learned while it is on, else from the options and
--- what was learned of their lateness.
---@param n table after `update`
---@param values table the configuration
---@param smart table of `SmartTuning`
---@param adaptive_s number what the lead is to be longer by while smart tuning is off
function Numbers.tune(n, values, smart, adaptive_s)
	local bias_s = smart.reaction_bias_s or values.pressReactionBias + adaptive_s
	local slack_s = smart.schedule_slack_s or values.pressScheduleSlack
	n.reaction_bias_s = bias_s
	n.lead_s = Lead.lead(
		n.delta_s, bias_s, n.floor_s, n.min_lead_s, n.compensation_s, n.parry_window_s
	)
	n.slack_s = Lead.slack(slack_s, n.min_lead_s, n.slack_add_s, n.lookahead_s)
	n.wait_max_s = n.slack_s + TRIGGER_GRACE_S
	n.padding = smart.padding or values.pressConfidencePadding
end

return Numbers
