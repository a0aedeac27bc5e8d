local outcome = require("answers").outcome
local basexx = require("basexx")

local Probes = {}

local TEXTS = { "", "f", "fo", "foo", "foob", "fooba", "foobar", "\0\1\2\253\254\255",
	"Gr\195\188\195\159e\r\n" }

local function every_byte()
	local bytes = {}
	for code = 0, 255 do
		bytes[#bytes + 1] = string.char(code)
	end
	return table.concat(bytes)
end

local function there_and_back(encode, decode)
	local rows = {}
	for index, text in ipairs(TEXTS) do
		local encoded = encode(text)
		rows[index] = { encoded, decode(encoded) == text }
	end
	local all = encode(every_byte())
	return rows, all, decode(all) == every_byte()
end

function Probes.bits()
	return there_and_back(basexx.to_bit, basexx.from_bit)
end

function Probes.bits_written_by_hand()
	return basexx.from_bit("OlIiloOO"), basexx.from_bit("0100 0001 01000010", " "),
		basexx.from_bit("0100"), { basexx.from_bit("01000x01") }, { basexx.from_bit("2") }
end

function Probes.hex()
	return there_and_back(basexx.to_hex, basexx.from_hex)
end

function Probes.hex_written_by_hand()
	return basexx.from_hex("48656c6C6F"), basexx.from_hex("48:65:6c", ":"), { basexx.from_hex("4G") },
		basexx.from_hex("4"), { basexx.from_hex("48 65") }
end

function Probes.base32()
	return there_and_back(basexx.to_base32, basexx.from_base32)
end

function Probes.base32_written_by_hand()
	return basexx.from_base32("mzxw6==="), basexx.from_base32("MZ-XW 6", "- "),
		{ basexx.from_base32("M1") },
		{ basexx.from_base32("MZXW6!") }
end

function Probes.crockford()
	return there_and_back(basexx.to_crockford, basexx.from_crockford)
end

function Probes.crockford_written_by_hand()
	return basexx.from_crockford("csqpyrk1e8"), basexx.from_crockford("CSQP-YRKI-E8", "-"),
		basexx.from_crockford("OIL1"), { basexx.from_crockford("CS@") }
end

function Probes.base64()
	return there_and_back(basexx.to_base64, basexx.from_base64)
end

function Probes.base64_written_by_hand()
	return basexx.from_base64("Zm9v\nYmFy", "\n"), basexx.from_base64("Zg"),
		{ basexx.from_base64("Zm9$") },
		{ basexx.from_base64("Zm 9") }
end

function Probes.url64()
	return there_and_back(basexx.to_url64, basexx.from_url64)
end

function Probes.url64_written_by_hand()
	return basexx.from_url64("_-8"), basexx.from_url64("Zm9v YmFy", " "), { basexx.from_url64("Zm+v") }
end

function Probes.z85()
	local rows = {}
	for index, text in ipairs({ "", "four", "eightfit", "\134\79\210\111\181\89\247\91" }) do
		local encoded = basexx.to_z85(text)
		rows[index] = { encoded, basexx.from_z85(encoded) == text }
	end
	local all = basexx.to_z85(every_byte())
	return rows, all, basexx.from_z85(all) == every_byte()
end

function Probes.z85_written_by_hand()
	return basexx.from_z85("HelloWorld"), basexx.from_z85("Hello World", " "),
		{ basexx.from_z85("Hell~") },
		{ basexx.from_z85("Hell") }, { basexx.to_z85("abc") }
end

function Probes.arguments_of_the_wrong_type()
	return outcome(basexx.to_hex, nil), outcome(basexx.to_base64, {}), outcome(basexx.from_base32, nil)
end

return Probes
