"""Debian's Lua libraries, a world that asks them, and plain LuaJIT, which is asked the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from engine_harness.api import Harness

# Set where the libraries are installed on purpose: there their absence is a failure.
REQUIRED = "ENGINE_HARNESS_FOREIGN_LUA"

PROJECT = Path(__file__).parent / "project"
LIBRARIES = Path("/usr/share/lua/5.1")
PACKAGES = {
    "lua-argparse": "argparse.lua",
    "lua-basexx": "basexx.lua",
    "lua-binaryheap": "binaryheap.lua",
    "lua-dkjson": "dkjson.lua",
    "lua-inspect": "inspect.lua",
    "lua-penlight": "pl/init.lua",
}

# One VM is asked in this order; what `pl_globals` changes stays changed, so it comes last.
PROBES = sorted(
    (f"probes.{path.stem}" for path in (PROJECT / "lua" / "probes").glob("*.lua")),
    key=lambda module: (module == "probes.pl_globals", module),
)
REFUSED = "refused"

# By module and probe.
Answers = dict[str, dict[str, str]]


def missing_packages(libraries: Path, luajit: str | None) -> list[str]:
    """Return the Debian packages that are not installed."""
    missing = [name for name, file in PACKAGES.items() if not (libraries / file).is_file()]
    return missing if luajit else ["luajit", *missing]


def demand(missing: Sequence[str], environ: Mapping[str, str]) -> None:
    """Skip with the names of what is missing; fail instead where it is required."""
    if not missing:
        return
    word = f"not installed: Debian's {', '.join(missing)}"
    if environ.get(REQUIRED) == "required":
        pytest.fail(f"{word} ({REQUIRED} is 'required')", pytrace=False)
    pytest.skip(word)


class Presence(NamedTuple):
    """The rule for machines without the libraries, for the tests of the rule."""

    missing_packages: Callable[[Path, str | None], list[str]]
    demand: Callable[[Sequence[str], Mapping[str, str]], None]


@pytest.fixture
def presence() -> Presence:
    return Presence(missing_packages, demand)


@pytest.fixture(scope="session")
def luajit() -> str:
    """Return the path of plain LuaJIT; where it or a library is missing, no test runs."""
    found = shutil.which("luajit")
    demand(missing_packages(LIBRARIES, found), os.environ)
    assert found
    return found


@pytest.fixture(scope="session")
def in_plain(luajit: str) -> Answers:
    """Return what plain LuaJIT answers, all of it in one process."""

    def ask(question: str, modules: Sequence[str]) -> list[str]:
        done = subprocess.run(
            [luajit, "plain.lua", str(LIBRARIES), question, *modules],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    answers: Answers = {}
    for line in [*ask("answers", PROBES), *ask("attempts", [REFUSED])]:
        module, name, answer = line.split("\t")
        answers.setdefault(module, {})[name] = answer
    return answers


@pytest.fixture(scope="session")
def harness(luajit: str) -> Iterator[Harness]:
    from engine_harness.api import Harness, open_project

    assert luajit
    with Harness(open_project(PROJECT)) as harness:
        yield harness


@pytest.fixture(scope="session")
def in_a_call(harness: Harness) -> Answers:
    """Return what `call_lua` answers, with a fresh VM for each module."""
    answers = {module: harness.call_lua("answers", "of", module)[0] for module in PROBES}
    answers[REFUSED] = harness.call_lua("answers", "attempts", REFUSED)[0]
    return answers


@pytest.fixture(scope="session")
def in_a_run(harness: Harness) -> Answers:
    """Return what one run of a world answers, all of it in one VM."""
    from engine_harness.run.isolate import record_of
    from engine_harness.run.session import job_of
    from engine_harness.testing.builders import request_of, scenario_of

    asked = [*PROBES[:-1], REFUSED, PROBES[-1]]
    timeline: list[dict[str, Any]] = [
        {
            "at": index / 10,
            "action": "attempts" if module == REFUSED else "answers",
            "args": {"module": module},
        }
        for index, module in enumerate(asked)
    ]
    request = request_of(harness, scenario_of(harness, world="foreign", timeline=timeline))
    record = record_of(request, harness.pool.call(job_of(request)))
    assert record.outcome.status == "completed", record.outcome
    rows = [row for row in record.events if row["source"] == "plan"]
    return {module: row["details"] for module, row in zip(asked, rows, strict=True)}


@pytest.fixture(params=["in_a_run", "in_a_call"])
def ours(request: pytest.FixtureRequest) -> Answers:
    answers: Answers = request.getfixturevalue(request.param)
    return answers


@pytest.fixture(params=PROBES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)
