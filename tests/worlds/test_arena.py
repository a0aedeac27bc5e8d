"""The shipped scenarios of `arena` pass, and each rule of the arena is missed when it breaks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from engine_harness.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "lua" / "worlds" / "arena"
SCENARIOS = ROOT / "scenarios" / "arena"

# A rule as it stands in the world, the same rule broken, and a scenario that must notice.
BROKEN_RULES = {
    "a-guard-stops-everything": (
        "GUARDED_SHARE = 0.5, 0.25",
        "GUARDED_SHARE = 0.5, 0",
        "leaky_guard",
    ),
    "the-rule-sharp-is-void": ("2 * amount or amount", "amount", "sharp_storm"),
    "hp-falls-below-zero": ("math.max(0, self.hp - damage)", "self.hp - damage", "last_stand"),
    "the-fallen-rest": ("self.env.scheduler:cancel(self.rest_handle)", "", "last_stand"),
    "the-fallen-act": ("elseif self.hp == 0 then", "elseif false then", "last_stand"),
    "ids-are-not-unique": ("target.id == args.id", "false", "guard_window"),
    "no-cooldown": ("if self.timers.ready then", "if false then", "training_goal"),
    "no-reach": ("elseif not within_reach(self) then", "elseif false then", "two_blows"),
    "a-point-is-nothing": ("target.hp <= 0", "target.hp <= 1", "two_blows"),
    "a-lowered-guard-ends-twice": (
        "scheduler:cancel(self.timers[name].handle)",
        "",
        "guard_window",
    ),
    "a-long-frame-is-free": ("self.stamina - DRAIN_PER_S * dt", "self.stamina", "exhausted"),
    "an-arrival-is-a-frame-late": ("local ROUNDING = 1e-9", "local ROUNDING = 0", "stutter"),
    "no-rest": ("REST_PERIOD_S, REST_HP = 1, 2", "REST_PERIOD_S, REST_HP = 1, 0", "hitch_stall"),
    "the-end-comes-early": ("not (self.targets[1] or", "not (", "slow_walker"),
    "an-option-is-ignored": ("options.cooldown_s or 0.4", "0.4", "waves"),
}


@pytest.fixture(scope="module")
def pit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with the arena as `pit`, since a shipped world may not be hidden."""
    root = tmp_path_factory.mktemp("pit")
    for source, target, pattern in (
        (WORLD, root / "lua/worlds/pit", r"(worlds\.)arena"),
        (SCENARIOS, root / "scenarios/pit", r"(world\"?\s*[:=]\s*\"?)arena"),
    ):
        shutil.copytree(source, target)
        for path in target.iterdir():
            text = re.sub(pattern, r"\1pit", path.read_text("utf-8"))
            path.write_text(text, "utf-8")
    (root / "harness.toml").write_text("", "utf-8")
    return root


def test_the_shipped_scenarios_pass_and_say_why_they_warn(
    pit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(pit)]) == 0
    out = capsys.readouterr().out
    assert out.count("[PASS] ") == 18
    warnings = re.findall(r"^warning: .*?\((\w+)\)$", out, re.DOTALL | re.MULTILINE)
    assert set(warnings) == {
        "arena_guard_window",
        "arena_held_inputs",
        "arena_leaky_guard",
        "arena_slow_walker",
    }


@pytest.mark.parametrize("rule", BROKEN_RULES)
def test_a_broken_rule_of_the_arena_is_noticed(
    pit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rule: str
) -> None:
    root = Path(shutil.copytree(pit, tmp_path / "pit", ignore=shutil.ignore_patterns("artifacts")))
    intact, broken, scenario = BROKEN_RULES[rule]
    files = [path for path in (root / "lua/worlds/pit").iterdir() if intact in path.read_text()]
    assert len(files) == 1
    files[0].write_text(files[0].read_text("utf-8").replace(intact, broken), "utf-8")
    assert main(["--root", str(root), "--scenario", f"arena_{scenario}"]) == 1
    # The rule is broken, not the world: nothing may fail because Lua does.
    out = capsys.readouterr().out
    assert "FAIL  arena_" in out
    assert "traceback" not in out
