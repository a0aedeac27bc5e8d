"""What matters is found wherever it lies, and nothing else is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import UsageError
from engine_harness.watch import trees
from engine_harness.watch.trees import Tree, Watched

if TYPE_CHECKING:
    from pathlib import Path


def write(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_a_scan_passes_over_what_is_skipped_and_what_we_write(tmp_path: Path) -> None:
    kept = [tmp_path / "in/a.yaml", tmp_path / "in/deep/b.YAML", tmp_path / "single.toml"]
    write(*kept, tmp_path / "in/c.txt", tmp_path / "in/_d.yaml", tmp_path / "in/.git/e.yaml")
    write(tmp_path / "in/goldens/f.yaml", tmp_path / "in/out/g.yaml", tmp_path / "in/h.yaml")
    watched = Watched(
        trees=(
            Tree(tmp_path / "in", frozenset({".yaml"}), frozenset({"goldens"}), (".", "_")),
            Tree(tmp_path / "missing", frozenset({".lua"})),
        ),
        files=frozenset({tmp_path / "single.toml", tmp_path / "absent.json"}),
        outputs=frozenset({tmp_path / "in/out", tmp_path / "in/h.yaml"}),
    )
    assert sorted(watched.scan().files) == sorted(kept)


def test_links_to_folders_are_followed_and_circles_are_not(tmp_path: Path) -> None:
    write(tmp_path / "shared/a.lua")
    (tmp_path / "lua").mkdir()
    (tmp_path / "lua/link").symlink_to(tmp_path / "shared")
    (tmp_path / "lua/circle").symlink_to(tmp_path / "lua")
    scan = Watched(trees=(Tree(tmp_path / "lua", frozenset({".lua"})),)).scan()
    assert list(scan.files) == [tmp_path / "lua/link/a.lua"]
    assert tmp_path / "lua/link" in scan.links


@pytest.mark.parametrize(
    ("path", "is_folder", "is_wanted"),
    [
        ("in/a.yaml", False, True),
        ("in/a.txt", False, False),
        ("in/new", True, True),
        ("single.toml", False, True),
        ("out/a.yaml", False, False),
        ("out/folder", True, False),
    ],
)
def test_news_are_wanted_of_what_may_matter(
    tmp_path: Path, path: str, is_folder: bool, is_wanted: bool
) -> None:
    watched = Watched(
        trees=(Tree(tmp_path / "in", frozenset({".yaml"})),),
        files=frozenset({tmp_path / "single.toml"}),
        outputs=frozenset({tmp_path / "out"}),
    )
    assert watched.wants(tmp_path / path, is_folder=is_folder) is is_wanted


def test_too_many_files_are_an_error_not_a_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "FILES_MAX", 2)
    write(tmp_path / "a.lua", tmp_path / "b.lua", tmp_path / "c.lua")
    with pytest.raises(UsageError, match=r"more than 2 files \(limit watched_files\)"):
        Watched(trees=(Tree(tmp_path, frozenset({".lua"})),)).scan()
