--- What world `autoparry` declares about itself: what a manifest may say, and what a run says.

local Policies = require("worlds.autoparry.policies.init")

return {
	actions = {
		threat = {
			id = "string", position = "table", velocity = "table?", cframe = "table?",
			attributes = "table?", tags = "table?", metadata = "table?",
		},
		player = {
			action = "string", value = "any?", duration = "number? >= 0", parameters = "table?",
		},
		network = {
			name = "string", channel = "string?", direction = "string?", payload = "table?",
		},
		rule = {
			rule = "string", value = "any", transition = "string?", duration = "number? >= 0",
			authoredRule = "string?",
		},
	},
	metrics = {
		"parries", "remoteEvents", "threats", "hitches", "highlightToggles", "autoparryEnabled",
		"outcomes", "onTime", "gateOuts", "presses", "accuracy", "autoparry",
	},
	events = { "press", "parry-success", "outcome", "status", "schedule-cleared" },
	options = {
		safeRadius = "number? > 0",
		parryWindow = "number? > 0 <= 60",
		contactGrace = "number? >= 0 <= 60",
		destroyOnPress = "boolean?",
		accuracy = "table?",
		activationLatency = "number? >= 0",
		curvatureLeadScale = "number? >= 0",
		curvatureHoldBoost = "number? >= 0",
		oscillationFrequency = "number? >= 0",
		oscillationDistanceDelta = "number? >= 0",
		oscillationSpamCooldown = "number? >= 0",
		flightFloorHeight = "number?",
		flightSkyThreshold = "number?",
	},
	engine_options = {
		pingMs = "number? >= 0 <= 2000",
		inputDelayMs = "number? >= 0 <= 500",
		telemetryRowLimit = "integer? >= 2 <= 100000",
		telemetryProjectileLimit = "integer? >= 0 <= 4096",
		eventLogLimit = "integer? >= 1 <= 200000",
		threatLogLimit = "integer? >= 1 <= 200000",
		pressLogLimit = "integer? >= 1 <= 200000",
	},
	config = { autoparry = "table?" },
	policies = Policies.ids,
	rule_aliases = { highlight = "highlight-gate" },
}
