--- Where an error was made: places in the user's files, never in ours.

local floor, min, format = math.floor, math.min, string.format
local concat, debug_getmetatable, getinfo = table.concat, debug.getmetatable, debug.getinfo
local gsub, match, sub = string.gsub, string.match, string.sub
local rawget, setmetatable = rawget, setmetatable
local tonumber, type = tonumber, type

-- What LuaJIT says of the constant fields that it writes to itself, past every metatable.
local CLEARER = {
	["attempt to write to constant location"] = "a Vector3, Vector2 or CFrame does not change, so its "
		.. "X, Y or Z cannot be set; make a new one",
}

local Traceback = {}
Traceback.__index = Traceback

-- Lines shown from the innermost call on, and from the outermost.
local INNER_LINES_MAX, OUTER_LINES_MAX = 20, 10
-- Levels of the stack that hold the outermost calls of user code, and around them ours.
local OUTER_LEVELS = 48
local FIELDS_SHOWN_MAX = 8
local NO_LINE = -1
-- The files that handle an error.
local HANDLING = { ["=harness.sandbox"] = true, ["=harness.traceback"] = true }

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

-- `by_user`: whether the caller is user code. Else the name may be that of a variable of ours.
function Traceback:_describe(info, by_user)
	local is_variable = info.namewhat == "local" or info.namewhat == "upvalue"
	if self.mains[info.func] then
		return "in main chunk"
	elseif info.name and (by_user or not is_variable) then
		return format("in function '%s'", info.name)
	end
	return format("in function <%s:%d>", self.show(self:_chunk_of(info)), info.linedefined)
end

-- What `getinfo` knows of a level, counted from the caller: a tail call leaves no level of its own.
local function frame(thread, level)
	if thread then
		return getinfo(thread, level, "nSlf")
	end
	return getinfo(level, "nSlf")
end

-- A level that `count` to twice as many lie behind, or `level` itself. Each look at a level walks
-- to it, so a deep stack must not be looked at level by level.
local function near_the_end(thread, level, count)
	local step, behind = count, count + (thread and 0 or 1)
	while step >= count do
		local far = frame(thread, level + step + behind)
		level = far and level + step or level
		step = far and 2 * step or floor(step / 2)
	end
	return level
end

-- The first lines and the last; `skipped` were never made.
local function shortened(lines, skipped)
	local outer = min(OUTER_LINES_MAX, #lines - INNER_LINES_MAX)
	local hidden = #lines - INNER_LINES_MAX - outer + skipped
	if hidden <= 0 then
		return lines
	end
	local short = {}
	for index = 1, INNER_LINES_MAX do
		short[index] = lines[index]
	end
	short[#short + 1] = format("... %d more ...", hidden)
	for index = #lines - outer + 1, #lines do
		short[#short + 1] = lines[index]
	end
	return short
end

-- The calls of user code, innermost first, as lines, and the place of the first.
function Traceback:_frames(thread)
	local lines, first, level, skipped = {}, nil, 0, nil
	local info = frame(thread, level)
	while info do
		level = level + 1
		local caller = frame(thread, level)
		local chunk = self:_chunk_of(info)
		if chunk then
			local file, line = self.show(chunk), info.currentline
			local by_user = caller and self:is_user(caller)
			first = first or { file = file, line = line }
			lines[#lines + 1] = format("%s:%d: %s", file, line, self:_describe(info, by_user))
		end
		info = caller
		if #lines == INNER_LINES_MAX and not skipped then
			local last = near_the_end(thread, level, OUTER_LEVELS)
			skipped = last - level
			level, info = last, frame(thread, last)
		end
	end
	return shortened(lines, skipped or 0), first
end

--- The innermost place in user code, with the least possible use of the stack.
function Traceback:innermost(message)
	for level = 1, INNER_LINES_MAX do
		local info = getinfo(level, "Sl")
		local chunk = info and self:_chunk_of(info)
		if chunk then
			local file, from = self.show(chunk), info.linedefined
			local line = info.currentline ~= NO_LINE and info.currentline or from
			local traceback = format("%s:%d: in function <%s:%d>", file, line, file, from)
			return { message = message, file = file, line = line, traceback = traceback }
		end
	end
	return { message = message, traceback = "" }
end

--- `debug.traceback` of user code.
function Traceback:traceback(message, thread)
	if message ~= nil and type(message) ~= "string" and type(message) ~= "number" then
		return message
	end
	local lines = self:_frames(thread)
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

-- Whether the error that is being handled came from running Lua, not from a call of `error`.
-- Together with "attempt to …", said in our own files with no line of the user around it, it is our
-- mistake; whatever else our files say, they say it to the user.
function Traceback:_was_raised_by_lua()
	local level = 3
	while true do
		local info = getinfo(level, "S")
		if not info then
			return false
		elseif info.what == "C" then
			return false
		elseif not HANDLING[info.source] then
			return true
		end
		level = level + 1
	end
end

--- An error value as plain data: `{message, file, line, is_ours, path, traceback}`.
---@param value any
---@param tostring fun(value: any): string
---@param thread? thread where it happened
function Traceback:failure(value, tostring, thread)
	local lines, first = self:_frames(thread)
	local message = self:_message(value, tostring)
	local file, line, is_ours, path = first and first.file, first and first.line, nil, nil
	if type(value) == "table" then
		-- The place in the manifest that the error is about, when the world knows it.
		path = rawget(value, "path")
		path = type(path) == "string" and path or nil
	elseif type(value) == "string" then
		local chunk, at, rest = match(value, "^(.-):(%d+): (.*)$")
		if chunk and self.chunks[chunk] then
			if line == NO_LINE then
				-- A thread that has died forgot the line of its innermost call; the message knows it.
				lines[1] = gsub(lines[1], ":%-1: ", ":" .. at .. ": ", 1)
			end
			file, line = self.show(chunk), tonumber(at)
			message = CLEARER[rest] or rest
		elseif chunk and match(chunk, "^harness[./]") then
			message = rest
			is_ours = not first and match(rest, "^attempt to ") and self:_was_raised_by_lua() or nil
		end
	end
	return {
		message = message,
		file = file,
		line = line,
		is_ours = is_ours,
		path = path,
		traceback = concat(lines, "\n"),
	}
end

return Traceback
