local Answers = require("answers")
local heaps = require("binaryheap")

local outcome, collect = Answers.outcome, Answers.collect
local Probes = {}

local NUMBERS = { 13, 5, 8, 1, 21, 3, 34, 2, 55, 0, -4, 7.5, 8 }

local function drain(heap)
	local values = {}
	while heap:size() > 0 do
		values[#values + 1] = heap:pop()
	end
	return values
end

local function fill(heap)
	for _, number in ipairs(NUMBERS) do
		heap:insert(number)
	end
	return heap
end

local function fill_unique(heap)
	for index, number in ipairs(NUMBERS) do
		heap:insert(number, "p" .. index)
	end
	return heap
end

function Probes.min_heap()
	local heap = fill(heaps.minHeap())
	return heap:peek(), heap:size(), { unpack(heap.values) }, drain(heap), heap:peek(), heap:pop()
end

function Probes.max_heap()
	local heap = fill(heaps.maxHeap())
	return heap:peek(), heap:size(), { unpack(heap.values) }, drain(heap)
end

function Probes.own_order()
	local by_length = heaps.minHeap(function(a, b)
		return #a < #b or #a == #b and a < b
	end)
	for _, word in ipairs({ "pear", "fig", "banana", "kiwi", "date", "apple", "" }) do
		by_length:insert(word)
	end
	local reverse = fill(heaps.maxHeap(function(a, b) return a < b end))
	return drain(by_length), drain(reverse)
end

function Probes.update_and_remove_by_position()
	local heap = fill(heaps.minHeap())
	heap:update(3, 100)
	heap:update(heap:size(), -100)
	local removed = { heap:remove(1), heap:remove(heap:size()), heap:remove(4) }
	return removed, heap:remove(99), heap:remove(0), { unpack(heap.values) }, drain(heap)
end

function Probes.min_unique()
	local heap = fill_unique(heaps.minUnique())
	local payload, value = heap:peek()
	return payload, value, heap:peekValue(), heap:size(), heap:valueByPayload("p5"),
		heap:valueByPayload("none"), { unpack(heap.payloads) }, heap.reverse.p5,
		collect(function() return heap:pop() end)
end

function Probes.max_unique()
	local heap = fill_unique(heaps.maxUnique())
	return heap:peekValue(), { heap:peek() }, collect(function() return heap:pop() end)
end

function Probes.unique_by_payload()
	local heap = fill_unique(heaps.minUnique())
	heap:update("p1", -99)
	heap:update("p10", 99)
	local payload, value = heap:remove("p4")
	local nobody, nothing = heap:remove("none")
	return payload, value, nobody, nothing, heap:size(), collect(function() return heap:pop() end)
end

function Probes.objects_as_payloads()
	local heap, jobs = heaps.minUnique(), {}
	for index, number in ipairs(NUMBERS) do
		jobs[index] = { name = "job " .. index }
		heap:insert(number + index / 100, jobs[index])
	end
	heap:remove(jobs[2])
	heap:update(jobs[5], 0.5)
	local names = {}
	while heap:size() > 0 do
		names[#names + 1] = heap:pop().name
	end
	return names
end

function Probes.mistakes()
	local unique = fill_unique(heaps.minUnique())
	local plain = fill(heaps.minHeap())
	return outcome(unique.insert, unique, 1, "p1"), outcome(plain.insert, plain, nil),
		outcome(plain.insert, plain, "text"), outcome(plain.update, plain, 2, nil),
		outcome(plain.update, plain, 200, 1), outcome(unique.update, unique, "none", 1)
end

function Probes.a_thousand_numbers()
	local heap, state = heaps.minHeap(), 12345
	for _ = 1, 1000 do
		state = (state * 1103515245 + 12345) % 2147483648
		heap:insert(state)
	end
	local sum, last, is_sorted = 0, -1, true
	for place, value in ipairs(drain(heap)) do
		is_sorted = is_sorted and last <= value
		last, sum = value, (sum * 31 + value + place) % 1000000007
	end
	return is_sorted, sum
end

return Probes
