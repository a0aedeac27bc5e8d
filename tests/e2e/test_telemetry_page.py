"""What the page about telemetry shows of a run is what a run shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/telemetry.md").read_text("utf-8")
BLOCKS = re.findall(r"```(?:sh)?\n(.*?)```", PAGE, re.DOTALL)


def printed(command: str, folder: Path) -> list[str]:
    text = command
    for word, program in (("run-harness", "-m engine_harness"), ("python3", "")):
        text = re.sub(rf"^{word}\b", f"{sys.executable} {program}", text, flags=re.MULTILINE)
    done = subprocess.run(
        ["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    # fold leaves the space at which it breaks a line.
    return [line.rstrip() for line in done.stdout.splitlines()]


def test_the_page_shows_the_events_and_the_figures_of_the_shipped_scenario(tmp_path: Path) -> None:
    telling, events, counting, figures = BLOCKS
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios", target_is_directory=True)
    assert printed(telling, tmp_path) == events.splitlines()
    assert printed(counting, tmp_path) == figures.splitlines()
