"""`run-harness [PATH or ID ...]`: the flags of the command that runs scenarios."""

from __future__ import annotations

import os
from typing import Any

import click

from engine_harness._version import __version__
from engine_harness.cli.options import (
    CONTEXT,
    json_flag,
    manifests_flag,
    root_flag,
    run_flags,
    strict_flag,
)
from engine_harness.cli.output import note
from engine_harness.cli.request import RunRequest
from engine_harness.cli.run_flags import (
    artifact_flags,
    build_flags,
    gate_flags,
    selection_flags,
    way_flags,
    wrapper_flags,
)
from engine_harness.cli.verbs import VERBS

__all__ = ["run_command"]


class _RunCommand(click.Command):
    """Adds the verbs to the help page."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs (run-harness VERB --help says more)"):
            formatter.write_dl([(word, verb.summary) for word, verb in VERBS.items()])
        with formatter.section("Exit codes"):
            formatter.write_dl(
                [
                    ("0", "everything passed"),
                    ("1", "a scenario or check failed"),
                    ("2", "flags, manifests or files are wrong"),
                    ("5", "no scenario is selected"),
                    ("70", "a bug of the harness"),
                    ("130", "interrupted"),
                ]
            )
        super().format_epilog(ctx, formatter)


@click.command(
    cls=_RunCommand,
    context_settings=CONTEXT,
    options_metavar="[FLAGS]",
)
@click.argument("targets", nargs=-1, metavar="[PATH or ID]...")
@selection_flags
@run_flags
@click.option(
    "--hitch-policy",
    type=click.Choice(["stall", "catch_up"]),
    help="What time does in a hitch, where the scenario does not say. Default: stall.",
)
@artifact_flags
@gate_flags
@root_flag
@manifests_flag
@build_flags
@strict_flag
@way_flags
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--verbose", is_flag=True, help="Tell of every phase, all findings, all prints.")
@json_flag
@wrapper_flags
@click.version_option(__version__, message="run-harness %(version)s")
def run_command(
    list_only: bool,
    lune: str | None,
    run_in_roblox: str | None,
    spec_engine: str | None,
    **given: Any,
) -> int:
    """Run scenarios of a project and judge them.

    A target is a manifest file, a folder, path::id, or the id of a scenario; without any, the whole
    project is run.

    \b
    Examples:
      run-harness
      run-harness --suite engine-sim --tag arena
      run-harness scenarios/arena/first_strike.yaml --seed 7
      run-harness scenarios/arena/held.yaml::arena_held
    """  # noqa: D301 - click wants the character itself
    request = RunRequest(**given)
    _require_sense(request, list_only=list_only)
    wrapped = {"lune": lune, "run-in-roblox": run_in_roblox, "spec-engine": spec_engine}
    for name in (name for name, value in wrapped.items() if value is not None):
        note(f"note: --{name} is not needed: scenarios run in the embedded LuaJIT")
    os.environ.update(request.environment)
    if request.replay_file is not None:
        from engine_harness.cli.replaying import replay_session

        return replay_session(request)
    if request.watch:
        from engine_harness.cli.watching import watch_session

        return watch_session(request)
    if list_only:
        from engine_harness.cli.listing import list_suites_or_scenarios

        return list_suites_or_scenarios(request)
    if request.dry_run:
        from engine_harness.cli.dry_run import tell_what_would_be_done

        return tell_what_would_be_done(request)
    from engine_harness.cli.running import run_session

    return run_session(request)


def _require_sense(request: RunRequest, *, list_only: bool) -> None:
    """Raise for flags that exclude each other."""
    if request.force_build and request.skip_build:
        msg = "--force-build and --skip-build exclude each other: build, or do not"
        raise click.UsageError(msg)
    once = {
        "--list": list_only,
        "--dry-run": request.dry_run,
        "--json": request.as_json,
        "--repeat": request.repeat > 1,
    }
    for flag in (flag for flag, is_given in once.items() if is_given and request.watch):
        msg = f"--watch and {flag} exclude each other: {flag} says something once"
        raise click.UsageError(msg)
    if request.watch and request.update_baseline:
        msg = "--watch and --update-baseline exclude each other: figures are kept by command only"
        raise click.UsageError(msg)
    if request.update_baseline and (request.seed is not None or request.hitch_policy is not None):
        msg = "--update-baseline keeps the figures of the project's own seed and hitch policy"
        raise click.UsageError(msg)
    if request.poll and not request.watch:
        msg = "--poll is a way to watch: give --watch too"
        raise click.UsageError(msg)
    if request.replay_file is not None:
        from engine_harness.cli.replay_flags import require_playable

        require_playable(click.get_current_context())
