"""Clearing a folder removes what the harness has listed there, and nothing else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from engine_harness.records.written import WrittenFiles

if TYPE_CHECKING:
    from pathlib import Path

FITS = re.compile(r"inner/[a-z]+\.json")


@pytest.fixture
def written(tmp_path: Path) -> WrittenFiles:
    return WrittenFiles(tmp_path / "there", FITS)


def fill(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / "there" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", "utf-8")


def test_nothing_is_listed_before_something_was_written(written: WrittenFiles) -> None:
    assert (written.names(), written.paths()) == ([], ())
    written.clear()


def test_what_is_listed_stays_known_until_it_is_cleared(
    written: WrittenFiles, tmp_path: Path
) -> None:
    written.add(["inner/b.json"])
    written.add(["inner/a.json", "inner/b.json"])
    assert json.loads(written.index.read_bytes()) == {"files": ["inner/a.json", "inner/b.json"]}
    assert written.paths() == tuple(
        tmp_path / "there" / name for name in ("inner/a.json", "inner/b.json", "files.json")
    )


def test_clearing_leaves_what_is_not_listed_and_no_empty_folder(
    written: WrittenFiles, tmp_path: Path
) -> None:
    fill(tmp_path, "inner/a.json", "inner/mine.json", "inner/mine.txt")
    written.add(["inner/a.json", "inner/never.json"])
    written.clear()
    assert sorted(path.name for path in (tmp_path / "there").rglob("*.*")) == [
        "mine.json",
        "mine.txt",
    ]
    for path in (tmp_path / "there/inner").iterdir():
        path.unlink()
    fill(tmp_path, "inner/a.json")
    written.add(["inner/a.json"])
    written.clear()
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"files": 3}',
        '{"files": ["../x.json", "inner/../x.json", "/x.json", "x.json", 3]}',
    ],
)
def test_a_list_that_somebody_has_changed_clears_nothing_else(
    written: WrittenFiles, tmp_path: Path, text: str
) -> None:
    fill(tmp_path, "x.json", "files.json")
    fill(tmp_path, "../x.json")
    written.index.write_text(text, "utf-8")
    written.clear()
    assert (tmp_path / "x.json").is_file()
    assert (tmp_path / "there/x.json").is_file()
