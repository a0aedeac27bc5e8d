--- The stages of the start-up, in order. Each has a name, the option with its time limit if it may
--- have to wait, what its status says at first, and `passes(startup, now)`: whether the start-up
--- goes on.

-- Verification says what it finds out; the same thing once.
local function report(startup, stage, state, fields)
	if startup.current.stage ~= stage.name or startup.current.state ~= state then
		fields = fields or {}
		fields.state = state
		startup:publish(stage.name, fields)
	end
end

local player = { name = "waiting-player", limit = "playerTimeout" }

function player.passes(startup)
	return startup.parts:player() ~= nil
end

local remotes = {
	name = "waiting-remotes", limit = "remotesTimeout", fields = { target = "folder" },
}

function remotes.passes(startup)
	local missing, message = startup.parts:find_remotes()
	local current = startup.current
	if message and current.message ~= message then
		startup:publish("error", { message = message })
	elseif missing and current.target ~= missing and not startup.has_timed_out then
		startup:publish(remotes.name, { target = missing })
	end
	return not (missing or message)
end

-- An input that does not work shows when a key is pressed, and is tried again then.
local input = {
	name = "parry-input", fields = { target = "virtual-input" },
	passes = function() return true end,
}

local answers = {
	name = "verifying-success-remotes", limit = "remotesTimeout", is_verification = true,
	fields = { state = "pending" },
}

function answers.passes(startup)
	local missing, is_needed = startup.parts:find_answers()
	startup.has_success_remote = startup.parts:has_success_remote()
	if not missing[1] then
		report(startup, answers, "ok")
	elseif not is_needed then
		report(startup, answers, "warning", { missing = missing })
	elseif not startup.has_timed_out then
		report(startup, answers, "waiting", { missing = missing })
	end
	return not (missing[1] and is_needed)
end

local balls = {
	name = "verifying-balls", limit = "ballsFolderTimeout", is_verification = true,
	fields = { state = "pending" },
}

-- It is looked for again by the last stage: here it is a warning that it is late.
function balls.passes(startup, now)
	local is_over, elapsed_s, limit_s = startup:limit_of(balls, now)
	if startup.parts:has_balls_folder() then
		report(startup, balls, "ok")
		return true
	elseif is_over then
		report(startup, balls, "warning", { elapsed = elapsed_s, limit = limit_s })
		return true
	end
	report(startup, balls, "waiting")
	return false
end

local character = { name = "waiting-character", limit = "playerTimeout" }

function character.passes(startup)
	return startup.parts:has_whole_character()
end

local folder = { name = "waiting-balls", limit = "ballsFolderTimeout" }

function folder.passes(startup)
	return startup.parts:has_balls_folder()
end

return { player, remotes, input, answers, balls, character, folder }
