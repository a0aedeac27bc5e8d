"""One program, one output and one count of work: in every process, with the compiler or without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROCESSES_WITH_JIT, PROCESSES_WITHOUT = 20, 6

# Walks, ids, coroutines, sorting, text, errors: everything that could show an address, a hash or
# the moment at which something was compiled.
PROGRAM = """
local Class = {} Class.__index = Class
local objects, by_object, by_name = {}, {}, {}
for i = 1, 120 do objects[i] = setmetatable({ hp = i }, Class) end
for i = 1, 120 do by_object[objects[i]] = i by_name["n" .. (i * 37 % 101)] = objects[i] end
local sum = 0
for step = 1, 120 do
	for object, v in pairs(by_object) do
		sum = (sum * 31 + v + object.hp) % 1000000007
		if sum % 17 == 0 then by_object[object] = nil
		elseif sum % 13 == 0 then by_object[object] = v + 1 end
	end
	for name, object in pairs(by_name) do sum = (sum * 31 + #name + object.hp) % 1000000007 end
	if next(by_object) == nil then break end
	by_object[objects[step % 120 + 1]] = step
	local co = coroutine.wrap(function(a)
		for i = 1, 3 do a = coroutine.yield(a + i) end
		return a
	end)
	sum = sum + co(1) + co(2)
	local list = {}
	for i = 1, 40 do list[i] = { k = (sum + i * i) % 7, i = i } end
	table.sort(list, function(a, b) return a.k < b.k end)
	sum = (sum + list[1].i * 7 + list[40].i + math.random(1, 1000)) % 1000000007
	local ok, message = pcall(function() if step % 3 == 0 then error("step " .. step) end end)
	if step % 20 == 0 then
		print(step, sum, objects[step], tostring(co), ok, message)
		local swapped = ("k=v;"):rep(9):gsub("(%w)=(%w)", "%2%1")
		print(string.format("%s|%-12s|%5.2f|%s", {}, Class, sum / 7, swapped))
	end
end
return sum
"""

CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import run_chunk
ran = run_chunk(sys.stdin.read(), work_units=10**9, jit=sys.argv[2] == "jit")
assert ran.error is None, ran.error
print(ran.units, ran.values, ran.prints, ran.functions)
"""


def test_twenty_processes_agree_with_each_other_and_with_the_interpreter() -> None:
    modes = ["jit"] * PROCESSES_WITH_JIT + ["interpreter"] * PROCESSES_WITHOUT
    outputs = set()
    width = os.cpu_count() or 1
    for start in range(0, len(modes), width):
        children = [
            subprocess.Popen(
                [sys.executable, "-c", CHILD, str(Path(__file__).parent), mode],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for mode in modes[start : start + width]
        ]
        for child in children:
            output, _ = child.communicate(PROGRAM)
            assert child.returncode == 0
            outputs.add(output)
    assert len(outputs) == 1
    assert outputs.pop().count("table: #") == 18
