"""The suites that a command line can name: ours, and those of the project's harness.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness._registry import suggestion
from engine_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness.manifest.project import Project

__all__ = ["GROUPS", "Suite", "all_suites", "chosen_suites"]


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A selection of scenarios with a report."""

    name: str
    kind: str
    """`Engine`: ours; `Project`: from harness.toml."""
    description: str
    folder: str
    """Below the artifacts folder."""

    @property
    def command(self) -> str:
        """The command line that runs it."""
        return f"run-harness --suite {self.name}"


ENGINE_SIM = Suite(
    name="engine-sim",
    kind="Engine",
    description="runs every timeline scenario",
    folder="engine",
)

GROUPS: dict[str, tuple[str, ...]] = {"all": (ENGINE_SIM.name,)}
"""Alias -> suites. A project's own suites select from the same scenarios, so `all` needs none."""


def all_suites(project: Project) -> dict[str, Suite]:
    """Return every suite by name, ours first, then the project's in the order of its file."""
    suites = {ENGINE_SIM.name: ENGINE_SIM}
    for name, config in project.suites.items():
        suites[name] = Suite(
            name=name,
            kind="Project",
            description=config.description or "scenarios selected in harness.toml",
            folder=name,
        )
    return suites


def chosen_suites(project: Project, names: Iterable[str]) -> tuple[Suite, ...]:
    """Return the suites that `names` (suites and groups) stand for, each once, in that order."""
    known = all_suites(project)
    chosen: dict[str, Suite] = {}
    for name in names:
        if name not in GROUPS and name not in known:
            names_known = [*known, *GROUPS]
            msg = (
                f"no suite is called '{name}'{suggestion(name, names_known)};"
                f" known: {', '.join(names_known)}"
            )
            raise UsageError(msg)
        for member in GROUPS.get(name, (name,)):
            chosen[member] = known[member]
    return tuple(chosen.values())
