"""The shipped scenarios of `arena` pass, and each rule of the arena is missed when it breaks."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from engine_harness.cli.main import main
from engine_harness.testing import ConformanceError, check_world

if TYPE_CHECKING:
    from pathlib import Path

SCENARIOS = {
    "first_strike", "goal", "guard_renewed", "guard_too_short", "held", "hitch_catch_up",
    "hitch_in_catch_up", "hitch_in_stall", "hitch_stall", "last_stand", "order", "patience",
    "rhythm", "sharp_storm", "stutter", "two_at_once", "unguarded", "waves",
}  # fmt: skip

# A rule as it stands in the world, the same rule broken, and the scenarios that must notice.
BROKEN_RULES = {
    "a-strike-needs-no-rest": (
        'name == "strike" and self.rest_s > 0',
        "false",
        ("first_strike", "order", "hitch_stall", "hitch_catch_up"),
    ),
    "the-arm-is-ready-a-frame-early": ("- dt > ROUNDING", "- 2 * dt > ROUNDING", ("order",)),
    "the-arm-never-rests": ("self.rest_s - dt or 0", "self.rest_s - dt or self.rest_s", ("goal",)),
    "the-cooldown-is-no-option": ("options.cooldown_s or 0.4", "0.4", ("waves",)),
    "a-strike-fells-two": (
        "table.remove(self.lane, 1).id",
        "table.remove(self.lane, 1).id, also = (table.remove(self.lane, 1) or {}).id",
        ("two_at_once", "hitch_stall"),
    ),
    "a-strike-fells-the-last": (
        "table.remove(self.lane, 1).id",
        "table.remove(self.lane).id",
        ("hitch_stall", "goal", "waves", "rhythm"),
    ),
    "a-guard-stops-nothing": (
        "self.guard_until_s and 0 or ",
        "",
        ("hitch_stall", "order", "guard_renewed", "rhythm"),
    ),
    "a-guard-stays-up": (
        "self.guard_until_s = false\n",
        "\n",
        ("hitch_catch_up", "held", "hitch_in_catch_up", "guard_too_short"),
    ),
    "a-new-guard-leaves-the-old-timer": (
        "self.env.scheduler:cancel(self.guard_timer)",
        "",
        ("order", "guard_renewed"),
    ),
    "a-guard-holds-for-a-second": (
        "+ args.seconds",
        "+ 1",
        ("order", "hitch_in_stall", "hitch_in_catch_up", "guard_too_short"),
    ),
    "the-rule-sharp-is-void": ("(self.sharp and 2 or 1)", "1", ("sharp_storm",)),
    "any-rule-is-sharp": (' and args.rule == "sharp"', "", ("sharp_storm",)),
    "hp-falls-below-zero": ("math.min(blow, self.hp)", "blow", ("last_stand",)),
    "hp-is-no-option": ("options.hp or 30", "30", ("last_stand", "sharp_storm")),
    "blows-do-not-hurt": (
        "self.hp - damage",
        "self.hp",
        ("stutter", "hitch_catch_up", "unguarded"),
    ),
    "an-arrival-is-a-frame-late": ("distance <= ROUNDING", "distance <= 0", ("stutter", "order")),
    "targets-run": ("LANE, SPEED_PER_S = 4, 4", "LANE, SPEED_PER_S = 4, 8", ("patience", "waves")),
    "the-lane-is-forgotten": (
        "not (self.lane[1] or self.guard_until_s)",
        "true",
        ("patience", "held"),
    ),
}


def test_the_shipped_scenarios_pass_and_say_why_they_warn(
    pit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(pit)]) == 0
    out = capsys.readouterr().out
    assert set(re.findall(r"^\[PASS\] arena_(\w+)", out, re.MULTILINE)) == SCENARIOS
    assert out.count("[PASS] ") == 21
    warnings = re.findall(r"^warning: .*?\((\w+)\)$", out, re.DOTALL | re.MULTILINE)
    assert set(warnings) == {
        "arena_held",
        "arena_last_stand",
        "arena_patience",
        "arena_two_at_once",
    }


def test_every_scenario_would_notice_some_broken_rule() -> None:
    assert {name for *_, noticed_by in BROKEN_RULES.values() for name in noticed_by} == SCENARIOS


def broken(pit: Path, folder: Path, intact: str, replacement: str) -> Path:
    """Return a copy of the project in which one place of the world is replaced."""
    root = folder / "pit"
    shutil.copytree(pit, root, ignore=shutil.ignore_patterns("artifacts"))
    files = [path for path in (root / "lua/worlds/pit").iterdir() if intact in path.read_text()]
    assert len(files) == 1
    text = files[0].read_text("utf-8")
    assert text.count(intact) == 1
    files[0].write_text(text.replace(intact, replacement), "utf-8")
    return root


@pytest.mark.parametrize("rule", BROKEN_RULES)
def test_a_broken_rule_of_the_arena_is_noticed(
    pit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], rule: str
) -> None:
    intact, replacement, noticed_by = BROKEN_RULES[rule]
    root = broken(pit, tmp_path, intact, replacement)
    assert main(["--root", str(root), *(f"arena_{name}" for name in noticed_by)]) == 1
    # The rule is broken, not the world: nothing may fail because Lua does.
    out = capsys.readouterr().out
    assert "traceback" not in out
    assert set(re.findall(r"^FAIL  arena_(\w+)", out, re.MULTILINE)) == set(noticed_by)


FORGOTTEN = {
    "the guard": ("if state.guard_until_s then", "if false then"),
    "when the snapshot was taken": ("self.env.clock:now() - state.at_s", "self.env.clock:now()"),
    "the blows": ("self.blows:set_state(state.blows)", ""),
    "the lane": (
        "self.lane = state.hp, state.felled, { unpack(state.lane) }",
        "self.lane = state.hp, state.felled, {}",
    ),
}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_a_restored_arena_that_forgets_something_is_noticed(
    pit: Path, tmp_path: Path, what: str
) -> None:
    root = broken(pit, tmp_path, *FORGOTTEN[what])
    timeline = [
        {"at": 0, "action": "send", "args": {"id": "alpha"}},
        {"at": 1.3, "action": "guard", "args": {"seconds": 1}},
        {"at": 1.4, "action": "send", "args": {"id": "beta"}},
    ]
    with pytest.raises(ConformanceError, match="restored to a snapshot"):
        check_world("pit", root=root, timeline=timeline, seeds=(0,))
