"""`run-harness config`: what holds, and who said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_every_value_has_its_source(
    harness: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "harness.toml").write_text("[run]\nseed = 7\nmemory_mb = 300\n", "utf-8")
    monkeypatch.setenv("HARNESS_RUN_DEADLINE_S", "5")
    ran = harness("config", "--jobs", "3", "--json")
    assert ran.code == 0
    assert ran.document["root"] == str(tmp_path)
    values = {item["key"]: (item["value"], item["source"]) for item in ran.document["values"]}
    assert values["run.jobs"] == (3, "flag --jobs")
    assert values["run.deadline_s"] == (5, "environment HARNESS_RUN_DEADLINE_S")
    assert values["run.seed"] == (7, "harness.toml:2")
    assert values["run.memory_mb"] == (300, "harness.toml:3")
    assert values["paths.artifacts"] == ("artifacts", "default")


def test_the_table_is_aligned(harness: Callable[..., Any], tmp_path: Path) -> None:
    lines = harness("config").lines
    assert lines[0] == f"root: {tmp_path}"
    starts = {line.index("default") for line in lines[1:]}
    assert len(starts) == 1


def test_an_unknown_key_is_refused_with_a_suggestion(
    harness: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "harness.toml").write_text("[run]\nsed = 7\n", "utf-8")
    ran = harness("config")
    assert ran.code == 2
    assert ran.err.startswith("harness.toml:2")
    assert "seed" in ran.err


def test_the_project_of_a_folder_below_is_found(
    harness: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert harness("config").lines[0] == f"root: {tmp_path}"
