--- The name that somebody may have meant.

local Nearest = {}

-- More mistakes than this are another word.
local MISTAKES_MAX = 3

-- Insertions, deletions and replacements that make `a` into `b`.
local function distance(a, b)
	local row = {}
	for column = 0, #b do
		row[column] = column
	end
	for i = 1, #a do
		local diagonal
		diagonal, row[0] = row[0], i
		for j = 1, #b do
			local replaced = diagonal + (a:byte(i) == b:byte(j) and 0 or 1)
			diagonal, row[j] = row[j], math.min(replaced, row[j] + 1, row[j - 1] + 1)
		end
	end
	return row[#b]
end

--- The name nearest to `word`, the first of equals; nil when none is near. Case does not count.
---@param names string[]
---@return string|nil
function Nearest.of(word, names)
	local best, least = nil, math.min(MISTAKES_MAX, math.floor(#word / 3)) + 1
	for _, name in ipairs(names) do
		if math.abs(#name - #word) < least then
			local mistakes = distance(word:lower(), name:lower())
			if mistakes < least then
				best, least = name, mistakes
			end
		end
	end
	return best
end

--- `words`, with the suggestion if there is one.
---@return string
function Nearest.suggest(words, word, names)
	local meant = Nearest.of(word, names)
	return meant and ("%s; did you mean '%s'?"):format(words, meant) or words
end

return Nearest
