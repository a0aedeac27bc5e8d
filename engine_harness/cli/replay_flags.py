"""What a command line may say beside `--from FILE`: the one place that decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.core import ParameterSource

from engine_harness.errors import UsageError
from engine_harness.run.suites.engine_replay import ENGINE_REPLAY

if TYPE_CHECKING:
    import click

__all__ = ["require_playable"]

GO_TOGETHER = frozenset(
    {
        "as_json",
        "deadline_s",
        "environment",
        "exclude_tags",
        "jobs",
        "lune",
        "memory_mb",
        "out",
        "out_dir",
        "priority",
        "replay_file",
        "root",
        "run_in_roblox",
        "scenarios",
        "spec_engine",
        "suites",
        "tags",
        "verbose",
    }
)
"""Parameters of the command. A replay has its own seed and hitch policy, no manifest, module or
gate stands behind it, and it is played once."""

_TARGETS = "a PATH or ID (--scenario ID chooses from the file)"


def require_playable(context: click.Context) -> None:
    """Raise a `UsageError` for words that would change nothing or play something else."""
    if context.params["suites"] != (ENGINE_REPLAY.name,):
        msg = f"--from plays the replays of a file: give --suite {ENGINE_REPLAY.name}, and no other"
        raise UsageError(msg)
    given = [
        param
        for param in context.command.params
        if param.name is not None
        and context.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
    ]
    wrong = [param for param in given if param.name not in GO_TOGETHER]
    if wrong:
        names = ", ".join(
            param.opts[0] if param.param_type_name == "option" else _TARGETS for param in wrong
        )
        msg = (
            f"--from plays what its file holds, as it stands there and once: {names} cannot be"
            " given with it; to play something else edit the file"
        )
        raise UsageError(msg)
