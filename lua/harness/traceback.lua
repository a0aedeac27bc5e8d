--- Where an error was made: places in the user's files, never in ours.

local format = string.format
local concat, debug_getmetatable, getinfo = table.concat, debug.getmetatable, debug.getinfo
local gsub, match, sub = string.gsub, string.match, string.sub
local rawget, setmetatable = rawget, setmetatable
local tonumber, type = tonumber, type

local Traceback = {}
Traceback.__index = Traceback

-- Lines shown from the innermost call on, and from the outermost.
local INNER_LINES_MAX, OUTER_LINES_MAX = 20, 10
local FIELDS_SHOWN_MAX = 8
local NO_LINE = -1

--- A collector that knows user chunks by name.
---@param show fun(chunk_name: string): string the file's whole path
---@param ordered table
function Traceback.new(show, ordered)
	local mains = setmetatable({}, { __mode = "k" })
	return setmetatable({ show = show, ordered = ordered, chunks = {}, mains = mains }, Traceback)
end

--- A chunk was loaded; `main` is its program.
function Traceback:add(chunk_name, main)
	self.chunks[chunk_name] = true
	self.mains[main] = true
end

function Traceback:_chunk_of(info)
	local name = match(info.source, "^@(.*)$")
	return name and self.chunks[name] and name or nil
end

--- Whether a frame (of `getinfo`) runs user code.
function Traceback:is_user(info)
	return self:_chunk_of(info) ~= nil
end

--- File and line where a function of user code begins; nil for any other value.
function Traceback:defined_at(fn)
	local info = type(fn) == "function" and getinfo(fn, "S")
	local chunk = info and self:_chunk_of(info)
	if chunk then
		return self.show(chunk), info.linedefined
	end
end

--- A message of Lua's parser, which begins with the chunk's name, with the file's path instead.
function Traceback:with_path(chunk_name, message)
	if sub(message, 1, #chunk_name + 1) == chunk_name .. ":" then
		return self.show(chunk_name) .. sub(message, #chunk_name + 1)
	end
	return message
end

function Traceback:_describe(info)
	if self.mains[info.func] then
		return "in main chunk"
	elseif info.name then
		return format("in function '%s'", info.name)
	end
	return format("in function <%s:%d>", self.show(self:_chunk_of(info)), info.linedefined)
end

-- The calls of user code, innermost first, as lines, and the place of the first.
function Traceback:_frames(thread)
	local lines, first, level = {}, nil, 0
	while true do
		local info
		if thread then
			info = getinfo(thread, level, "nSlf")
		else
			info = getinfo(level, "nSlf")
		end
		if not info then
			return lines, first
		end
		local chunk = self:_chunk_of(info)
		if chunk then
			local file, line = self.show(chunk), info.currentline
			first = first or { file = file, line = line }
			lines[#lines + 1] = format("%s:%d: %s", file, line, self:_describe(info))
		end
		level = level + 1
	end
end

local function shortened(lines)
	local hidden = #lines - INNER_LINES_MAX - OUTER_LINES_MAX
	if hidden <= 0 then
		return lines
	end
	local short = {}
	for index = 1, INNER_LINES_MAX do
		short[index] = lines[index]
	end
	short[#short + 1] = format("... %d more ...", hidden)
	for index = #lines - OUTER_LINES_MAX + 1, #lines do
		short[#short + 1] = lines[index]
	end
	return short
end

--- `debug.traceback` of user code.
function Traceback:traceback(message, thread)
	if message ~= nil and type(message) ~= "string" and type(message) ~= "number" then
		return message
	end
	local lines = shortened((self:_frames(thread)))
	for index = 1, #lines do
		lines[index] = "\n\t" .. lines[index]
	end
	return (message and message .. "\n" or "") .. "stack traceback:" .. concat(lines)
end

-- The fields of an error value that is a table, for one line.
function Traceback:_fields(value, tostring)
	local parts = {}
	for key, field in self.ordered.pairs(self.ordered.plain_fields(value)) do
		if #parts == FIELDS_SHOWN_MAX then
			parts[#parts + 1] = "..."
			break
		end
		parts[#parts + 1] = format("%s = %s", tostring(key), tostring(field))
	end
	return "{" .. concat(parts, ", ") .. "}"
end

function Traceback:_message(value, tostring)
	if type(value) ~= "table" then
		return tostring(value)
	end
	local message = rawget(value, "message")
	if type(message) == "string" then
		return message
	end
	local metatable = debug_getmetatable(value)
	if metatable and rawget(metatable, "__tostring") then
		return tostring(value)
	end
	return self:_fields(value, tostring)
end

--- An error value as plain data: `{message, file, line, is_ours, traceback}`.
---@param value any
---@param tostring fun(value: any): string
---@param thread? thread where it happened
function Traceback:failure(value, tostring, thread)
	local lines, first = self:_frames(thread)
	local message = self:_message(value, tostring)
	local file, line, is_ours = first and first.file, first and first.line, nil
	if type(value) == "string" then
		local chunk, at, rest = match(value, "^(.-):(%d+): (.*)$")
		if chunk and self.chunks[chunk] then
			if line == NO_LINE then
				-- A thread that has died forgot the line of its innermost call; the message knows it.
				lines[1] = gsub(lines[1], ":%-1: ", ":" .. at .. ": ", 1)
			end
			file, line, message = self.show(chunk), tonumber(at), rest
		elseif chunk and match(chunk, "^harness[./]") then
			-- No line of the user called this: the mistake is the harness' own.
			message, is_ours = rest, not first or nil
		end
	end
	return {
		message = message,
		file = file,
		line = line,
		is_ours = is_ours,
		traceback = concat(shortened(lines), "\n"),
	}
end

return Traceback
