"""What a performance gate demands: the limits of an envelope, the figures of a baseline.

Both are read strictly: a key that nobody knows, a wrong type or a file that cannot be read stops
the invocation, with all problems at once. Nothing here judges a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine_harness.manifest.contracts import BUILTIN_CONTRACTS
from engine_harness.manifest.fields import Field

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.contract_kinds import Limit, Op

__all__ = [
    "Baseline",
    "Bound",
    "Budget",
    "Envelope",
    "HostFigures",
    "OwnContract",
    "Tolerance",
    "envelope_data",
    "load_baseline",
    "load_envelope",
]


@dataclass(frozen=True)
class Bound:
    """One limit of a contract of one's own."""

    op: Op
    value: Json


@dataclass(frozen=True, kw_only=True)
class OwnContract:
    """A contract that an envelope adds."""

    name: str
    figure: str
    """A path into the record, beginning with one of `contracts.FIGURE_ROOTS`."""
    scenario: str | None = None
    """None: each scenario of the suite."""
    bounds: tuple[Bound, ...]
    """At least one; all have to hold."""


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How far the figures of a machine may be from those of its baseline."""

    gc_ratio: float = 0.25
    gc_kb: float = 4096
    """The memory kept may grow by the larger of the two."""
    utilisation: float = 0.25
    """The part of the baseline's speed that has to be left."""


def _default_limits() -> Mapping[str, Limit]:
    return MappingProxyType({contract.name: contract.default for contract in BUILTIN_CONTRACTS})


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """The limits that a gate uses."""

    limits: Mapping[str, Limit] = field(default_factory=_default_limits)
    """By name of the contract; each of those that ship has one."""
    tolerance: Tolerance = Tolerance()
    is_shipped: bool = False
    """Whether the workloads that ship are demanded even where none of them is loaded."""
    contracts: tuple[OwnContract, ...] = ()
    """In the order of the file."""


@dataclass(frozen=True, kw_only=True)
class HostFigures:
    """What one scenario took on one machine; None: it was not measured."""

    gc_delta_kb: float | None = None
    utilisation: float | None = None


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What one scenario may cost, the same on every machine."""

    work_units: int
    functions: Mapping[str, int] = field(default_factory=dict)
    seed: int | str | None = None
    """That it was taken with; under another one it says nothing. None: any."""
    hitch_policy: str | None = None
    """Likewise."""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The figures that a gate compares with."""

    machines: Mapping[str, Mapping[str, HostFigures]] = field(default_factory=dict)
    """By fingerprint of the machine, then by scenario."""
    cost: Mapping[str, Budget] = field(default_factory=dict)
    """By scenario."""


def load_envelope(path: Path | None, name: str) -> Envelope:
    """Return the limits in the file at `path`, called `name` in messages; None: the defaults.

    Raises:
        ManifestError: with all that is wrong with the file, or that it cannot be read.
    """
    if path is None:
        return Envelope()
    from engine_harness.manifest.envelope_file import read_envelope
    from engine_harness.manifest.gate_file import read_document, require_sound

    problems = read_document(path, name, "envelope")
    envelope = read_envelope(Field(problems, (), problems.document.data))
    require_sound(problems)
    return envelope


def load_baseline(path: Path, name: str) -> Baseline:
    """Return the figures in the file at `path`, called `name` in messages; no file: none.

    Raises:
        ManifestError: with all that is wrong with the file, or that it cannot be read.
    """
    from engine_harness.manifest.baseline_file import read_baseline
    from engine_harness.manifest.gate_file import read_document, require_sound

    problems = read_document(path, name, "baseline", is_optional=True)
    baseline = read_baseline(Field(problems, (), problems.document.data))
    require_sound(problems)
    return baseline


def envelope_data(envelope: Envelope) -> JsonMap:
    """Return an envelope as its file says it, complete."""
    from engine_harness.manifest.envelope_file import written

    return written(envelope)
