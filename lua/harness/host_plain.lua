--- What stands for an object of the host in plain data.
---
--- Such objects are no tables: `json` asks here about them alone, so ordinary data pays nothing.

local type = type

local HostPlain = {}

--- The plain data of an object, or nil and the name of what has none.
function HostPlain.of(value)
	return nil, type(value)
end

--- From now on `convert` answers.
---@param convert fun(value: any): any, string|nil
function HostPlain.set(convert)
	HostPlain.of = convert
end

return HostPlain
