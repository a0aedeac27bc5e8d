"""`run-harness config`: every effective value of the project, and where it came from."""

from __future__ import annotations

import click

from engine_harness.cli.options import CONTEXT, json_flag, root_flag, run_flags

__all__ = ["config_command"]


@click.command(context_settings=CONTEXT, options_metavar="[FLAGS]")
@run_flags
@root_flag
@json_flag
def config_command(
    jobs: int | str | None,
    seed: int | str | None,
    deadline_s: float | None,
    memory_mb: int | None,
    root: str | None,
    as_json: bool,
) -> int:
    """Show every effective value and where it came from.

    A flag wins over the environment (HARNESS_RUN_JOBS), that over harness.toml, that over the
    default.

    \b
    Example:
      run-harness config --jobs 4
    """  # noqa: D301 - click wants the character itself
    from engine_harness._canonical import canonical_json
    from engine_harness.cli.opening import open_project
    from engine_harness.cli.output import Output

    flags = {
        "run.jobs": jobs,
        "run.seed": seed,
        "run.deadline_s": deadline_s,
        "run.memory_mb": memory_mb,
    }
    project = open_project(root, flags)
    output = Output(as_json=as_json)
    rows = [(value.key, canonical_json(value.value), value.source) for value in project.values]
    width = max((len(key) for key, _, _ in rows), default=0)
    value_width = min(40, max((len(value) for _, value, _ in rows), default=0))
    output.lines([f"root: {project.root}"])
    output.lines(f"{key:<{width}}  {value:<{value_width}}  {source}" for key, value, source in rows)
    return output.document(
        "config",
        0,
        {
            "root": str(project.root),
            "values": [
                {"key": value.key, "value": value.value, "source": value.source}
                for value in project.values
            ],
        },
    )
