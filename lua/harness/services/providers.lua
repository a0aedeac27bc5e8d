--- The services of the game: the classes behind `game:GetService`.

local Classes = require("harness.services.classes")
local Instance = require("harness.services.instance")
local Object = require("harness.services.object")

local concat, error, format, type = table.concat, error, string.format, type
local self_of, show = Object.self_of, Object.show

-- Players that are looked at for one work unit.
local SEEN_PER_UNIT = 16

Classes.define({
	name = "DataModel",
	base = "Instance",
	methods = {
		GetService = function(self, name)
			local tree = self_of(self, "Instance", "GetService", "DataModel").tree
			local service = tree.find_service(name)
			if not service then
				error(format("unknown service %s; there are %s%s", show(name),
					concat(tree.service_names(), ", "), Object.suggestion(name, tree.service_names())), 2)
			end
			return service
		end,
		FindService = function(self, name)
			local tree = self_of(self, "Instance", "FindService", "DataModel").tree
			if type(name) ~= "string" then
				error("FindService needs a name, got " .. show(name), 2)
			end
			return tree.find_service(name)
		end,
	},
})

local function set_character(state, character)
	local before = state.values.Character
	if before == character then
		return
	end
	if before then
		Instance.fire(state, "CharacterRemoving", before)
	end
	state.values.Character = character
	Instance.changed(state, "Character")
	if character then
		Instance.fire(state, "CharacterAdded", character)
	end
end

Classes.define({
	name = "Player",
	base = "Instance",
	is_makeable = true,
	properties = {
		{ "Character", "Model?", set = set_character },
		{ "DisplayName", "string", "" },
		{ "UserId", "integer", 0 },
	},
	signals = { "CharacterAdded", "CharacterRemoving" },
})

Classes.define({
	name = "Players",
	base = "Instance",
	properties = {
		{ "LocalPlayer", "Player?", is_read_only = true },
	},
	methods = {
		GetPlayers = function(self)
			local state = self_of(self, "Instance", "GetPlayers", "Players")
			local list = {}
			state.tree.charge(state.count / SEEN_PER_UNIT)
			for place = 1, state.count do
				local child = state.children[place]
				if child.class.ancestry.Player then
					list[#list + 1] = child.object
				end
			end
			return list
		end,
		GetPlayerFromCharacter = function(self, character)
			local state = self_of(self, "Instance", "GetPlayerFromCharacter", "Players")
			state.tree.charge(state.count / SEEN_PER_UNIT)
			for place = 1, state.count do
				local child = state.children[place]
				if character ~= nil and child.values.Character == character then
					return child.object
				end
			end
			return nil
		end,
	},
	signals = { "PlayerAdded", "PlayerRemoving" },
	child_added = function(state, child)
		if child.class.ancestry.Player then
			Instance.fire(state, "PlayerAdded", child.object)
		end
	end,
	child_removed = function(state, child)
		if child.class.ancestry.Player then
			Instance.fire(state, "PlayerRemoving", child.object)
		end
	end,
})

Classes.define({
	name = "RunService",
	base = "Instance",
	signals = { "Heartbeat", "PreRender" },
})

Classes.define({ name = "ReplicatedStorage", base = "Instance" })
Classes.define({ name = "Workspace", base = "Model" })
Classes.define({ name = "Stats", base = "Instance" })

Classes.define({
	name = "StatsItem",
	base = "Instance",
	methods = {
		GetValue = function(self)
			local state = self_of(self, "Instance", "GetValue", "StatsItem")
			return state.tree.read_stat(state)
		end,
	},
})

Classes.define({
	name = "VirtualInputManager",
	base = "Instance",
	methods = {
		SendKeyEvent = function(self, is_pressed, key_code, is_repeat, target)
			local state = self_of(self, "Instance", "SendKeyEvent", "VirtualInputManager")
			local item = Object.state(key_code, "EnumItem")
			if type(is_pressed) ~= "boolean" then
				error("SendKeyEvent: isPressed must be true or false, got " .. show(is_pressed), 2)
			elseif not item or item.type_name ~= "KeyCode" then
				error("SendKeyEvent: keyCode must be an item of Enum.KeyCode, got " .. show(key_code), 2)
			elseif type(is_repeat) ~= "boolean" then
				error("SendKeyEvent: isRepeatedKey must be true or false, got " .. show(is_repeat), 2)
			end
			state.tree.send_key(is_pressed, key_code, is_repeat, target)
		end,
	},
})

--- The services in the order in which the game shows them.
return {
	"Players", "ReplicatedStorage", "RunService", "Stats", "VirtualInputManager", "Workspace",
}
