--- The parts of the game that AutoParry uses, found by their names.
---
--- Remotes are remembered once they were seen: from then on they are needed. Nothing here waits.

local Parts = {}
Parts.__index = Parts

local REMOTES, CONTAINER, REMOTE = "Remotes", "ParryButtonPress", "parryButtonPress"

-- How the parry remote is called, by its class.
local CALLS = {
	BindableEvent = "Fire", BindableFunction = "Invoke",
	RemoteEvent = "FireServer", RemoteFunction = "InvokeServer",
}
local SUPPORTED = "BindableEvent, BindableFunction, RemoteEvent, RemoteFunction"

-- Remotes on which the server answers: the option that gets the answer, and why AutoParry starts
-- again when it goes.
local ANSWERS = {
	{ name = "ParrySuccess", option = "on_success", gone = "removeevents-local-missing" },
	{ name = "ParrySuccessAll", option = "on_broadcast", gone = "removeevents-all-missing" },
}

---@param options table {services, values, on_success?, on_broadcast?}
function Parts.new(options)
	local game = options.services.game
	local self = setmetatable({
		values = options.values,
		players = game:GetService("Players"),
		storage = game:GetService("ReplicatedStorage"),
		stats = game:GetService("Stats"),
		workspace = game:GetService("Workspace"),
		answers = {},
	}, Parts)
	for index, answer in ipairs(ANSWERS) do
		self.answers[index] = { kind = answer, listener = options[answer.option] }
	end
	self:forget()
	return self
end

--- As if nothing had been seen yet.
function Parts:forget()
	self.folder, self.container, self.remote = nil, nil, nil
	self.needs_container = false
	for _, answer in ipairs(self.answers) do
		self:_adopt_answer(answer, nil)
		answer.is_needed = false
	end
end

function Parts:player()
	return self.players.LocalPlayer
end

function Parts:character()
	local player = self.players.LocalPlayer
	return player and player.Character
end

--- True if there is a character, and a place where it is.
function Parts:has_root()
	local character = self:character()
	return character ~= nil and character:FindFirstChild("HumanoidRootPart") ~= nil
end

--- True if the character has what it needs to be played.
function Parts:has_whole_character()
	return self:has_root() and self:character():FindFirstChild("Humanoid") ~= nil
end

function Parts:highlight_present()
	local name = self.values.targetHighlightName
	if name == nil then
		return true
	end
	local character = self:character()
	return character ~= nil and character:FindFirstChild(name) ~= nil
end

function Parts:has_balls_folder()
	return self.workspace:FindFirstChild(self.values.ballsFolderName) ~= nil
end

--- The ping in milliseconds; raises or is nil when the game does not tell.
function Parts:read_ping()
	return self.stats.Network.ServerStatsItem["Data Ping"]:GetValue()
end

--- Find the folder of the remotes, and the parry remote in it: what is missing, or nil; or nil and
--- why the remote cannot be used.
---@return "folder"|"container"|"remote"|nil missing, string|nil message
function Parts:find_remotes()
	self.folder = self.storage:FindFirstChild(REMOTES)
	if not self.folder then
		return "folder"
	end
	local container = self.folder:FindFirstChild(CONTAINER)
	local remote = container and container:FindFirstChild(REMOTE)
	if remote then
		return nil, self:_adopt(container, remote)
	elseif self.needs_container then
		return container and "remote" or "container"
	end
end

function Parts:_adopt(container, remote)
	self.needs_container = true
	if not CALLS[remote.ClassName] then
		local text = "the parry remote %s.%s has the unsupported class '%s'; allowed: %s"
		return text:format(CONTAINER, REMOTE, remote.ClassName, SUPPORTED)
	end
	self.container, self.remote = container, remote
end

function Parts:_adopt_answer(answer, remote)
	if answer.remote == remote then
		return
	end
	if answer.connection then
		answer.connection:Disconnect()
		answer.connection = nil
	end
	answer.remote = remote
	if remote then
		answer.is_needed = true
		if answer.listener then
			answer.connection = remote.OnClientEvent:Connect(answer.listener)
		end
	end
end

--- Find the remotes of the server's answers.
---@return string[] missing their names, in order
---@return boolean is_needed one of them was seen before
function Parts:find_answers()
	local missing, is_needed = {}, false
	for _, answer in ipairs(self.answers) do
		local name = answer.kind.name
		self:_adopt_answer(answer, self.folder and self.folder:FindFirstChild(name))
		if not answer.remote then
			missing[#missing + 1] = name
			is_needed = is_needed or answer.is_needed
		end
	end
	return missing, is_needed
end

--- True if the remote of the player's own successes is known.
function Parts:has_success_remote()
	return self.answers[1].remote ~= nil
end

-- Why the parry remote is not what it was, nil if it is; one that was not there yet may have come.
function Parts:_lost_parry_remote(folder)
	local container = folder:FindFirstChild(CONTAINER)
	local remote = container and container:FindFirstChild(REMOTE)
	if not self.remote then
		return remote and self:_adopt(container, remote) and "parry-remote-unsupported" or nil
	end
	local is_same = container == self.container and remote == self.remote
	return not is_same and "parry-container-removed" or nil
end

-- Why to start again because of the remotes in `folder`; nil if nothing has gone.
function Parts:_lost_remote(folder)
	local reason = self:_lost_parry_remote(folder)
	if reason then
		self.container, self.remote = nil, nil
	end
	for _, answer in ipairs(self.answers) do
		local remote = folder:FindFirstChild(answer.kind.name)
		if answer.remote and remote ~= answer.remote then
			reason = reason or answer.kind.gone
		end
		self:_adopt_answer(answer, remote)
	end
	return reason
end

--- Why AutoParry has to start again: a part that it had is gone, or another one is in its place.
---@return string|nil reason
function Parts:lost()
	local folder = self.storage:FindFirstChild(REMOTES)
	if not folder or folder ~= self.folder then
		self.folder, self.container, self.remote = nil, nil, nil
		for _, answer in ipairs(self.answers) do
			self:_adopt_answer(answer, nil)
		end
		return "remotes-folder-removed"
	end
	local reason = self:_lost_remote(folder)
	return reason or not self:has_balls_folder() and "balls-folder-missing" or nil
end

--- The name of the parry remote, if it is still there.
---@return string|nil
function Parts:remote_name()
	local remote = self.remote
	return remote and remote:IsDescendantOf(self.storage) and remote.Name or nil
end

--- Call the parry remote, if it is still there.
---@return string|nil name its name
function Parts:call(id)
	local name, remote = self:remote_name(), self.remote
	if name then
		remote[CALLS[remote.ClassName]](remote, id)
	end
	return name
end

return Parts
