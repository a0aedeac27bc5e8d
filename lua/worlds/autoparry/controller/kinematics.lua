--- What is known of a ball from its readings: position and velocity relative to the player, and
--- the filtered rates of change above them.
---
--- A ball's record is a plain table with every field from the start, so that all records have one
--- shape and compiled code finds their fields without a search. It knows no time of its own and
--- nothing of what a press needs.
---
--- The steps of an update pass their values on in the record. A compiled branch has to carry every
--- local of every function around it, and with more than a processor has registers for it is not
--- compiled: so functions that branch have few locals, and are called last where they can be.

local Curve = require("worlds.autoparry.controller.curve")
local Residuals = require("worlds.autoparry.controller.residuals")

local kappa_of, clamp, overflow = Curve.kappa, Curve.clamp, Curve.overflow
local push = Residuals.push
local KAPPA_MAX, KAPPA_RATE_MAX = Curve.KAPPA_MAX, Curve.KAPPA_RATE_MAX
local ACCELERATION_MAX, JERK_MAX = Curve.ACCELERATION_MAX, Curve.JERK_MAX
local abs, sqrt = math.abs, math.sqrt

local VECTOR_ALPHA = 0.25
local VR_ALPHA = 0.25
local KAPPA_ALPHA = 0.3

local SIGMA_D_MIN, SIGMA_V_MIN, SIGMA_A_MIN, SIGMA_J_MIN = 0.01, 1.5, 10, 80

local WINDOW = Residuals.LENGTH

-- What a filter still holds of a bend long past. Below this it is taken for 0: numbers that go on
-- to shrink become so small that arithmetic with them is a hundred times slower.
local FADED = 1e-30

local Kinematics = {}

-- What a ball that never changed its velocity has.
local function clear_bend(bend)
	bend.ax, bend.ay, bend.az = 0, 0, 0
	bend.jx, bend.jy, bend.jz = 0, 0, 0
	bend.fjx, bend.fjy, bend.fjz = 0, 0, 0
	bend.kappa_raw, bend.kappa, bend.kappa_rate = 0, 0, 0
	bend.share_a, bend.share_j = 0, 0
	bend.residual_a, bend.residual_j = 0, 0
end

--- A record that `begin` makes ready for a ball.
---@return table b
function Kinematics.new_ball()
	local b = {
		detected_s = 0, readings = 0,
		x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0, ux = 0, uy = 0, uz = 0,
		distance = 0, d0 = 0, residual_d = 0, speed = 0, vr = 0, vr_filtered = 0, ar = 0, jr = 0,
		kappa = 0, kappa_rate = 0, fax = 0, fay = 0, faz = 0,
		sigma_d = SIGMA_D_MIN, sigma_v = SIGMA_V_MIN, sigma_a = SIGMA_A_MIN, sigma_j = SIGMA_J_MIN,
		-- Has never been seen to change its velocity, or so long ago that nothing is left of it.
		is_straight = true,
		-- Up to this many residuals its bend may show in the windows.
		bent_until = 0,
		-- Raw acceleration and jerk, filtered jerk, curvature: only balls that bend need them.
		bend = {
			ax = 0, ay = 0, az = 0, jx = 0, jy = 0, jz = 0, fjx = 0, fjy = 0, fjz = 0,
			kappa_raw = 0, kappa = 0, kappa_rate = 0,
			share_a = 0, share_j = 0, residual_a = 0, residual_j = 0,
		},
		window_d = Residuals.window(SIGMA_D_MIN), window_v = Residuals.window(SIGMA_V_MIN),
		window_a = Residuals.window(SIGMA_A_MIN), window_j = Residuals.window(SIGMA_J_MIN),
		-- The last closing speeds; reading n lies at (n - 1) % 32 + 1.
		recent_vr = {},
		-- Written by Prediction.update.
		mu = 0, sigma = 0, mu_plus = 0, mu_minus = 0, impact = math.huge, severity = 0,
		response_window = 0, press_radius = 0, hold_radius = 0,
		proximity_press = false, proximity_hold = false,
	}
	for slot = 1, WINDOW do
		b.recent_vr[slot] = 0
	end
	return b
