--- The parry key, through the virtual input of the game.

local KEY = "F"
local DELAY_MISSING_S, DELAY_FAILED_S = 0.15, 0.1
local DELAY_GROWTH, DELAY_MIN_S, DELAY_MAX_S = 1.5, 0.05, 0.25

local Input = {}
Input.__index = Input

---@param options table {services}
function Input.new(options)
	local services = options.services
	return setmetatable({
		game = services.game,
		key = services.Enum.KeyCode[KEY],
		is_down = false,
		-- Presses that failed since the last one that did not.
		failures = 0,
	}, Input)
end

-- Send the key: nil, or what went wrong and how long to wait at first.
local function send(self, is_down)
	local service = self.game:FindService("VirtualInputManager")
	if not service then
		return "VirtualInputManager is missing", DELAY_MISSING_S
	end
	local ok, message = pcall(service.SendKeyEvent, service, is_down, self.key, false, self.game)
	if not ok then
		return tostring(message), DELAY_FAILED_S
	end
	self.is_down = is_down
end

--- Press the key; one that is still down is released first.
---@return boolean ok
---@return number|nil retry_delay_s
---@return string|nil message what went wrong
function Input:press()
	local message, delay_s
	if self.is_down then
		message, delay_s = send(self, false)
	end
	if not message then
		message, delay_s = send(self, true)
	end
	if not message then
		self.failures = 0
		return true
	end
	delay_s = math.min(math.max(delay_s * DELAY_GROWTH ^ self.failures, DELAY_MIN_S), DELAY_MAX_S)
	self.failures = self.failures + 1
	return false, delay_s, message
end

--- Release the key if it is down. When that fails it stays down, and may be tried again.
---@return boolean is_up
---@return string|nil message what went wrong
function Input:release()
	local message
	if self.is_down then
		message = send(self, false)
	end
	return not self.is_down, message
end

return Input
