"""The same content in any format is the same scenario, the same plan and the same warnings."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine_harness._canonical import canonical_json
from engine_harness.errors import Diagnostic, PlanError
from engine_harness.manifest.load import LoadError, load_manifests
from engine_harness.manifest.project import load_project
from engine_harness.manifest.worlds import WorldCatalog
from engine_harness.plan.expand import expand
from engine_harness.vm.loader import LuaRoot, shipped_lua
from engine_harness.vm.worker import Pool

from .format_writing import WRITERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Left out, because a format cannot say it: null (TOML has none, a Lua table drops it), an empty
# list or map in free-form values (`{}` is both in Lua), whole numbers that no double holds (Lua
# has doubles only), keys of one map that differ in order (a Lua table has none).
CHARACTERS = st.characters(codec="utf-8")
TEXTS = st.text(CHARACTERS, min_size=1, max_size=6) | st.sampled_from(
    ["on", "12:30", "1e3", "0x1F", "null", "~", "it's", 'say "a"', "two\nlines\n", "C:\\new", "😀"]
)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_-1 ", min_size=1, max_size=8) | TEXTS
WHOLE = st.integers(-(2**53), 2**53)
NUMBERS = WHOLE | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.booleans() | NUMBERS | TEXTS | st.just(""),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
MAPS = st.dictionaries(NAMES, VALUES, max_size=3)
TIMES = st.floats(-1, 1e6, allow_nan=False) | st.integers(0, 99) | st.sampled_from(["1.5", "2"])
SMALL = st.floats(0.01, 9) | st.integers(1, 9)
VECTORS = st.tuples(*[st.floats(-1e3, 1e3, allow_nan=False)] * 3)


def sets(*metrics: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(
        st.sampled_from(metrics),
        st.booleans()
        | NUMBERS
        | TEXTS
        | st.fixed_dictionaries({"min": st.integers(0, 5)}, optional={"max": st.integers(5, 9)}),
        min_size=1,
        max_size=2,
    )


def entry(*kinds: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return entries with a time: one of `kinds`, with some of `optional`."""
    shared = {**optional, "notes": TEXTS}
    return st.one_of(
        st.fixed_dictionaries({time: TIMES, **kind}, optional=shared)
        for kind in kinds
        for time in ("at", "time")
    )


SPAWN = st.fixed_dictionaries(
    {"position": VECTORS.map(list) | VECTORS.map(lambda v: dict(zip("xYz", v, strict=True)))},
    optional={"velocity": VECTORS.map(list), "attributes": MAPS},
)
ANYWHERE = st.one_of(
    entry({"hitch": SMALL.map(float)}, jitter=st.just(0.001)),
    entry({"checkpoint": st.uuids().map(lambda name: f"c{name.hex}")}),
    entry({"macro": st.just("hitch gauntlet")}, options=st.just({"count": 3, "interval": 0.1})),
    entry({"player": st.just({"action": "inject-hitch", "duration": 0.25})}),
)
OF_ARENA = ANYWHERE | st.one_of(
    entry({"action": st.just("send"), "args": st.fixed_dictionaries({"id": TEXTS})}),
    entry({"action": st.just("strike")}, args=st.just({}), refused=st.booleans() | TEXTS),
    entry({"rule": st.just("sharp"), "value": st.booleans()}, transition=TEXTS, duration=SMALL),
    # What is wrong is wrong in every format: a metric, an action and an argument.
    entry({"expect": sets("felled", "lane.1.distance", "felld")}),
    entry({"action": st.sampled_from(["strike", "strike", "strike", "strik", "guard"])}),
)
OF_AUTOPARRY = ANYWHERE | st.one_of(
    entry({"threat": SPAWN}),
    entry({"threat": st.fixed_dictionaries({"spawn": SPAWN}, optional={"tags": st.lists(TEXTS)})}),
    entry(
        {"type": st.just("network"), "event": NAMES}, channel=TEXTS, direction=TEXTS, payload=MAPS
    ),
    entry({"rule": st.fixed_dictionaries({"name": TEXTS, "value": VALUES})}),
    entry(
        {"macro": st.just("Oscillation_Storm")},
        options=st.fixed_dictionaries(
            {"values": st.lists(VALUES, min_size=1, max_size=3)}, optional={"frequncy": SMALL}
        ),
    ),
    entry({"kind": st.just("PLAYER"), "action": TEXTS}, value=VALUES, parameters=MAPS),
)
OF_OPEN = ANYWHERE | entry({"action": NAMES}, args=MAPS, refused=st.booleans())


def scenarios(
    world: str, entries: st.SearchStrategy[Any], *metrics: str, event: str
) -> st.SearchStrategy[dict[str, Any]]:
    rule = {"event": event, "count": {"min": 0}, "where": {"id": "a", "deep.1": 0.5}}
    return st.fixed_dictionaries(
        {
            "metadata": st.fixed_dictionaries(
                {"label": TEXTS},
                optional={
                    "description": TEXTS,
                    "tags": st.lists(TEXTS, max_size=2),
                    "priority": st.just("P1"),
                },
            ),
            "world": st.just(world),
            "timeline": st.lists(entries, min_size=1, max_size=3),
        },
        optional={
            "version": st.just(1),
            "seed": WHOLE | TEXTS,
            "world_options": MAPS if world == "open" else st.just({}),
            "expect": sets(*metrics),
            "expect_events": st.just([rule]),
            "limits": st.just({"frames": 5000}),
            "matrix": st.just({"metadata.priority": ["P0", "P1"], "seed": [1, "two", 3.0]}),
        },
    )


