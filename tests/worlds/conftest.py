"""The arena under another name, since a shipped world may not be hidden by a broken one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def pit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with the shipped scenarios and their world, called `pit`."""
    root = tmp_path_factory.mktemp("pit")
    for source, target, pattern in (
        ("lua/worlds/arena", "lua/worlds/pit", r"(worlds\.)arena"),
        ("scenarios/arena", "scenarios/pit", r"(world\"?\s*[:=]\s*\"?)arena"),
    ):
        shutil.copytree(ROOT / source, root / target)
        for path in (root / target).iterdir():
            path.write_text(re.sub(pattern, r"\1pit", path.read_text("utf-8")), "utf-8")
    (root / "harness.toml").write_text("", "utf-8")
    return root
