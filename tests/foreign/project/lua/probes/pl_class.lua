local Answers = require("answers")
local class = require("pl.class")
local types = require("pl.types")

local outcome = Answers.outcome
local Probes = {}

local function animals()
	local Animal = class()
	Animal._name = "Animal"
	function Animal:_init(name)
		self.name = name
	end
	function Animal:speak()
		return self.name .. " is silent"
	end
	function Animal.__eq(a, b)
		return a.name == b.name
	end
	function Animal:__tostring()
		return "<" .. self.name .. ">"
	end
	local Dog = class(Animal)
	Dog._name = "Dog"
	function Dog:_init(name, tricks)
		self:super(name)
		self.tricks = tricks or 0
	end
	function Dog:speak()
		return Animal.speak(self) .. ", not"
	end
	return Animal, Dog, class(Dog)
end

function Probes.inheritance()
	local Animal, Dog, Puppy = animals()
	local cat, dog, puppy = Animal("cat"), Dog("rex", 3), Puppy("bo")
	return cat:speak(), dog:speak(), puppy:speak(), dog.tricks, puppy.tricks, tostring(puppy),
		dog:is_a(Animal), cat:is_a(Dog), puppy:is_a() == Puppy, Animal:class_of(puppy), Dog:class_of(cat),
		Animal:class_of("text"), dog == Dog("rex"), dog == puppy, Puppy._base == Dog
end

function Probes.casting()
	local Animal, Dog = animals()
	local cat = Animal("cat")
	Dog:cast(cat)
	return cat:speak(), cat:is_a(Dog)
end

function Probes.from_a_table_of_methods()
	local Point = class({
		_init = function(self, x, y) self.x, self.y = x, y end,
		__add = function(a, b) return { a.x + b.x, a.y + b.y } end,
		length = function(self) return math.sqrt(self.x ^ 2 + self.y ^ 2) end,
	})
	local Named = class({ _base = Point, name = function(self) return "p" .. self.x end })
	return Point(3, 4):length(), Point(1, 2) + Point(3, 4), Named(1, 2):name(), Named(3, 4):length()
end

function Probes.properties()
	local Temperature = class(class.properties)
	function Temperature:_init()
		rawset(self, "_celsius", 20)
	end
	function Temperature:get_fahrenheit()
		return self._celsius * 9 / 5 + 32
	end
	function Temperature:set_fahrenheit(value)
		rawset(self, "_celsius", (value - 32) * 5 / 9)
	end
	local warm = Temperature()
	local before = warm.fahrenheit
	warm.fahrenheit = 212
	warm.note = "boils"
	return before, warm.celsius, warm.note, warm.none
end

function Probes.catching_and_creating()
	local Open = class()
	Open:catch(function(_, name) return name .. "!" end)
	local shared = {}
	local Single = class()
	function Single._create()
		return shared
	end
	local Other = class()
	function Other:_init()
		return { replaced = true }
	end
	local Base = class()
	function Base:_post_init()
		self.finished = true
	end
	return Open().anything, Single() == shared, Other().replaced, class(Base)().finished
end

function Probes.mistakes()
	return outcome(class, 5)
end

function Probes.kinds()
	local List = require("pl.List")
	return types.type(1), types.type("x"), types.type({}), types.type(List()), types.type(print),
		types.type(setmetatable({}, {})), types.type(io.stdout), types.type(nil)
end

function Probes.questions_about_values()
	local callable = setmetatable({}, { __call = print })
	return types.is_callable(print), types.is_callable(callable), types.is_callable({}),
		types.is_integer(3), types.is_integer(3.5), types.is_indexable({}), types.is_indexable("x"),
		types.is_iterable({}), types.is_iterable(5), types.is_writeable({}), types.is_writeable("x"),
		types.is_type({}, "table"), types.is_type(setmetatable({}, types), types)
end

function Probes.empty_and_true()
	return types.is_empty(nil), types.is_empty({}), types.is_empty({ 1 }), types.is_empty(""),
		types.is_empty("  "), types.is_empty("  ", true), types.is_empty(0), types.to_bool("Yes"),
		types.to_bool("no"), types.to_bool("ja", { "JA" }), types.to_bool(0), types.to_bool(2),
		types.to_bool({}), types.to_bool({ 1 }, nil, true), types.to_bool(print, nil, true)
end

return Probes
