--- The world's own settings: defaults, overlaid by the options of the scenario, and each frame by
--- the options of the module that have the same name.

local Settings = {}
Settings.__index = Settings

local FOLLOWED = {
	"activationLatency", "curvatureLeadScale", "curvatureHoldBoost", "oscillationFrequency",
	"oscillationDistanceDelta", "oscillationSpamCooldown",
}
local DEFAULTS = {
	activationLatency = 0.12, curvatureLeadScale = 0.12, curvatureHoldBoost = 0.5,
	oscillationFrequency = 3, oscillationDistanceDelta = 0.35, oscillationSpamCooldown = 0.15,
}
local SKY_ABOVE_FLOOR = 18

local ENGINE = {
	pingMs = 95, inputDelayMs = 0, telemetryRowLimit = 600, telemetryProjectileLimit = 16,
	threatLogLimit = 20000, pressLogLimit = 20000,
}

local function given(value, default)
	if value == nil then
		return default
	end
	return value
end

---@param options table `config.world`, checked by its declaration
---@param engine table `config.engine`, checked too
function Settings.new(options, engine)
	local floor = given(options.flightFloorHeight, 0)
	local self = setmetatable({
		safe_radius = given(options.safeRadius, 10),
		-- Else the radius is the module's.
		own_radius = options.safeRadius ~= nil,
		parry_window_s = given(options.parryWindow, 0.4),
		contact_grace_s = given(options.contactGrace, 0),
		destroy_on_press = given(options.destroyOnPress, false),
		flight_floor = floor,
		flight_sky = given(options.flightSkyThreshold, floor + SKY_ABOVE_FLOOR),
		ping_ms = given(engine.pingMs, ENGINE.pingMs),
		input_delay_s = given(engine.inputDelayMs, ENGINE.inputDelayMs) / 1000,
		telemetry_row_limit = given(engine.telemetryRowLimit, ENGINE.telemetryRowLimit),
		telemetry_threat_limit = given(
			engine.telemetryProjectileLimit, ENGINE.telemetryProjectileLimit
		),
		threat_log_limit = given(engine.threatLogLimit, ENGINE.threatLogLimit),
		press_log_limit = given(engine.pressLogLimit, ENGINE.pressLogLimit),
		followed = {},
	}, Settings)
	for index = 1, #FOLLOWED do
		local name = FOLLOWED[index]
		self.followed[name] = given(options[name], DEFAULTS[name])
	end
	return self
end

--- Take over what the module's configuration says.
---@param values table
function Settings:follow(values)
	for index = 1, #FOLLOWED do
		local name = FOLLOWED[index]
		self.followed[name] = values[name]
	end
	if not self.own_radius then
		self.safe_radius = values.safeRadius
	end
end

--- As plain data, for the record.
function Settings:view()
	local view = {
		safeRadius = self.safe_radius,
		parryWindow = self.parry_window_s,
		contactGrace = self.contact_grace_s,
		flightFloorHeight = self.flight_floor,
		flightSkyThreshold = self.flight_sky,
	}
	for index = 1, #FOLLOWED do
		local name = FOLLOWED[index]
		view[name] = self.followed[name]
	end
	return view
end

return Settings
