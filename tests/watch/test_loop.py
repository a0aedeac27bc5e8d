"""One batch after the other is handed on, and no change falls between two looks."""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING

import pytest

from engine_harness.watch.loop import Inbox, watch
from engine_harness.watch.observer import Observer
from engine_harness.watch.trees import Tree, Watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WAIT_S = 10.0


class Course:
    """Rounds that write down what they are told; after the last step they are over."""

    def __init__(self, watched: Watched, *steps: Callable[[], object]) -> None:
        self.watched = watched
        self.opening: Callable[[], object] = lambda: None
        self.noticing: Callable[[], object] = lambda: None
        self.changes: list[list[str]] = []
        self._steps = list(steps)

    def open(self) -> None:
        self.opening()

    def begin(self) -> bool:
        return self._step()

    def notice(self, _paths: tuple[Path, ...]) -> None:
        self.noticing()

    def changed(self, paths: tuple[Path, ...]) -> bool:
        self.changes.append([path.name for path in paths])
        return self._step()

    def pressed(self, _key: str) -> bool:
        return False

    def _step(self) -> bool:
        if not self._steps:
            return False
        self._steps.pop(0)()
        return True

    def run(self, *, is_polling: bool = False) -> list[list[str]]:
        """Return the names of what has changed, batch by batch."""
        inbox = Inbox()
        observer = Observer(inbox.touched, pytest.fail, is_polling=is_polling)
        # What never comes is a failure, not a hang.
        guard = Timer(WAIT_S, inbox.pressed, "q")
        guard.start()
        try:
            watch(self, inbox, observer)
        finally:
            guard.cancel()
            observer.close()
        return self.changes


def tree(folder: Path) -> Watched:
    return Watched(trees=(Tree(folder, frozenset({".lua"})),))


def nothing() -> None:
    pass


@pytest.mark.parametrize("is_polling", [False, True], ids=["told", "polling"])
def test_what_changes_while_it_is_opened_is_the_first_batch(
    tmp_path: Path, is_polling: bool
) -> None:
    project = tmp_path / "project.toml"
    project.write_text("one")
    (tmp_path / "a.lua").write_text("1")
    course = Course(Watched(files=frozenset({project})), nothing)

    def read_and_lose_a_race() -> None:
        course.watched = course.watched | tree(tmp_path)
        project.write_text("two")

    course.opening = read_and_lose_a_race
    assert course.run(is_polling=is_polling) == [["project.toml"]]


def test_what_is_watched_anew_has_not_changed(tmp_path: Path) -> None:
    for name in ("in/a", "more/b", "more/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.lua").write_text("1")
    course = Course(
        tree(tmp_path / "in"),
        lambda: (tmp_path / "in/a.lua").write_text("2"),
        lambda: (tmp_path / "more/b.lua").write_text("2"),
    )

    def widen() -> None:
        course.watched = course.watched | tree(tmp_path / "more")

    course.noticing = widen
    assert course.run() == [["a.lua"], ["b.lua"]]


def test_what_is_not_watched_any_more_is_not_gone(tmp_path: Path) -> None:
    for name in ("in/a", "more/b"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.lua").write_text("1")
    course = Course(
        tree(tmp_path / "in") | tree(tmp_path / "more"),
        lambda: (tmp_path / "in/a.lua").write_text("2"),
        lambda: (tmp_path / "in/a.lua").write_text("3"),
    )

    def narrow() -> None:
        course.watched = tree(tmp_path / "in")

    course.noticing = narrow
    assert course.run() == [["a.lua"], ["a.lua"]]


def test_a_folder_that_goes_with_one_far_above_it_is_missed_without_news(tmp_path: Path) -> None:
    folder = tmp_path / "far/above/lua"
    folder.mkdir(parents=True)
    (folder / "a.lua").write_text("1")
    course = Course(
        tree(folder),
        lambda: (tmp_path / "far").rename(tmp_path / "aside"),
        lambda: (tmp_path / "aside").rename(tmp_path / "far"),
    )
    assert course.run() == [["a.lua"], ["a.lua"]]


def test_a_round_may_be_the_last(tmp_path: Path) -> None:
    assert Course(tree(tmp_path)).run() == []


def test_a_linked_folder_that_comes_and_goes_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/a.lua").write_text("1")
    link, circle = tmp_path / "in/link", tmp_path / "in/circle"
    course = Course(
        tree(tmp_path / "in"),
        lambda: link.symlink_to(tmp_path / "shared"),
        link.unlink,
        lambda: circle.symlink_to(tmp_path / "in"),
        circle.unlink,
        lambda: (tmp_path / "in/dead.lua").symlink_to(tmp_path / "nowhere"),
    )
    assert course.run() == [["a.lua"], ["a.lua"], ["circle"], ["circle"], ["dead.lua"]]
