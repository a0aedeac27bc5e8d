--- The presses that a scenario wants: `config.world.accuracy`, as it stands in the manifest.

local Plain = require("worlds.autoparry.plain")
local Show = require("worlds.autoparry.show")

local PATH = "config.world.accuracy"
-- Each press is held against all of these.
local PRESSES_MAX = 100

local Wanted = {}

-- End the run before it begins, by the place of the mistake.
local function refuse(path, value, allowed)
	local text = "%s: got %s; allowed: %s"
	error({ message = text:format(path, Show.value(value), allowed), path = path }, 0)
end

local function is_map(value)
	return type(value) == "table" and value[1] == nil
end

local function is_list(value)
	return type(value) == "table" and #value == #Plain.keys(value)
end

local function is_whole(value)
	return type(value) == "number" and value >= 1 and value < math.huge and value % 1 == 0
end

local function check_fields(t, path, known)
	for _, key in ipairs(Plain.keys(t)) do
		local is_known = false
		for index = 1, #known do
			is_known = is_known or known[index] == key
		end
		if not is_known then
			local text = "%s: unknown field '%s'; allowed: %s"
			local names = table.concat(known, ", ")
			error({ message = text:format(path, tostring(key), names), path = path }, 0)
		end
	end
end

local function check_frames(frames, path)
	if frames == nil then
		return nil
	end
	local is_pair = is_list(frames) and #frames == 2
	if not is_pair or not is_whole(frames[1]) or not is_whole(frames[2]) or frames[1] > frames[2] then
		refuse(path, frames, "two whole numbers from 1, the first and the last frame")
	end
	return frames
end

local function press_of(given, path)
	if not is_map(given) then
		refuse(path, given, "a map of id and frames")
	end
	check_fields(given, path, { "id", "frames" })
	if type(given.id) ~= "string" or given.id == "" then
		refuse(path .. ".id", given.id, "the id of a threat")
	end
	local frames = check_frames(given.frames, path .. ".frames") or {}
	return { id = given.id, first = frames[1], last = frames[2] }
end

--- What a scenario asks for, checked. A mistake is an error that names its place.
---@param given table `{presses = {{id, frames = {first, last}?}}, spacing?}`
---@return {presses: {id: string, first: integer?, last: integer?}[], spacing: integer?}
function Wanted.read(given)
	if not is_map(given) then
		refuse(PATH, given, "a map of presses and spacing")
	end
	check_fields(given, PATH, { "presses", "spacing" })
	if not is_list(given.presses) or #given.presses > PRESSES_MAX then
		local allowed = ("a list of at most %d presses, which may be empty"):format(PRESSES_MAX)
		refuse(PATH .. ".presses", given.presses, allowed)
	end
	local presses = {}
	for index = 1, #given.presses do
		local path = ("%s.presses[%d]"):format(PATH, index)
		presses[index] = press_of(given.presses[index], path)
	end
	if given.spacing ~= nil and not is_whole(given.spacing) then
		refuse(PATH .. ".spacing", given.spacing, "a whole number of frames, from 1")
	end
	return { presses = presses, spacing = given.spacing }
end

return Wanted
