-- What plain LuaJIT answers: luajit plain.lua DEBIAN_LUA answers|attempts MODULE…
-- One line per probe: module, probe and answer, separated by tabs.

package.path = ("lua/?.lua;%s/?.lua;%s/?/init.lua"):format(arg[1], arg[1])
local Answers = require("answers")
local ask, modules = arg[2] == "answers" and Answers.of or Answers.attempts, { unpack(arg, 3) }

-- Libraries that read the command line or end the process must not meet this driver's.
arg = nil
os.exit = function() error("os.exit was called", 0) end

for _, module in ipairs(modules) do
	for name, answer in pairs(ask(module)) do
		io.stdout:write(module, "\t", name, "\t", (answer:gsub("[\n\t]", " ")), "\n")
	end
end
