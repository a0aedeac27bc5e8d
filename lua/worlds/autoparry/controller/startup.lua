--- Start-up: waits for the parts of the game that AutoParry needs, starts again when one goes, and
--- says how far it is.
---
--- The stages follow each other; several may pass in one step. A stage whose time is up says so and
--- waits on: a part that comes late is as good as one in time.

local Listeners = require("worlds.autoparry.controller.listeners")
local Parts = require("worlds.autoparry.controller.parts")
local Plain = require("worlds.autoparry.plain")
local Stages = require("worlds.autoparry.controller.startup_stages")
local Time = require("worlds.autoparry.time")

local ROUNDING_S = Time.ROUNDING_S

local Startup = {}
Startup.__index = Startup

---@param options table {services, clock, values, warn, on_status?, on_restart?, on_success?,
--- on_broadcast?}; `values` is the live configuration, `on_success(id)` and `on_broadcast(id)` get
--- the server's answers
function Startup.new(options)
	local self = setmetatable({
		clock = options.clock,
		values = options.values,
		warn = options.warn,
		on_status = options.on_status,
		on_restart = options.on_restart,
		listeners = Listeners.new(options.warn, "onInitStatus"),
		parts = Parts.new(options),
	}, Startup)
	self:_begin()
	return self
end

function Startup:_begin()
	local now = self.clock:now()
	self.is_ready = false
	self.has_success_remote = false
	self.started_s = now
	self.current = { stage = Stages[1].name, startedAt = now }
	-- No stage yet: the first step enters the first one.
	self.stage_index = 0
	self.stage_since_s = now
	self.has_timed_out = false
	self.next_check_s = -math.huge
end

--- As if it had been made now. Nobody listens any more.
function Startup:reset()
	self.listeners:clear()
	self.parts:forget()
	self:_begin()
end

--- Say that this is the stage now: nothing of the one before survives but `startedAt`.
function Startup:publish(stage, fields)
	local status = Plain.copy(fields) or {}
	status.stage, status.startedAt = stage, self.started_s
	self.current = status
	if self.on_status then
		self.on_status(self:status())
	end
	self.listeners:fire(status)
end

--- A copy of the current status.
function Startup:status()
	return Plain.copy(self.current)
end

--- Listen: called at once with the current status, then at each change, with a copy of its own.
---@return {Disconnect: function, disconnect: function}
function Startup:connect(fn)
	if type(fn) ~= "function" then
		error(("onInitStatus needs a function, got %s"):format(type(fn)), 2)
	end
	local connection = self.listeners:connect(function(status)
		fn(Plain.copy(status))
	end)
	local ok, message = pcall(fn, self:status())
	if not ok then
		self.warn(("a listener of onInitStatus failed: %s"):format(tostring(message)))
	end
	return connection
end

function Startup:_enter(index, now)
	self.stage_index = index
	self.stage_since_s = now
	self.has_timed_out = false
	self.next_check_s = -math.huge
	local stage = Stages[index]
	if stage then
		self:publish(stage.name, stage.fields)
	end
end

function Startup:_restart(reason, now)
	self.is_ready = false
	self.stage_index = 0
	self.stage_since_s = now
	self:publish("restarting", { reason = reason })
	if self.on_restart then
		self.on_restart(reason)
	end
end

-- All stages have passed. What has gone since its stage passed is missed here.
function Startup:_finish(now)
	local reason = self.parts:lost()
	self.has_success_remote = self.parts:has_success_remote()
	if reason then
		self:_restart(reason, now)
	else
		self.is_ready = true
		self:publish("ready")
	end
end

-- How long the stage has lasted, and whether its limit is reached; a limit of 0 never is.
function Startup:limit_of(stage, now)
	local limit_s = self.values[stage.limit]
	local elapsed_s = now - self.stage_since_s
	return limit_s > 0 and elapsed_s >= limit_s - ROUNDING_S, elapsed_s, limit_s
end

function Startup:_wait(stage, now)
	local is_over, elapsed_s, limit_s = self:limit_of(stage, now)
	if is_over and not self.has_timed_out and self.current.stage ~= "error" then
		self.has_timed_out = true
		self:publish("timeout", { during = stage.name, elapsed = elapsed_s, limit = limit_s })
	end
end

-- Whether the stage has passed. Verification looks again at an interval.
function Startup:_has_passed(stage, now)
	if stage.is_verification then
		if now < self.next_check_s - ROUNDING_S then
			return false
		end
		self.next_check_s = now + self.values.verificationRetryInterval
	end
	return stage.passes(self, now)
end

--- Once per evaluation.
function Startup:step(now)
	if self.is_ready then
		local reason = self.parts:lost()
		self.has_success_remote = self.parts:has_success_remote()
		if not reason then
			return
		end
		self:_restart(reason, now)
	end
	if self.stage_index == 0 then
		self:_enter(1, now)
	end
	while true do
		local stage = Stages[self.stage_index]
		if not stage then
			self:_finish(now)
			return
		elseif not self:_has_passed(stage, now) then
			self:_wait(stage, now)
			return
		end
		self:_enter(self.stage_index + 1, now)
	end
end

--- The key could not be pressed; it is tried again. AutoParry is as ready as it was.
---@param fields table what to say beside the stage
function Startup:set_waiting_input(fields)
	if self.is_ready then
		self:publish("waiting-input", fields)
	end
end

--- The key could be pressed.
function Startup:input_works()
	if self.current.stage == "waiting-input" then
		self:publish("ready")
	end
end

--- True while the player's character is somewhere: distances are measured from there.
function Startup:has_root()
	return self.parts:has_root()
end

--- True while the highlight of the target is on the character, or none is asked for.
function Startup:highlight_present()
	return self.parts:highlight_present()
end

--- The ping in milliseconds; raises or is nil when the game does not tell.
function Startup:read_ping()
	return self.parts:read_ping()
end

return Startup
