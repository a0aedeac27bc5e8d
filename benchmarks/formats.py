"""Reading: one long timeline, written out in each of the formats, from its file to its scenario.

In this process, with a child process for Lua that runs already: what a command waits for beside its
start. All formats must give the same scenario.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from benchmarks.project import Times, temporary_project
from benchmarks.report import Row
from engine_harness._collector import collector_paused
from engine_harness.api import Harness, open_project
from engine_harness.manifest.formats import parse
from engine_harness.manifest.reading import ManifestReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine_harness._types import Json

__all__ = ["rows"]

ENTRIES = 5_000
READ_S_MAX = 0.5
"""Half of what compiling as many events may take, from the command to the module."""

Entry = tuple[float, int]


def _yaml(entries: list[Entry]) -> str:
    lines = (f"  - {{at: {at}, action: go, args: {{index: {index}}}}}" for at, index in entries)
    return f"metadata: {{id: long, label: long}}\nworld: idle\ntimeline:\n{_lines(lines)}"


def _json(entries: list[Entry]) -> str:
    timeline = [{"at": at, "action": "go", "args": {"index": index}} for at, index in entries]
    head = {"metadata": {"id": "long", "label": "long"}, "world": "idle"}
    return json.dumps({**head, "timeline": timeline}, indent=1)


def _toml(entries: list[Entry]) -> str:
    lines = (
        f'[[timeline]]\nat = {at}\naction = "go"\nargs.index = {index}\n' for at, index in entries
    )
    return f'world = "idle"\nmetadata = {{ id = "long", label = "long" }}\n\n{_lines(lines)}'


def _lua(entries: list[Entry], mark: str = "") -> str:
    lines = (
        f'\t\t{{ at = {at}, action = "go", args = {{ index = {index} }} }},'
        for at, index in entries
    )
    return (
        f'local manifest{mark} = {{\n\tmetadata = {{ id = "long", label = "long" }},\n'
        f'\tworld = "idle",\n\ttimeline = {{\n{_lines(lines)}\t}},\n}}\nreturn manifest\n'
    )


def _luau(entries: list[Entry]) -> str:
    return f"--!strict\n{_lua(entries, ': { [string]: any }')}"


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


WRITERS: dict[str, Callable[[list[Entry]], str]] = {
    "yaml": _yaml,
    "json": _json,
    "toml": _toml,
    "lua": _lua,
    "luau": _luau,
}


class _Read:
    """One file, read again and again as if for the first time."""

    def __init__(self, harness: Harness, path: Path) -> None:
        self._harness = harness
        self._path = path
        self.timeline: Json = None
        self.size_kb = path.stat().st_size / 1000

    def whole_s(self) -> float:
        """Read the file to its scenario; return how long it took."""
        harness = self._harness
        reader = ManifestReader(harness.project.root, harness.pool, harness.worlds)
        start = time.perf_counter()
        reading = reader.read(self._path)
        wall_s = time.perf_counter() - start
        assert reading.problems == (), reading.problems[0]
        (scenario,) = reading.scenarios
        self.timeline = scenario.model_dump(mode="json", include={"timeline"})
        return wall_s

    def text_s(self) -> float:
        """Read the file to plain data; return how long it took."""
        start = time.perf_counter()
        with collector_paused():
            parse(self._path.read_bytes(), self._path.suffix, self._path.name, self._harness.pool)
        return time.perf_counter() - start


def rows(*, is_quick: bool) -> Iterator[Row]:
    """Measure; a row comes as soon as it is known."""
    count = ENTRIES // 10 if is_quick else ENTRIES
    repeats = 1 if is_quick else 7
    entries = [(index / 100, index) for index in range(count)]
    manifests = {f"long.{name}": write(entries) for name, write in WRITERS.items()}
    first: Json = None
    with temporary_project(manifests) as folder, Harness(open_project(folder)) as harness:
        # The child process is started, the world is asked what it declares.
        _Read(harness, folder / "scenarios" / "long.lua").whole_s()
        for name in WRITERS:
            read = _Read(harness, folder / "scenarios" / f"long.{name}")
            whole = Times.of([read.whole_s() for _ in range(repeats)])
            text = Times.of([read.text_s() for _ in range(repeats)])
            first = first or read.timeline
            assert read.timeline == first, f"{name} is another scenario"
            yield Row(
                name=f"formats.{name}",
                what=f"{count:,} entries, {read.size_kb:.0f} kB: text alone {text.median_s:.2f} s",
                figure=whole.median_s,
                unit="s",
                target=READ_S_MAX,
                better="less",
                details={
                    "best_s": whole.best_s,
                    "median_s": whole.median_s,
                    "text_best_s": text.best_s,
                    "text_median_s": text.median_s,
                    "size_kb": read.size_kb,
                },
            )
