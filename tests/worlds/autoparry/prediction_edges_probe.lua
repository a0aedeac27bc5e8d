--- Calls the controller's prediction at its edges; every function takes and gives plain data.

local Impact = require("worlds.autoparry.controller.impact")
local Kinematics = require("worlds.autoparry.controller.kinematics")
local Ping = require("worlds.autoparry.controller.ping")
local Prediction = require("worlds.autoparry.controller.prediction")
local Residuals = require("worlds.autoparry.controller.residuals")

local CONFIG = {
	safeRadius = 10, confidenceZ = 2.2, curvatureLeadScale = 0.12, curvatureHoldBoost = 0.5,
}
local DT = 1 / 240
local FIELDS = {
	"d0", "residual_d", "vr", "ar", "jr", "kappa", "kappa_rate", "fax", "fay", "faz", "sigma_d",
	"sigma_v", "sigma_a", "sigma_j", "mu", "sigma", "response_window", "press_radius",
	"hold_radius", "proximity_press", "proximity_hold", "is_straight",
}

local Edges = {}

function Edges.roots(motions)
	local found = {}
	for index, motion in ipairs(motions) do
		local root = Impact.root(motion[1], motion[2], motion[3], motion[4])
		found[index] = root < math.huge and root or "never"
	end
	return found
end

function Edges.spreads(residuals, floor)
	local window, found = Residuals.window(floor), {}
	for index, residual in ipairs(residuals) do
		found[index] = Residuals.push(window, index, residual)
		if index % 32 == 0 then
			Residuals.renew(window)
		end
	end
	return found
end

local function fly(b, velocities)
	local x, y, z = 3, 2, 120
	Kinematics.begin(b, 0)
	for _, v in ipairs(velocities) do
		x, y, z = x + v[1] * DT, y + v[2] * DT, z + v[3] * DT
		Kinematics.update(b, DT, 10, x, y, z, v[1], v[2], v[3])
		Prediction.update(b, 0.15, CONFIG)
	end
	local state = {}
	for _, name in ipairs(FIELDS) do
		state[name] = b[name]
	end
	return state
end

--- What is known after the last of the flights, all of them with one record.
function Edges.flown(flights)
	local b, state = Kinematics.new_ball(), nil
	for _, velocities in ipairs(flights) do
		state = fly(b, velocities)
	end
	return state
end

function Edges.recent(velocities)
	local b = Kinematics.new_ball()
	fly(b, velocities)
	return b.recent_vr
end

--- `value_s`, `smoothed_s`, `jitter_s` and the reads so far, after each update.
function Edges.pings(updates)
	local answer, reads, found = nil, 0, {}
	local ping = Ping.new(function()
		reads = reads + 1
		if answer == "error" then
			error("no such stat")
		end
		return answer == "nan" and 0 / 0 or answer == "endless" and math.huge or answer
	end)
	for index, update in ipairs(updates) do
		answer = update[2]
		ping:update(update[1])
		found[index] = { ping.value_s, ping.smoothed_s, ping.jitter_s, reads }
	end
	return found
end

return Edges
