"""Flags that several commands share, spelt the same everywhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])

__all__ = [
    "CONTEXT",
    "FLAGS_WITH_VALUE",
    "AssignmentType",
    "JobsType",
    "PositiveNumber",
    "SeedType",
    "json_flag",
    "manifests_flag",
    "root_flag",
    "run_flags",
    "strict_flag",
]

CONTEXT = {"max_content_width": 100}

FLAGS_WITH_VALUE = frozenset(
    {
        "--baseline",
        "--deadline",
        "--env",
        "--envelope",
        "--exclude-tag",
        "--from",
        "--hitch-policy",
        "--jobs",
        "--lune",
        "--memory-mb",
        "--out",
        "--out-dir",
        "--priority",
        "--repeat",
        "--root",
        "--run-in-roblox",
        "--scenario",
        "--scenarios",
        "--seed",
        "--spec-engine",
        "--suite",
        "--tag",
        "--timeout",
        "--world",
    }
)
"""Every flag that takes the next word as its value, of any verb: a verb may follow flags."""


class JobsType(click.ParamType[int | str]):
    """A whole number of worker processes, or `auto`."""

    name = "N|auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """Return the number, or the word `auto`."""
        if value == "auto":
            return "auto"
        text = str(value)
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            self.fail(f"{text!r} is neither a whole number above 0 nor 'auto'.", param, ctx)
        return int(text)


class SeedType(click.ParamType[int | str]):
    """A seed: a whole number, or any text."""

    name = "seed"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """Return a whole number where the text is its decimal form, else the text."""
        text = str(value)
        if not text:
            self.fail("a seed may not be empty.", param, ctx)
        digits = text.removeprefix("-")
        is_number = digits.isascii() and digits.isdecimal()
        return int(text) if is_number and str(int(text)) == text else text


class PositiveNumber(click.ParamType[float]):
    """A finite number above 0."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number > 0):
            self.fail(f"{value!r} is not a number above 0.", param, ctx)
        return number


class AssignmentType(click.ParamType[tuple[str, str]]):
    """`KEY=VALUE`, split at the first `=`."""

    name = "KEY=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return key and value."""
        key, equals, rest = str(value).partition("=")
        if not equals or not key or "\0" in str(value):
            self.fail(f"{value!r} is not KEY=VALUE with a key that is not empty.", param, ctx)
        return key, rest


def root_flag(function: Function) -> Function:
    """Add `--root`."""
    return click.option(
        "--root",
        metavar="DIR",
        help="Project root. Default: the nearest folder upwards with harness.toml, else this one.",
    )(function)


def json_flag(function: Function) -> Function:
    """Add `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Write one JSON document to standard output."
    )(function)


def manifests_flag(function: Function) -> Function:
    """Add `--scenarios`."""
    return click.option(
        "--scenarios",
        "manifest_folders",
        multiple=True,
        metavar="DIR",
        help="Folder of manifests; may be repeated. Default: paths.scenarios of harness.toml.",
    )(function)


def strict_flag(function: Function) -> Function:
    """Add `--strict`."""
    return click.option("--strict", is_flag=True, help="Warnings about manifests are errors.")(
        function
    )


def run_flags(function: Function) -> Function:
    """Add the flags that stand in for keys of `[run]` in harness.toml."""
    flags = (
        click.option(
            "--jobs", type=JobsType(), metavar="N|auto", help="Worker processes. Default: auto."
        ),
        click.option(
            "--seed",
            type=SeedType(),
            metavar="S",
            help="Replaces the seed of every selected scenario.",
        ),
        click.option(
            "--deadline",
            "--timeout",
            "deadline_s",
            type=PositiveNumber(),
            metavar="S",
            help="Wall time of one run in seconds, where the scenario sets none. Default: 60.",
        ),
        click.option(
            "--memory-mb",
            type=click.IntRange(min=1),
            metavar="N",
            help="Memory ceiling of one run in MiB, where the scenario sets none. Default: 1024.",
        ),
    )
    for flag in reversed(flags):
        function = flag(function)
    return function
