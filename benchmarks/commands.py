"""What somebody waits for who types a command: whole processes, from start to end.

Each is started anew, and works on a project that it has never seen, so that nothing is compiled
yet. The figure is the median of the wall times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from benchmarks.project import CHECKOUT, Finished, Times, run_harness, temporary_project
from benchmarks.report import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["rows"]

SMOKE = CHECKOUT / "scenarios" / "arena" / "first_strike.yaml"
PLANNED = 5_000


class Waited(NamedTuple):
    """What one command took, each time that it was tried."""

    wall: Times
    cpu: Times


def _in_fresh_projects(
    manifests: Mapping[str, str], repeats: int, work: Callable[[Path], Finished]
) -> Waited:
    done = []
    for _ in range(repeats):
        with temporary_project(manifests) as folder:
            done.append(work(folder))
    return Waited(Times.of([one.wall_s for one in done]), Times.of([one.cpu_s for one in done]))


def _row(
    name: str, what: str, waited: Waited, target_s: float | None, *, in_ms: bool = False
) -> Row:
    factor, unit = (1000, "ms") if in_ms else (1, "s")
    wall, cpu = waited
    return Row(
        name=name,
        what=f"{what}: best {factor * wall.best_s:.3g}, cpu {factor * cpu.best_s:.3g}",
        figure=factor * wall.median_s,
        unit=unit,
        target=None if target_s is None else factor * target_s,
        better="less",
        details={
            "best_s": wall.best_s,
            "median_s": wall.median_s,
            "cpu_best_s": cpu.best_s,
            "cpu_median_s": cpu.median_s,
        },
    )


def _long_manifest() -> str:
    entries = "\n".join(
        f"  - {{at: {index / 100}, action: go, args: {{index: {index}}}}}"
        for index in range(PLANNED)
    )
    return f"metadata: {{id: long, label: long}}\nworld: idle\ntimeline:\n{entries}\n"


def _trivial_manifests(count: int) -> dict[str, str]:
    return {
        f"idle_{index:04}.yaml": f"metadata: {{id: idle_{index:04}, label: idle}}\nworld: idle\n"
        "timeline:\n  - {at: 0, action: go}\nexpect: {notes: 1}\n"
        for index in range(count)
    }


def _help(folder: Path) -> Finished:
    return run_harness(folder, "--help")


def _run_all(count: int) -> Callable[[Path], Finished]:
    def work(folder: Path) -> Finished:
        done = run_harness(folder, "--jobs", "2")
        assert f"{count} passed" in done.output.replace(",", ""), done.output
        return done

    return work


def _compile(folder: Path) -> Finished:
    done = run_harness(folder, "compile")
    (module,) = (folder / "artifacts" / "scenarios").glob("*.lua")
    assert module.read_text("utf-8").count("index") >= PLANNED
    return done


def _leave_bytecode(manifests: Mapping[str, str]) -> None:
    """A command is to find what an installed one finds: the bytecode of every module it needs."""
    with temporary_project(manifests) as folder:
        run_harness(folder)
        run_harness(folder, "compile", "--force-build")


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure; a row comes as soon as it is known."""
    smoke = {SMOKE.name: SMOKE.read_text("utf-8")}
    _leave_bytecode(smoke)
    waited = _in_fresh_projects({}, 3 if is_quick else 15, _help)
    yield _row("commands.help", "run-harness --help", waited, 0.12, in_ms=True)
    waited = _in_fresh_projects(smoke, 1 if is_quick else 9, _run_all(1))
    yield _row("commands.smoke", "one smoke scenario", waited, 0.5)
    waited = _in_fresh_projects({"long.yaml": _long_manifest()}, 1 if is_quick else 5, _compile)
    yield _row("commands.compile", f"compile {PLANNED:,} events", waited, 1)
    count = 50 if is_quick else 1_000
    waited = _in_fresh_projects(_trivial_manifests(count), 1 if is_quick else 3, _run_all(count))
    # A part of the work in a part of the time would be another claim: every start takes its own.
    yield _row("commands.many", f"{count:,} scenarios", waited, None if is_quick else 5)
