--- World `@WORLD@`: a lantern burns oil while it is lit, and goes dark when there is none left.

local Lantern = {}
Lantern.__index = Lantern

local OIL_MAX = 10
local BURN_PER_S = 2

Lantern.describe = {
	actions = { light = {}, douse = {}, pour = { oil = "number" } },
	metrics = { "oil", "lit", "lit_s" },
	events = { "lit", "dark" },
	options = { oil = "number?" },
}

local function check_oil(world)
	if world.oil < 0 or world.oil > OIL_MAX then
		return ("%g of oil in a lantern that holds %g"):format(world.oil, OIL_MAX)
	end
end

Lantern.invariants = { oil_in_range = { severity = "error", check = check_oil } }

function Lantern.new(env, options)
	return setmetatable({ env = env, oil = options.oil or 5, lit = false, lit_s = 0 }, Lantern)
end

--- One action: true, or nil, a code and a message; a refused action changes nothing.
function Lantern:apply(action)
	if action.name == "light" then
		if self.oil == 0 then
			return nil, "empty", "there is no oil to burn"
		end
		self.lit = true
		self.env.record:event("lit", { oil = self.oil })
	elseif action.name == "douse" then
		self:go_dark("doused")
	elseif action.name == "pour" then
		self.oil = math.min(OIL_MAX, self.oil + action.args.oil)
	else
		return nil, "unknown_action", "a lantern cannot " .. action.name
	end
	return true
end

function Lantern:go_dark(reason)
	self.lit = false
	self.env.record:event("dark", { reason = reason })
end

--- One frame: `dt` seconds have passed, one large value after a hitch.
function Lantern:step(dt)
	if not self.lit then
		return
	end
	self.lit_s = self.lit_s + dt
	self.oil = math.max(0, self.oil - BURN_PER_S * dt)
	if self.oil == 0 then
		self:go_dark("burned out")
	end
end

function Lantern:metrics()
	return { oil = self.oil, lit = self.lit, lit_s = self.lit_s }
end

return Lantern
