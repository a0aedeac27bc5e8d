--- The keys of small maps in byte order, remembered by the raw sequence in which a walk meets them.
---
--- Rows of a log have the same few keys, and tables that were made alike are walked alike: then
--- sorting the keys of the first of them is enough. What comes back depends on the keys alone: the
--- raw order only finds it.

local ordered = require("harness.ordered")

local follow, keys_of = ordered.follow, ordered.keys

local Shapes = {}

-- A map with more keys is no row, and one that is keyed by names of things is one of a kind.
local KEYS_MAX = 32
local NODES_MAX = 4096

-- A node leads by each key to the next node; at 1, which no text is, it has its shape.
local SHAPE = 1
local root, nodes = {}, 0

local function grow(node, key)
	if nodes >= NODES_MAX then
		return nil
	end
	nodes = nodes + 1
	local child = {}
	node[key] = child
	return child
end

local function make_shape(map, node)
	local keys, count = keys_of(map)
	local shape = { keys = keys, count = count, labels = false }
	node[SHAPE] = shape
	return shape
end

--- The shape of a map: its `keys` in byte order, their `count`, and `labels`, which is the caller's
--- to fill. Nil when a key is no text, or the map is too large or too odd to be remembered.
---@return table|nil
function Shapes.of(map)
	local node = follow(map, root, KEYS_MAX, grow)
	return node and (node[SHAPE] or make_shape(map, node))
end

return Shapes
