local Answers = require("answers")
local xml = require("pl.xml")

local outcome, collect = Answers.outcome, Answers.collect
local Probes = {}

local DOCUMENT = [[
<?xml version="1.0"?>
<!-- a comment -->
<zoo name='north &amp; south'>
  <animal kind="cat">Tom &lt;3</animal>
  <animal kind="bird"><name>Bo</name><empty/></animal>
  tail
</zoo>
]]

local function zoo()
	return xml.basic_parse(DOCUMENT)
end

function Probes.parsing()
	local doc = zoo()
	return doc, doc.tag, doc.attr.name, #doc, xml.parse("<a><b x='1'/>t</a>", false, true),
		xml.basic_parse("<a> <b/> </a>", true)
end

function Probes.parsing_pages()
	local doc = xml.parsehtml("<P>one<br>two<IMG src=x.png><b>three</b></P>")
	return xml.tostring(doc)
end

function Probes.parsing_what_is_broken()
	return outcome(xml.basic_parse, "<a><b></a>"), outcome(xml.basic_parse, "<a>"),
		outcome(xml.basic_parse, "</a>")
end

function Probes.building()
	local doc = xml.new("list", { kind = "short" })
	doc:addtag("item", { id = "1" }):text("first & <last>"):up()
	doc:addtag("item"):addtag("deep"):up():up()
	doc:add_child(xml.elem("extra", { "text", xml.elem("br"), id = "x" }))
	doc:add_direct_child("end")
	doc:set_attribs({ kind = "long" }):set_attrib("kind", "longer")
	local item, list = xml.tags("item, list")
	return tostring(doc), doc:get_attribs().kind,
		tostring(list({ item("a"), item({ "b", k = "v" }) })),
		xml.tostring(doc, "", "  "), xml.tostring(doc, "\n", "  ", nil, true), doc:tostring(" ", "."),
		xml.is_tag(doc), xml.is_tag("x"), outcome(xml.new)
end

function Probes.finding()
	local doc = zoo()
	local animals = {}
	for animal in doc:childtags() do
		animals[#animals + 1] = animal.attr.kind
	end
	local matching = {}
	for tag in doc:matching_tags("animal") do
		matching[#matching + 1] = tag:get_text()
	end
	return animals, matching, doc:child_with_name("animal"):get_text(), doc:child_with_name("none"),
		#doc:get_elements_with_name("name"), #doc:get_elements_with_name("name", true),
		doc:first_childtag().tag,
		#collect(doc:children()), doc:get_text()
end

function Probes.escaping()
	return xml.xml_escape([[<a b="c" d='e'>&]]), xml.xml_unescape("&lt;&gt;&amp;&quot;&apos;")
end

function Probes.changing()
	local doc = zoo()
	doc:maptags(function(tag)
		if tag.attr.kind == "bird" then
			return nil
		end
		return tag
	end)
	local copy = zoo():filter(function(text, kind)
		return kind == "*TEXT" and text:upper() or text
	end)
	return tostring(doc), tostring(copy), xml.compare(zoo(), zoo()), { xml.compare(zoo(), copy) },
		xml.compare(zoo(), xml.clone(zoo()))
end

function Probes.walking()
	local down, up = {}, {}
	xml.walk(zoo(), false, function(tag) down[#down + 1] = tag end)
	xml.walk(zoo(), true, function(tag) up[#up + 1] = tag end)
	return down, up
end

function Probes.templates()
	local template = [[<row id="$id"><name>$name</name></row>]]
	local rows = { { id = "1", name = "one" }, { id = "2", name = "two" } }
	local doc = xml.basic_parse(template)
	local list = doc.subst([[<rows>{{<row id="$id">$name</row>}}</rows>]], rows)
	return tostring(doc.subst(template, rows[1])), tostring(list[1]), tostring(list[2])
end

function Probes.matching()
	local days = "<day d='1'><low>3</low></day><day d='2'><low>5</low></day>"
	local doc = xml.basic_parse("<forecast><city name='Ely'/>" .. days .. "</forecast>")
	local week = xml.basic_parse("<week>" .. days .. "</week>")
	return { week:match("<week>{{<day d='$_'><low>$low</low></day>}}</week>") },
		{ doc:match("<forecast><city name='$city'/></forecast>") }, { doc:match("<other/>") }
end

return Probes
