--- What a plan asks for and this world does not have: a warning that says what may have been meant.

local Nearest = require("worlds.autoparry.nearest")
local Plain = require("worlds.autoparry.plain")

local Unhandled = {}

---@param record table of the world's `env`
---@param what string like `rule`
---@param name string
---@param handlers table by the names that there are
function Unhandled.warn(record, what, name, handlers)
	local text = ("Unhandled %s '%s'"):format(what, name)
	record:warn(Nearest.suggest(text, name, Plain.keys(handlers)), true)
end

return Unhandled
