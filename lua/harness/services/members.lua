--- What every Instance can do: find its way in the tree, wait, go.

local Attributes = require("harness.services.attributes")
local Classes = require("harness.services.classes")
local Instance = require("harness.services.instance")
local Object = require("harness.services.object")
local Placing = require("harness.services.placing")
local Signal = require("harness.services.signal")
local Waits = require("harness.services.waits")

local error, format, type = error, string.format, type
local huge = math.huge
local self_of, show = Object.self_of, Object.show

-- Instances, threads or signals that are looked at for one work unit.
local SEEN_PER_UNIT = 16

local methods = Attributes.methods

local function require_text(value, what)
	if type(value) ~= "string" then
		error(format("%s needs a name, got %s", what, show(value)), 3)
	end
end

function methods.FindFirstChild(self, name, recursive)
	local state = self_of(self, "Instance", "FindFirstChild")
	require_text(name, "FindFirstChild")
	local child = Instance.find_child(state, name)
	if child ~= nil or not recursive then
		return child
	end
	local below, count = Placing.descendants(state)
	for place = 1, count do
		if below[place].name == name then
			return below[place].object
		end
		child = below[place].provide and Instance.find_child(below[place], name)
		if child then
			return child
		end
	end
	return nil
end

function methods.FindFirstChildOfClass(self, class_name)
	local state = self_of(self, "Instance", "FindFirstChildOfClass")
	require_text(class_name, "FindFirstChildOfClass")
	state.tree.charge(state.count / SEEN_PER_UNIT)
	for place = 1, state.count do
		if state.children[place].class.name == class_name then
			return state.children[place].object
		end
	end
	return nil
end

function methods.FindFirstChildWhichIsA(self, class_name, recursive)
	local state = self_of(self, "Instance", "FindFirstChildWhichIsA")
	require_text(class_name, "FindFirstChildWhichIsA")
	local list, count = state.children, state.count
	if recursive then
		list, count = Placing.descendants(state)
	end
	state.tree.charge(count / SEEN_PER_UNIT)
	for place = 1, count do
		if list[place].class.ancestry[class_name] then
			return list[place].object
		end
	end
	return nil
end

-- The nearest instance above `state` that fits.
local function find_above(state, fits)
	local above, seen = state.parent, 0
	while above and not fits(above) do
		above, seen = above.parent, seen + 1
	end
	state.tree.charge(seen / SEEN_PER_UNIT)
	return above and above.object or nil
end

function methods.FindFirstAncestor(self, name)
	local state = self_of(self, "Instance", "FindFirstAncestor")
	require_text(name, "FindFirstAncestor")
	return find_above(state, function(above) return above.name == name end)
end

function methods.FindFirstAncestorOfClass(self, class_name)
	local state = self_of(self, "Instance", "FindFirstAncestorOfClass")
	require_text(class_name, "FindFirstAncestorOfClass")
	return find_above(state, function(above) return above.class.name == class_name end)
end

