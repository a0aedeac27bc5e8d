--- How values look in messages.

local Show = {}

---@param null any what stands for a null
---@return string
function Show.value(value, null)
	if value == nil then
		return "nothing"
	elseif value == null then
		return "null"
	elseif type(value) == "string" then
		return ("%q"):format(value)
	elseif type(value) == "number" then
		return ("%.14g"):format(value)
	elseif type(value) == "table" then
		return value[1] ~= nil and "a list" or "a map"
	end
	return tostring(value)
end

--- So many of them.
---@return string
function Show.count(count, one, many)
	return ("%d %s"):format(count, count == 1 and one or many)
end

--- A problem of the options, with the module's own message in front.
---@param problem {message: string, value: any, allowed: string}
---@param null any
---@return string
function Show.problem(problem, null)
	local value = Show.value(problem.value, null)
	return ("%s; got %s; allowed: %s"):format(problem.message, value, problem.allowed)
end

return Show
