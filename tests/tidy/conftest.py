"""What the tidy tests look at: every file of the project that git knows or would take."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """Return the paths from the root, in order."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return sorted(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


@pytest.fixture(scope="session")
def package_files(project_files: list[Path]) -> list[Path]:
    return [path for path in project_files if path.parts[0] == "engine_harness" and is_python(path)]


@pytest.fixture(scope="session")
def lua_files(project_files: list[Path]) -> list[Path]:
    return [path for path in project_files if path.parts[0] == "lua" and path.suffix == ".lua"]


def is_python(path: Path) -> bool:
    return path.suffix == ".py"
