"""The schema of manifests: what the harness accepts it accepts, typical mistakes it refuses."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine_harness.errors import UsageError
from engine_harness.manifest.formats import SUFFIXES, read_file
from engine_harness.manifest.load import load_manifests
from engine_harness.manifest.schema.macros import MACRO_OPTIONS
from engine_harness.manifest.schema.root import KINDS, schema_of
from engine_harness.plan.builtin_macros import BUILTIN_MACROS
from engine_harness.plan.expand import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHIPPED = sorted(
    path
    for path in (ROOT / "scenarios").rglob("*")
    if path.suffix in SUFFIXES and "baselines" not in path.parts
)
EVERY_SPELLING = HERE / "every_spelling.yaml"

MACROS = {name: macro.options for name, macro in BUILTIN_MACROS.items()}
SCHEMA = schema_of(None, MACROS)
VALIDATOR = Draft202012Validator(SCHEMA)
SCENARIO_VALIDATOR = Draft202012Validator(schema_of("timeline", MACROS))

DOCUMENT_BYTES_MAX = 20_000
"""What is larger is validated but not mutated: it has nothing that the others have not."""


class Judge(NamedTuple):
    """Asks the loader and the planner, with worlds that have been asked for."""

    bench: Any

    def data(self, path: Path) -> Any:
        parsed = read_file(path, path.name, self.bench.harness.pool)
        assert parsed.problems == ()
        assert parsed.document is not None
        return parsed.document.data

    def refusal(self, data: Any) -> str:
        """Return why the harness cannot use a manifest with this data, empty if it can."""
        harness = self.bench.harness
        path = self.bench.write("scenarios/one.json", json.dumps(data))
        try:
            loaded = load_manifests(
                harness.project, harness.pool, paths=[str(path)], worlds=harness.worlds
            )
            for scenario in loaded.scenarios:
                expand(scenario)
        except UsageError as error:
            return str(error)
        return ""


@pytest.fixture(scope="module")
def judge(shared_bench: Any) -> Judge:
    return Judge(shared_bench)


def subschemas(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from subschemas(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from subschemas(value)


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every key that a schema shows to a person."""
    for part in subschemas(schema):
        if "additionalProperties" in part and isinstance(part.get("properties"), dict):
            yield from part["properties"].items()


def form_of(data: Any) -> str:
    """Return `data` with nothing but the types of its values."""
    if isinstance(data, dict):
        return "{" + ",".join(f"{key}:{form_of(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ",".join(map(form_of, data)) + "]"
    return type(data).__name__


def once_per_form(data: Any) -> Any:
    """Return `data` without the entries of a timeline that are like an earlier one.

    A shipped one has thousands of objects, which differ in their numbers.
    """
    if isinstance(data, list):
        return [once_per_form(item) for item in data]
    if not isinstance(data, dict):
        return data
    kept = {key: once_per_form(value) for key, value in data.items() if key != "timeline"}
    if "timeline" in data:
        kept["timeline"] = list({form_of(item): item for item in data["timeline"]}.values())
    return kept


def keys_of(data: Any) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*map(keys_of, data.values()))
    return set().union(*map(keys_of, data)) if isinstance(data, list) else set()


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_it_is_a_schema_of_draft_2020_12(kind: str | None) -> None:
    schema = schema_of(kind, MACROS)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_every_reference_leads_somewhere(kind: str | None) -> None:
    schema = schema_of(kind, MACROS)
    wanted = {part["$ref"] for part in subschemas(schema) if isinstance(part.get("$ref"), str)}
    definitions: Any = schema.get("$defs", {})
    assert sorted(wanted - {f"#/$defs/{name}" for name in definitions}) == []


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_every_key_has_a_name_and_a_sentence(kind: str | None) -> None:
    schema: Any = schema_of(kind, MACROS)
    silent = []
    for name, shape in properties(schema):
        if shape.keys() == {"$ref"}:
            shape = schema["$defs"][shape["$ref"].removeprefix("#/$defs/")]
        if not (shape.get("title") and str(shape.get("description")).endswith((".", "…"))):
            silent.append(name)
    assert silent == []


