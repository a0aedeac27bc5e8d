--- How long before the impact a press has to come, and how long from now that is.

local Time = require("worlds.autoparry.time")

local max, min, huge = math.max, math.min, math.huge

-- What a press needs under the best of circumstances.
local LEAD_MIN_S = 0.05
-- A press of the full window's length would end in the frame of the impact.
local FRAME_S = Time.FRAME_S

local Lead = {}

--- The lead that no circumstances go below.
---@param ping_offset_s number option `pingOffset`
---@return number floor_s
function Lead.floor(ping_offset_s)
	return max(ping_offset_s, LEAD_MIN_S)
end

--- Seconds before the impact at which to press.
---@param delta_s number until a press takes effect
---@param bias_s number reaction bias
---@param floor_s number of `Lead.floor`
---@param min_lead_s number of `Ping.min_lead`
---@param compensation_s number of `Ping.compensation`
---@param window_s number how long a press protects
---@return number lead_s
function Lead.lead(delta_s, bias_s, floor_s, min_lead_s, compensation_s, window_s)
	local needed_s = max(delta_s + bias_s, floor_s, LEAD_MIN_S + min_lead_s)
	return min(needed_s + compensation_s, Lead.longest(window_s))
end

--- The longest lead with which a press still covers its own ball.
function Lead.longest(window_s)
	return max(window_s - FRAME_S, 0)
end

--- How far ahead a press may be scheduled.
---@param press_max_lookahead_s number option `pressMaxLookahead`
---@param goal_s number|nil option `pressLookaheadGoal`
---@return number max_lookahead_s
function Lead.max_lookahead(press_max_lookahead_s, goal_s)
	return goal_s and max(press_max_lookahead_s, goal_s) or press_max_lookahead_s
end

--- How much earlier than planned a press may be made.
---@param schedule_slack_s number
---@param min_lead_s number of `Ping.min_lead`
---@param slack_add_s number of `Ping.slack_add`
---@param max_lookahead_s number of `Lead.max_lookahead`
---@return number slack_s
function Lead.slack(schedule_slack_s, min_lead_s, slack_add_s, max_lookahead_s)
	return min(max(schedule_slack_s, min_lead_s / 2) + slack_add_s, max_lookahead_s)
end

--- Time to impact as the zone of presses sees it.
---@return number tti_s may be negative; infinite when the ball is not closing
function Lead.tti(distance, vr, ping_s, ping_offset_s)
	if vr > 0 then
		return distance / vr - (ping_s + ping_offset_s)
	end
	return huge
end

--- Seconds from now to the press: what the lead leaves; until the ball is in the zone, if that is
--- later, but then no later than `response_window_s` before the impact. So the zone may hold a
--- press back also when the impact is closer than the lead.
---@param impact_s number infinite for never
---@param tti_s number of `Lead.tti`
---@param max_tti_s number option `maxTTI`
---@return number wait_s >= 0; infinite for an impact that never comes
function Lead.wait(impact_s, lead_s, tti_s, max_tti_s, response_window_s)
	local zone_s = min(max(tti_s - max_tti_s, 0), impact_s - response_window_s)
	return max(impact_s - lead_s, zone_s, 0)
end

return Lead