end

--- Forget everything: the record is that of a ball first seen now.
function Kinematics.begin(b, now)
	b.detected_s, b.readings = now, 0
	b.ar, b.jr, b.kappa, b.kappa_rate = 0, 0, 0, 0
	b.fax, b.fay, b.faz = 0, 0, 0
	b.sigma_d, b.sigma_v, b.sigma_a, b.sigma_j = SIGMA_D_MIN, SIGMA_V_MIN, SIGMA_A_MIN, SIGMA_J_MIN
	b.is_straight, b.bent_until = true, 0
	clear_bend(b.bend)
	Residuals.clear(b.window_d)
	Residuals.clear(b.window_v)
	Residuals.clear(b.window_a)
	Residuals.clear(b.window_j)
end

-- Nothing is left of an old bend, nor would the next jerk find an acceleration.
local function has_faded(b, bend)
	return bend.ax == 0 and bend.ay == 0 and bend.az == 0
		and abs(b.fax) + abs(b.fay) + abs(b.faz) < FADED
		and abs(bend.fjx) + abs(bend.fjy) + abs(bend.fjz) < FADED
		and bend.kappa < FADED and abs(bend.kappa_rate) < FADED
end

local function straighten(b, bend)
	b.is_straight = true
	b.fax, b.fay, b.faz = 0, 0, 0
	b.ar, b.jr, b.kappa, b.kappa_rate = 0, 0, 0, 0
	clear_bend(bend)
end

-- Acceleration, raw and filtered; and the raw jerk, while the acceleration before is known.
local function set_acceleration(b, bend, dt, dvx, dvy, dvz)
	local ax, ay, az = dvx / dt, dvy / dt, dvz / dt
	bend.jx, bend.jy, bend.jz = (ax - bend.ax) / dt, (ay - bend.ay) / dt, (az - bend.az) / dt
	bend.ax, bend.ay, bend.az = ax, ay, az
	local fax = b.fax + VECTOR_ALPHA * (ax - b.fax)
	local fay = b.fay + VECTOR_ALPHA * (ay - b.fay)
	local faz = b.faz + VECTOR_ALPHA * (az - b.faz)
	b.fax, b.fay, b.faz = fax, fay, faz
	local ux, uy, uz = b.ux, b.uy, b.uz
	local ar = 0 - (ux * fax + uy * fay + uz * faz)
	bend.residual_a = 0 - (ux * ax + uy * ay + uz * az) - ar
	bend.share_a = overflow(ar, ACCELERATION_MAX)
	b.ar = clamp(ar, ACCELERATION_MAX)
end

local function set_jerk(b, bend)
	local jx, jy, jz = bend.jx, bend.jy, bend.jz
	local fjx = bend.fjx + VECTOR_ALPHA * (jx - bend.fjx)
	local fjy = bend.fjy + VECTOR_ALPHA * (jy - bend.fjy)
	local fjz = bend.fjz + VECTOR_ALPHA * (jz - bend.fjz)
	bend.fjx, bend.fjy, bend.fjz = fjx, fjy, fjz
	local ux, uy, uz = b.ux, b.uy, b.uz
	local jr = 0 - (ux * fjx + uy * fjy + uz * fjz)
	bend.residual_j = 0 - (ux * jx + uy * jy + uz * jz) - jr
	bend.share_j = overflow(jr, JERK_MAX)
	b.jr = clamp(jr, JERK_MAX)
end

local function set_kappa_rate(b, bend, dt, kappa_raw)
	local kappa_rate = (kappa_raw - bend.kappa_raw) / dt
	bend.kappa_rate = bend.kappa_rate + KAPPA_ALPHA * (kappa_rate - bend.kappa_rate)
	b.kappa_rate = clamp(bend.kappa_rate, KAPPA_RATE_MAX)
end

