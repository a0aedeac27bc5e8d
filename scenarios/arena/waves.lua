-- Twelve targets, one every 0.25 s, each struck 0.5 s after it came: written as the loop that it is.
local timeline = {}
for i = 1, 12 do
	local at = 0.25 * (i - 1)
	timeline[#timeline + 1] = {
		at = at,
		action = "send",
		args = { id = ("wave-%02d"):format(i), distance = 4, speed = 4, hp = 8 },
	}
	timeline[#timeline + 1] = { at = at + 0.5, action = "strike" }
end

return {
	version = 1,
	metadata = {
		id = "arena_waves",
		label = "Twelve targets in three seconds",
		tags = { "arena", "waves" },
		priority = "P1",
	},
	world = "arena",
	world_options = { cooldown_s = 0.2 },
	seed = "waves",
	timeline = timeline,
	expect = { ["counts.felled"] = 12, ["counts.reached"] = 0, hp = 100 },
	expect_events = {
		{ event = "felled", after = { event = "sent" }, within_s = 0.5, same = { "id" } },
		{ event = "hit", count = 12 },
		{ event = "hit", where = { damage = { max = 7 } }, never = true },
	},
	invariants = {
		{ metric = "hp", eq = 100 },
		{ ["not"] = { event = "reached" } },
		{ all = { { metric = "stamina", ne = 0 }, { metric = "counts.sent", max = 12 } } },
		-- Until the first has fallen, which is within half a second, two have come.
		{
			any = {
				{ metric = "counts.felled", min = 1 },
				{ within = { frames = 121, condition = { metric = "counts.sent", max = 2 } } },
			},
		},
		"hp_in_range",
		{ invariant = "targets_apart", distance = 2 },
	},
}
