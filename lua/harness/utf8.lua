--- Which bytes are UTF-8: what leaves the VM becomes characters, and what is none would be changed.

local find, gsub = string.find, string.gsub

local Utf8 = {}

local SEQUENCES = {
	"[\194-\223][\128-\191]",
	"\224[\160-\191][\128-\191]",
	"[\225-\236\238\239][\128-\191][\128-\191]",
	"\237[\128-\159][\128-\191]",
	"\240[\144-\191][\128-\191][\128-\191]",
	"[\241-\243][\128-\191][\128-\191][\128-\191]",
	"\244[\128-\143][\128-\191][\128-\191]",
}

--- Whether a name stays itself outside: bytes that are no UTF-8 would all become one character, and
--- two names one.
function Utf8.is_valid(text)
	if not find(text, "[\128-\255]") then
		return true
	end
	for index = 1, #SEQUENCES do
		text = gsub(text, SEQUENCES[index], " ")
	end
	return not find(text, "[\128-\255]")
end

return Utf8
