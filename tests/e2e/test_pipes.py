"""A pipe where a file belongs: nobody writes into it, and whoever opens it would wait for ever."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Project

GATED = '[suites.pond]\nworlds = ["pond"]\ngate = "g.envelope.json"\n'
REGULAR = "cannot be read: it is no regular file"


def pipe(project: Project, path: str) -> None:
    target = project.folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    os.mkfifo(target)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("scenarios/x.yaml", "scenarios/x.yaml ERROR manifest: "),
        ("harness.toml", "harness.toml ERROR project: "),
        ("g.envelope.json", "g.envelope.json ERROR envelope: "),
        ("g.baseline.json", "g.baseline.json ERROR baseline: "),
    ],
)
def test_a_pipe_is_refused_by_its_name(project: Project, path: str, told: str) -> None:
    project.write("harness.toml", GATED)
    project.write("g.envelope.json", "{}")
    pipe(project, path)
    done = project.run()
    assert (done.code, done.out, done.err) == (2, "", f"{told}{REGULAR}\n")


def test_a_pipe_among_the_lua_sources_is_no_source(project: Project) -> None:
    pipe(project, "lua/worlds/pond/pipe.lua")
    done = project.run()
    assert done.code == 0, done.text
    assert "  - register-pressure PASS in " in done.out
