"""`run-harness compile`: manifests into Lua modules, without running them."""

from __future__ import annotations

import click

from engine_harness.cli.options import (
    CONTEXT,
    json_flag,
    manifests_flag,
    root_flag,
    strict_flag,
)

__all__ = ["compile_command"]


@click.command(context_settings=CONTEXT, options_metavar="[FLAGS]")
@root_flag
@manifests_flag
@click.option("--out-dir", metavar="DIR", help="Where modules go. Default: artifacts/scenarios.")
@click.option("--force-build", is_flag=True, help="Compile every module again.")
@click.option("--verbose", is_flag=True, help="A line for every manifest and output.")
@strict_flag
@json_flag
def compile_command(
    root: str | None,
    manifest_folders: tuple[str, ...],
    out_dir: str | None,
    force_build: bool,
    verbose: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Compile every manifest of the project into its Lua module.

    A module whose manifest and tool have not changed stays as it is; one whose scenario is gone is
    removed.

    \b
    Example:
      run-harness compile --verbose
    """  # noqa: D301 - click wants the character itself
    from engine_harness.cli.compiling import compile_project

    return compile_project(
        root=root,
        manifest_folders=manifest_folders,
        out_dir=out_dir,
        force_build=force_build,
        verbose=verbose,
        strict=strict,
        as_json=as_json,
    )
