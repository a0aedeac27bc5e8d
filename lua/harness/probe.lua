--- Questions that a conformance check asks a world in the middle of a run.
---
--- A probe looks, or does something that must leave no trace. What it found is said in the reply;
--- whether the run went on as if nothing had happened is seen by comparing records.

local World = require("harness.world")
local json = require("harness.json")
local ordered = require("harness.ordered")

local Probe = {}

-- No world can know an action of this name.
local UNKNOWN_ACTION = "no-such-action-2f6c1"

local function differs(run, before, what, found)
	local now = run:state_text()
	if now ~= before then
		found[#found + 1] = what .. " changed the state"
		return true
	end
end

local PROBES = {}

--- `metrics`, `observe`, `actions`, `done` and `snapshot` are views: asking changes nothing.
function PROBES.views(run, found)
	local world, before = run.world, run:state_text()
	for _, name in ipairs({ "metrics", "observe", "actions", "done", "snapshot" }) do
		if world[name] then
			world[name](world)
			world[name](world)
			differs(run, before, name .. "()", found)
		end
	end
end

--- An action that nobody knows is refused with a reason, and a refusal changes nothing.
function PROBES.unknown_action(run, found)
	local before = run:state_text()
	local ok, accepted = pcall(World.apply, run.world, { name = UNKNOWN_ACTION, args = {} })
	if not ok then
		found[#found + 1] = "an unknown action is not refused with a code: " .. tostring(accepted)
	elseif accepted then
		found[#found + 1] = "an unknown action is accepted"
	end
	differs(run, before, "a refused action", found)
end

local function as_action(entry)
	if type(entry) == "table" then
		return { name = entry.name, args = entry.args or {} }
	end
	return { name = "choose", args = { action = entry } }
end

--- Every entry of `actions()` can be applied; each is tried on a world restored to this moment.
function PROBES.actions(run, found)
	local world = run.world
	if not (world.actions and world.snapshot and world.restore) then
		return
	end
	local snapshot = json.encode(world:snapshot(), "snapshot")
	for index = 1, #world:actions() do
		local entry = run.world:actions()[index]
		local action = as_action(entry)
		local accepted, code, message = World.apply(run.world, action)
		if not accepted then
			found[#found + 1] = ("actions()[%d] %s is refused: %s %s"):format(
				index, json.encode(action, "action"), code, message or ""
			)
		end
		run:reopen(json.decode(snapshot))
	end
end

--- A fresh world restored to this moment goes on in place of the old one.
function PROBES.restore(run, found)
	if not (run.world.snapshot and run.world.restore) then
		return
	end
	local pending = json.encode(run.scheduler:pending(), "pending")
	local snapshot = json.encode(run.world:snapshot(), "snapshot")
	run:reopen(json.decode(snapshot))
	local again = json.encode(run.world:snapshot(), "snapshot")
	if again ~= snapshot then
		found[#found + 1] = ("snapshot() after restore() differs: %s, was %s"):format(again, snapshot)
	end
	local rescheduled = json.encode(run.scheduler:pending(), "pending")
	if rescheduled ~= pending then
		found[#found + 1] = ("restore() left the queue as %s, was %s"):format(rescheduled, pending)
	end
end

--- A second instance beside this one, used in every way, leaves this one alone.
function PROBES.instances(run, found)
	local before = run:state_text()
	local other = run:twin()
	for _, name in ipairs({ "metrics", "observe", "actions" }) do
		if other[name] then
			other[name](other)
		end
	end
	if other.actions then
		for _, entry in ipairs(other:actions()) do
			World.apply(other, as_action(entry))
		end
	end
	for name in ordered.pairs(run.actions or {}) do
		pcall(World.apply, other, { name = name, args = {} })
	end
	if other.substep then
		other:substep(1 / run.clock.rate_hz, run.clock.now)
	end
	if other.step then
		other:step(1 / run.clock.rate_hz)
	end
	differs(run, before, "a second instance", found)
end

--- Ask the questions that are due after unit `unit`.
---@param probes table[] `{unit, kind}`
function Probe.ask(run, probes, unit)
	for index = 1, #probes do
		local probe = probes[index]
		if probe.unit <= unit and not probe.asked then
			probe.asked = true
			run.doing = "probe " .. probe.kind
			local found = {}
			PROBES[probe.kind](run, found)
			for row = 1, #found do
				run.probe_findings[#run.probe_findings + 1] = probe.kind .. ": " .. found[row]
			end
		end
	end
end

return Probe
