--- A world that does nothing but ask libraries that others wrote.

local Answers = require("answers")

local Foreign = {}
Foreign.__index = Foreign

Foreign.describe = {
	actions = { answers = { module = "string" }, attempts = { module = "string" } },
}

function Foreign.new()
	return setmetatable({ asked = 0 }, Foreign)
end

function Foreign:apply(action)
	self.asked = self.asked + 1
	if action.name == "answers" then
		return true, Answers.of(action.args.module)
	end
	return true, Answers.attempts(action.args.module)
end

function Foreign:metrics()
	return { asked = self.asked }
end

return Foreign
