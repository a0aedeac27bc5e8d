"""The whole error tree, with exit codes.

`HarnessError` is the only class that the command line catches; everything else that escapes is a
bug of ours and ends with exit code 70. Nothing here imports anything of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CompileError",
    "Diagnostic",
    "HarnessBug",
    "HarnessError",
    "LimitExceeded",
    "ManifestError",
    "NondeterminismError",
    "NothingSelected",
    "PlanError",
    "RunError",
    "SandboxViolation",
    "UsageError",
    "WorldError",
]


@dataclass(frozen=True)
class Diagnostic:
    """One problem of one input file, at one place."""

    file: str
    """Path from the project root, as the user would type it."""
    path: str
    """Path in the data, indices from 1: `manifest.timeline[3].at`."""
    message: str
    line: int | None = None
    column: int | None = None
    label: str = ""
    """`[i][j]` of a member of a bundle, empty for a plain manifest."""
    severity: str = "error"
    """`error` or `warning`."""
    value: str | None = None
    """The offending value as canonical JSON, shortened; None when there is none to show."""
    allowed: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
            if self.column is not None:
                place += f":{self.column}"
        text = f"{place}{self.label} {self.severity.upper()} {self.path}: {self.message}"
        if self.value is not None:
            text += f"; got {self.value}"
        if self.allowed is not None:
            text += f"; allowed: {self.allowed}"
        return text


class HarnessError(Exception):
    """Anything the harness tells its user. The message is complete as it stands."""

    exit_code: ClassVar[int] = 1


class UsageError(HarnessError):
    """The harness could not do what was asked: flags, manifests, files."""

    exit_code = 2


class NothingSelected(UsageError):
    """A selection that was asked for by name matches no scenario."""

    exit_code = 5


class ManifestError(UsageError):
    """All problems of the manifests at once; `diagnostics` holds them in file order."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[ManifestError], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


class PlanError(UsageError):
    """A scenario that cannot be expanded into events."""

    diagnostics: tuple[Diagnostic, ...] = ()
    """The problems one by one, where they have a place in a manifest."""

    @classmethod
    def of(cls, diagnostics: Iterable[Diagnostic]) -> PlanError:
        """Return the error that tells all of `diagnostics`."""
        found = tuple(diagnostics)
        error = cls("\n".join(map(str, found)))
        error.diagnostics = found
        return error


class CompileError(UsageError):
    """A plan that cannot be written as a Lua module, or a module that cannot be written."""


class RunError(HarnessError):
    """A run that did not come to its end."""


class WorldError(RunError):
    """Lua code of the user failed; the message holds the Lua traceback."""


class SandboxViolation(RunError):
    """Lua code of the user asked for something that the sandbox refuses."""


class LimitExceeded(RunError):
    """A named limit of a run was reached."""


class NondeterminismError(HarnessError):
    """Two runs that must be equal differ."""

    exit_code = 4


class HarnessBug(HarnessError):
    """A mistake of ours: please report."""

    exit_code = 70
