"""What the worlds and the project file say about each other: checked once, not per scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness.errors import Diagnostic
from engine_harness.manifest.diagnostics import Problems, one_of, unknown
from engine_harness.manifest.document import Document
from engine_harness.manifest.fields import Field
from engine_harness.manifest.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_harness.manifest.project import Project
    from engine_harness.manifest.worlds import WorldCatalog

__all__ = ["check_worlds"]


def check_worlds(project: Project, worlds: WorldCatalog) -> list[Diagnostic]:
    """Return the problems of the worlds that were asked, and of the project file about worlds."""
    problems = [problem for info in worlds.asked() for problem in info.problems]
    named = [(f"world.{name}", name) for name in project.worlds]
    named += [
        (f"suites.{suite}.worlds", name)
        for suite, config in project.suites.items()
        for name in config.worlds
    ]
    known = worlds.names() if named else ()
    for key, name in named:
        if name not in known:
            message, _ = unknown("world", name, known)
            problems.append(_at(project, key, message, one_of(known)))
    return [*problems, *_options(project, worlds)]


def _options(project: Project, worlds: WorldCatalog) -> Iterator[Diagnostic]:
    for info in worlds.asked():
        defaults = project.worlds.get(info.name)
        if not defaults:
            continue
        found = Problems("harness.toml", Document(defaults))
        Vocabulary(info).check_options(Field(found, (), defaults), defaults)
        for problem in found.found:
            key = problem.path.replace("manifest", f"world.{info.name}", 1)
            yield replace(_at(project, key, problem.message, problem.allowed), value=problem.value)


def _at(project: Project, key: str, message: str, allowed: str | None) -> Diagnostic:
    """Return a problem of the project file at `key`, or at the first key below it."""
    sources = [
        value.source
        for value in project.values
        if value.key == key or value.key.startswith(f"{key}.")
    ]
    file, _, line = (sources[0] if sources else "harness.toml").partition(":")
    return Diagnostic(
        file=file, path=key, message=message, line=int(line) if line else None, allowed=allowed
    )
