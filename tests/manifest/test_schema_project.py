"""The schema of `harness.toml`: what the project accepts it accepts, mistakes it refuses."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine_harness.errors import ManifestError
from engine_harness.manifest.project import load_project
from engine_harness.manifest.schema.root import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "engine_harness/cli/init_template/harness.toml"
VALIDATOR = Draft202012Validator(schema_of("project", {}))

EVERYTHING: dict[str, Any] = {
    "paths": {
        "scenarios": ["plays", "more"],
        "lua": [],
        "artifacts": "out",
        "goldens": "goldens",
        "baselines": "base/lines",
    },
    "run": {"jobs": "auto", "deadline_s": 0.5, "memory_mb": 64, "seed": "text"},
    "world": {"arena": {"hp": 3, "deep": {"list": [1, "a"]}}, "a-B_1": {}},
    "suites": {
        "quick": {
            "tags": ["smoke"],
            "exclude_tags": ["slow"],
            "worlds": ["arena"],
            "drivers": ["timeline"],
            "description": "What runs first.",
            "gate": "quick.envelope.json",
        },
        "rest": {},
    },
}


def toml(value: Any) -> str:
    """Return `value` as TOML writes it in one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)


def refusal(folder: Path, data: dict[str, Any]) -> str:
    """Return why `harness.toml` with this data cannot be used, empty if it can."""
    lines = [f"{json.dumps(key)} = {toml(value)}\n" for key, value in data.items()]
    (folder / "harness.toml").write_text("".join(lines), "utf-8")
    try:
        load_project(folder)
    except ManifestError as error:
        return str(error)
    return ""


def test_everything_is_accepted_by_both(tmp_path: Path) -> None:
    assert refusal(tmp_path, EVERYTHING) == ""
    assert [error.message for error in VALIDATOR.iter_errors(EVERYTHING)] == []


def test_every_key_of_the_schema_is_among_everything() -> None:
    sections: Any = VALIDATOR.schema["properties"]
    assert {name: set(EVERYTHING[name]) for name in ("paths", "run")} == {
        name: set(sections[name]["properties"]) for name in ("paths", "run")
    }
    suite = sections["suites"]["additionalProperties"]["properties"]
    assert set(EVERYTHING["suites"]["quick"]) == set(suite)
    assert set(EVERYTHING) == set(sections)


def test_the_file_of_a_new_project_is_accepted() -> None:
    data = tomllib.loads(TEMPLATE.read_text("utf-8").replace("@WORLD@", "lantern"))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown section": ({"runs": {}}, "$"),
    "section that is a number": ({"run": 1}, "$.run"),
    "misspelt key": ({"run": {"sed": 7}}, "$.run"),
    "path that is no list": ({"paths": {"scenarios": "plays"}}, "$.paths.scenarios"),
    "empty path": ({"paths": {"lua": [""]}}, "$.paths.lua[0]"),
    "no jobs": ({"run": {"jobs": 0}}, "$.run.jobs"),
    "jobs as a word": ({"run": {"jobs": "all"}}, "$.run.jobs"),
    "deadline of 0": ({"run": {"deadline_s": 0}}, "$.run.deadline_s"),
    "deadline above the ceiling": ({"run": {"deadline_s": 601}}, "$.run.deadline_s"),
    "memory as a text": ({"run": {"memory_mb": "64"}}, "$.run.memory_mb"),
    "seed that is true": ({"run": {"seed": True}}, "$.run.seed"),
    "seed with a fraction": ({"run": {"seed": 1.5}}, "$.run.seed"),
    "options that are a list": ({"world": {"arena": []}}, "$.world.arena"),
    "name of a world": ({"world": {"my world": {}}}, "$.world"),
    "name of a suite": ({"suites": {"my suite": {}}}, "$.suites"),
    "suite that is always there": ({"suites": {"all": {}}}, "$.suites"),
    "unknown key of a suite": ({"suites": {"quick": {"tag": ["a"]}}}, "$.suites.quick"),
    "tags as a text": ({"suites": {"quick": {"tags": "a"}}}, "$.suites.quick.tags"),
    "unknown driver": ({"suites": {"q": {"drivers": ["timelin"]}}}, "$.suites.q.drivers[0]"),
}


@pytest.mark.parametrize(("wrong", "place"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused_by_both_and_shown_at_its_place(
    tmp_path: Path, wrong: dict[str, Any], place: str
) -> None:
    assert refusal(tmp_path, wrong)
    assert place in {error.json_path for error in VALIDATOR.iter_errors(wrong)}


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    for key in data if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


# Each draw is a value of its own: what one example puts into a list, the next must not find there.
VALUES = st.sampled_from(
    (True, 0, 1, -1, 2.0, 0.5, 10**9, "", "auto", "all", "timeline", "a b", [], {}, ["a"], [""])
).map(copy.deepcopy)
NAMES = ("jobs", "tags", "tag", "all", "engine", "a b", "", "world", "paths", "run", "gate")


@settings(
    max_examples=200,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_what_the_project_accepts_the_schema_accepts(tmp_path: Path, data: st.DataObject) -> None:
    changed = copy.deepcopy(EVERYTHING)
    for _ in range(data.draw(st.integers(1, 3))):
        found = list(places(changed))
        if not found:
            break
        parent, key = data.draw(st.sampled_from(found))
        mistake = data.draw(st.sampled_from(("drop", "retype", "rename", "add")))
        if mistake == "drop":
            del parent[key]
        elif mistake == "retype":
            parent[key] = data.draw(VALUES)
        elif isinstance(parent, dict):
            name = data.draw(st.sampled_from(NAMES))
            parent[name] = parent.pop(key) if mistake == "rename" else data.draw(VALUES)
    errors = [error.message for error in VALIDATOR.iter_errors(changed)]
    if errors:
        assert refusal(tmp_path, changed), errors
