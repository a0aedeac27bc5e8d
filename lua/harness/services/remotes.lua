--- Remotes and bindables: one VM is both sides of them.
---
--- What is fired arrives at once, with the arguments as they are. A client's call gets the local
--- player in front, as a server sees it. A world that wants a delay fires later.

local Classes = require("harness.services.classes")
local Instance = require("harness.services.instance")
local Object = require("harness.services.object")

local error, format = error, string.format
local self_of = Object.self_of

-- Whether the one client that there is, is meant.
local function is_local(state, player, method)
	local other = Object.state(player, "Instance")
	if not other or not other.class.ancestry.Player then
		error(format("%s needs a Player, got %s", method, Object.show(player)), 3)
	end
	return state.tree.local_player() == player
end

local function callback_of(state, name, method)
	local callback = state.values[name]
	if not callback then
		error(format("%s: %s has no %s", method, Instance.full_name(state), name), 3)
	end
	return callback
end

Classes.define({
	name = "RemoteEvent",
	base = "Instance",
	is_makeable = true,
	signals = { "OnClientEvent", "OnServerEvent" },
	methods = {
		FireServer = function(self, ...)
			local state = self_of(self, "Instance", "FireServer", "RemoteEvent")
			Instance.fire(state, "OnServerEvent", state.tree.local_player(), ...)
		end,
		FireClient = function(self, player, ...)
			local state = self_of(self, "Instance", "FireClient", "RemoteEvent")
			if is_local(state, player, "FireClient") then
				Instance.fire(state, "OnClientEvent", ...)
			end
		end,
		FireAllClients = function(self, ...)
			Instance.fire(self_of(self, "Instance", "FireAllClients", "RemoteEvent"), "OnClientEvent", ...)
		end,
	},
})

Classes.define({
	name = "BindableEvent",
	base = "Instance",
	is_makeable = true,
	signals = { "Event" },
	methods = {
		Fire = function(self, ...)
			Instance.fire(self_of(self, "Instance", "Fire", "BindableEvent"), "Event", ...)
		end,
	},
})

-- What is invoked runs on the thread of whoever invokes, which therefore waits while it waits.
Classes.define({
	name = "RemoteFunction",
	base = "Instance",
	is_makeable = true,
	properties = { { "OnClientInvoke", "function?" }, { "OnServerInvoke", "function?" } },
	methods = {
		InvokeServer = function(self, ...)
			local state = self_of(self, "Instance", "InvokeServer", "RemoteFunction")
			local callback = callback_of(state, "OnServerInvoke", "InvokeServer")
			return callback(state.tree.local_player(), ...)
		end,
		InvokeClient = function(self, player, ...)
			local state = self_of(self, "Instance", "InvokeClient", "RemoteFunction")
			if not is_local(state, player, "InvokeClient") then
				error(format("InvokeClient: only the local player can answer, not %s",
					tostring(player)), 2)
			end
			return callback_of(state, "OnClientInvoke", "InvokeClient")(...)
		end,
	},
})

Classes.define({
	name = "BindableFunction",
	base = "Instance",
	is_makeable = true,
	properties = { { "OnInvoke", "function?" } },
	methods = {
		Invoke = function(self, ...)
			local state = self_of(self, "Instance", "Invoke", "BindableFunction")
			return callback_of(state, "OnInvoke", "Invoke")(...)
		end,
	},
})

return Classes
