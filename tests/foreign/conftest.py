"""Debian's Lua libraries, a world that asks them, and plain LuaJIT, which is asked the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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

# In the order in which one VM is asked; what `pl_globals` changes stays changed.
PROBES = (
    "argparse",
    "basexx",
    "binaryheap",
    "dkjson",
    "inspect",
    "pl_class",
    "pl_functions",
    "pl_list",
    "pl_maps",
    "pl_reading",
    "pl_stringx",
    "pl_tables",
    "pl_tablex",
    "pl_xml",
    "pl_globals",
)


def missing_packages(libraries: Path, luajit: str | None) -> list[str]:
    """Return the Debian packages that are not installed."""
    missing = [name for name, file in PACKAGES.items() if not (libraries / file).is_file()]
    return missing if luajit else ["luajit", *missing]


def demand(missing: Sequence[str], environ: Mapping[str, str]) -> None:
    """Skip with the names of what is missing; fail instead where it is required."""
    if missing:
        word = f"not installed: Debian's {', '.join(missing)}"
        if environ.get(REQUIRED) == "required":
            pytest.fail(f"{word}; {REQUIRED} says that they are required")
        pytest.skip(word)


class Plain(NamedTuple):
    """What plain LuaJIT says, by module and probe."""

    answers: dict[str, dict[str, str]]
    attempts: dict[str, str]


def ask_plain(luajit: str, question: str, modules: Sequence[str]) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [luajit, "plain.lua", str(LIBRARIES), question, *modules],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, str]] = {module: {} for module in modules}
    for line in done.stdout.splitlines():
        module, name, answer = line.split("\t")
        found[module][name] = answer
    return found


@pytest.fixture(scope="session")
def plain() -> Plain:
    luajit = shutil.which("luajit")
    demand(missing_packages(LIBRARIES, luajit), os.environ)
    assert luajit
    answers = ask_plain(luajit, "answers", [f"probes.{name}" for name in PROBES])
    return Plain(answers, ask_plain(luajit, "attempts", ["refused"])["refused"])


@pytest.fixture(scope="session")
def harness(plain: Plain) -> Iterator[Harness]:  # noqa: ARG001 (without the libraries: no tests)
    from engine_harness.api import Harness, open_project

    with Harness(open_project(PROJECT)) as harness:
        yield harness


@pytest.fixture(scope="session")
def in_world(harness: Harness) -> dict[str, dict[str, str]]:
    """Return what one run of the world recorded: the answers of each module."""
    from engine_harness.run.isolate import record_of
    from engine_harness.run.session import job_of
    from engine_harness.testing.builders import request_of, scenario_of

    questions = [("answers", f"probes.{name}") for name in PROBES]
    questions.insert(-1, ("attempts", "refused"))
    timeline: list[dict[str, Any]] = [
        {"at": index / 10, "action": action, "args": {"module": module}}
        for index, (action, module) in enumerate(questions)
    ]
    scenario = scenario_of(harness, world="foreign", timeline=timeline)
    request = request_of(harness, scenario)
    record = record_of(request, harness.pool.call(job_of(request)))
    assert record.outcome.status == "completed", record.outcome
    rows = [row for row in record.events if row["source"] == "plan"]
    return {
        module: row["details"] for (_, module), row in zip(questions, rows, strict=True)
    }
