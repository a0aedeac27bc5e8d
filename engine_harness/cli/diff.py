"""`run-harness diff A B`: where two records part."""

from __future__ import annotations

import click

from engine_harness.cli.options import CONTEXT, json_flag

__all__ = ["diff_command"]


@click.command(context_settings=CONTEXT, options_metavar="[FLAGS]")
@click.argument("expected", metavar="RECORD")
@click.argument("actual", metavar="RECORD")
@json_flag
def diff_command(expected: str, actual: str, as_json: bool) -> int:
    """Compare two records of runs; what depends on the machine is left out.

    The first divergence comes first, then every difference with its path, then the functions whose
    work changed, those that grew most first. Exit code 0: equal; 1: different; 2: a file is no
    record.

    \b
    Example:
      run-harness diff before/records/arena_held.json artifacts/records/arena_held.json
    """  # noqa: D301 - click wants the character itself
    from engine_harness.cli.diffing import diff_records

    return diff_records(expected, actual, as_json=as_json)
