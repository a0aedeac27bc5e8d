-- Twelve targets, one every 0.25 s, each struck 0.5 s after it came: written as the loop that it is.
local timeline = {}
for i = 1, 12 do
	local at = 0.25 * (i - 1)
	timeline[#timeline + 1] = { at = at, action = "send", args = { id = ("wave-%02d"):format(i) } }
	timeline[#timeline + 1] = { at = at + 0.5, action = "strike" }
end

return {
	version = 1,
	metadata = { id = "arena_waves", label = "Twelve targets in three seconds", tags = { "arena" } },
	world = "arena",
	world_options = { cooldown_s = 0.2 },
	seed = "waves",
	timeline = timeline,
	expect = { felled = 12, hp = { eq = 30 } },
	expect_events = {
		{ event = "felled", after = { event = "sent" }, within_s = 0.5, same = { "id" } },
		{ event = "felled", count = 12 },
	},
	invariants = {
		{ metric = "hp", eq = 30 },
		{ ["not"] = { event = "reached" } },
		{ event = "sent", where = { id = "wave-01" } },
		{ all = { { metric = "rest_s", ne = 0.4 }, { metric = "felled", max = 12 } } },
		{ type = "metric_gte", metric = "hp", value = 30 },
		-- Until the first has fallen, which is within half a second, two have come.
		{
			any = {
				{ metric = "felled", min = 1 },
				{ within = { frames = 121, condition = { metric = "lane.1.distance", min = 2 } } },
			},
		},
		"hp_in_range",
		{ invariant = "lane_is_clear", distance = 1.9 },
	},
}