def test_only_what_editors_know_is_used() -> None:
    newer = {"prefixItems", "unevaluatedProperties", "dependentRequired", "dependentSchemas"}
    assert [part for part in subschemas(SCHEMA) if newer & set(part)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_manifest_is_accepted(judge: Judge, path: Path) -> None:
    data = once_per_form(judge.data(path))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


def test_every_spelling_is_accepted_by_both(judge: Judge) -> None:
    data = judge.data(EVERY_SPELLING)
    assert judge.refusal(data) == ""
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


def test_every_key_of_the_schema_is_among_every_spelling(judge: Judge) -> None:
    named = {name for name, _ in properties(SCHEMA)}
    assert sorted(named - keys_of(judge.data(EVERY_SPELLING))) == []


# What an author may put anywhere by mistake. Each draw is a value of its own: what one example puts
# into a list, the next must not find there.
VALUES = (
    st.none()
    | st.booleans()
    | st.sampled_from((0, 1, -1, 2.5, 3.0, 10**12))
    | st.sampled_from(("", "a", "12", "a.b", "x y", "hitch-gauntlet", "THREAT", "timeline[1]"))
    | st.sampled_from(([], {}, [1, 2, 3], ["a"], [{}], [[]], {"x": 1}, {"min": 1}, {"event": "a"}))
).map(copy.deepcopy)
NAMES = sorted({name for name, _ in properties(SCHEMA)} | {"eq ", "tiemline", "Metadata"})


def paths_of(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key in data if isinstance(data, dict) else range(len(data)):
        here = (*path, key)
        yield here
        if isinstance(data[key], dict | list):
            yield from paths_of(data[key], here)


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def mutated(data: Any, draw: Callable[[Any], Any]) -> Any:
    """Return `data` after up to three mistakes: something left out, renamed, retyped, moved."""
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        paths = list(paths_of(data))
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        parent, key = at(data, path[:-1]), path[-1]
        mistake = draw(st.sampled_from(("drop", "retype", "move", "rename", "add")))
        if mistake == "drop":
            del parent[key]
        elif mistake == "retype":
            parent[key] = draw(VALUES)
        elif mistake == "move":
            parent[key] = copy.deepcopy(at(data, draw(st.sampled_from(paths))))
        elif isinstance(parent, dict):
            name = draw(st.sampled_from(NAMES))
            parent[name] = parent.pop(key) if mistake == "rename" else draw(VALUES)
    return data


@settings(
    max_examples=120,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_what_the_harness_accepts_the_schema_accepts(judge: Judge, data: st.DataObject) -> None:
    small = [path for path in SHIPPED if path.stat().st_size < DOCUMENT_BYTES_MAX]
    small = [path for path in small if path.suffix in (".yaml", ".json")]
    path = data.draw(st.sampled_from([EVERY_SPELLING, *small]))
    manifest = mutated(judge.data(path), data.draw)
    # Asked first, because the loader takes longer to answer.
    errors = [error.message for error in VALIDATOR.iter_errors(manifest)]
    if errors:
        assert judge.refusal(manifest), errors


LEAST: dict[str, Any] = {
    "metadata": {"id": "one", "label": "One"},
    "world": "tape",
    "timeline": [{"at": 0, "hitch": 1}],
}


def entry(**keys: Any) -> dict[str, Any]:
    return {"timeline": [{"at": 0, **keys}]}


def rule(**keys: Any) -> dict[str, Any]:
    return {"expect_events": [keys]}


def invariant(**keys: Any) -> dict[str, Any]:
    return {"invariants": [keys]}


ABSENT: Any = object()

# What is written over the least manifest, and where the schema finds the mistake.
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt key": ({"expct": {}}, "$"),
    "key of another driver": ({"script": []}, "$"),
    "key that is not built": ({"golden": True}, "$"),
    "no metadata": ({"metadata": ABSENT}, "$"),
    "metadata that is null": ({"metadata": None}, "$.metadata"),
    "no id": ({"metadata": {"label": "One"}}, "$.metadata"),
    "no label": ({"metadata": {"id": "one"}}, "$.metadata"),
    "id with a blank": ({"metadata": {"id": "a b", "label": "One"}}, "$.metadata.id"),
    "id that begins with a dot": ({"metadata": {"id": ".a", "label": "One"}}, "$.metadata.id"),
    "id that is too long": ({"metadata": {"id": "a" * 121, "label": "A"}}, "$.metadata.id"),
    "tags as a text": (
        {"metadata": {"id": "one", "label": "One", "tags": "smoke"}},
        "$.metadata.tags",
    ),
    "empty tag": ({"metadata": {"id": "one", "label": "O", "tags": [""]}}, "$.metadata.tags[0]"),
    "version 2": ({"version": 2}, "$.version"),
    "version as a text": ({"version": "1"}, "$.version"),
    "version true": ({"version": True}, "$.version"),
    "seed with a fraction": ({"seed": 1.5}, "$.seed"),
    "empty seed": ({"seed": ""}, "$.seed"),
    "world that is a part of every record": ({"world": "trace"}, "$.world"),
    "options twice": ({"world_options": {}, "config": {"world": {}}}, "$"),
    "unknown policy": (
        {"config": {"engine": {"hitchPolicy": "stal"}}},
        "$.config.engine.hitchPolicy",
    ),
    "settle limit": ({"config": {"engine": {"settleLimit": 0}}}, "$.config.engine.settleLimit"),
    "expect twice": ({"expect": {}, "expect_baseline": {}}, "$"),
    "list as a metric": ({"expect": {"hp": [1]}}, "$.expect.hp"),
    "misspelt bound": ({"expect": {"hp": {"mni": 1}}}, "$.expect.hp"),
    "text as a bound": ({"expect": {"hp": {"min": "1"}}}, "$.expect.hp.min"),
    "metric without a name": ({"expect": {"": 1}}, "$.expect"),
    "failure without a reason": ({"expect_failure": {"ticket": "T"}}, "$.expect_failure"),
    "failure as a flag": ({"expect_failure": True}, "$.expect_failure"),
    "limit above the ceiling": ({"limits": {"deadline_s": 601}}, "$.limits.deadline_s"),
    "limit of 0": ({"limits": {"frames": 0}}, "$.limits.frames"),
    "unknown limit": ({"limits": {"memory": 1}}, "$.limits"),
    "empty matrix": ({"matrix": {}}, "$.matrix"),
    "matrix of the id": ({"matrix": {"metadata.id": ["a"]}}, "$.matrix"),
    "matrix of an unknown key": ({"matrix": {"sed": [1]}}, "$.matrix"),
    "matrix without a list": ({"matrix": {"seed": 1}}, "$.matrix.seed"),
    "matrix with a wrong seed": ({"matrix": {"seed": [None]}}, "$.matrix.seed[0]"),
    "no timeline": ({"timeline": ABSENT}, "$"),
    "timeline that is a map": ({"timeline": {"at": 0, "hitch": 1}}, "$.timeline"),
    "empty timeline": ({"timeline": []}, "$.timeline"),
    "entry as a text": ({"timeline": ["hitch"]}, "$.timeline[0]"),
    "no time": ({"timeline": [{"hitch": 1}]}, "$.timeline[0]"),
    "two times": (entry(time=0, hitch=1), "$.timeline[0]"),
    "time as words": (entry(at="soon", hitch=1), "$.timeline[0].at"),
    "no kind": (entry(args={}), "$.timeline[0]"),
    "two kinds at once": (entry(hitch=1, action="jump"), "$.timeline[0]"),
    "misspelt kind": (entry(acton="jump"), "$.timeline[0]"),
    "unknown kind": (entry(kind="jump"), "$.timeline[0].kind"),
    "kind that is written as a key": (entry(kind="action", action="jump"), "$.timeline[0]"),
    "type and kind": (entry(kind="macro", type="macro", macro="hitch-gauntlet"), "$.timeline[0]"),
    "type beside another kind": (entry(type="rule", macro="hitch-gauntlet"), "$.timeline[0].type"),
    "number as an action": (entry(action=1), "$.timeline[0].action"),
    "list of arguments": (entry(action="a", args=[1]), "$.timeline[0].args"),
    "refused null": (entry(action="a", refused=None), "$.timeline[0].refused"),
    "hitch of 0": (entry(hitch=0), "$.timeline[0].hitch"),
    "text for a number": (entry(hitch="1"), "$.timeline[0].hitch"),
    "negative jitter": (entry(hitch=1, jitter=-0.1), "$.timeline[0].jitter"),
    "checkpoint with a dot": (entry(checkpoint="a.b"), "$.timeline[0].checkpoint"),
    "checkpoint of the harness": (entry(checkpoint="timeline[3]"), "$.timeline[0].checkpoint"),
    "misspelt macro": (entry(macro="hitch-gantlet"), "$.timeline[0].macro"),
    "option of a macro": (
        entry(macro="hitch gauntlet", options={"count": 0}),
        "$.timeline[0].options.count",
    ),
    "vector with two numbers": (
        entry(threat={"position": [1, 2]}),
        "$.timeline[0].threat.position",
    ),
    "vector with x twice": (
        entry(threat={"position": {"x": 1, "X": 1, "y": 1, "z": 1}}),
        "$.timeline[0].threat.position",
    ),
    "spawn beside a position": (
        entry(threat={"position": [1, 2, 3], "spawn": {"position": [1, 2, 3]}}),
        "$.timeline[0].threat",
    ),
    "threat without a place": (entry(type="threat", id="a"), "$.timeline[0]"),
    "cframe with 11 numbers": (
        entry(threat={"position": [1, 2, 3], "cframe": [0] * 11}),
        "$.timeline[0].threat.cframe",
    ),
    "player without an action": (entry(player={"value": 1}), "$.timeline[0].player"),
    "negative duration": (
        entry(player={"action": "a", "duration": -1}),
        "$.timeline[0].player.duration",
    ),
    "network without an event": (entry(network={}), "$.timeline[0].network"),
    "rule without a value": (entry(rule="gate"), "$.timeline[0]"),
    "rule that is null": (entry(rule="gate", value=None), "$.timeline[0].value"),
    "rule with two names": (entry(rule={"id": "a", "name": "a", "value": 1}), "$.timeline[0].rule"),
    "rule without a check": (rule(event="hit"), "$.expect_events[0]"),
    "rule with two checks": (rule(event="hit", never=True, count=1), "$.expect_events[0]"),
    "bounds without count": (rule(event="hit", min=1), "$.expect_events[0]"),
    "count of -1": (rule(event="hit", count=-1), "$.expect_events[0].count"),
    "count without bounds": (rule(event="hit", count={}), "$.expect_events[0].count"),
    "never false": (rule(event="hit", never=False), "$.expect_events[0].never"),
    "after without a window": (rule(event="hit", after="swing"), "$.expect_events[0]"),
    "negative window": (rule(event="h", after="s", within_s=-1), "$.expect_events[0].within_s"),
    "at without a tolerance": (rule(event="hit", at_s=1), "$.expect_events[0]"),
    "empty sequence": (rule(sequence=[]), "$.expect_events[0].sequence"),
    "list in where": (rule(event="hit", where={"a": [1]}, count=1), "$.expect_events[0].where.a"),
    "where without bounds": (
        rule(event="hit", where={"a": {}}, count=1),
        "$.expect_events[0].where.a",
    ),
    "condition without a comparison": (invariant(metric="hp"), "$.invariants[0]"),
    "condition with two": (invariant(metric="hp", min=1, max=2), "$.invariants[0]"),
    "two conditions in one": (invariant(metric="hp", event="hit"), "$.invariants[0]"),
    "misspelt condition": (invariant(metirc="hp", min=0), "$.invariants[0]"),
    "null in a condition": (invariant(event="hit", where={"a": None}), "$.invariants[0].where.a"),
    "unknown type": (invariant(type="some", conditions=[]), "$.invariants[0].type"),
    "any of nothing": (invariant(any=[]), "$.invariants[0].any"),
    "within 0 frames": (
        invariant(within={"frames": 0, "condition": {"event": "hit"}}),
        "$.invariants[0].within.frames",
    ),
    "empty name of an invariant": ({"invariants": [""]}, "$.invariants[0]"),
}


@pytest.mark.parametrize(("wrong", "place"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused_by_both_and_shown_at_its_place(
    judge: Judge, wrong: dict[str, Any], place: str
) -> None:
    manifest = {key: value for key, value in {**LEAST, **wrong}.items() if value is not ABSENT}
    assert judge.refusal(LEAST) == ""
    assert judge.refusal(manifest)
    for validator in (VALIDATOR, SCENARIO_VALIDATOR):
        assert validator.is_valid(LEAST)
        assert place in {error.json_path for error in validator.iter_errors(manifest)}


BUNDLE_MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "empty bundle": ({"scenarios": []}, "$.scenarios"),
    "bundle with a timeline": ({"scenarios": [LEAST], "timeline": []}, "$"),
    "bundle with a seed": ({"scenarios": [LEAST], "seed": 1}, "$"),
    "version 3": ({"scenarios": [LEAST], "version": 3}, "$.version"),
    "misspelt key of a member": ({"scenarios": [{**LEAST, "sed": 1}]}, "$.scenarios[0]"),
    "mistake two bundles down": (
        {"scenarios": [{"scenarios": [{**LEAST, "seed": None}]}]},
        "$.scenarios[0].scenarios[0].seed",
    ),
    "member as a text": ({"scenarios": ["one"]}, "$.scenarios[0]"),
}


@pytest.mark.parametrize(("wrong", "place"), BUNDLE_MISTAKES.values(), ids=BUNDLE_MISTAKES)
def test_a_mistake_in_a_bundle_is_refused_by_both(
    judge: Judge, wrong: dict[str, Any], place: str
) -> None:
    assert judge.refusal(wrong)
    assert place in {error.json_path for error in VALIDATOR.iter_errors(wrong)}


def test_the_schema_of_one_driver_knows_no_bundles() -> None:
    bundle = {"scenarios": [LEAST]}
    assert VALIDATOR.is_valid(bundle)
    assert not SCENARIO_VALIDATOR.is_valid(bundle)


@pytest.mark.parametrize(
    "beyond",
    [
        pytest.param({"world": "nobody-has-this"}, id="a world that is missing"),
        pytest.param({"expect": {"hp": {"min": 2, "max": 1}}}, id="bounds the wrong way round"),
        pytest.param(entry(hitch=1, jitter=2), id="a jitter above its hitch"),
        pytest.param({"timeline": [{"at": 0, "checkpoint": "a"}] * 2}, id="a name twice"),
        pytest.param({"matrix": {"seed": [1, 1]}}, id="a combination twice"),
    ],
)
def test_what_a_schema_cannot_say_it_allows(judge: Judge, beyond: dict[str, Any]) -> None:
    manifest = {**LEAST, **beyond}
    assert judge.refusal(manifest)
    assert VALIDATOR.is_valid(manifest)


def test_the_options_of_all_shipped_macros_are_described() -> None:
    described = {name: tuple(sorted(options)) for name, options in MACRO_OPTIONS.items()}
    assert described == {name: tuple(sorted(options)) for name, options in MACROS.items()}


def test_a_macro_of_a_plugin_is_known_by_name_and_options() -> None:
    macros = {**MACROS, "rain-of-stones": ("stones",)}
    validator = Draft202012Validator(schema_of(None, macros))
    rain = entry(macro="Rain of Stones", options={"stones": "many"})
    assert validator.is_valid({**LEAST, **rain})
    assert not VALIDATOR.is_valid({**LEAST, **rain})
    assert "stones" in {name for part in subschemas(validator.schema) for name in part}


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        schema_of("timelin", MACROS)
    assert str(caught.value) == (
        "schema: unknown kind 'timelin' (did you mean 'timeline'?); known: project, timeline"
    )


@pytest.mark.parametrize("kind", ["agent", "catalog", "scene", "script", "steps"])
def test_a_kind_that_is_not_read_yet_is_refused_with_a_word(kind: str) -> None:
    with pytest.raises(UsageError) as caught:
        schema_of(kind, MACROS)
    assert str(caught.value) == (
        f"schema: manifests of kind '{kind}' are not read yet; known: project, timeline"
    )
