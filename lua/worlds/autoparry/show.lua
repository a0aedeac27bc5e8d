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

return Show
