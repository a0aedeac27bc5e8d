"""`run-harness [PATH or ID ...]`: the flags of the command that runs scenarios."""

from __future__ import annotations

from typing import Any

import click

from engine_harness._version import __version__
from engine_harness.cli.options import CONTEXT, json_flag, root_flag, run_flags
from engine_harness.cli.request import RunRequest
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
@click.option(
    "--suite",
    "suites",
    multiple=True,
    metavar="NAME",
    help="Suite or group of suites; may be repeated. Default: all.",
)
@click.option(
    "--scenario", "scenarios", multiple=True, metavar="ID", help="Only the scenario with this id."
)
@click.option(
    "--tag", "tags", multiple=True, metavar="T", help="Only scenarios with all of these tags."
)
@click.option(
    "--exclude-tag",
    "exclude_tags",
    multiple=True,
    metavar="T",
    help="No scenario with one of these tags.",
)
@click.option(
    "--list", "list_only", is_flag=True, help="Print the suites; with --suite its scenarios' ids."
)
@run_flags
@click.option(
    "--hitch-policy",
    type=click.Choice(["stall", "catch_up"]),
    help="What time does in a hitch, where the scenario does not say. Default: stall.",
)
@click.option("--out-dir", metavar="DIR", help="Where artifacts go, instead of the suite's folder.")
@root_flag
@click.option("--force-build", is_flag=True, help="Compile every module again.")
@click.option("--skip-build", is_flag=True, help="Compile nothing; run the modules that are there.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--verbose", is_flag=True, help="Tell of every phase, all findings, all prints.")
@json_flag
@click.version_option(__version__, message="run-harness %(version)s")
def run_command(list_only: bool, **given: Any) -> int:
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
    if request.force_build and request.skip_build:
        msg = "--force-build and --skip-build exclude each other: build, or do not"
        raise click.UsageError(msg)
    if list_only:
        from engine_harness.cli.listing import list_suites_or_scenarios

        return list_suites_or_scenarios(request)
    if request.dry_run:
        from engine_harness.cli.dry_run import tell_what_would_be_done

        return tell_what_would_be_done(request)
    from engine_harness.cli.session import run_session

    return run_session(request)
