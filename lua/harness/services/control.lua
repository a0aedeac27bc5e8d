--- `services.control`: what a world does to the simulated outside, and sees of it.

local Instance = require("harness.services.instance")
local Object = require("harness.services.object")
local Placing = require("harness.services.placing")
local Signal = require("harness.services.signal")

local concat, error, format, type = table.concat, error, string.format, type
local huge = math.huge
local self_of, show = Object.self_of, Object.show

local Control = {}

local NAMES = {
	"child_added", "child_removed", "children_of", "on_key", "ping_responses", "set_input_fault",
	"set_local_player", "set_ping_ms", "set_stat_fault",
}
-- Answers that are copied for one work unit.
local COPIED_PER_UNIT = 16
local STAT_FAULTS = { "statError", "statMissing", "valueError", "valueIsNil" }
local INPUT_FAULTS = { "failing", "missing" }

local function require_ms(value, what)
	if type(value) ~= "number" or not (value >= 0 and value < huge) then
		error(format("%s: a ping is a finite number of ms >= 0, got %s", what, show(value)), 3)
	end
	return value
end

local function require_one_of(value, names, what)
	for index = 1, #names do
		if names[index] == value then
			return
		end
	end
	if value ~= nil then
		error(format("%s: unknown fault %s; there are %s, and nil for none%s", what, show(value),
			concat(names, ", "), Object.suggestion(value, names)), 3)
	end
end

local function require_instance(value, what)
	local state = Object.state(value, "Instance")
	if not state then
		error(format("%s needs an Instance, got %s", what, show(value)), 3)
	end
	return state
end

local methods = {}

function methods.set_ping_ms(self, ms)
	self_of(self, "Control", "set_ping_ms").tree.ping_responses({ require_ms(ms, "set_ping_ms") })
end

function methods.ping_responses(self, list)
	local tree = self_of(self, "Control", "ping_responses").tree
	if type(list) ~= "table" or #list == 0 then
		error("ping_responses needs a list of at least one number, got " .. show(list), 2)
	end
	tree.charge(#list / COPIED_PER_UNIT)
	local copy = {}
	for index = 1, #list do
		copy[index] = require_ms(list[index], "ping_responses")
	end
	tree.ping_responses(copy)
end

function methods.set_stat_fault(self, name)
	local tree = self_of(self, "Control", "set_stat_fault").tree
	require_one_of(name, STAT_FAULTS, "set_stat_fault")
	tree.set_stat_fault(name)
end

function methods.set_input_fault(self, name)
	local tree = self_of(self, "Control", "set_input_fault").tree
	require_one_of(name, INPUT_FAULTS, "set_input_fault")
	tree.set_input_fault(name)
end

function methods.on_key(self, fn)
	local tree = self_of(self, "Control", "on_key").tree
	if type(fn) ~= "function" then
		error("on_key needs a function, got " .. show(fn), 2)
	end
	return Signal.connect(tree.keys, fn)
end

function methods.set_local_player(self, player)
	local tree = self_of(self, "Control", "set_local_player").tree
	local players = tree.services.Players
	if player ~= nil then
		local state = require_instance(player, "set_local_player")
		if not state.class.ancestry.Player then
			error("set_local_player needs a Player, got " .. show(player), 2)
		end
		if state.parent ~= players then
			Placing.set_parent(state, players)
		end
	end
	if players.values.LocalPlayer ~= player then
		players.values.LocalPlayer = player
		Instance.changed(players, "LocalPlayer")
	end
end

function methods.children_of(self, instance, fn)
	self_of(self, "Control", "children_of")
	local state = require_instance(instance, "children_of")
	if fn ~= nil and type(fn) ~= "function" then
		error("children_of needs a function or nil, got " .. show(fn), 2)
	end
	state.provide = fn or false
end

local function require_named(object, what)
	local name = (type(object) == "table" or type(object) == "userdata") and object.Name
	if type(name) ~= "string" then
		error(format("%s needs an object with a Name, got %s", what, show(object)), 3)
	end
	return name
end

function methods.child_added(self, instance, object)
	self_of(self, "Control", "child_added")
	local state = require_instance(instance, "child_added")
	local name = require_named(object, "child_added")
	Instance.fire(state, "ChildAdded", object)
	Placing.wake(state, name, object)
end

function methods.child_removed(self, instance, object)
	self_of(self, "Control", "child_removed")
	local state = require_instance(instance, "child_removed")
	require_named(object, "child_removed")
	Instance.fire(state, "ChildRemoved", object)
end

local function index(_, key)
	local method = methods[key]
	if not method then
		error(format("services.control has no member %s%s", show(key),
			Object.suggestion(key, NAMES)), 2)
	end
	return method
end

local function newindex(_, key)
	error(format("services.control: %s cannot be set", show(key)), 2)
end

function Control.new(tree)
	return Object.make({
		kind = "Control", type_of = "Control", tree = tree, __index = index, __newindex = newindex,
		__tostring = function() return "services.control" end,
	}).object
end

return Control
