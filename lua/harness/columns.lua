--- Tables of rows as columns of doubles, the form in which they leave the VM.
---
--- A column leaves as one string of raw doubles: exact, and twenty times faster than text. What is
--- no number stands in `texts`, a list of distinct JSON texts, and the column holds its number.

local ffi_string = ffi.string
local new_doubles = ffi.typeof("double[?]")

local Columns = {}
Columns.__index = Columns

---@param names string[] the columns
function Columns.new(names)
	local self = { names = names, count = 0 }
	for index = 1, #names do
		self[names[index]] = {}
	end
	return setmetatable(self, Columns)
end

local function pack(values, count)
	if count == 0 then
		return ""
	end
	local doubles = new_doubles(count)
	for index = 1, count do
		doubles[index - 1] = values[index]
	end
	return ffi_string(doubles, count * 8)
end

--- Append each column to `out` as a blob named `<prefix>.<column>`.
---@param out table `{names = {}, blobs = {}}`
function Columns:export(prefix, out)
	for index = 1, #self.names do
		local name = self.names[index]
		out.names[#out.names + 1] = prefix .. "." .. name
		out.blobs[#out.blobs + 1] = pack(self[name], self.count)
	end
end

local Texts = {}
Texts.__index = Texts

--- Distinct texts, numbered from 1 in order of first use; 0 stands for none.
function Columns.texts()
	return setmetatable({ list = {}, number_of = {} }, Texts)
end

function Texts:number(text)
	local number = self.number_of[text]
	if not number then
		number = #self.list + 1
		self.list[number] = text
		self.number_of[text] = number
	end
	return number
end

return Columns
