--- `env.services`, made when somebody asks for it first: a world that uses none pays nothing.

local setmetatable = setmetatable

local Services = {}

-- What a world without services has in their place.
local NONE = {
	is_framed = function() return false end,
	frame = function() end,
	tell_waits = function() end,
}

--- Let `env.services` come into being on first use. `run.services` is what the driver asks:
--- `is_framed()`, `frame(run, dt)`.
---@param run table a session
---@param env table what a world gets
function Services.offer(run, env)
	local holder = { tree = NONE }
	run.services = holder
	return setmetatable(env, {
		__index = function(_, key)
			if key ~= "services" then
				return nil
			end
			local opened = require("harness.services.surface").new(run)
			holder.tree = opened.tree
			env.services = opened.object
			return opened.object
		end,
		__metatable = false,
	})
end

return Services
