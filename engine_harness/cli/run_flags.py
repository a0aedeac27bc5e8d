"""The flags of the command that runs scenarios, in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine_harness.cli.options import AssignmentType

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.cli.options import Function

__all__ = [
    "artifact_flags",
    "build_flags",
    "gate_flags",
    "selection_flags",
    "way_flags",
    "wrapper_flags",
]


REPEATS_MAX = 1_000
"""Each repetition leaves a folder of reports."""


def _added(function: Function, *flags: Callable[[Any], Any]) -> Function:
    for flag in reversed(flags):
        function = flag(function)
    return function


def selection_flags(function: Function) -> Function:
    """Add what says which scenarios are meant."""
    return _added(
        function,
        click.option(
            "--suite",
            "suites",
            multiple=True,
            metavar="NAME",
            help="Suite or group of suites; may be repeated. Default: all.",
        ),
        click.option(
            "--scenario",
            "scenarios",
            multiple=True,
            metavar="ID",
            help="Only the scenario with this id, whatever the other filters say.",
        ),
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="T",
            help="Only scenarios with all of these tags.",
        ),
        click.option(
            "--exclude-tag",
            "exclude_tags",
            multiple=True,
            metavar="T",
            help="No scenario with one of these tags.",
        ),
        click.option(
            "--priority",
            type=click.Choice(["P0", "P1"], case_sensitive=False),
            help="Only scenarios of this priority.",
        ),
        click.option(
            "--list",
            "list_only",
            is_flag=True,
            help="Print the suites; with --suite its scenarios' ids.",
        ),
        click.option(
            "--allow-empty",
            is_flag=True,
            help="Nothing selected is a warning; never for engine-perf.",
        ),
    )


def build_flags(function: Function) -> Function:
    """Add what says how modules are built and how often they run."""
    return _added(
        function,
        click.option("--force-build", is_flag=True, help="Compile every module again."),
        click.option(
            "--skip-build", is_flag=True, help="Compile nothing; run the modules that are there."
        ),
        click.option(
            "--repeat",
            type=click.IntRange(min=1, max=REPEATS_MAX),
            default=1,
            metavar="N",
            help="Run everything N times in fresh processes and compare the artifacts.",
        ),
        click.option(
            "--env",
            "environment",
            multiple=True,
            type=AssignmentType(),
            metavar="KEY=VALUE",
            help="Set an environment variable first; may be repeated.",
        ),
    )


def artifact_flags(function: Function) -> Function:
    """Add what says where results go and what is told of them."""
    return _added(
        function,
        click.option(
            "--out-dir", metavar="DIR", help="Where artifacts go, instead of the suite's folder."
        ),
        click.option("--out", metavar="PATH", help="Path of the one report; for one suite."),
        click.option("--keep-artifacts", is_flag=True, help="Clear no artifact of an earlier run."),
        click.option(
            "--print-metrics",
            is_flag=True,
            help="A line for each scenario with the metrics that it expects.",
        ),
        click.option(
            "--targets", "targets_line", is_flag=True, help="Say how many targets are met."
        ),
        click.option(
            "--enforce-targets", is_flag=True, help="A target that is not met fails its scenario."
        ),
    )


def gate_flags(function: Function) -> Function:
    """Add the files of a gate."""
    return _added(
        function,
        click.option("--envelope", metavar="PATH", help="Limits of the gate, instead of its own."),
        click.option(
            "--baseline", metavar="PATH", help="Figures that the gate compares with, likewise."
        ),
        click.option(
            "--update-baseline",
            is_flag=True,
            help="Write this machine's figures and the costs, if all else passes.",
        ),
    )


def way_flags(function: Function) -> Function:
    """Add the other ways to run: again and again, or from what an earlier run has written."""
    return _added(
        function,
        click.option(
            "--watch", is_flag=True, help="Stay, and run again whatever a change of a file affects."
        ),
        click.option(
            "--poll", is_flag=True, help="With --watch: look at the files, for network mounts."
        ),
        click.option(
            "--from",
            "replay_file",
            metavar="FILE",
            help="With --suite engine-replay: play the replays of this file again.",
        ),
    )


def wrapper_flags(function: Function) -> Function:
    """Add flags of command lines that were written for other runners: they change nothing."""
    return _added(
        function,
        click.option("--lune", metavar="PATH", hidden=True),
        click.option("--run-in-roblox", metavar="PATH", hidden=True),
        click.option("--spec-engine", type=click.Choice(["auto", "roblox", "lune"]), hidden=True),
    )
