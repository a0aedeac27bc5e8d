--- The clock of this world: frames of 1/240 s, and what counts as the same time.

local FRAME_RATE_HZ = 240

return {
	FRAME_RATE_HZ = FRAME_RATE_HZ,
	FRAME_S = 1 / FRAME_RATE_HZ,
	-- Sums of times differ by rounding: 0.2 + 0.1 is 0.3.
	ROUNDING_S = 1e-9,
}
