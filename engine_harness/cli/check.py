"""`run-harness check`: judges records again, without running anything."""

from __future__ import annotations

import click

from engine_harness.cli.options import CONTEXT, json_flag, root_flag

__all__ = ["check_command"]


@click.command(context_settings=CONTEXT, options_metavar="[FLAGS]")
@click.argument("paths", nargs=-1, required=True, metavar="RECORDS... [MANIFESTS]...")
@root_flag
@click.option("--verbose", is_flag=True, help="Show every finding, and all that was printed.")
@json_flag
def check_command(paths: tuple[str, ...], root: str | None, verbose: bool, as_json: bool) -> int:
    """Judge records of earlier runs.

    A .json file that holds a record is a record, and so is every such file of a folder that has
    one; any other path is a manifest. Without manifests each record is judged by the scenario that
    it carries; with manifests by the one that has its id.

    \b
    Examples:
      run-harness check artifacts/records
      run-harness check artifacts/records/arena_held.json scenarios/arena/held.yaml
    """  # noqa: D301 - click wants the character itself
    from engine_harness.cli.checking import check_records

    return check_records(paths, root=root, as_json=as_json, verbose=verbose)
