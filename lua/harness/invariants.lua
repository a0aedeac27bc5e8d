--- What must hold after every unit of work, and the rows of when it did not.
---
--- One row per change from holding to violated, per subject; a row is closed by the evaluation that
--- finds the invariant holding again, or by the end.

local Condition = require("harness.condition")
local json = require("harness.json")
local ordered = require("harness.ordered")

local format = string.format

local Invariants = {}
Invariants.__index = Invariants

-- A row without a subject stands under this key; subjects are texts, so no subject is a number.
local WHOLE = 0

-- What a row keeps must not change with the world later.
local function copy(value, name)
	local kind = type(value)
	if kind == "number" or kind == "string" or kind == "boolean" or kind == "nil" then
		return value
	end
	return json.decode(json.encode(value, name))
end

local function condition_check(entry, recorder)
	local test = Condition.compile(entry.condition, recorder)
	local is_metric = entry.condition.op == "metric"
	return function(view)
		view.missing, view.value = nil, nil
		local holds = test(view)
		if view.missing then
			return { [WHOLE] = { details = "missing metric: " .. view.missing } }
		elseif not holds then
			return { [WHOLE] = { value = is_metric and view.value or nil } }
		end
	end
end

local NONSENSE =
	"invariant %s: check must return nil, a text or a map from subject to text, got a %s"

-- What a check returned, as violations by subject.
local function violations_of(result, name)
	if result == nil then
		return nil
	elseif type(result) == "string" then
		return { [WHOLE] = { details = result } }
	elseif type(result) ~= "table" then
		error(format(NONSENSE, name, type(result)), 0)
	end
	local violated = {}
	for subject, details in ordered.pairs(result) do
		if type(subject) ~= "string" and type(subject) ~= "number" then
			error(format(NONSENSE, name, "map with a " .. type(subject) .. " as subject"), 0)
		elseif type(details) ~= "string" then
			local what = format("map with a %s as text of %s", type(details), subject)
			error(format(NONSENSE, name, what), 0)
		end
		violated[tostring(subject)] = { details = details }
	end
	return violated
end

local function world_check(entry, world, declared)
	local check, args = declared[entry.name].check, entry.args
	return function()
		return violations_of(check(world, args), entry.name)
	end
end

---@param entries table[] as `manifest.invariants` writes them
---@param world table the world under test
---@param declared table `World.invariants`
function Invariants.new(entries, world, declared, clock, recorder)
	local self = { checks = {}, rows = {}, clock = clock, recorder = recorder }
	setmetatable(self, Invariants)
	for index = 1, #entries do
		local entry = entries[index]
		local is_world = entry.kind == "world"
		self.checks[index] = {
			name = entry.name,
			metric = not is_world and "metric " .. tostring(entry.condition.metric) or nil,
			severity = is_world and declared[entry.name].severity or "error",
			check = is_world and world_check(entry, world, declared) or condition_check(entry, recorder),
			open = {},
		}
	end
	return self
end

function Invariants:_open(index, check, subject, violation, unit)
	local row = {
		index = index,
		name = check.name,
		subject = subject ~= WHOLE and subject or nil,
		severity = check.severity or "error",
		first_at_s = self.clock.now,
		frame = self.clock.frame,
		unit = unit,
		value = copy(violation.value, check.metric),
		details = violation.details,
	}
	self.recorder:count_row()
	self.rows[#self.rows + 1] = row
	check.open[subject] = row
end

function Invariants:_close(check, subject)
	local row = check.open[subject]
	check.open[subject] = nil
	row.violated_s = self.clock.now - row.first_at_s
	row.frames = self.clock.frame - row.frame
end

--- Evaluate all of them once.
function Invariants:evaluate(view)
	for index = 1, #self.checks do
		local check = self.checks[index]
		local violated = check.check(view) or {}
		for subject in ordered.pairs(check.open) do
			if violated[subject] == nil then
				self:_close(check, subject)
			end
		end
		for subject, violation in ordered.pairs(violated) do
			if check.open[subject] == nil then
				self:_open(index, check, subject, violation, view.unit)
			end
		end
	end
end

--- Close what is still violated; return the rows in the order they were opened.
function Invariants:finish()
	for index = 1, #self.checks do
		local check = self.checks[index]
		for subject in ordered.pairs(check.open) do
			self:_close(check, subject)
		end
	end
	return self.rows
end

return Invariants
