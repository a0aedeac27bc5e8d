"""What goes with `--from FILE`: every flag of the command does, or is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import pytest

from engine_harness.cli.replay_flags import GO_TOGETHER
from engine_harness.cli.run import run_command

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

OPTIONS = {
    str(param.name): param for param in run_command.params if isinstance(param, click.Option)
}
# What a flag that takes a word is given; other checks are not to speak first.
WORDS = {"repeat": "2", "hitch_policy": "stall", "seed": "3"}
# It ends before anything is judged.
EAGER = {name for name, option in OPTIONS.items() if option.is_eager}
# The flag itself, the suite that it needs, and one that means nothing without another.
OWN = {"replay_file", "suites", "poll"}


def test_only_parameters_of_the_command_are_named() -> None:
    assert set(OPTIONS) >= GO_TOGETHER


@pytest.mark.parametrize("name", sorted(OPTIONS.keys() - GO_TOGETHER - EAGER - OWN))
def test_every_other_flag_is_refused(harness: Run, name: str) -> None:
    option = OPTIONS[name]
    words = [option.opts[0], *([] if option.is_flag else [WORDS.get(name, "x")])]
    ran = harness("--suite", "engine-replay", "--from", "x.json", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "run-harness: --from plays what its file holds, as it stands there and once:"
        f" {option.opts[0]} cannot be given with it; to play something else edit the file\n"
    )


def test_all_of_them_are_told_at_once(harness: Run) -> None:
    ran = harness("--suite", "engine-replay", "--from", "x.json", "--watch", "--poll", "one.yaml")
    assert ran.code == 2
    for flag in ("--watch", "--poll", "a PATH or ID (--scenario ID chooses from the file)"):
        assert flag in ran.err


@pytest.mark.parametrize(
    "suites", [(), ("--suite", "engine"), ("--suite", "engine-replay", "--suite", "engine-sim")]
)
def test_the_suite_of_replays_has_to_be_named_alone(harness: Run, suites: tuple[str, ...]) -> None:
    ran = harness(*suites, "--from", "x.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "run-harness: --from plays the replays of a file: give --suite engine-replay, and no"
        " other\n"
    )
