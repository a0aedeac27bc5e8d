--- The simulated server: it answers a press that was in time, half a ping later.
---
--- A press is judged when it takes effect, from the motion that its threat has then. A threat that
--- is gone by the time somebody can judge is judged by the contact it had.

local Time = require("worlds.autoparry.time")

local ANSWER_PRIORITY = 20
local ROUNDING_S = Time.ROUNDING_S

local Server = {}
Server.__index = Server

---@param env table
---@param physics table
---@param stage table
---@param settings table {parry_window_s, contact_grace_s}
function Server.new(env, physics, stage, settings)
	return setmetatable({
		clock = env.clock,
		scheduler = env.scheduler,
		physics = physics,
		stage = stage,
		settings = settings,
		-- Presses that wait for their effect or for their answer: the run does not end before them.
		pending = 0,
		-- Presses that wait for their effect; as few as fit into the delay of the input.
		waiting = {},
	}, Server)
end

function Server:_answer(id, effect_s)
	self.pending = self.pending + 1
	self.scheduler:at(effect_s + self.stage.ping_ms / 2000, function()
		self.pending = self.pending - 1
		self.stage:answer("ParrySuccess", id)
		self.stage:answer("ParrySuccessAll", id)
	end, ANSWER_PRIORITY)
end

function Server:_covers(effect_s, contact_s)
	local settings = self.settings
	return contact_s >= effect_s - settings.contact_grace_s - ROUNDING_S
		and contact_s <= effect_s + settings.parry_window_s + ROUNDING_S
end

-- The contact that the threat will have, if it is alive and real.
function Server:_contact(slot, serial, effect_s)
	local physics = self.physics
	local threats = physics.threats
	if threats.serial[slot] ~= serial or not threats.is_real[slot] then
		return nil
	end
	return physics:contact_after(slot, effect_s, self.settings.parry_window_s)
end

function Server:_judge(press)
	local contact_s = press.contact_s or self:_contact(press.slot, press.serial, press.effect_s)
	if contact_s and self:_covers(press.effect_s, contact_s) then
		self:_answer(press.id, press.effect_s)
	end
end

--- The key was pressed for the threat in `slot`.
---@param effect_s number when the press takes effect, now or later
function Server:pressed(slot, serial, id, effect_s)
	local press = { slot = slot, serial = serial, id = id, effect_s = effect_s, contact_s = nil }
	if effect_s <= self.clock:now() then
		self:_judge(press)
		return
	end
	self.waiting[#self.waiting + 1] = press
	self.pending = self.pending + 1
	self.scheduler:at(effect_s, function()
		self.pending = self.pending - 1
		self:_stop_waiting(press)
		self:_judge(press)
	end, ANSWER_PRIORITY)
end

function Server:_stop_waiting(press)
	local waiting = self.waiting
	for index = 1, #waiting do
		if waiting[index] == press then
			table.remove(waiting, index)
			return
		end
	end
end

--- The threat in `slot` is about to leave the world; its contact is remembered for presses that do
--- not work yet.
---@param contact_s number|nil
function Server:resolved(slot, contact_s)
	local threats = self.physics.threats
	for _, press in ipairs(self.waiting) do
		if press.serial == threats.serial[slot] then
			press.contact_s = contact_s or press.contact_s
		end
	end
end

return Server
