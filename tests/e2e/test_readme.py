"""What the README shows of a run is what a run shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SECTION = README.partition("## How to read a run of autoparry\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(?:sh)?\n(.*?)```", SECTION, re.DOTALL)


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    run_harness = f"{sys.executable} -m engine_harness"
    text = re.sub(r"^run-harness\b", run_harness, command, flags=re.MULTILINE)
    return subprocess.run(
        ["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_readme_breaks_a_copy_of_a_scenario_and_shows_what_comes_of_it(tmp_path: Path) -> None:
    breaking, findings, showing, rows = BLOCKS
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios", target_is_directory=True)
    failed = shell(breaking, tmp_path)
    assert (failed.returncode, failed.stderr) == (1, "")
    for part in findings.split("…\n"):
        assert part in failed.stdout
    shown = shell(showing, tmp_path / "rally").stdout.splitlines()
    # fold leaves the space at which it breaks a line.
    assert [line.rstrip() for line in shown] == rows.splitlines()
