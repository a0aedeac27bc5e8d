"""Every shipped scenario replays to the same record; the files are the same in every process."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

FILE = "artifacts/engine/engine_replay.json"
REPLAYED = "artifacts/engine/replayed/engine_replay.json"
MASS, RESILIENCE = "engine_perf_mass_pressure", "engine_perf_hitch_resilience"
SMALL = ("scenarios/arena", "telemetry_capture")

REMOTE_OFF = """
metadata: { id: remote_off, label: A press that nobody hears }
timeline:
  - { at: 0, rule: autoparry-enabled, value: true }
  - { at: 0.1, threat: { id: a, spawn: { position: [0, 0, 120], velocity: [0, 0, -150] } } }
"""


def replays_of(project: Project, file: str) -> list[Any]:
    return json.loads((project.folder / file).read_bytes())["replays"]  # type: ignore[no-any-return]


def played_again(project: Project, *flags: str) -> list[Any]:
    """Write the replays of what `flags` select, play them, and return them."""
    done = project.run("--suite", "engine-replay", *flags)
    # What scenarios expect is not asked here: of another run it need not hold.
    assert done.code in (0, 1), done.text
    before = replays_of(project, FILE)
    done = project.run("--suite", "engine-replay", "--from", FILE)
    assert done.code == 0, done.text
    told = [line for line in done.out.splitlines() if line.startswith("[")]
    assert told == [f"[PASS] {replay['id']} replayed: same record" for replay in before]
    after = replays_of(project, REPLAYED)
    assert [replay["digest"] for replay in after] == [replay["digest"] for replay in before]
    return before


def test_every_shipped_scenario_replays_to_the_same_record(
    shipped: Callable[[str], Project],
) -> None:
    stalled = {replay["id"]: replay for replay in played_again(shipped("stall"))}
    assert len(stalled) > 20
    mass = stalled[MASS]
    assert mass["logs"]["events"]["kept"] > 5_000
    policy = ("--hitch-policy", "catch_up", "--seed", "a text", *SMALL, RESILIENCE)
    caught_up = {replay["id"]: replay for replay in played_again(shipped("catch up"), *policy)}
    # The other way to pass a hitch was another run, not the same one twice.
    moved = {name for name in caught_up if caught_up[name]["digest"] != stalled[name]["digest"]}
    assert RESILIENCE in moved
    for replay in caught_up.values():
        assert replay["setup"]["seed"] == "a text"


def test_replays_and_traces_are_the_same_bytes_in_every_process(
    shipped: Callable[[str], Project],
) -> None:
    def files(number: int) -> dict[str, bytes]:
        project = shipped(f"process {number}")
        surroundings = {"PYTHONHASHSEED": str(number * 7), "ENGINE_TRACE": "1"}
        flags = (*SMALL, "--jobs", str(1 + number))
        suites = ("--suite", "engine-sim", "--suite", "engine-replay")
        done = project.run(*suites, *flags, **surroundings)
        assert done.code == 0, done.text
        done = project.run("--suite", "engine-replay", "--from", FILE, **surroundings)
        assert done.code == 0, done.text
        return project.artifacts()

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(files, range(2))
    assert first == second
    telemetry = "artifacts/engine/telemetry"
    assert f"{telemetry}/telemetry_capture-trace.json" in first
    assert f"{telemetry}/arena_order-observability.json" in first
    assert "artifacts/engine/replayed/records/arena_order.json" in first
    # What was played tells of itself as what it was played from.
    original, played = (json.loads(first[name])["replays"] for name in (FILE, REPLAYED))
    for replay, again in zip(original, played, strict=True):
        for key in set(replay) - {"warnings"}:
            assert again[key] == replay[key], (replay["id"], key)


def test_traces_are_written_only_where_they_are_asked_for_and_cleared_by_the_next_run(
    project: Project,
) -> None:
    telemetry = project.folder / "artifacts/engine/telemetry"

    def names(*flags: str) -> list[str]:
        done = project.run("--suite", "engine-sim", *flags)
        assert done.code == 0, done.text
        return sorted(path.name for path in telemetry.iterdir()) if telemetry.is_dir() else []

    assert names() == []
    written = ["files.json", "good-observability.json", "good-trace.json"]
    assert names("--env", "ENGINE_TRACE=1") == written
    (telemetry / "mine.txt").write_text("mine", "utf-8")
    assert names("--keep-artifacts") == [*written, "mine.txt"]
    assert names() == ["mine.txt"]
    (telemetry / "mine.txt").unlink()
    # No folder that is empty then stays behind.
    assert names("--env", "ENGINE_TRACE=1", "--repeat", "2") == written
    assert names() == []
    left = sorted(path.name for path in telemetry.parent.iterdir())
    assert left == ["engine_simulation.json"]


def test_a_replay_whose_remote_was_off_says_so(project: Project) -> None:
    project.write("scenarios/remote_off.yaml", REMOTE_OFF)
    assert project.run("--suite", "engine-replay", "--scenario", "remote_off").code == 0
    (replay,) = replays_of(project, FILE)
    assert replay["virtualInput"]
    assert replay["remoteLog"] == []
    done = project.run("--suite", "engine-replay", "--from", FILE)
    assert done.code == 0, done.text
    said = " ".join(done.out.split())
    assert "same record nothing in remoteLog warning: no parry remote attached: 1 press" in said
    assert all(warning in said for warning in replay["warnings"])
