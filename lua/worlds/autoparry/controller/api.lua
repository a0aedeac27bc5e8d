--- The public functions of AutoParry: plain calls, and every table that comes back is a copy.

local Burst = require("worlds.autoparry.controller.burst")
local PressState = require("worlds.autoparry.controller.press_state")

local Api = {}

local function add_switches(api, c)
	local function set_enabled(on)
		on = on == true
		if on == c.is_enabled then
			return
		end
		c.announcements:hold()
		c.is_enabled = on
		if not on then
			c:forget_balls("disabled")
		end
		c:reset_telemetry(on and "enabled" or "disabled")
		c.announcements:tell(c.listeners.state, on)
		c.announcements:release()
	end
	function api.enable() set_enabled(true) end
	function api.disable() set_enabled(false) end
	api.setEnabled = set_enabled
	function api.toggle()
		set_enabled(not c.is_enabled)
		return c.is_enabled
	end
	function api.isEnabled() return c.is_enabled end

	-- A flag and a signal for whoever draws it; nothing is moved because of it.
	local function set_immortal(on)
		on = on == true
		if on ~= c.is_immortal then
			c.is_immortal = on
			c.announcements:tell(c.listeners.immortal, on)
		end
		return on
	end
	api.setImmortalEnabled = set_immortal
	function api.toggleImmortal() return set_immortal(not c.is_immortal) end
	function api.isImmortalEnabled() return c.is_immortal end
end

local function add_config(api, c)
	function api.configure(overrides)
		local copy = c:change(overrides)
		c.tuner:configured()
		return copy
	end
	function api.getConfig() return c.config:copy() end
	function api.resetConfig()
		local copy = c.config:reset()
		c:reset_estimates()
		c.port.configured()
		c:notice_highlight()
		c:reset_telemetry("config-reset")
		return copy
	end
end

local function add_views(api, c)
	function api.getTargetingSafeState() return c.guard:snapshot() end
	function api.clearTargetingSafeState(reason)
		if reason ~= nil and type(reason) ~= "string" then
			local text = "AutoParry.clearTargetingSafeState: the reason must be a text, got a %s"
			error(text:format(type(reason)), 2)
		end
		c.guard:clear(reason or "manual-clear", c.clock:now())
		return c.guard:snapshot()
	end
	function api.getLastParryTime() return math.max(c.last_press_s, 0) end
	function api.getLastParrySuccessTime() return c.last_success_s end
	function api.getLastParryBroadcastTime() return c.last_broadcast_s end
	function api.getInitProgress() return c.startup:status() end
	function api.getSmartPressState() return PressState.of(c) end
	function api.getSmartTuningSnapshot() return c.smart:snapshot() end
end

local function add_telemetry(api, c)
	local reports, tuner = c.reports, c.tuner
	function api.getTelemetryHistory() return c.telemetry.history:list() end
	function api.getTelemetrySnapshot() return reports:snapshot() end
	function api.getTelemetryStats() return reports:stats() end
	function api.getDiagnosticsReport() return reports:diagnostics() end
	function api.getTelemetryInsights(options) return reports:insights(options) end
	function api.buildTelemetryAdjustments(options) return tuner:build(options) end
	function api.applyTelemetryAdjustments(options) return tuner:apply(options) end
	function api.getAutoTuningState() return tuner.auto:state() end
	function api.runAutoTuning(options, force) return tuner:run(options, force) end
end

local function add_signals(api, c)
	function api.onInitStatus(fn) return c.startup:connect(fn) end
	function api.onStateChanged(fn) return c.listeners.state:connect(fn) end
	function api.onImmortalChanged(fn) return c.listeners.immortal:connect(fn) end
	function api.onParry(fn) return c.listeners.parry:connect(fn) end
	function api.onParrySuccess(fn) return c.listeners.success:connect(fn) end
	function api.onParryBroadcast(fn) return c.listeners.broadcast:connect(fn) end
	function api.onTelemetry(fn) return c.telemetry.listeners:connect(fn) end
end

---@param c table the controller
function Api.of(c)
	local api = {}
	add_switches(api, c)
	add_config(api, c)
	add_views(api, c)
	add_telemetry(api, c)
	add_signals(api, c)
	function api._testEvaluateOscillationBurstTuning(payload)
		return Burst.test_hook(payload, c.config)
	end
	function api.destroy() c:destroy() end
	-- Callers of old set these. There is no text to log and one payload to build.
	function api.setLogger() end
	function api.setLegacyPayloadBuilder() end
	return api
end

return Api
