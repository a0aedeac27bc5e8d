--- The only entry that the outside calls: four functions, plain data in, plain data out.
---
--- `run` plays one compiled module in one world, `describe` asks a world what it offers, `call`
--- calls one Lua function, `manifest` evaluates a manifest written in Lua. Each serves one job in a
--- fresh VM. They answer with `"done", json, column names, columns…` or `"failed", json`.

local Clock = require("harness.clock")
local Loop = require("harness.loop")
local Plan = require("harness.plan")
local Sandbox = require("harness.sandbox")
local Scheduler = require("harness.scheduler")
local Session = require("harness.session")
local Task = require("harness.task")
local Work = require("harness.work")
local World = require("harness.world")
local json = require("harness.json")
local libm = require("harness.libm")
local ordered = require("harness.ordered")
local Rng = require("harness.rng")

local format = string.format

-- Limits whose point is not reproducible: what was recorded until then is not kept.
local UNREPRODUCIBLE = { memory_mb = true, stack = true }

-- LuaJIT's own word for this limit names a line, and another one each time.
local STACK_MESSAGE = "stack overflow: calls are nested too deep"

-- Why a protected call failed, as plain data.
local function failure(work, err)
	local limit, message = work.tripped()
	if limit then
		local status = limit == "unnumbered_keys" and "nondeterministic" or "limit"
		message = limit == "stack" and STACK_MESSAGE or message
		return { status = status, limit = limit, message = message, where = err }
	end
	return { status = "error", message = err.message, where = err }
end

local function new_sandbox(host, work, clock, random, print)
	return Sandbox.new({
		work = work,
		ordered = ordered,
		print = print,
		random = random,
		now = function() return clock.now end,
		read = host.read,
		instrument = host.instrument,
		chunk_path = host.chunk_path,
		math = libm.math,
	})
end

local function add_tasks(scheduler, clock, sandbox)
	local library, resume =
		Task.library(scheduler, clock, sandbox.env.coroutine, sandbox.thread_failed)
	sandbox.resume_thread = resume
	for name, value in ordered.pairs(library) do
		sandbox.env[name] = value
	end
end

-- A sandbox for jobs that have no run around them: time stands still, prints go nowhere.
local function still_sandbox(host, work)
	local clock = Clock.new(1)
	local sandbox = new_sandbox(host, work, clock, Rng.new("0"):stream("math"), function() end)
	add_tasks(Scheduler.new(clock, 1), clock, sandbox)
	return sandbox
end

---@param called? table its field `fn` is the user's function whose call may fail without a line
local function answer(work, sandbox, fn, called)
	local text
	local ok, err = sandbox.call(function() text = fn() end)
	if ok then
		return "done", text, ""
	end
	if called and not err.file then
		err.file, err.line = sandbox.defined_at(called.fn)
	end
	return "failed", json.encode(failure(work, err), "failure")
end

-- The plan of the compiled module. One that was edited by hand may hold anything.
local function load_plan(text)
	local chunk, message = load(text, "=module", "t", {})
	local ok, plan = chunk ~= nil, message
	if chunk then
		ok, plan = pcall(function() return Plan.new(chunk()) end)
	end
	if not ok then
		return nil, "the compiled module is no plan: " .. tostring(plan)
	end
	return plan
end

local function reply(session, head, metrics)
	local out = { names = {}, blobs = {} }
	local text = session:export(head, out, metrics)
	return "done", text, table.concat(out.names, "\n"), unpack(out.blobs)
end

local function run(host, work, data)
	local job = json.decode(data)
	local plan, problem = load_plan(host.texts.module)
	if not plan then
		return "failed", json.encode({ status = "error", message = problem }, "failure")
	end
	local session = Session.new(job, plan, work, host.functions)
	local sandbox = new_sandbox(host, work, session.clock, session.rng:stream("math"), function(text)
		session.recorder:log("print", text)
	end)
	session.sandbox = sandbox
	add_tasks(session.scheduler, session.clock, sandbox)
	local driver = require("harness.drivers." .. job.driver)
	local head, metrics = { status = "completed" }, nil
	local ok, err = sandbox.call(function()
		session:open(sandbox.require)
		head.success, head.reason, head.message = Loop.run(session, driver)
		metrics = session:close()
	end)
	if not ok then
		head = failure(work, err)
		head.where = session:place(err)
		if UNREPRODUCIBLE[head.limit] then
			return "failed", json.encode(head, "failure")
		elseif head.status == "error" then
			session:close_after_error()
		end
	end
	driver.finish(session)
	local measured = session.stopwatch:figures()
	host.measured = measured and json.encode(measured, "measured")
	return reply(session, head, metrics)
end

local function describe(host, work, data)
	local sandbox = still_sandbox(host, work)
	return answer(work, sandbox, function()
		local name = json.decode(data).world
		local class = World.load(sandbox.require, name)
		local invariants = {}
		for key, invariant in ordered.pairs(class.invariants or {}) do
			invariants[key] = { severity = invariant.severity or "error" }
		end
		return json.encode({
			describe = class.describe or json.null,
			methods = json.mark_empty_list(World.methods(class)),
			invariants = invariants,
		}, "world " .. name, true)
	end)
end

-- All results as a list; a nil keeps its place.
local function results_of(...)
	local results = {}
	for index = 1, select("#", ...) do
		local result = select(index, ...)
		results[index] = result == nil and json.null or result
	end
	return json.mark_empty_list(results)
end

local function call(host, work, data)
	local sandbox, called = still_sandbox(host, work), {}
	return answer(work, sandbox, function()
		local job = json.decode(data)
		local module = sandbox.require(job.module)
		local fn = type(module) == "table" and module[job["function"]]
		if type(fn) ~= "function" then
			error(format("module %s has no function %s", job.module, job["function"]), 0)
		end
		called.fn = fn
		return json.encode(results_of(fn(unpack(job.args, 1, job.count))), "result")
	end, called)
end

local MANIFEST_GLOBALS = {
	"string", "table", "bit", "ipairs", "pairs", "next", "select", "type", "tonumber", "tostring",
	"unpack", "pcall", "error", "assert", "setmetatable", "math",
}

local function vector(x, y, z)
	return { x, y, z }
end

local function only_table(...)
	local result = ...
	if type(result) ~= "table" then
		error(format("a manifest must return a table, got %s", type(result)), 0)
	elseif select("#", ...) > 1 then
		error(format("a manifest must return one table, got %d values", select("#", ...)), 0)
	end
	return result
end

local function manifest(host, work, data)
	local sandbox = still_sandbox(host, work)
	local env = { Vector3 = { new = vector } }
	for index = 1, #MANIFEST_GLOBALS do
		env[MANIFEST_GLOBALS[index]] = sandbox.env[MANIFEST_GLOBALS[index]]
	end
	return answer(work, sandbox, function()
		local file = json.decode(data).file
		local chunk, message = sandbox.load(host.texts.manifest, file, env)
		if not chunk then
			error(message, 0)
		end
		return json.encode(only_table(chunk()), "manifest", true)
	end)
end

---@param host table what `vm/machine.py` offers: texts, read, units, memory_kb; a run leaves in its
--- field `measured` what it took on this machine, as JSON text
return function(host)
	local work = Work.new({ units = host.units, memory_kb = host.memory_kb })
	local functions = { run = run, describe = describe, call = call, manifest = manifest }
	local bound = {}
	for name, fn in ordered.pairs(functions) do
		bound[name] = function(data) return fn(host, work, data) end
	end
	return bound
end
