"""Which words are verbs, and where each lives. Importing this imports none of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import click

__all__ = ["VERBS", "Verb", "load_command"]


class Verb(NamedTuple):
    """One verb of the command line."""

    module: str
    command: str
    summary: str


VERBS = {
    "check": Verb("check", "check_command", "Judge records again, without running anything."),
    "compile": Verb("compile", "compile_command", "Compile manifests into Lua modules."),
    "config": Verb("config", "config_command", "Show every effective value and its source."),
    "diff": Verb("diff", "diff_command", "Show where two records part."),
    "init": Verb("init", "init_command", "Write a small project that passes at once."),
    "schema": Verb("schema", "schema_command", "Write the schema that editors check by."),
}
"""By word, in the order of the help page."""


def load_command(word: str | None) -> click.Command:
    """Return the click command of a verb, or the one that runs scenarios for None."""
    if word is None:
        from engine_harness.cli.run import run_command

        return run_command
    verb = VERBS[word]
    command: click.Command = getattr(
        import_module(f"engine_harness.cli.{verb.module}"), verb.command
    )
    return command
