--- How long a press takes to work: learned from what follows it.
---
--- A press is pending until its answer comes, or until none can come any more: then it is settled.

local Time = require("worlds.autoparry.time")

local ALPHA = 0.2
local VALUE_MAX_S = 2
local PENDING_MAX_S = 5
local ROUNDING_S = Time.ROUNDING_S

local Activation = {}
Activation.__index = Activation

---@class PendingPress
---@field ball_id string
---@field pressed_s number
---@field ball any kept for whoever is told of the answer
---@field timing PressTiming|nil of a press that a timer made

---@param start_s number option `activationLatency`
---@param hear {sample: fun(source: string, value_s: number, reason: string|nil),
--- settled: fun(press: PendingPress, effective_s: number|nil)} told of each sample, with the reason
--- for which it was not accepted; and of each press once all is known of it, with the time at which
--- it took effect unless nobody answered
function Activation.new(start_s, hear)
	local self = setmetatable({ hear = hear }, Activation)
	self:reset(start_s)
	return self
end

--- Begin anew at `start_s`.
function Activation:reset(start_s)
	self.start_s = start_s
	self.estimate_s = start_s
	self.pending = {}
	-- The press whose first frame is still to come.
	self.fresh = nil
	self.last_s, self.last_local_s, self.last_remote_s = nil, nil, nil
end

--- Follow the option: a changed one is where the estimate begins anew.
function Activation:follow(start_s)
	if start_s ~= self.start_s then
		self.start_s = start_s
		self.estimate_s = start_s
	end
end

-- A sample: it moves the estimate, unless there is a reason why not. Whether it did.
function Activation:_sample(source, value_s, reason)
	if not (value_s > 0 and value_s <= VALUE_MAX_S) then
		reason = reason or "out-of-range"
	end
	if reason ~= "expired" then
		self.last_s = value_s
		self[source == "local" and "last_local_s" or "last_remote_s"] = value_s
	end
	if not reason then
		self.estimate_s = self.estimate_s + ALPHA * (value_s - self.estimate_s)
	end
	self.hear.sample(source, value_s, reason)
	return reason == nil
end

--- A press was made for `ball_id`.
---@param ball any
---@param timing PressTiming|nil
function Activation:pressed(ball_id, now, ball, timing)
	self.fresh = { ball_id = ball_id, pressed_s = now, ball = ball, timing = timing }
	self.pending[#self.pending + 1] = self.fresh
end

--- A frame. The first one after a press, with the key still down, is a sample; where the server
--- answers, its answers are the better ones and this one does not count.
function Activation:frame(now, is_held, has_server)
	local pending = self.pending
	while pending[1] and now - pending[1].pressed_s > PENDING_MAX_S do
		local press = table.remove(pending, 1)
		if has_server then
			self:_sample("remote", now - press.pressed_s, "expired")
		end
		self.hear.settled(press, nil)
	end
	local fresh = self.fresh
	if fresh and now > fresh.pressed_s then
		self.fresh = nil
		if is_held then
			local reason = has_server and "remote-latency-active" or nil
			self:_sample("local", now - fresh.pressed_s, reason)
		end
	end
end

--- The server has answered for `ball_id`: the newest press that is old enough to be answered.
---@param ping_s number
---@return PendingPress|nil press the one that was answered
---@return boolean accepted whether it moved the estimate
function Activation:answered(ball_id, now, ping_s)
	local pending = self.pending
	for index = #pending, 1, -1 do
		local press = pending[index]
		if press.ball_id == ball_id and now - press.pressed_s >= ping_s / 2 - ROUNDING_S then
			table.remove(pending, index)
			local was_accepted = self:_sample("remote", now - press.pressed_s)
			self.hear.settled(press, now - ping_s / 2)
			return press, was_accepted
		end
	end
	return nil, false
end

--- How many of `made` presses are old enough to have been answered by now.
---@param made integer presses in all, the pending ones among them
---@param ping_s number
---@return integer
function Activation:answerable(made, now, ping_s)
	for index = #self.pending, 1, -1 do
		if now - self.pending[index].pressed_s > ping_s then
			break
		end
		made = made - 1
	end
	return math.max(made, 0)
end

return Activation
