--- Threads that wait for a child without a limit: at the end of a run, whoever waits for one that
--- never came is told.

local Instance = require("harness.services.instance")

local format = string.format

local Waits = {}

local TOLD_MAX = 10

--- `waiter` begins to wait for a child of `state`.
---@param open table[] waiters, in no order that means something
function Waits.begin(open, waiter, state)
	waiter.of = state
	waiter.place = #open + 1
	open[waiter.place] = waiter
end

--- It has been resumed.
function Waits.finish(open, waiter)
	local last = open[#open]
	open[waiter.place], last.place = last, waiter.place
	open[#open] = nil
end

--- Tell of those that still wait, each place and name once.
---@param tell fun(text: string)
function Waits.tell(open, tell)
	local texts, counts = {}, {}
	for index = 1, #open do
		local waiter = open[index]
		local text = format("%s:WaitForChild(%q)", Instance.full_name(waiter.of), waiter.name)
		if not counts[text] then
			texts[#texts + 1] = text
		end
		counts[text] = (counts[text] or 0) + 1
	end
	for index = 1, #texts < TOLD_MAX and #texts or TOLD_MAX do
		local count = counts[texts[index]]
		local who = count == 1 and "a thread still waits" or count .. " threads still wait"
		tell(format("%s at the end in %s: it never came", who, texts[index]))
	end
	if #texts > TOLD_MAX then
		tell(format("threads still wait for %d more children", #texts - TOLD_MAX))
	end
end

return Waits
