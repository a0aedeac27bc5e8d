--- When a ball will be at the sphere, and whether that is soon.

local Curve = require("worlds.autoparry.controller.curve")
local Impact = require("worlds.autoparry.controller.impact")

local severity_of = Curve.severity
local root, ballistic = Impact.root, Impact.ballistic
local abs, max, min, sqrt = math.abs, math.max, math.min, math.sqrt

local PRESS_GRACE_S, HOLD_GRACE_S = 0.05, 0.1
local PRESS_REACH, HOLD_REACH = 0.8, 0.9

-- A path that bends less than this is a line.
local BEND_MIN = 1e-6

local Prediction = {}

-- The inequality of the press: how far outside the sphere the ball will be when a press made now
-- takes effect.
local function set_inequality(b, delta_s, confidence_z)
	local delta_2 = delta_s * delta_s
	local delta_3 = delta_2 * delta_s
	local mu = b.d0 - b.vr * delta_s - 0.5 * b.ar * delta_2 - b.jr * delta_3 / 6
	local sigma_d, sigma_v, sigma_a, sigma_j = b.sigma_d, b.sigma_v, b.sigma_a, b.sigma_j
	local sigma = sqrt(
		sigma_d * sigma_d + delta_2 * sigma_v * sigma_v
		+ delta_2 * delta_2 * sigma_a * sigma_a / 4 + delta_3 * delta_3 * sigma_j * sigma_j / 36
	)
	local spread = confidence_z * sigma
	b.mu, b.sigma, b.mu_plus, b.mu_minus = mu, sigma, mu + spread, mu - spread
end

local function update_impact(b, safe_radius)
	b.impact = root(b.d0, b.vr, b.ar, b.jr)
	if b.d0 > 0 and max(b.kappa, abs(b.ar)) > BEND_MIN then
		b.impact = ballistic(b, safe_radius, b.impact)
	end
end

local function set_reach(b, delta_s, config)
	local safe_radius = config.safeRadius
	local severity = severity_of(
		b.kappa, b.kappa_rate, b.ar, b.jr, config.curvatureLeadScale, config.curvatureHoldBoost
	)
	local press_s = max(delta_s + PRESS_GRACE_S, PRESS_GRACE_S) * (1 + severity)
	local hold_s = press_s + HOLD_GRACE_S
	local vr = max(b.vr, 0)
	b.severity, b.response_window = severity, press_s
	b.press_radius = safe_radius + min(vr * press_s, PRESS_REACH * safe_radius)
	b.hold_radius = safe_radius + min(vr * hold_s, HOLD_REACH * safe_radius)
end

-- Whether a closing ball is inside the radius, or soon will be, or soon at the sphere. Inside, the
-- time to the radius is not positive, so that it needs no question of its own.
local function is_near(b, radius, window_s)
	return min((b.distance - radius) / b.vr, b.impact) <= window_s
end

local function update_proximity(b)
	if b.vr > 0 then
		b.proximity_press = is_near(b, b.press_radius, b.response_window)
		b.proximity_hold = is_near(b, b.hold_radius, b.response_window + HOLD_GRACE_S)
	else
		b.proximity_press, b.proximity_hold = false, false
	end
end

--- Predict the ball of `b` from its kinematics. The proximities hold for a closing ball only;
--- whether it has a target is for others to ask.
---@param b table
---@param delta_s number seconds until a press made now takes effect
---@param config table the options: confidenceZ, safeRadius, curvatureLeadScale, curvatureHoldBoost
function Prediction.update(b, delta_s, config)
	set_inequality(b, delta_s, config.confidenceZ)
	set_reach(b, delta_s, config)
	update_impact(b, config.safeRadius)
	return update_proximity(b)
end

return Prediction
