"""Shared by all tests: projects in a temporary folder, and runs on the real engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine_harness.records.models import RunRecord

HERE = Path(__file__).parent
WORLDS = HERE / "worlds_for_tests"


class Bench:
    """A project in a temporary folder; its worlds are those of the tests and any that is added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "harness.toml").write_text(
            f'[paths]\nlua = ["lua", "{WORLDS.as_posix()}"]\n[run]\njobs = 1\n', "utf-8"
        )
        (folder / "lua").mkdir()
        self._harness: Any = None

    @property
    def harness(self) -> Any:
        from engine_harness.api import Harness, open_project

        if self._harness is None:
            self._harness = Harness(open_project(self.folder))
        return self._harness

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        return target

    def world(self, name: str, text: str) -> str:
        self.write(f"lua/worlds/{name}/init.lua", text)
        return name

    def play(
        self, timeline: list[dict[str, Any]], *, world: str = "tape", **keys: Any
    ) -> RunRecord:
        """Run one timeline in a child process and return its record."""
        from engine_harness.run.isolate import record_of
        from engine_harness.run.session import job_of
        from engine_harness.testing.builders import request_of, scenario_of

        scenario = scenario_of(self.harness, world=world, timeline=timeline, **keys)
        request = request_of(self.harness, scenario)
        return record_of(request, self.harness.pool.call(job_of(request)))

    def judge(self, timeline: list[dict[str, Any]], *, world: str = "tape", **keys: Any) -> Any:
        """Run one timeline and return its verdict."""
        from engine_harness.checks.evaluate import evaluate
        from engine_harness.testing.builders import scenario_of

        record = self.play(timeline, world=world, **keys)
        scenario = scenario_of(self.harness, world=world, timeline=timeline, **keys)
        return evaluate(record, scenario)

    def close(self) -> None:
        if self._harness is not None:
            self._harness.pool.close()


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[[str], Bench]]:
    benches: list[Bench] = []

    def make(name: str = "project") -> Bench:
        folder = tmp_path / name
        folder.mkdir()
        benches.append(Bench(folder))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


@pytest.fixture
def bench(make_bench: Callable[[str], Bench]) -> Bench:
    return make_bench("project")


@pytest.fixture(scope="module")
def shared_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One project for all tests of a module, with a warm child: no world may change its text."""
    bench = Bench(tmp_path_factory.mktemp("project"))
    yield bench
    bench.close()
