"""Lint, format, types and the version are part of what passing means."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from engine_harness._version import __version__

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "words",
    [
        # In this order: `ruff check` also holds `__all__` to its order.
        pytest.param(("ruff", "check", "--quiet", "."), id="lint"),
        pytest.param(("ruff", "format", "--quiet", "--check", "."), id="format"),
        pytest.param(("mypy", "--no-error-summary"), id="types"),
    ],
)
def test_the_tool_finds_nothing(root: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_version_is_the_same_everywhere(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (root / "CHANGELOG.md").read_text("utf-8")