SCENARIOS = (
    scenarios("arena", OF_ARENA, "hp", "felled", event="sent")
    | scenarios("autoparry", OF_AUTOPARRY, "parries", "outcomes.parried", event="press")
    | scenarios("open", OF_OPEN, "anything", "a.b", event="any")
)
BUNDLES = st.recursive(
    SCENARIOS,
    lambda inner: st.fixed_dictionaries(
        {"scenarios": st.lists(inner, min_size=1, max_size=3)},
        optional={
            "metadata": st.fixed_dictionaries({"label": TEXTS}),
            "version": st.just(2),
            "world": st.just("open"),
        },
    ),
    max_leaves=6,
)


def with_ids(data: dict[str, Any]) -> dict[str, Any]:
    """Give each scenario an id of its own."""
    count = 0

    def walk(part: dict[str, Any]) -> None:
        nonlocal count
        if "scenarios" in part:
            for member in part["scenarios"]:
                walk(member)
        else:
            count += 1
            part["metadata"]["id"] = f"s{count}"

    copy: dict[str, Any] = json.loads(json.dumps(data))
    walk(copy)
    return copy


class Bench:
    """One project with the shipped worlds and an open one, and one child process for all."""

    def __init__(self, root: Path, pool: Pool) -> None:
        world = root / "lua/worlds/open/init.lua"
        world.parent.mkdir(parents=True)
        world.write_text(
            "local W = {}\nW.__index = W\nfunction W.new() return setmetatable({}, W) end\n"
            "function W:apply() return true end\nfunction W:metrics() return {} end\nreturn W\n"
        )
        (root / "scenarios").mkdir()
        self.root = root
        self.pool = pool
        self.project = load_project(root)
        roots = [LuaRoot(path=root / "lua", name="lua"), LuaRoot(path=shipped_lua(), name="lua")]
        self.worlds = WorldCatalog(roots, pool)

    def meaning(self, suffix: str, text: str | bytes) -> list[str]:
        """Return all that a manifest says, or all that is wrong with it, without its places."""
        path = self.root / f"scenarios/one{suffix}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            loaded = load_manifests(
                self.project, self.pool, paths=(f"scenarios/one{suffix}",), worlds=self.worlds
            )
        except LoadError as error:
            return sorted(map(placeless, error.diagnostics))
        said = [placeless(warning) for warning in loaded.warnings]
        (file,) = loaded.files
        said += [f"{label} {own!r}" for label, own in file.bundles.items()]
        for scenario in loaded.scenarios:
            said.append(canonical_json(scenario.model_dump(mode="json", exclude={"origin"})))
            said.append(f"{scenario.origin.label} {scenario.origin.base_id}")
            try:
                expansion = expand(scenario)
            except PlanError as error:
                said += map(placeless, error.diagnostics)
            else:
                said.append(expansion.digest)
                said += map(placeless, expansion.warnings)
        # A Lua table has no order, so what depends on that of keys is compared without it.
        return sorted(said)


def placeless(diagnostic: Diagnostic) -> str:
    return str(replace(diagnostic, file="", line=None, column=None))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Pool(1) as pool:
        yield Bench(tmp_path_factory.mktemp("agree"), pool)


EDGES: dict[str, Any] = {
    "metadata": {"label": "\x00\x01\x1b\x7f\x85\u2028\ufeff\ufffe\U0010ffff"},
    "world": "open",
    "world_options": {
        "": "\n",
        "1": {"2": [[0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, 2**53, -(2**53)]]},
        "end": " \t\r\n\\",
        "é.\"'": "]] ]=] --[[ #' \"\"\" '''",
    },
    "timeline": [{"at": -0.0, "action": "=", "args": {"nil": "nil", "~": [True, [1.0, 1]]}}],
}


@settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=BUNDLES.map(with_ids), seed=st.integers(0, 2**32))
@example(data=with_ids(EDGES), seed=1)
@example(data=with_ids(EDGES), seed=2)
@example(data=with_ids({"scenarios": [{"scenarios": [EDGES], "world": "pit"}, EDGES]}), seed=3)
def test_all_formats_say_the_same(bench: Bench, data: dict[str, Any], seed: int) -> None:
    expected = bench.meaning(".json", json.dumps(data))
    for suffix, write in WRITERS.items():
        text = write(data, Random(seed))
        assert bench.meaning(suffix, text) == expected, text


NOT_FINITE = {
    ".yaml": "world_options: {x: [1, .inf]}",
    ".json": '{"world_options": {"x": [1, 1e999]}}',
    ".toml": "world_options.x = [1, inf]",
    ".lua": "return { world_options = { x = { 1, 1 / 0 } } }",
    ".luau": "local huge: number = math.huge\nreturn { world_options = { x = { 1, huge } } }",
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_refuses_what_is_no_data_and_no_text(bench: Bench, suffix: str) -> None:
    (problem,) = (said for said in bench.meaning(suffix, NOT_FINITE[suffix]) if "finite" in said)
    assert problem.startswith(" ERROR manifest.world_options.x[2]: ")
    text = WRITERS[suffix](with_ids(EDGES), Random(1)).encode()
    assert bench.meaning(suffix, text + b"\xff") == [" ERROR manifest: not UTF-8: byte 0xff"]
    many = text + b" " * (16 * 1024 * 1024)
    assert bench.meaning(suffix, many) == [" ERROR manifest: file is larger than 16 MiB"]


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_ends_at_64_levels(bench: Bench, suffix: str) -> None:
    def nested(levels: int) -> str:
        value: Any = 1
        for _ in range(levels - 2):
            value = [value]
        return WRITERS[suffix]({**with_ids(EDGES), "world_options": {"x": value}}, Random(1))

    assert [said for said in bench.meaning(suffix, nested(64)) if "ERROR" in said] == []
    (problem,) = bench.meaning(suffix, nested(65))
    assert "nested more than 64 " in problem
