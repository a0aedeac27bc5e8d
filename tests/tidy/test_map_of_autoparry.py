"""The page about the architecture names every file of the world autoparry, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "lua/worlds/autoparry"
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
SECTION = PAGE.partition("## The world autoparry\n")[2].partition("\n## ")[0]


def test_every_file_is_named_and_every_name_is_a_file() -> None:
    named = set(re.findall(r"`([a-z_]+)`", SECTION))
    # Each policy is a file of its own, as the page says of all of them.
    files = {path.stem for path in WORLD.rglob("*.lua") if path.parent.name != "policies"}
    assert files - named == set()
    assert named - files <= {"init", "port", "step", "substep", "stall", "catch_up"}
