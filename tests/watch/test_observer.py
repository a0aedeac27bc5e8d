"""News arrive whatever happens to the folders, and the user learns when they are polled for."""

from __future__ import annotations

import errno
import shutil
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest
from watchdog.observers import Observer as SystemObserver
from watchdog.observers.polling import PollingObserver

from engine_harness.watch.observer import Observer
from engine_harness.watch.trees import Tree, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from watchdog.observers.api import BaseObserver

WAIT_S = 10.0


class Ears:
    """An observer and what it has heard."""

    def __init__(self, **options: Any) -> None:
        self.heard: SimpleQueue[str] = SimpleQueue()
        self.told: list[str] = []
        self.observer = Observer(self.heard.put, self.told.append, **options)

    def hear(self, path: Path) -> None:
        """Wait for news of `path`."""
        while self.heard.get(timeout=WAIT_S) != str(path):
            pass


@pytest.fixture(params=[False, True], ids=["told", "polling"])
def ears(request: pytest.FixtureRequest) -> Iterator[Ears]:
    one = Ears(is_polling=request.param)
    yield one
    one.observer.close()


def watched(folder: Path) -> Watched:
    return Watched(trees=(Tree(folder, frozenset({".lua"})),), outputs=frozenset({folder / "out"}))


def test_a_folder_may_come_late_go_and_come_back(tmp_path: Path, ears: Ears) -> None:
    folder = tmp_path / "a/lua"
    ears.observer.watch(watched(folder))
    folder.mkdir(parents=True)
    ears.hear(tmp_path / "a")
    assert ears.observer.refresh()
    (folder / "x.lua").write_text("1")
    ears.hear(folder / "x.lua")
    shutil.rmtree(tmp_path / "a")
    ears.hear(folder)
    assert ears.observer.refresh()
    folder.mkdir(parents=True)
    assert ears.observer.refresh()
    (folder / "y.lua").write_text("1")
    ears.hear(folder / "y.lua")


def test_reading_is_no_news_and_neither_is_what_we_write(tmp_path: Path, ears: Ears) -> None:
    (tmp_path / "a.lua").write_text("1")
    (tmp_path / "out").mkdir()
    ears.observer.watch(watched(tmp_path))
    (tmp_path / "a.lua").read_text()
    (tmp_path / "out/b.lua").write_text("1")
    (tmp_path / "c.txt").write_text("1")
    (tmp_path / "z.lua").write_text("1")
    assert ears.heard.get(timeout=WAIT_S) == str(tmp_path / "z.lua")


def test_a_linked_folder_is_heard_too(tmp_path: Path, ears: Ears) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "lua").mkdir()
    (tmp_path / "lua/link").symlink_to(tmp_path / "shared")
    ears.observer.watch(watched(tmp_path / "lua"), [tmp_path / "lua/link"])
    (tmp_path / "shared/a.lua").write_text("1")
    ears.hear(tmp_path / "shared/a.lua")


class Exhausted(SystemObserver):
    """A system that has no more watches, from the folder with this number on."""

    left = 0
    number = errno.ENOSPC

    def schedule(self, *args: Any, **options: Any) -> Any:
        if self.left == 0:
            raise OSError(self.number, "no more")
        self.left -= 1
        return super().schedule(*args, **options)


@pytest.mark.parametrize("left", [0, 1], ids=["at once", "only noticed by trying one more"])
@pytest.mark.parametrize(
    ("number", "limit"),
    [(errno.ENOSPC, "max_user_watches"), (errno.EMFILE, "max_user_instances")],
)
def test_a_system_without_more_watches_is_polled(
    tmp_path: Path, left: int, number: int, limit: str
) -> None:
    def make(is_polling: bool) -> BaseObserver:
        if is_polling:
            return PollingObserver(timeout=0.05)
        one = Exhausted()
        one.left, one.number = left, number
        return one

    ears = Ears(make=make)
    try:
        ears.observer.watch(watched(tmp_path))
        assert ears.observer.is_polling
        assert ears.told == [
            f"the system has no more watches for folders (fs.inotify.{limit}):"
            " looking at all files every 0.4 s instead, as --poll does"
        ]
        (tmp_path / "a.lua").write_text("1")
        ears.hear(tmp_path / "a.lua")
    finally:
        ears.observer.close()