-- The thread goes on with the child, or at the end of its time with nothing.
local function wait_for(state, name, timeout_s)
	local tree = state.tree
	local thread = tree.runner.running()
	if not thread then
		local what = "%s has no child %s, and WaitForChild was called outside of a thread, where it "
			.. "cannot wait; start one with task.spawn"
		error(format(what, Instance.full_name(state), show(name)), 3)
	end
	local handle
	local waiter = { name = name, go_on = function(object) tree.runner.resume(thread, object) end }
	state.waiting = state.waiting or {}
	state.waiting[#state.waiting + 1] = waiter
	if not timeout_s then
		Waits.begin(tree.waits, waiter, state)
	end
	local function leave()
		if handle then
			tree.scheduler:cancel(handle)
		else
			Waits.finish(tree.waits, waiter)
		end
		local waiting, rest = state.waiting or {}, {}
		tree.charge(#waiting / SEEN_PER_UNIT)
		for place = 1, #waiting do
			if waiting[place] ~= waiter then
				rest[#rest + 1] = waiting[place]
			end
		end
		state.waiting = rest[1] and rest or false
	end
	if timeout_s then
		handle = tree.scheduler:after(timeout_s, function()
			tree.runner.resume(thread, nil)
		end)
	end
	return leave, tree.runner.yield()
end

-- Whoever else may have resumed the thread: it waits here no longer.
local function after_wait(leave, ...)
	leave()
	return ...
end

function methods.WaitForChild(self, name, timeout_s)
	local state = self_of(self, "Instance", "WaitForChild")
	require_text(name, "WaitForChild")
	if timeout_s ~= nil then
		if type(timeout_s) ~= "number" or not (timeout_s >= 0 and timeout_s < huge) then
			error("WaitForChild: the timeout must be a finite number >= 0, got " .. show(timeout_s), 2)
		end
	end
	local child = Instance.find_child(state, name)
	if child ~= nil then
		return child
	end
	return after_wait(wait_for(state, name, timeout_s))
end

function methods.GetChildren(self)
	return Placing.children(self_of(self, "Instance", "GetChildren"))
end

function methods.GetDescendants(self)
	return Placing.descendant_objects(self_of(self, "Instance", "GetDescendants"))
end

function methods.IsA(self, class_name)
	local state = self_of(self, "Instance", "IsA")
	require_text(class_name, "IsA")
	return state.class.ancestry[class_name] == true
end

local function is_below(state, ancestor)
	return find_above(state, function(above) return above == ancestor end) ~= nil
end

local function other_of(value, what)
	local state = Object.state(value, "Instance")
	if not state then
		error(format("%s needs an Instance, got %s", what, show(value)), 3)
	end
	return state
end

function methods.IsDescendantOf(self, ancestor)
	local state = self_of(self, "Instance", "IsDescendantOf")
	return is_below(state, other_of(ancestor, "IsDescendantOf"))
end

function methods.IsAncestorOf(self, descendant)
	local state = self_of(self, "Instance", "IsAncestorOf")
	return is_below(other_of(descendant, "IsAncestorOf"), state)
end

function methods.GetFullName(self)
	return Instance.full_name(self_of(self, "Instance", "GetFullName"))
end

function methods.GetPropertyChangedSignal(self, name)
	local state = self_of(self, "Instance", "GetPropertyChangedSignal")
	if type(name) ~= "string" or not state.class.properties[name] then
		error(format("GetPropertyChangedSignal: a %s has no property %s%s", state.class.name,
			show(name), Object.suggestion(name, state.class.member_names)), 2)
	end
	return Instance.signal(state, "property " .. name).object
end

local DESTROYED = "it was destroyed"

local destroy

-- Those that are there now: a handler may put in others, or be in the middle of destroying one.
local function destroy_children(state)
	local before, count = {}, state.count
	for place = 1, count do
		before[place] = state.children[place]
	end
	state.tree.charge(count / SEEN_PER_UNIT)
	for place = 1, count do
		destroy(before[place])
	end
end

-- The children go after their parent; nobody who listened to it hears of that.
function destroy(state)
	if state.is_locked or state.is_going then
		return
	end
	state.is_going = true
	Instance.fire(state, "Destroying")
	state.is_locked = DESTROYED
	Placing.move(state, false)
	state.tree.charge(#state.signal_list / SEEN_PER_UNIT)
	for place = 1, #state.signal_list do
		Signal.clear(state.signal_list[place])
	end
	destroy_children(state)
end

function methods.Destroy(self)
	local state = self_of(self, "Instance", "Destroy")
	if state.is_locked and state.is_locked ~= DESTROYED then
		error(format("%s cannot be destroyed: %s", state.name, state.is_locked), 2)
	end
	destroy(state)
end

function methods.ClearAllChildren(self)
	local state = self_of(self, "Instance", "ClearAllChildren")
	destroy_children(state)
end

Classes.define({
	name = "Instance",
	methods = methods,
	properties = {
		{ "ClassName", "string", get = function(state) return state.class.name end,
			is_read_only = true },
		{ "Name", "string", get = function(state) return state.name end,
			set = function(state, value) Placing.rename(state, value) end },
		{ "Parent", "Instance?", get = function(state)
			return state.parent and state.parent.object or nil
		end, set = function(state, value)
			Placing.set_parent(state, Object.state(value, "Instance") or false)
		end },
	},
	signals = {
		"AncestryChanged", "AttributeChanged", "Changed", "ChildAdded", "ChildRemoved", "Destroying",
	},
})

return methods
