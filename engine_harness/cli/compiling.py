"""The work of `run-harness compile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.cli.opening import load_targets, open_project
from engine_harness.cli.output import Output, note
from engine_harness.cli.places import Places

if TYPE_CHECKING:
    from engine_harness.compile.summary import CompileSummary

__all__ = ["compile_project"]


def compile_project(
    *,
    root: str | None,
    manifest_folders: tuple[str, ...],
    out_dir: str | None,
    force_build: bool,
    verbose: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Compile every manifest of a project; return 0, since whatever is wrong is raised."""
    from engine_harness.api import Harness, Invocation

    project = open_project(root, {"paths.scenarios": list(manifest_folders) or None})
    places = Places.of(project, out_dir)
    output = Output(as_json=as_json)
    with Harness(project, Invocation(force_build=force_build)) as harness:
        loaded = load_targets(harness, (), project.root, strict=strict)
        summary = harness.compile(loaded.scenarios, folder=places.out_dir)
    for warning in (*map(str, loaded.warnings), *(f"warning: {w}" for w in summary.warnings)):
        note(warning)
    if verbose:
        output.lines(f"read {file.path}" for file in loaded.files)
        output.lines(f"{built.status} {places.shown(built.path)}" for built in summary.outputs)
    output.lines([_counted(summary)])
    return output.document(
        "compile",
        0,
        {
            "manifests": [file.path for file in loaded.files],
            "outputs": [
                {"id": built.id, "path": places.shown(built.path), "status": built.status}
                for built in summary.outputs
            ],
            "warnings": list(summary.warnings),
        },
    )


def _counted(summary: CompileSummary) -> str:
    words = ("built", "fresh", "removed")
    numbers = {word: sum(built.status == word for built in summary.outputs) for word in words}
    return "modules: " + ", ".join(f"{number} {word}" for word, number in numbers.items())
