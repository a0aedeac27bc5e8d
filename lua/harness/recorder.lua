--- What happened, in order: events, samples and logs of one run.
---
--- Values are copied when they are recorded, as JSON text: a table that the world changes later
--- does not change the record.

local Columns = require("harness.columns")
local json = require("harness.json")

local NAN = 0 / 0
local LIST_BEGINS = string.byte("[")

local byte, format = string.byte, string.format
local huge = math.huge

local QUOTED = {}

-- Bytes of JSON that are written for one work unit.
local BYTES_PER_UNIT = 4

local Recorder = {}
Recorder.__index = Recorder

local EVENT_COLUMNS = {
	"at_s", "frame", "unit", "name", "source", "due_s", "lateness_s", "class",
	"plan_index", "held_until_s", "refused", "details", "fields",
}

--- Sources of an event, by the number that stands in the column.
Recorder.SOURCES = { plan = 1, driver = 2, world = 3, engine = 4 }

---@param clock table
---@param work table
---@param limits table `{events, log_rows}`
function Recorder.new(clock, work, limits)
	return setmetatable({
		clock = clock,
		work = work,
		limits = limits,
		unit = -1,
		-- Under driver `timeline` the number of a unit is its frame, whatever was missed or skipped.
		unit_is_frame = false,
		texts = Columns.texts(),
		events = Columns.new(EVENT_COLUMNS),
		logs = Columns.new({ "at_s", "frame", "unit", "level", "text" }),
		samples = {},
		sample_of = {},
		watchers = {},
		rows = 0,
		warnings = {},
	}, Recorder)
end

local function quoted(text)
	local known = QUOTED[text]
	if not known then
		known = json.encode(text, "text")
		QUOTED[text] = known
	end
	return known
end

--- What user code has handed over, as JSON text. It pays for what is written: a large record is
--- work too, and work of our own is in no count of a function.
function Recorder:json(value, name)
	local text = type(value) == "string" and quoted(value) or json.encode(value, name)
	self.work.charge(#text / BYTES_PER_UNIT)
	return text
end

function Recorder:_text(value, name)
	return self.texts:number(self:json(value, name))
end

--- The number of the unit of work that is being done, from 0; -1 before the first.
function Recorder:unit_number()
	return self.unit_is_frame and self.clock.frame or self.unit
end

--- Count a row of the event log, or one of another log that is as long as a world makes it.
function Recorder:count_row()
	self.rows = self.rows + 1
	if self.rows > self.limits.events then
		self.work.trip("events", format("more than %d events were recorded", self.limits.events))
	end
end

function Recorder:_row(name, source)
	self:count_row()
	local events = self.events
	local row = events.count + 1
	events.count = row
	events.at_s[row] = self.clock.now
	events.frame[row] = self.clock.frame
	events.unit[row] = self:unit_number()
	events.name[row] = self.texts:number(quoted(name))
	events.source[row] = Recorder.SOURCES[source]
	events.due_s[row] = NAN
	events.lateness_s[row] = NAN
	events.class[row] = 0
	events.plan_index[row] = 0
	events.held_until_s[row] = NAN
	events.refused[row] = 0
	events.details[row] = 0
	events.fields[row] = 0
	return row
end

function Recorder:_tell(name, fields)
	local watchers = self.watchers[name]
	if watchers then
		for index = 1, #watchers do
			watchers[index](fields)
		end
	end
end

--- Record an event of the world or the engine.
---@param source "world"|"engine"|"driver"
---@param fields? table plain data
function Recorder:event(source, name, fields)
	local text = fields ~= nil and self:json(fields, name) or nil
	if text and byte(text) == LIST_BEGINS then
		error(name .. ": the fields of an event must have names, got a list", 3)
	end
	local row = self:_row(name, source)
	if text then
		self.events.fields[row] = self.texts:number(text)
	end
	self:_tell(name, fields or {})
	return row
end

--- Record that an event of the plan is being dispatched. Its fields are known outside by `index`.
function Recorder:plan_event(index, name, fields, due_s, lateness_s, class, held_until_s)
	local row = self:_row(name, "plan")
	local events = self.events
	events.due_s[row] = due_s
	events.lateness_s[row] = lateness_s
	events.class[row] = class
	events.plan_index[row] = index
	events.held_until_s[row] = held_until_s or NAN
	self:_tell(name, fields)
	return row
end

function Recorder:details(row, details)
	self.events.details[row] = self:_text(details, "details")
end

function Recorder:refused(row, code, message)
	self.events.refused[row] = self:_text({ code = code, message = message }, "refused")
end

--- Call `fn(fields)` for each event of this name from now on.
function Recorder:watch(name, fn)
	local watchers = self.watchers[name] or {}
	self.watchers[name] = watchers
	watchers[#watchers + 1] = fn
end

function Recorder:sample(name, number)
	local series = self.sample_of[name]
	if not series then
		series = Columns.new({ "at_s", "value" })
		self.sample_of[name] = series
		self.samples[#self.samples + 1] = { name = name, series = series }
	end
	self:_count_log_row()
	local row = series.count + 1
	series.count = row
	series.at_s[row] = self.clock.now
	-- In a column, what is not finite is nothing, as it is in all plain data.
	series.value[row] = number < huge and number > -huge and number or NAN
end

-- Logs and samples share one ceiling: both are written by the world's own hand, row by row.
function Recorder:_count_log_row()
	local rows = (self.log_rows or 0) + 1
	if rows > self.limits.log_rows then
		self.work.trip("log_rows", format("more than %d rows were logged", self.limits.log_rows))
	end
	self.log_rows = rows
end

function Recorder:log(level, text)
	self:_count_log_row()
	-- Before the row begins: what it costs may end the run, and no row may be left without its end.
	local written = json.encode(text, "text")
	self.work.charge(#written / BYTES_PER_UNIT)
	local logs = self.logs
	local row = logs.count + 1
	logs.count = row
	logs.at_s[row] = self.clock.now
	logs.frame[row] = self.clock.frame
	logs.unit[row] = self:unit_number()
	logs.level[row] = self.texts:number(quoted(level))
	logs.text[row] = self.texts:number(written)
end

function Recorder:warn(text)
	self.warnings[#self.warnings + 1] = text
end

--- A warning that the world gives: it counts like a row of a log.
---@param plan_index? integer the event of the plan that it is about; its entry is known outside
function Recorder:world_warning(text, plan_index)
	self:_count_log_row()
	self:warn(plan_index and { text = text, plan_index = plan_index } or text)
end

--- Append every column to `out`; return the distinct texts as one JSON list and the series' names.
function Recorder:export(out)
	self.events:export("events", out)
	self.logs:export("logs", out)
	local names = {}
	for index = 1, #self.samples do
		local sample = self.samples[index]
		names[index] = sample.name
		sample.series:export("samples." .. index, out)
	end
	return "[" .. table.concat(self.texts.list, ",") .. "]", names
end

return Recorder
