--- Numbers of objects, in the order in which they first passed through the host.
---
--- A table, a function or a thread has nothing but its address, which differs per run. Its number
--- does not: order and names in texts come from it.

local setmetatable = setmetatable

local ObjectNumbers = {}

local number_of = setmetatable({}, { __mode = "k" })
local last_number = 0
-- What the host numbered before the program began; the program's own objects count from 1.
local host_numbers = 0

--- Number an object, unless it has a number.
local function register(object)
	if number_of[object] == nil then
		last_number = last_number + 1
		number_of[object] = last_number
	end
	return object
end

--- The number of an object; it gets one if it had none.
local function id(object)
	return number_of[register(object)]
end

--- The name of an object for texts: `#3`, or `#host12` for what was there before the program.
function ObjectNumbers.name(object)
	local number = id(object)
	return number > host_numbers and "#" .. number - host_numbers or "#host" .. number
end

--- From now on objects are the program's.
function ObjectNumbers.begin_program()
	host_numbers = last_number
end

ObjectNumbers.register, ObjectNumbers.id = register, id
--- Number by object, to be read only.
ObjectNumbers.number_of = number_of
return ObjectNumbers
