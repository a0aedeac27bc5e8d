"""Every benchmark still measures what it says it does. How fast anything is, no test asks."""

from __future__ import annotations

import json
import math
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.report import NotMeasuredError, Row, missed, table, write_json

if TYPE_CHECKING:
    from pathlib import Path

ROWS = {
    "autoparry": ["autoparry.speed", "autoparry.memory", "autoparry.record"],
    "commands": ["commands.help", "commands.smoke", "commands.compile", "commands.many"],
    "counting": ["counting.movers", "counting.village"],
    "formats": [f"formats.{name}" for name in ("yaml", "json", "toml", "lua", "luau")],
    "gate": ["gate.run", "gate.engine"],
    "physics": ["physics.speed", "physics.memory"],
    "scheduler": [
        "scheduler.hold.100",
        "scheduler.hold.5000",
        "scheduler.hold.100000",
        "scheduler.grid.5000",
    ],
    "watching": ["watching.reaction"],
}

SLOW = Row(name="game.frame", what="one frame", figure=21.5, unit="ms", target=20, better="less")
FAST = Row(name="game.rate", what="frames in a second", figure=60, unit="/s", target=60)
TOLD = Row(name="game.size", what="how large it is", figure=3, unit="MB")


def test_every_benchmark_is_tested() -> None:
    assert sorted(BENCHMARKS) == sorted(ROWS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_quick_benchmark_yields_all_of_its_rows(name: str) -> None:
    try:
        rows = list(import_module(f"benchmarks.{name}").rows(is_quick=True))
    except NotMeasuredError as reason:
        # Where everything is there that is asked of the machine, nothing may stay unmeasured.
        if sys.platform.startswith("linux"):
            raise
        pytest.skip(str(reason))
    assert [row.name for row in rows] == ROWS[name]
    assert all(math.isfinite(row.figure) for row in rows)
    assert [line for line in table(rows).splitlines() if len(line) > 100] == []


def test_a_figure_above_an_upper_limit_misses_its_target() -> None:
    assert missed([SLOW, FAST, TOLD]) == ["game.frame: one frame: 21.5 ms, target <= 20"]


def test_the_table_says_which_rows_met_their_target() -> None:
    assert [line.split()[-1] for line in table([SLOW, FAST, TOLD]).splitlines()[2:]] == [
        "MISSED",
        "ok",
        "-",
    ]


def test_the_json_holds_every_row(tmp_path: Path) -> None:
    write_json(tmp_path / "rows.json", [SLOW, TOLD])
    rows = json.loads((tmp_path / "rows.json").read_text("utf-8"))["rows"]
    assert [(row["name"], row["figure"], row["target"], row["ok"]) for row in rows] == [
        ("game.frame", 21.5, 20, False),
        ("game.size", 3, None, True),
    ]
