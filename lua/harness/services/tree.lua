--- The game of one world: its services, and what the simulated outside does to them.

local Classes = require("harness.services.classes")
local Instance = require("harness.services.instance")
local Placing = require("harness.services.placing")
local Runner = require("harness.services.runner")
local Signal = require("harness.services.signal")
local Waits = require("harness.services.waits")
require("harness.services.members")
require("harness.services.parts")
require("harness.services.remotes")
local SERVICES = require("harness.services.providers")

local error, format = error, string.format

local Tree = {}

local PING_MS = 95
local INPUT = "VirtualInputManager"
local MISSING_STAT = "statMissing"

-- Stats.Network.ServerStatsItem["Data Ping"]
local function add_stats(tree, stats)
	local parent = stats
	for _, name in ipairs({ "Network", "ServerStatsItem" }) do
		local folder = Instance.new(tree, Classes.get("Folder"))
		folder.name = name
		Placing.move(folder, parent)
		parent = folder
	end
	local item = Instance.new(tree, Classes.get("StatsItem"))
	item.name = "Data Ping"
	Placing.move(item, parent)
	return item, parent
end

local function add_ping(tree, stats)
	local item, folder = add_stats(tree, stats)
	local responses, position, fault = { PING_MS }, 0, nil

	--- The next answers, in ms; the last one stays.
	function tree.ping_responses(list)
		responses, position = list, 0
	end

	function tree.set_stat_fault(name)
		fault = name
		folder.fault = name == "statError" and "ServerStatsItem cannot be read (statError)" or false
		local parent = name ~= MISSING_STAT and folder
		if item.parent ~= parent then
			Placing.move(item, parent)
		end
	end

	function tree.read_stat()
		if fault == "valueError" then
			error("the value of Data Ping cannot be read (valueError)", 0)
		elseif fault == "valueIsNil" then
			return nil
		end
		if position < #responses then
			position = position + 1
		end
		return responses[position]
	end
end

local function add_input(tree, input)
	local fault
	tree.keys = Signal.new(tree.runner, "on_key")

	function tree.set_input_fault(name)
		fault = name
		local parent = name ~= "missing" and tree.game
		if input.parent ~= parent then
			Placing.move(input, parent)
		end
	end

	function tree.send_key(is_pressed, key_code, is_repeat, target)
		if fault == "missing" then
			error(INPUT .. " is missing", 0)
		elseif fault == "failing" then
			error("SendKeyEvent failed (failing)", 0)
		end
		Signal.fire(tree.keys, is_pressed, key_code, is_repeat, target)
	end
end

local function add_frames(tree, run_service)
	local heartbeat = Instance.signal(run_service, "Heartbeat")
	local pre_render = Instance.signal(run_service, "PreRender")

	--- Whether anybody wants to be called each frame.
	function tree.is_framed()
		return heartbeat.count > 0 or pre_render.count > 0
	end

	--- Call whoever is connected. `run.doing` says which, for the message of an error.
	function tree.frame(run, dt)
		if heartbeat.count > 0 then
			run.doing = "Heartbeat"
			Signal.fire(heartbeat, dt)
		end
		if pre_render.count > 0 then
			run.doing = "PreRender"
			Signal.fire(pre_render, dt)
		end
	end
end

--- The game of a new world.
---@param run table a session
function Tree.new(run)
	local tree = { charge = run.work.charge, scheduler = run.scheduler, waits = {} }
	tree.runner = Runner.new(run.sandbox, run.work)
	local game = Instance.new(tree, Classes.get("DataModel"))
	game.name = "Game"
	game.is_locked = "it is the game"
	tree.game = game
	local services = {}
	for index = 1, #SERVICES do
		local service = Instance.new(tree, Classes.get(SERVICES[index]))
		Placing.move(service, game)
		service.is_locked = "it is a service"
		services[SERVICES[index]] = service
	end
	tree.services = services

	--- What code gets for the name of a service; nil for one that is not there.
	function tree.find_service(name)
		local service = services[name]
		return service and service.parent and service.object or nil
	end

	function tree.service_names()
		local names = {}
		for index = 1, #SERVICES do
			if services[SERVICES[index]].parent then
				names[#names + 1] = SERVICES[index]
			end
		end
		return names
	end

	function tree.is_service(name)
		return services[name] ~= nil
	end

	--- Who waits for a child that never came, in words.
	function tree.tell_waits(tell)
		Waits.tell(tree.waits, tell)
	end

	function tree.local_player()
		return services.Players.values.LocalPlayer
	end

	add_ping(tree, services.Stats)
	add_input(tree, services[INPUT])
	add_frames(tree, services.RunService)
	return tree
end

return Tree
