--- Questions that a conformance check asks a world in the middle of a run.
---
--- A probe looks, or does something that must leave no trace. What it found is said in the reply;
--- whether the run went on as if nothing had happened is seen by comparing records.

local Clock = require("harness.clock")
local json = require("harness.json")
local ordered = require("harness.ordered")

local format = string.format

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
	local ok, accepted = pcall(run.apply, run, { name = UNKNOWN_ACTION, args = {} })
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

-- Whether a twin is back at `snapshot`, whatever it has been used for.
local function restored(twin, snapshot, found)
	twin.scheduler:clear()
	twin.world:restore(json.decode(snapshot))
	local again = json.encode(twin.world:snapshot(), "snapshot")
	if again ~= snapshot then
		found[#found + 1] = format("restore() into a used world left %s, not %s", again, snapshot)
	end
	return again == snapshot
end

--- Every entry of `actions()` can be applied; each is tried on one twin, restored to this moment
--- again and again: what an action before it has left must be gone.
function PROBES.actions(run, found)
	local snapshot = json.encode(run.world:snapshot(), "snapshot")
	local twin = run:twin(run.clock.frame)
	for index = 1, #run.world:actions() do
		if not restored(twin, snapshot, found) then
			return
		end
		local action = as_action(twin.world:actions()[index])
		local text = json.encode(action, "action")
		local accepted, code, message = twin:apply(action)
		if not accepted then
			found[#found + 1] = format("actions()[%d] %s is refused: %s %s", index, text, code, message)
		end
	end
	restored(twin, snapshot, found)
end

-- A time that was kept as what is left of it may come back with another last digit.
local function same_queue(before, after)
	for index = 1, math.max(#before, #after) do
		local a, b = before[index], after[index]
		if not (a and b) or math.abs(a[1] - b[1]) > Clock.ROUNDING_S or a[2] ~= b[2] or a[3] ~= b[3] then
			return false
		end
	end
	return true
end

--- A fresh world restored to this moment goes on in place of the old one.
function PROBES.restore(run, found)
	local pending = run.scheduler:pending()
	local snapshot = json.encode(run.world:snapshot(), "snapshot")
	run:reopen(json.decode(snapshot))
	local again = json.encode(run.world:snapshot(), "snapshot")
	if again ~= snapshot then
		found[#found + 1] = format("snapshot() after restore() differs: %s, was %s", again, snapshot)
	end
	local now_pending = run.scheduler:pending()
	if not same_queue(pending, now_pending) then
		found[#found + 1] = format("restore() left the queue as %s, was %s",
			json.encode(now_pending, "pending"), json.encode(pending, "pending")
		)
	end
end

--- A second instance beside this one, used in every way, leaves this one alone.
function PROBES.instances(run, found)
	local before = run:state_text()
	if run:twin(0):world_text() ~= run.initial_state then
		found[#found + 1] = "a second instance does not begin as the first one did"
	end
	local twin = run:twin(run.clock.frame)
	local world = twin.world
	for _, name in ipairs({ "metrics", "observe", "actions" }) do
		if world[name] then
			world[name](world)
		end
	end
	if world.actions then
		for _, entry in ipairs(world:actions()) do
			twin:apply(as_action(entry))
		end
	end
	for name in ordered.pairs(run.actions or {}) do
		-- Without its arguments an action may well fail; what it left behind is the point.
		pcall(twin.apply, twin, { name = name, args = {} })
	end
	if world.substep then
		world:substep(1 / run.clock.rate_hz, run.clock.now)
	end
	if world.step then
		world:step(1 / run.clock.rate_hz)
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
