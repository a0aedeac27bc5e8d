--- How long a press takes to work: learned from what follows it.

local Time = require("worlds.autoparry.time")

local ALPHA = 0.2
local VALUE_MAX_S = 2
local PENDING_MAX_S = 5
local ROUNDING_S = Time.ROUNDING_S

local Activation = {}
Activation.__index = Activation

---@param start_s number option `activationLatency`
function Activation.new(start_s)
	local self = setmetatable({ start_s = start_s, estimate_s = start_s, pending = {} }, Activation)
	-- The press whose first frame is still to come.
	self.fresh_press_s = nil
	return self
end

--- Begin anew at `start_s`.
function Activation:reset(start_s)
	self.start_s = start_s
	self.estimate_s = start_s
	self.pending = {}
	self.fresh_press_s = nil
end

--- Follow the option: a changed one is where the estimate begins anew.
function Activation:follow(start_s)
	if start_s ~= self.start_s then
		self.start_s = start_s
		self.estimate_s = start_s
	end
end

function Activation:_accept(value_s)
	if value_s > 0 and value_s <= VALUE_MAX_S then
		self.estimate_s = self.estimate_s + ALPHA * (value_s - self.estimate_s)
	end
end

--- A press was made for `ball_id`.
---@param ball any kept for whoever is told of the answer
function Activation:pressed(ball_id, now, ball)
	self.fresh_press_s = now
	self.pending[#self.pending + 1] = { ball_id = ball_id, pressed_s = now, ball = ball }
end

--- A frame. The first one after a press, with the key still down, is a sample; where the server
--- answers, its answers are the better ones and this one does not count.
function Activation:frame(now, is_held, has_server)
	local pending = self.pending
	while pending[1] and now - pending[1].pressed_s > PENDING_MAX_S do
		table.remove(pending, 1)
	end
	local pressed_s = self.fresh_press_s
	if pressed_s and now > pressed_s then
		self.fresh_press_s = nil
		if is_held and not has_server then
			self:_accept(now - pressed_s)
		end
	end
end

--- The server has answered for `ball_id`: the newest press that is old enough to be answered.
---@param ping_s number
---@return {ball_id: string, pressed_s: number, ball: any}|nil press the one that was answered
function Activation:answered(ball_id, now, ping_s)
	local pending = self.pending
	for index = #pending, 1, -1 do
		local press = pending[index]
		if press.ball_id == ball_id and now - press.pressed_s >= ping_s / 2 - ROUNDING_S then
			table.remove(pending, index)
			self:_accept(now - press.pressed_s)
			return press
		end
	end
	return nil
end

return Activation
