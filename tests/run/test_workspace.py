"""What a harness knows of a project's files: asked for once, and again when they have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import UsageError
from engine_harness.vm.loader import shipped_lua

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

SCENARIO = """
metadata: { id: NAME, label: One }
world: tape
timeline: [{ at: AT, action: say }]
"""


@pytest.fixture
def desk(make_bench: Callable[[str], Bench]) -> Bench:
    bench = make_bench("desk")
    for name in ("one", "two"):
        bench.write(f"scenarios/{name}.yaml", text(name, "0.5"))
    return bench


def text(name: str, at: str) -> str:
    return SCENARIO.replace("NAME", name).replace("AT", at)


def test_what_says_the_same_is_the_same_object_until_all_is_forgotten(desk: Bench) -> None:
    harness = desk.harness
    first, worlds = harness.load().scenarios, harness.worlds
    again = harness.load().scenarios
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert harness.worlds is worlds
    harness.forget()
    assert harness.worlds is not worlds
    assert harness.standing.loaded is None
    anew = harness.load().scenarios
    assert anew == first
    assert not any(one is other for one, other in zip(first, anew, strict=True))


def test_a_scenario_that_was_read_anew_runs_its_own_module(desk: Bench) -> None:
    harness = desk.harness
    (first, _) = harness.load().scenarios
    harness.compile([first])
    desk.write("scenarios/one.yaml", text("one", "0.75"))
    (second, _) = harness.load().scenarios
    # Nobody has compiled it: to run the module of the first one would be another run.
    (record,) = harness.execute([second])
    assert [row["at_s"] for row in record.events if "entry" in row] == [0.75]


def test_only_a_whole_load_knows_all_ids(desk: Bench) -> None:
    harness = desk.harness
    assert harness.standing.known_ids is None
    assert harness.standing.manifest_hashes == {}
    assert harness.standing.bundle_metadata == {}
    harness.load(("scenarios/one.yaml",))
    assert harness.standing.known_ids is None
    assert list(harness.standing.manifest_hashes) == ["scenarios/one.yaml"]
    harness.load()
    assert harness.standing.known_ids == {"one", "two"}
    assert harness.standing.bundle_metadata == {
        "scenarios/one.yaml": None,
        "scenarios/two.yaml": None,
    }


def test_a_module_that_hides_a_shipped_one_is_found_when_it_appears(desk: Bench) -> None:
    harness = desk.harness
    harness.load()
    roots = harness.roots
    shipped = sorted((shipped_lua() / "worlds").glob("*/init.lua"))[0]
    name = shipped.relative_to(shipped_lua()).as_posix()
    hiding = desk.write(f"lua/{name}", "return {}")
    with pytest.raises(UsageError, match="hides the one that engine_harness ships"):
        harness.notice([hiding])
    hiding.unlink()
    harness.notice([hiding])
    assert harness.roots is roots


def test_requests_leave_their_records_in_the_folder_that_is_named(desk: Bench) -> None:
    harness = desk.harness
    scenarios = harness.load().scenarios
    folder = desk.folder / "there"
    requests = [harness.request_of(scenario) for scenario in scenarios]
    records = {record.scenario.id for record in harness.execute_requests(requests, folder)}
    assert records == {"one", "two"}
    assert sorted(path.name for path in (folder / "records").iterdir()) == ["one.json", "two.json"]
    assert not harness.artifacts.exists()
