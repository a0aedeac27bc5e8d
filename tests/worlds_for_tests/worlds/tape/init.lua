--- Writes down everything that the engine does to a world, in order.

local Tape = {}
Tape.__index = Tape

function Tape.new(env, options)
	local self = setmetatable({ env = env, options = options, calls = 0, handles = {} }, Tape)
	return self
end

function Tape:note(name, fields)
	fields = fields or {}
	fields.clock_s = self.env.clock:now()
	self.env.record:event(name, fields)
end

local ACTIONS = {}

function ACTIONS.note(self, args)
	self:note("note", { name = args.name })
end

function ACTIONS.after(self, args)
	self.handles[args.name] = self.env.scheduler:after(args.delay, function()
		self:note("fired", { name = args.name })
		if args.then_delay then
			ACTIONS.after(self, { name = args.name .. "+", delay = args.then_delay })
		end
	end, args.priority)
end

function ACTIONS.every(self, args)
	self.handles[args.name] = self.env.scheduler:every(args.period, function()
		self:note("ticked", { name = args.name })
	end)
end

function ACTIONS.cancel(self, args)
	self.env.scheduler:cancel(self.handles[args.name])
end

function ACTIONS.loop(self)
	local function again()
		self.env.scheduler:after(0, again)
	end
	again()
end

function ACTIONS.fail_later(self)
	self.env.scheduler:after(0.1, function()
		error("timer broke")
	end)
end

function Tape:apply(action)
	local act = ACTIONS[action.name]
	if not act then
		return nil, "unknown_action", "tape knows no " .. action.name
	end
	act(self, action.args)
	return true
end

function Tape:substep(dt, time_s)
	self.calls = self.calls + 1
	if self.options.substeps then
		self:note("substep", { dt = dt, time_s = time_s })
	end
	if self.options.after_from_substep == time_s then
		ACTIONS.after(self, { name = "from substep", delay = 0 })
	end
end

function Tape:step(dt)
	if self.options.steps then
		self:note("step", { dt = dt })
	end
end

function Tape:metrics()
	return { substeps = self.calls, clock_s = self.env.clock:now() }
end

return Tape
