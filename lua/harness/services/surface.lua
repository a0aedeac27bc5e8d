--- `env.services`: what a world and the code under test get.

local CFrameLibrary = require("harness.services.cframe_library")
local Control = require("harness.services.control")
local Enums = require("harness.services.enums")
local Object = require("harness.services.object")
local Tree = require("harness.services.tree")
local Classes = require("harness.services.classes")
local Types = require("harness.services.types")
local Vector2 = require("harness.services.vector2")
local Vector3 = require("harness.services.vector3")
local host_plain = require("harness.host_plain")

local error, format, type = error, string.format, type

local Surface = {}

local NAMES = {
	"CFrame", "Enum", "Instance", "Vector2", "Vector3", "control", "enum_text", "game", "round32",
	"typeof", "workspace",
}

host_plain.set(Types.plain)

local cell = ffi.new("float[1]")

--- The 32-bit number that is nearest to `x`.
function Surface.round32(x)
	if type(x) ~= "number" then
		error("round32 needs a number, got " .. Object.show(x), 2)
	end
	cell[0] = x
	return cell[0]
end

local function enum_text(item)
	local text = Enums.text(item)
	if not text then
		error("enum_text needs an item of an Enum, got " .. Object.show(item), 2)
	end
	return text
end

local function newindex(_, key)
	error(format("env.services: %s cannot be set", Object.show(key)), 2)
end

--- What belongs to one world: `object` for user code, `tree` for the driver.
---@param run table a session
function Surface.new(run)
	local tree = Tree.new(run)
	local fields = {
		game = tree.game.object, workspace = tree.services.Workspace.object,
		Instance = Classes.library(tree), Enum = Enums.root, Vector2 = Vector2.library(),
		Vector3 = Vector3.library(), CFrame = CFrameLibrary.library(), typeof = Types.typeof,
		round32 = Surface.round32, enum_text = enum_text, control = Control.new(tree),
	}
	local function index(_, key)
		local value = fields[key]
		if value == nil then
			value = tree.find_service(key)
			if value == nil and not tree.is_service(key) then
				local near = Object.suggestion(key, NAMES)
				near = near ~= "" and near or Object.suggestion(key, tree.service_names())
				error(format("env.services has no member or service %s%s", Object.show(key), near), 2)
			end
		end
		return value
	end
	return {
		tree = tree,
		object = Object.make({
			kind = "Services", type_of = "Services", __index = index, __newindex = newindex,
			__tostring = function() return "services" end,
		}).object,
	}
end

return Surface
