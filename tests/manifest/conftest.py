"""Projects in a temporary folder, read with a caller that answers from a table.

What is tested here is reading, not Lua: a world says about itself what the test lets it say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import ManifestError
from engine_harness.manifest.load import Loaded, load_manifests
from engine_harness.manifest.project import Project, load_project
from engine_harness.manifest.worlds import WorldCatalog
from engine_harness.vm.job import Answer, Job, Reply
from engine_harness.vm.loader import LuaRoot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from engine_harness._types import Json
    from engine_harness.manifest.models import Scenario

PIT: dict[str, Json] = {
    "describe": {
        "actions": {
            "jump": {"height": "number?", "times": "integer?"},
            "say": {"text": "string", "loud": "boolean?"},
            "give": {"items": "table", "note": "any?"},
        },
        "metrics": ["hp", "score", "lane.left"],
        "events": ["hit", "landed"],
        "options": {"hp": "integer?", "mode": "string"},
        "frame_rate_hz": 120,
    },
    "methods": ["apply", "metrics", "new", "step"],
    "invariants": {"hp_in_range": {"severity": "error"}},
}
OPEN: dict[str, Json] = {
    "describe": None,
    "methods": ["apply", "metrics", "new"],
    "invariants": {},
}

HEAD = """\
metadata: {id: one, label: One}
world: pit
"""
TIMELINE = """\
timeline:
  - {at: 0, action: jump}
"""


class TableCaller:
    """Answers from two tables: worlds by name, Lua manifests by file."""

    def __init__(self) -> None:
        self.worlds: dict[str, Reply] = {
            "pit": Reply(status="ok", value=PIT),
            "open": Reply(status="ok", value=OPEN),
        }
        self.manifests: dict[str, Reply] = {}
        self.jobs: list[Job] = []

    def call(self, job: Job, answer: Answer | None = None) -> Reply:
        assert answer is None
        self.jobs.append(job)
        assert isinstance(job.data, dict)
        if job.function == "describe":
            return self.worlds[str(job.data["world"])]
        assert job.function == "manifest"
        return self.manifests[str(job.data["file"])]


class Desk:
    """A project whose manifests are written and read by a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.caller = TableCaller()
        for world in self.caller.worlds:
            self.add_world(world)
        (root / "scenarios").mkdir()

    def add_world(self, name: str, reply: Reply | None = None) -> None:
        self.write(f"lua/worlds/{name}/init.lua", "return {}\n")
        if reply is not None:
            self.caller.worlds[name] = reply

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return target

    def lua(self, path: str, value: Json) -> None:
        """Write a Lua manifest that returns `value`."""
        self.write(path, "return {}")
        self.caller.manifests[path] = Reply(status="ok", value=value)

    @property
    def project(self) -> Project:
        return load_project(self.root)

    @property
    def worlds(self) -> WorldCatalog:
        return WorldCatalog([LuaRoot(path=self.root / "lua", name="lua")], self.caller)

    def load(
        self, files: Mapping[str, str | bytes] | str | None = None, paths: Sequence[str] = ()
    ) -> Loaded:
        for path, text in self._files(files):
            self.write(f"scenarios/{path}", text)
        return load_manifests(self.project, self.caller, paths=paths, worlds=self.worlds)

    def one(self, text: str) -> Scenario:
        """Return the only scenario of a manifest."""
        (scenario,) = self.load(text).scenarios
        return scenario

    def problems(
        self, files: Mapping[str, str | bytes] | str | None = None, paths: Sequence[str] = ()
    ) -> list[str]:
        """Return every problem of broken manifests, as printed."""
        with pytest.raises(ManifestError) as caught:
            self.load(files, paths)
        return [
            str(problem).removeprefix("scenarios/").removeprefix("one.yaml:")
            for problem in caught.value.diagnostics
        ]

    def warnings(self, files: Mapping[str, str | bytes] | str | None = None) -> list[str]:
        """Return every warning of manifests that can be used, as printed."""
        return [
            str(problem).removeprefix("scenarios/").removeprefix("one.yaml:")
            for problem in self.load(files).warnings
        ]

    @staticmethod
    def _files(
        files: Mapping[str, str | bytes] | str | None,
    ) -> list[tuple[str, str | bytes]]:
        if isinstance(files, str):
            return [("one.yaml", files)]
        return list((files or {}).items())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
