"""A batch ends when nothing has happened for a moment, and holds real changes alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from engine_harness.watch.debounce import Contents, collect
from engine_harness.watch.trees import Tree, Watched

if TYPE_CHECKING:
    from pathlib import Path


class Course:
    """News that come at set times, on a clock that only waiting moves."""

    def __init__(self, *times_s: float) -> None:
        self.now_s = 0.0
        self._coming = [(at_s, f"{at_s:g}") for at_s in times_s]

    def news(self, timeout_s: float) -> str | None:
        if self._coming and self._coming[0][0] <= self.now_s + timeout_s:
            at_s, path = self._coming.pop(0)
            self.now_s = max(self.now_s, at_s)
            return path
        self.now_s += timeout_s
        return None

    def collect(self) -> frozenset[str]:
        return collect("0", self.news, lambda: self.now_s)


def test_a_pause_of_100_ms_ends_a_batch() -> None:
    course = Course(0.05, 0.14, 0.25)
    assert course.collect() == {"0", "0.05", "0.14"}
    assert course.now_s == 0.14 + 0.1


def test_a_batch_without_a_pause_ends_after_two_seconds() -> None:
    course = Course(*(0.05 * step for step in range(1, 100)))
    found = course.collect()
    assert "1.95" in found
    assert "2.1" not in found
    assert course.now_s == 2.0


def watched(folder: Path) -> Watched:
    return Watched(trees=(Tree(folder, frozenset({".yaml"})),))


def test_what_says_the_same_has_not_changed(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.yaml").write_text("1")
    look = watched(tmp_path)
    contents = Contents(look.scan())
    (tmp_path / "a.yaml").write_text("1")
    os.utime(tmp_path / "b.yaml", (5, 5))
    (tmp_path / "c.yaml").write_text("2")
    (tmp_path / "d.yaml").unlink()
    (tmp_path / "e.yaml").write_text("1")
    changed = contents.changed(look.scan(), ())
    assert [path.name for path in changed] == ["c.yaml", "d.yaml", "e.yaml"]
    assert contents.changed(look.scan(), changed) == ()


def test_a_change_that_the_clock_of_the_disk_does_not_show_is_found_when_there_is_news(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("1")
    os.utime(path, (5, 5))
    look = watched(tmp_path)
    contents = Contents(look.scan())
    path.write_text("2")
    os.utime(path, (5, 5))
    assert contents.changed(look.scan(), ()) == ()
    assert contents.changed(look.scan(), [path]) == (path,)
