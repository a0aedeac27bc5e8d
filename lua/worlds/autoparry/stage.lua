--- What the world shows of itself through the services: the player with the highlight, the balls
--- folder, the remotes and the ping.

local Balls = require("worlds.autoparry.balls")

local Stage = {}
Stage.__index = Stage

local PLAYER, HIGHLIGHT, BALLS = "LocalPlayer", "Highlight", "Balls"
local CONTAINER, REMOTE = "ParryButtonPress", "parryButtonPress"
local DEFAULT_KIND = "BindableEvent"
local ANSWERS = { "ParrySuccess", "ParrySuccessAll" }

local function make(services, class, name, parent)
	local instance = services.Instance.new(class)
	instance.Name = name
	instance.Parent = parent
	return instance
end

local function add_player(self)
	local services = self.services
	local character = make(services, "Model", PLAYER, services.Workspace)
	make(services, "Part", "HumanoidRootPart", character)
	make(services, "Humanoid", "Humanoid", character)
	local player = make(services, "Player", PLAYER, services.Players)
	player.Character = character
	services.control:set_local_player(player)
	self.player, self.character = player, character
	self.highlight = make(services, "Highlight", HIGHLIGHT, character)
end

local function add_remotes(self)
	local services = self.services
	self.remotes = make(services, "Folder", "Remotes", services.ReplicatedStorage)
	self.answers = {}
	for _, name in ipairs(ANSWERS) do
		self.answers[name] = make(services, "RemoteEvent", name, self.remotes)
	end
end

local function add_balls(self, physics, clock)
	local services = self.services
	self.balls_folder = make(services, "Folder", BALLS, services.Workspace)
	self.balls = Balls.new(services, physics, clock, self)
	services.control:children_of(self.balls_folder, function()
		return self.balls_present and self.balls:list() or {}
	end)
end

--- The stage as a run finds it: highlight on, balls folder present, no parry remote.
---@param services table `env.services`
---@param settings table {ping_ms}
---@param physics table
---@param clock table
function Stage.new(services, settings, physics, clock)
	local self = setmetatable({
		services = services,
		balls_present = true,
		-- The class of the parry remote that is attached.
		remote_kind = nil,
		was_remote_attached = false,
		ping_ms = 0,
		remote_listeners = {},
	}, Stage)
	add_player(self)
	add_remotes(self)
	add_balls(self, physics, clock)
	self:set_ping_ms(settings.ping_ms)
	return self
end

--- Put the highlight on the character, or take it off.
function Stage:set_highlight(on)
	self.highlight.Parent = on and self.character or nil
end

--- Put the balls folder into the workspace, or take it out with all that is in it.
function Stage:set_balls_folder(present)
	self.balls_present = present
	self.balls_folder.Parent = present and self.services.Workspace or nil
end

--- Call highlight and balls folder what the module's configuration calls them. Without a name of
--- the highlight any will do.
---@param config table {targetHighlightName?, ballsFolderName}
function Stage:follow(config)
	self.highlight.Name = config.targetHighlightName or HIGHLIGHT
	self.balls_folder.Name = config.ballsFolderName
end

-- Hear of each call of the parry remote, whatever its kind.
local function listen(remote, kind, hear)
	if kind == "RemoteEvent" then
		remote.OnServerEvent:Connect(function(_, ...) hear(...) end)
	elseif kind == "RemoteFunction" then
		remote.OnServerInvoke = function(_, ...) hear(...) end
	elseif kind == "BindableEvent" then
		remote.Event:Connect(hear)
	elseif kind == "BindableFunction" then
		remote.OnInvoke = hear
	end
end

--- Attach the parry remote; one of another kind is replaced. Never two.
---@param kind? string its class
---@return true|nil attached nil for an unknown class: then nothing has changed
---@return string|nil message
function Stage:attach_remote(kind)
	kind = kind or DEFAULT_KIND
	if kind == self.remote_kind then
		return true
	end
	local ok, remote = pcall(self.services.Instance.new, kind)
	if not ok then
		return nil, tostring(remote)
	end
	self:detach_remote()
	remote.Name = REMOTE
	listen(remote, kind, function(...)
		local payload = { ... }
		for _, fn in ipairs(self.remote_listeners) do
			fn(REMOTE, payload)
		end
	end)
	self.container = make(self.services, "Folder", CONTAINER, self.remotes)
	remote.Parent = self.container
	self.remote_kind, self.was_remote_attached = kind, true
	return true
end

--- Detach the parry remote if there is one.
function Stage:detach_remote()
	if self.remote_kind then
		self.container.Parent = nil
		self.container, self.remote_kind = nil, nil
	end
end

--- Be told of each call of the parry remote.
---@param fn fun(remote_name: string, payload: any[])
function Stage:on_remote(fn)
	self.remote_listeners[#self.remote_listeners + 1] = fn
end

--- Be told of each key that goes down or up.
---@param fn fun(is_pressed: boolean, key_code: string, is_repeat: boolean)
function Stage:on_key(fn)
	local services = self.services
	services.control:on_key(function(is_pressed, key_code, is_repeat)
		fn(is_pressed, services.enum_text(key_code), is_repeat)
	end)
end

--- The ping, as the statistics of the game show it from now on.
function Stage:set_ping_ms(ms)
	self.ping_ms = ms
	self.services.control:set_ping_ms(ms)
end

--- The server answers for a threat.
---@param name "ParrySuccess"|"ParrySuccessAll"
function Stage:answer(name, id)
	self.answers[name]:FireClient(self.player, id)
end

return Stage
