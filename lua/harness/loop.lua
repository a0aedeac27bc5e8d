--- The only loop over units of work. A driver does one unit; everything that is the same for every
--- driver happens here, once: checkpoints, invariants, the state they see.
---
--- A driver is `{begin(run), unit(run), finish(run)}`. `unit` does one frame, command, choice or
--- step and returns nothing to go on, or `success, reason, message` to end. `finish` adds the
--- driver's section to the record, also of a run that failed.

local Condition = require("harness.condition")
local Probe = require("harness.probe")
local json = require("harness.json")

local Loop = {}

local View = {}
View.__index = View

--- What conditions see: the live metrics, asked for once per unit and only when needed.
function Loop.view(run)
	-- Every name that was ever looked at, in that order: the world is told, and may leave out others.
	return setmetatable({ run = run, unit = -1, metrics = nil, names = {}, is_known = {} }, View)
end

function View:metric(name)
	if not self.is_known[name] then
		self.is_known[name] = true
		self.names[#self.names + 1] = name
		self.metrics = nil
	end
	if not self.metrics then
		local run = self.run
		local doing = run.doing
		self.metrics = run:ask_metrics(self.names)
		run.doing = doing
	end
	return Condition.lookup(self.metrics, name)
end

local function take_checkpoint(run, name)
	run.checkpoints[#run.checkpoints + 1] = {
		name = name,
		at_s = run.clock.now,
		frame = run.clock.frame,
		metrics = run.recorder:json(run:ask_metrics(), "metrics"),
		state = run:state_text(),
	}
end

local function after_unit(run)
	run.stopwatch:unit()
	local view = run.view
	view.metrics = nil
	view.unit = run.recorder:unit_number()
	local names = run.checkpoint_names
	for index = 1, #names do
		take_checkpoint(run, names[index])
		names[index] = nil
	end
	if run.has_invariants then
		run.doing = "invariants"
		run.invariants:evaluate(view)
	end
	if run.job.probes then
		Probe.ask(run, run.job.probes, view.unit)
	end
end

--- Run to the end.
---@return boolean|nil success, string reason, string|nil message
function Loop.run(run, driver)
	driver.begin(run)
	run.stopwatch:start()
	local success, reason, message
	repeat
		success, reason, message = driver.unit(run)
		after_unit(run)
	until success ~= nil or reason ~= nil
	run.stopwatch:stop()
	return success, reason, message
end

return Loop
