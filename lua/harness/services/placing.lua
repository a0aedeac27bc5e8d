--- The tree: who is whose child, in which order, and who is told when that changes.

local Instance = require("harness.services.instance")

local error, format, remove = error, string.format, table.remove
local fire, full_name, provided_of = Instance.fire, Instance.full_name, Instance.provided_of

local Placing = {}

--- How deep a tree may be: paths and walks to the root stay short.
Placing.DEPTH_MAX = 256
--- How long a name may be: paths are made of names.
Placing.NAME_BYTES_MAX = 1000
-- Instances that are looked at for one work unit.
local SEEN_PER_UNIT = 16
local UNITS_TO_MOVE = 8
local NONE = {}

--- Every instance below `state`, parents before their children.
function Placing.descendants(state)
	local found, count = {}, 0
	local function visit(parent)
		for place = 1, parent.count do
			count = count + 1
			found[count] = parent.children[place]
			visit(parent.children[place])
		end
	end
	visit(state)
	state.tree.charge(count / SEEN_PER_UNIT)
	return found, count
end

local function measure(state)
	local highest, count = 0, 1
	for place = 1, state.count do
		local below, inside = measure(state.children[place])
		highest = below > highest and below or highest
		count = count + inside
	end
	return highest + 1, count
end

local function require_place(state, parent)
	local depth, above = 1, parent
	while above do
		if above == state then
			error(format("%s cannot be the parent of %s, which would contain itself",
				full_name(parent), full_name(state)), 0)
		end
		depth, above = depth + 1, above.parent
	end
	local height, count = measure(state)
	state.tree.charge((depth + count) / SEEN_PER_UNIT)
	if depth + height - 1 > Placing.DEPTH_MAX then
		error(format("%s in %s: a tree may be %d instances deep", state.name, parent.name,
			Placing.DEPTH_MAX), 0)
	end
end

local function take_out(parent, state)
	local children = parent.children
	parent.tree.charge(parent.count / SEEN_PER_UNIT)
	for place = 1, parent.count do
		if children[place] == state then
			remove(children, place)
			break
		end
	end
	parent.count = parent.count - 1
	parent.by_name = false
end

local function put_in(parent, state)
	parent.count = parent.count + 1
	parent.children[parent.count] = state
	parent.by_name = false
end

--- Threads that wait for a child of this name go on.
function Placing.wake(parent, name, object)
	local waiting = parent.waiting
	if not waiting then
		return
	end
	parent.tree.charge(#waiting / SEEN_PER_UNIT)
	local ready, rest = {}, {}
	for place = 1, #waiting do
		local list = waiting[place].name == name and ready or rest
		list[#list + 1] = waiting[place]
	end
	parent.waiting = #rest > 0 and rest or false
	for place = 1, #ready do
		ready[place].go_on(object)
	end
end

local function tell_ancestry(state, parent)
	fire(state, "AncestryChanged", state.object, parent and parent.object or nil)
	if state.count > 0 then
		local below, count = Placing.descendants(state)
		for place = 1, count do
			fire(below[place], "AncestryChanged", state.object, parent and parent.object or nil)
		end
	end
end

--- Move an instance, whether it may be moved or not.
---@param parent table|false
function Placing.move(state, parent)
	state.tree.charge(UNITS_TO_MOVE)
	local before = state.parent
	if before then
		take_out(before, state)
	end
	if parent then
		put_in(parent, state)
	end
	state.parent = parent
	if before then
		fire(before, "ChildRemoved", state.object)
		if before.class.child_removed then
			before.class.child_removed(before, state)
		end
	end
	-- From here on a handler may have moved it again.
	if parent and state.parent == parent then
		fire(parent, "ChildAdded", state.object)
		if parent.class.child_added then
			parent.class.child_added(parent, state)
		end
		Placing.wake(parent, state.name, state.object)
	end
	if state.parent == parent then
		tell_ancestry(state, parent)
		Instance.changed(state, "Parent")
	end
end

--- Move an instance to another parent, or to none.
---@param parent table|false
function Placing.set_parent(state, parent)
	if state.parent == parent then
		return
	elseif state.is_locked then
		error(format("the parent of %s is fixed: %s", state.name, state.is_locked), 0)
	elseif parent then
		require_place(state, parent)
	end
	Placing.move(state, parent)
end

--- Give an instance another name.
function Placing.rename(state, name)
	if state.name == name then
		return
	elseif #name > Placing.NAME_BYTES_MAX then
		error(format("the name of a %s may be %d bytes long, got %d", state.class.name,
			Placing.NAME_BYTES_MAX, #name), 0)
	end
	state.name = name
	local parent = state.parent
	if parent then
		parent.by_name = false
		Placing.wake(parent, name, state.object)
	end
	Instance.changed(state, "Name")
end

--- What user code gets for the children: the instances, then what the world shows.
function Placing.children(state)
	local list, children = {}, state.children
	state.tree.charge(state.count / SEEN_PER_UNIT)
	for place = 1, state.count do
		list[place] = children[place].object
	end
	if state.provide then
		local provided = provided_of(state)
		for place = 1, #provided do
			list[state.count + place] = provided[place]
		end
	end
	return list
end

--- All that is below, as user code gets it: the instances, then what the world shows.
function Placing.descendant_objects(state)
	local below, count = Placing.descendants(state)
	local list = {}
	for place = 1, count do
		list[place] = below[place].object
	end
	for place = 0, count do
		local parent = place == 0 and state or below[place]
		local provided = parent.provide and provided_of(parent) or NONE
		for index = 1, #provided do
			list[#list + 1] = provided[index]
		end
	end
	return list
end

return Placing
