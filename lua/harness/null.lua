--- What stands for a null where nil would drop the key. Worlds see it as `env.null`.
---
--- It is no table: a table can be written to past its metatable, and all worlds of a VM share this
--- one value.

local ordered = require("harness.ordered")

local error = error

local null = newproxy()

debug.setmetatable(null, {
	kind = "null",
	__metatable = "null",
	__tostring = function() return "null" end,
	__index = function() error("null has no members", 2) end,
	__newindex = function() error("null cannot be changed", 2) end,
})

return ordered.register(null)
