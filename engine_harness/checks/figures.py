"""Finds one figure of a record by its path: `metrics.hits`, `lateness.nominal.p99`, `host.wall_s`.

The same paths serve the contracts that ship and those that users write. A path that leads nowhere
is told with the nearest one that leads somewhere; a figure that nothing was measured for is told
apart from one that is 0.
"""

from __future__ import annotations

import difflib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from engine_harness.checks.cost import normalised_functions
from engine_harness.checks.metrics import Missing, lookup
from engine_harness.manifest.contracts import FIGURE_ROOTS
from engine_harness.manifest.figures import PERFORMANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue

    from engine_harness.records.models import RunRecord

__all__ = ["NO_SAMPLES", "NoFigure", "figure_of", "nearest", "number_of"]

NO_SAMPLES = "no samples"

_SAMPLES = "samples"
_FUNCTION = re.compile(r"functions\[(?P<name>.*)\]", re.DOTALL)
CANDIDATES_MAX = 5_000
"""So many paths of a record are compared with one that leads nowhere."""


@dataclass(frozen=True)
class NoFigure:
    """Why there is no figure."""

    reason: str


def number_of(record: RunRecord, path: str) -> float | None:
    """Return the number at `path`, None without one."""
    found = figure_of(record, path)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def figure_of(record: RunRecord, path: str) -> JsonValue | NoFigure:
    """Return what stands at `path`; a figure without samples is none."""
    root, _, rest = path.partition(".")
    values = _values(record, root)
    if values is None:
        # The run came to its end too early, or in a way that leaves no such figures.
        return NoFigure(NO_SAMPLES)
    function = _FUNCTION.fullmatch(rest) if root == "cost" else None
    if function is not None:
        return _function(record, path, function["name"])
    found = lookup(values, rest)
    # A summary of nothing may leave its figures out.
    if found is None or _is_unsampled(values, rest):
        return NoFigure(NO_SAMPLES)
    if isinstance(found, Missing):
        near = nearest(path, (f"{root}.{name}" for name in _paths(values)))
        return NoFigure(f"no figure {path}{near}")
    return found


def _values(record: RunRecord, root: str) -> dict[str, JsonValue] | None:
    """Return what the rest of a path looks into; None: the record has nothing of the kind."""
    assert root in FIGURE_ROOTS
    timeline = record.sections.get("timeline", {})
    scheduler = timeline.get("scheduler")
    found: JsonValue
    if root == "metrics":
        found = _metrics(record, scheduler)
    elif root == "checkpoints":
        found = {name: checkpoint.metrics for name, checkpoint in record.checkpoints.items()}
    elif root == "lateness":
        found = scheduler.get("lateness") if isinstance(scheduler, dict) else None
    elif root == "hitches":
        found = timeline.get("hitch_totals")
    elif root == "outcome":
        found = cast("JsonValue", record.outcome.model_dump(mode="json"))
    elif root == "cost":
        cost = record.cost
        found = None if cost is None else cost.model_dump(mode="json", exclude={"functions"})
    else:
        found = record.host or None
    return found if isinstance(found, dict) else None


def _metrics(record: RunRecord, scheduler: JsonValue) -> JsonValue:
    """Return the metrics at the end, with the figures of frames and queue as one of them."""
    if record.metrics is None or PERFORMANCE in record.metrics or scheduler is None:
        return record.metrics
    return {**record.metrics, PERFORMANCE: {"scheduler": scheduler}}


def _is_unsampled(values: dict[str, JsonValue], path: str) -> bool:
    """Tell whether the figure is one of a summary of no samples, like a total of 0."""
    around, dot, name = path.rpartition(".")
    summary = lookup(values, around) if dot else values
    # The number of samples is itself a figure that may be 0.
    return isinstance(summary, dict) and name != _SAMPLES and summary.get(_SAMPLES) == 0


def _function(record: RunRecord, path: str, name: str) -> JsonValue | NoFigure:
    assert record.cost is not None
    functions = normalised_functions(record.cost)
    if name in functions:
        return functions[name]
    near = nearest(path, (f"cost.functions[{known}]" for known in functions))
    return NoFigure(f"no figure {path}{near}")


def _paths(values: JsonValue, prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of all that is no map, and of what lists hold by number from 1."""
    if isinstance(values, dict):
        for key in sorted(values):
            yield from _paths(values[key], f"{prefix}.{key}" if prefix else key)
    elif isinstance(values, list):
        for index, value in enumerate(values, 1):
            yield from _paths(value, f"{prefix}.{index}")
    else:
        yield prefix


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean metrics.hits?)` for a near miss, else an empty text."""
    candidates = list(itertools.islice(known, CANDIDATES_MAX))
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""
