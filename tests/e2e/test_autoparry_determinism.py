"""The shipped scenarios of `autoparry`: the same bytes in twenty processes, whatever is around.

Also the other way to pass a hitch: other presses, the same physics, no miss.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from engine_harness._canonical import sha256_hex
from engine_harness.api import Harness, open_project
from engine_harness.records.writer import write_json
from engine_harness.run.session import job_of
from engine_harness.vm.loader import harness_texts, read_module
from engine_harness.vm.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

    from engine_harness.run.session import Request

PROCESSES = 20
AT_ONCE = 2
FRAME_S = 1 / 240
ARTIFACT = "artifacts/engine/engine_simulation.json"
MASS, RESILIENCE = "engine_perf_mass_pressure", "engine_perf_hitch_resilience"
# A path, path::id and an id each mean one scenario.
TARGETS = (
    "scenarios/autoparry/configuration_contract.yaml",
    "scenarios/autoparry/verification_ladder.json",
    "telemetry_capture",
    f"scenarios/autoparry/engine_perf.lua::{RESILIENCE}",
    "engine_perf_flicker_window",
)
CALM = (
    "configuration_contract",
    "engine_perf_flicker_window",
    RESILIENCE,
    "telemetry_capture",
    "verification_ladder",
)
# These processes have thousands of threats besides.
UNDER_PRESSURE = (0, 7, 12, 19)

THREATS_INTERPRETED = 500

PLACES = ("p", "a place with spaces", "deep/" * 12 + "deep", "lua/worlds/autoparry")
HASH_SEEDS = ("0", "1", "12345", "random", "4294967295")
ZONES = ("UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati")
LOCALES = ("C", "C.UTF-8", "POSIX", "de_DE.UTF-8", "tr_TR.UTF-8")
FOLDERS = (".", "scenarios/autoparry", "scenarios")

# Such a key begins a line; its value ends on that line, or on the next one as far to the left.
MACHINE = re.compile(rb'(?m)^( *)"(?:host|meta)": (?:[{\[]\n(?:\1 .*\n)*\1[}\]]|.*),?\n')


class Condition(NamedTuple):
    """What is different from process to process."""

    place: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: str


def condition(number: int) -> Condition:
    """Return the circumstances of one process."""
    targets = [*TARGETS, MASS] if number in UNDER_PRESSURE else [*TARGETS]
    turn = number % len(targets)
    targets = targets[turn:] + targets[:turn]
    if number % 2:
        targets.reverse()
    flags = ("--jobs", str(1 + number // 2 % 2), *(("--force-build",) if number % 3 else ()))
    locale = LOCALES[number % len(LOCALES)]
    return Condition(
        place=f"{number:02d}/{PLACES[number % len(PLACES)]}",
        arguments=(*flags, *targets) if number % 4 else (*targets, *flags),
        environment={
            "PYTHONHASHSEED": HASH_SEEDS[number // 2 % len(HASH_SEEDS)],
            "TZ": ZONES[number // 3 % len(ZONES)],
            "LANG": locale,
            "LC_ALL": locale,
            "COLUMNS": str(40 + 9 * number),
        },
        folder=FOLDERS[number // 4 % len(FOLDERS)],
    )


def deterministic_bytes(data: bytes) -> bytes:
    """Return a written document without the lines of each `host` and `meta`, else as it is."""
    return MACHINE.sub(b"", data)


def digests(project: Project) -> dict[str, str]:
    """Return the digest of every artifact by its path, without what depends on the machine."""
    found = {}
    for path in sorted((project.folder / "artifacts").rglob("*")):
        if path.is_file() and "logs" not in path.parts:
            data = path.read_bytes()
            if path.suffix == ".json":
                data = deterministic_bytes(data)
            found[path.relative_to(project.folder).as_posix()] = sha256_hex(data)
    return found


def test_nothing_but_host_and_meta_is_left_out_of_the_comparison(tmp_path: Path) -> None:
    def written(data: Any) -> bytes:
        write_json(tmp_path / "x.json", data)
        return deterministic_bytes((tmp_path / "x.json").read_bytes())

    machine = {"memory_mb": 1.5, "scheduler": {"elapsed": 0.1}, "empty": {}}
    rows = [{"host": 1, "id": f"t{n}", "position": {"x": 1, "y": 0.1}} for n in range(3)]
    data = {"a": {"host": machine, "z": 1}, "events": rows, "host": machine, "meta": {}}
    other = {**data, "a": {"host": {"memory_mb": 2}, "z": 1}, "host": {}, "meta": {"at": [1]}}
    assert written(data) == written(other)
    assert json.loads(written({**data, "z": 1})) == {"a": {"z": 1}, "events": rows, "z": 1}
    assert written(data) != written({**data, "a": {"host": machine, "z": 1.5}})


def test_every_circumstance_is_tried() -> None:
    conditions = [condition(number) for number in range(PROCESSES)]
    assert {c.environment["PYTHONHASHSEED"] for c in conditions} == set(HASH_SEEDS)
    assert {c.environment["TZ"] for c in conditions} == set(ZONES)
    assert {c.environment["LC_ALL"] for c in conditions} == set(LOCALES)
    assert {c.folder for c in conditions} == set(FOLDERS)
    assert len({c.place for c in conditions}) == PROCESSES
    under_pressure = [c for c in conditions if MASS in c.arguments]
    for some in (conditions, under_pressure):
        jobs = {c.arguments[c.arguments.index("--jobs") + 1] for c in some}
        assert jobs == {"1", "2"}
    assert len({c.arguments for c in conditions}) > PROCESSES / 2


def test_twenty_processes_leave_the_same_bytes(shipped: Callable[[str], Project]) -> None:
    def digests_of(number: int) -> dict[str, str]:
        how = condition(number)
        project = shipped(how.place)
        # A path is one from the project's root; the folder in which it is said matters otherwise.
        arguments = ("--root", str(project.folder), *how.arguments)
        cwd = project.folder / how.folder
        done = project.run(*arguments, cwd=cwd, **how.environment)
        assert done.code == 0, (how, done.text)
        return digests(project)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = list(threads.map(digests_of, range(PROCESSES)))
    pressed, calm = found[UNDER_PRESSURE[0]], found[UNDER_PRESSURE[0] + 1]
    for number, artifacts in enumerate(found):
        expected = pressed if number in UNDER_PRESSURE else calm
        assert artifacts == expected, condition(number)
    assert ARTIFACT in calm
    assert [path for path in calm if "/records/" in path] == [
        f"artifacts/records/{name}.json" for name in CALM
    ]
    # What else is run changes no record; the artifact of all of them it does.
    assert {path: pressed[path] for path in calm if "/records/" in path}.items() <= calm.items()
    assert set(pressed) - set(calm) == {
        f"artifacts/records/{MASS}.json",
        f"artifacts/scenarios/{MASS}.lua",
    }
    assert pressed[ARTIFACT] != calm[ARTIFACT]


def played(request: Request, *, jit: bool) -> tuple[str, dict[str, bytes]]:
    """Return all that a fresh VM in this process says of a run."""
    job = job_of(request)
    machine = Machine(
        harness_texts(),
        read_module=lambda name: read_module(name, request.roots),
        texts=job.texts,
        work_units=job.work_units,
        memory_mb=job.memory_mb,
        jit=jit,
    )
    step = machine.start(job.function, json.dumps(job.data, ensure_ascii=False))
    assert step.kind == "done", step.text
    return step.text, dict(step.blobs)


def test_compiled_code_does_what_interpreted_code_does(shipped: Callable[[str], Project]) -> None:
    with Harness(open_project(shipped("p").folder)) as harness:
        scenarios = {s.metadata.id: s for s in harness.load(["scenarios/autoparry"]).scenarios}
        # Half a thousand threats are enough for every loop to be compiled.
        mass = scenarios[MASS]
        few = mass.model_copy(update={"timeline": mass.timeline[:THREATS_INTERPRETED]})
        for scenario in (few, *(scenarios[name] for name in CALM)):
            request = harness.request_of(scenario)
            compiled, again, interpreted = (played(request, jit=jit) for jit in (True, True, False))
            assert compiled == again, scenario.metadata.id
            assert compiled == interpreted, scenario.metadata.id


def records_of(project: Project) -> dict[str, Any]:
    folder = project.folder / "artifacts/records"
    return {path.stem: json.loads(path.read_bytes()) for path in folder.glob("*.json")}


def late_s(press: dict[str, Any]) -> float:
    return float(press["timestamp"]) - float(press["plannedAt"])


def flight_of(threat: dict[str, Any]) -> tuple[Any, ...]:
    """Return what no hitch may change of a threat."""
    return threat["id"], threat["time"], threat["outcome"], threat.get("contactTime")


def test_catching_up_changes_presses_and_misses_nothing(
    shipped: Callable[[str], Project],
) -> None:
    def play(policy: str) -> dict[str, Any]:
        project = shipped(policy)
        done = project.run("--jobs", "1", "--hitch-policy", policy, MASS, RESILIENCE)
        assert done.code == 0, done.text
        return records_of(project)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        stalled, caught_up = threads.map(play, ("stall", "catch_up"))
    assert set(stalled) == set(caught_up) == {MASS, RESILIENCE}
    for name in stalled:
        of_stall, of_catch_up = stalled[name], caught_up[name]
        for record, policy in ((of_stall, "stall"), (of_catch_up, "catch_up")):
            assert record["sections"]["timeline"]["hitch_policy"] == policy
            assert record["metrics"]["hitches"] == 5
            assert record["metrics"]["outcomes"]["missed"] == 0
            assert record["metrics"]["gateOuts"]["withinGrace"] == 0
        # Contacts do not depend on hitches.
        flights, same_flights = (
            sorted(flight_of(threat) for threat in record["sections"]["autoparry"]["threats"])
            for record in (of_stall, of_catch_up)
        )
        assert flights == same_flights
        # Presses that are due in a stall do: late at its end, or at their own frame. A timer is up
        # to a frame late anywhere; twice that can only be the stall of 43 frames.
        presses = of_stall["sections"]["autoparry"]["parryLog"]
        assert max(late_s(press) for press in presses if press["inStall"]) > 2 * FRAME_S
        assert all(late_s(press) <= FRAME_S + 1e-6 for press in presses if not press["inStall"])
        presses = of_catch_up["sections"]["autoparry"]["parryLog"]
        assert any(press["inStall"] for press in presses)
        assert all(late_s(press) <= FRAME_S + 1e-6 for press in presses)
        assert of_stall["plan_digest"] == of_catch_up["plan_digest"]
        assert of_stall["digest"] != of_catch_up["digest"]