-- What follows from the velocity's change since the last reading. Jerk and the curvature's change
-- begin with the third reading: before it there is no acceleration to compare with.
local function update_bend(b, dt, dvx, dvy, dvz)
	local bend = b.bend
	b.is_straight = false
	-- The residual of the jerk leaves its window last.
	b.bent_until = b.readings + WINDOW
	set_acceleration(b, bend, dt, dvx, dvy, dvz)
	local kappa_raw = kappa_of(b.vx, b.vy, b.vz, bend.ax, bend.ay, bend.az)
	bend.kappa = bend.kappa + KAPPA_ALPHA * (kappa_raw - bend.kappa)
	b.kappa = clamp(bend.kappa, KAPPA_MAX)
	if b.readings > 2 then
		set_jerk(b, bend)
		set_kappa_rate(b, bend, dt, kappa_raw)
	end
	bend.kappa_raw = kappa_raw
end

local function renew_sums(b)
	Residuals.renew(b.window_d)
	Residuals.renew(b.window_v)
	Residuals.renew(b.window_a)
	Residuals.renew(b.window_j)
end

-- The spreads of the bend's channels; that of the jerk is one residual behind.
local function update_bend_sigmas(b, count)
	local bend = b.bend
	b.sigma_a = push(b.window_a, count, bend.residual_a) * (1 + bend.share_a)
	if count > 1 then
		b.sigma_j = push(b.window_j, count - 1, bend.residual_j) * (1 + bend.share_j)
	end
end

-- The channels' spreads. A ball that has flown straight for longer than a window has nothing but
-- zeros in those of its bend, and their floors.
local function update_sigmas(b)
	local count = b.readings - 1
	b.sigma_d = push(b.window_d, count, b.residual_d)
	b.sigma_v = push(b.window_v, count, b.vr - b.vr_filtered)
	if count <= b.bent_until then
		update_bend_sigmas(b, count)
	end
	if count > 1 and count % WINDOW == 1 then
		return renew_sums(b)
	end
end

-- The second reading and those after it: `dv` is the velocity's change.
local function follow(b, dt, dvx, dvy, dvz)
	b.vr_filtered = b.vr_filtered + VR_ALPHA * (b.vr - b.vr_filtered)
	local is_steady = dvx == 0 and dvy == 0 and dvz == 0
	if not (b.is_straight and is_steady) then
		if is_steady and has_faded(b, b.bend) then
			straighten(b, b.bend)
		else
			update_bend(b, dt, dvx, dvy, dvz)
		end
	end
	return update_sigmas(b)
end

local function set_place(b, safe_radius, x, y, z)
	local distance = sqrt(x * x + y * y + z * z)
	local ux, uy, uz = 0, 0, 0
	if distance > 0 then
		ux, uy, uz = x / distance, y / distance, z / distance
	end
	b.x, b.y, b.z, b.ux, b.uy, b.uz = x, y, z, ux, uy, uz
	b.distance, b.d0 = distance, distance - safe_radius
end

local function set_motion(b, vx, vy, vz)
	local speed = sqrt(vx * vx + vy * vy + vz * vz)
	local vr = speed
	if b.distance > 0 then
		vr = 0 - (b.ux * vx + b.uy * vy + b.uz * vz)
	end
	b.vx, b.vy, b.vz, b.speed, b.vr = vx, vy, vz, speed, vr
	local readings = b.readings + 1
	b.readings = readings
	b.recent_vr[(readings - 1) % WINDOW + 1] = vr
end

--- Take a reading.
---@param b table
---@param dt number seconds since the last reading, > 0
---@param safe_radius number
---@param x number position and velocity of the ball relative to the player
function Kinematics.update(b, dt, safe_radius, x, y, z, vx, vy, vz)
	local expected_d0 = b.d0 - b.vr * dt
	set_place(b, safe_radius, x, y, z)
	b.residual_d = b.d0 - expected_d0
	local dvx, dvy, dvz = vx - b.vx, vy - b.vy, vz - b.vz
	set_motion(b, vx, vy, vz)
	if b.readings > 1 then
		return follow(b, dt, dvx, dvy, dvz)
	end
	-- What the record knew is another ball's.
	b.residual_d = 0
	b.vr_filtered = b.vr
end

return Kinematics
