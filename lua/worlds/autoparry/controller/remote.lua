--- Calls of the parry remote. While the character is busy with something else they are held back,
--- and sent in order afterwards.

local HELD_CALLS_MAX = 10000

local Remote = {}
Remote.__index = Remote

---@param options table {startup, values}; `values` is the live configuration
function Remote.new(options)
	return setmetatable({
		parts = options.startup.parts,
		values = options.values,
		held = {},
		held_count = 0,
	}, Remote)
end

-- Whether an attribute of the character that is named in the options holds calls back.
function Remote:_is_guarded()
	local guards = self.values.remoteQueueGuards
	local character = guards and guards[1] and self.parts:character()
	if character then
		for index = 1, #guards do
			if character:GetAttribute(guards[index]) == true then
				return true
			end
		end
	end
	return false
end

--- Call the remote for a ball, now or when nothing holds the call back.
---@param id string
---@return string|nil name the remote's that is or will be called, nil when there is none
function Remote:call(id)
	local name = self.parts:remote_name()
	if not name or self.held_count == 0 and not self:_is_guarded() then
		return self.parts:call(id)
	elseif self.held_count == HELD_CALLS_MAX then
		error(("more than %d calls of the parry remote are held back"):format(HELD_CALLS_MAX), 0)
	end
	self.held_count = self.held_count + 1
	self.held[self.held_count] = id
	return name
end

--- Once per evaluation: send what was held back, if there is a remote to send it to.
function Remote:flush()
	if self.held_count == 0 or not self.parts:remote_name() or self:_is_guarded() then
		return
	end
	local held, count = self.held, self.held_count
	self.held, self.held_count = {}, 0
	for index = 1, count do
		self.parts:call(held[index])
	end
end

return Remote
