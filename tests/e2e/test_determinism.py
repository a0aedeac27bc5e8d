"""Same manifests, sources and seed: the same bytes in every artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

# Where the project lies, flags, environment, working folder below the project.
CONDITIONS: dict[str, tuple[str, tuple[str, ...], dict[str, str], str]] = {
    "once more": ("a", ("--jobs", "1"), {}, "."),
    "two jobs, another hash seed, time zone and locale": (
        "a",
        ("--jobs", "2"),
        {"PYTHONHASHSEED": "12345", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
        ".",
    ),
    "another place on disk and working folder": (
        "else where/b",
        ("--jobs", "2"),
        {"PYTHONHASHSEED": "1"},
        "scenarios/arena",
    ),
}

# Without the workloads, which are the longest.
SHORT = ("--suite", "engine-sim", "--exclude-tag", "engine-perf")


def test_artifacts_are_byte_identical_under_changed_conditions(
    shipped: Callable[[str], Project],
) -> None:
    projects = {place: shipped(place) for place in ("a", "else where/b")}
    first = projects["a"].run("--jobs", "1")
    assert first.code == 0, first.text
    expected = projects["a"].artifacts()
    assert len(expected) > 20
    for name, (place, flags, environment, folder) in CONDITIONS.items():
        project = projects[place]
        done = project.run("--force-build", *flags, cwd=project.folder / folder, **environment)
        assert done.code == 0, (name, done.text)
        assert project.artifacts() == expected, name


def test_another_seed_gives_other_records(shipped: Callable[[str], Project]) -> None:
    project = shipped("a")
    project.run(*SHORT)
    records = {k: v for k, v in project.artifacts().items() if "/records/" in k}
    assert len(records) > 20
    project.run(*SHORT, "--seed", "12")
    assert any(project.artifacts()[path] != data for path, data in records.items())


def test_output_lines_come_in_the_same_order_whatever_the_jobs(
    shipped: Callable[[str], Project],
) -> None:
    project = shipped("a")

    def passes(text: str) -> list[str]:
        return [line.split()[1] for line in text.splitlines() if line.startswith("[PASS]")]

    one, two = project.run(*SHORT, "--jobs", "1"), project.run(*SHORT, "--jobs", "2")
    assert passes(one.out) == passes(two.out)
    assert len(passes(one.out)) >= 10
