--- The keys of small maps in byte order, remembered by the raw sequence in which a walk meets them.
---
--- Rows of a log have the same few keys, and tables that were made alike are walked alike: then
--- sorting the keys of the first of them is enough. What comes back depends on the keys alone: the
--- raw order only finds it.

-- LuaJIT compiles a raw walk only if the local is called `next`.
local next, type, sort = next, type, table.sort

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
	local keys = {}
	for key in next, map do
		keys[#keys + 1] = key
	end
	sort(keys)
	local shape = { keys = keys, count = #keys, labels = false }
	node[SHAPE] = shape
	return shape
end

--- The shape of a map: its `keys` in byte order, their `count`, and `labels`, which is the caller's
--- to fill. Nil when a key is no text, or the map is too large or too odd to be remembered.
---@return table|nil
function Shapes.of(map)
	local node, count = root, 0
	for key in next, map do
		count = count + 1
		if type(key) ~= "string" or count > KEYS_MAX then
			return nil
		end
		node = node[key] or grow(node, key)
		if not node then
			return nil
		end
	end
	return node[SHAPE] or make_shape(map, node)
end

return Shapes
