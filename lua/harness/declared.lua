--- What a world declares in `describe`, held against what it does: a name that nobody declared is
--- most likely a misspelt one, and a rule that says `never` would hold for ever. A warning, not an
--- error: the run is what it is.

local ordered = require("harness.ordered")

local format = string.format

local Declared = {}
Declared.__index = Declared

local function set_of(names)
	if type(names) ~= "table" then
		return nil
	end
	local set = {}
	for _, name in ordered.pairs(names) do
		set[name] = true
	end
	return set
end

---@param world_name string
---@param describe table `World.describe`
---@param warn fun(text: string)
function Declared.new(world_name, describe, warn)
	return setmetatable({
		world_name = world_name,
		warn = warn,
		events = set_of(describe.events),
		metrics = set_of(describe.metrics),
		told = {},
	}, Declared)
end

--- The world has recorded an event.
function Declared:event(name)
	if self.events and not self.events[name] and not self.told[name] then
		self.told[name] = true
		local text = "world %s recorded event '%s', which its describe.events does not name"
		self.warn(format(text, self.world_name, name))
	end
end

--- These are the world's metrics at the end. One that is declared may be absent: nil is a value.
function Declared:metrics_at_end(metrics)
	for name in ordered.pairs(self.metrics and metrics or {}) do
		if not self.metrics[name] then
			local text = "world %s has metric '%s', which its describe.metrics does not name"
			self.warn(format(text, self.world_name, tostring(name)))
		end
	end
end

return Declared
