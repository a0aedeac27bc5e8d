--- What a plan does to the network: the parry remote, the ping, the delay of the input.

local Show = require("worlds.autoparry.show")
local Unhandled = require("worlds.autoparry.unhandled")

local NetworkEvents = {}

local INPUT_DELAY_MAX_MS = 500

local HANDLERS = {}

-- The milliseconds of the payload, or nil and a warning.
local function read_ms(world, event, payload, most_ms, kept_ms)
	local ms = payload.ms
	if type(ms) == "number" and ms >= 0 and ms <= most_ms and ms < math.huge then
		return ms
	end
	local range = most_ms < math.huge and ("from 0 to %d"):format(most_ms) or ">= 0"
	local text = "%s: payload.ms must be a number %s, got %s; it stays at %.14g ms"
	world.env.record:warn(text:format(event, range, Show.value(ms, world.env.null), kept_ms), true)
end

HANDLERS["remotes:ParryButtonPress"] = function(world, payload)
	if payload.available == false then
		world.stage:detach_remote()
	else
		local attached, message = world.stage:attach_remote(payload.kind)
		if not attached then
			local text = "remotes:ParryButtonPress: payload.kind: %s; the remote stays as it is"
			world.env.record:warn(text:format(message), true)
		end
	end
end

HANDLERS["stats:ping"] = function(world, payload)
	local ms = read_ms(world, "stats:ping", payload, math.huge, world.stage.ping_ms)
	if ms then
		world.stage:set_ping_ms(ms)
	end
end

HANDLERS["input:delay"] = function(world, payload)
	local settings = world.settings
	local kept_ms = settings.input_delay_s * 1000
	local ms = read_ms(world, "input:delay", payload, INPUT_DELAY_MAX_MS, kept_ms)
	if ms and ms / 1000 ~= settings.input_delay_s then
		settings.input_delay_s = ms / 1000
		world.judge:input_delay_changed()
	end
end

--- Do what the event `args.name` says.
function NetworkEvents.apply(world, action)
	local name, payload = action.args.name, action.args.payload
	local handle = HANDLERS[name]
	if handle then
		handle(world, type(payload) == "table" and payload or {})
	else
		Unhandled.warn(world.env.record, "network event", name, HANDLERS)
	end
	return true
end

return NetworkEvents
