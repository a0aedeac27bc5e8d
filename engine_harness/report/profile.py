"""Frames, queue and lateness of several runs as those of one.

Runs that left no such figures (killed, or of another driver) are not among them.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine_harness.checks.metrics import is_number, lookup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine_harness._types import Json, JsonMap
    from engine_harness.records.models import RunRecord

__all__ = ["profile_view"]

_CLASSES = ("nominal", "hitch")
_QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def profile_view(records: Sequence[RunRecord]) -> JsonMap:
    """Return the figures of all `records` together."""
    timelines = [record.sections.get("timeline", {}) for record in records]
    pairs = [
        (record, scheduler, timeline)
        for record, timeline in zip(records, timelines, strict=True)
        if isinstance(scheduler := timeline.get("scheduler"), dict)
    ]
    runs = _Figures([scheduler for _, scheduler, _ in pairs])
    hosts = _Figures([host for record, _, _ in pairs if (host := _host(record)) is not None])
    steps, depths = runs.total("stepCount"), runs.total("queue.samples")
    step_total = runs.weighted("averageStep", "stepCount")
    return {
        "scenarios": len(pairs),
        "totalSimulated": runs.total("totalSimulated"),
        "stepCount": steps,
        "averageStep": _ratio(step_total, steps),
        "scheduledEvents": runs.total("scheduledEvents"),
        "eventsTriggered": runs.total("events.triggered"),
        "queue": {
            "samples": depths,
            "averageDepth": _ratio(runs.total("queue.totalDepth"), depths),
            "maxDepth": runs.largest("queue.maxDepth"),
        },
        "lateness": _lateness(runs, [timeline for _, _, timeline in pairs]),
        "host": {
            "waitRuntime": hosts.total("waitRuntime"),
            "eventRuntime": hosts.total("eventRuntime"),
            "utilisation": hosts.mean("utilisation"),
            "gc": {
                "samples": hosts.total("gc.samples"),
                "minKb": hosts.smallest("gc.minKb"),
                "maxKb": hosts.largest("gc.maxKb"),
                "averageDeltaKb": hosts.mean("gc.deltaKb"),
            },
        },
    }


def _host(record: RunRecord) -> JsonMap | None:
    host = record.host.get("scheduler")
    return host if isinstance(host, dict) else None


class _Figures:
    """The same figure of several runs; runs that do not have it are passed over."""

    def __init__(self, runs: list[JsonMap]) -> None:
        self._runs = runs

    def numbers(self, path: str) -> list[float]:
        return [number for run in self._runs if (number := _number(run, path)) is not None]

    def total(self, path: str) -> float:
        return sum(self.numbers(path))

    def weighted(self, path: str, weight: str) -> float:
        pairs = ((_number(run, path), _number(run, weight)) for run in self._runs)
        return sum(value * count for value, count in pairs if value is not None and count)

    def mean(self, path: str) -> float | None:
        numbers = self.numbers(path)
        return _ratio(sum(numbers), len(numbers))

    def smallest(self, path: str) -> float | None:
        return min(self.numbers(path), default=None)

    def largest(self, path: str) -> float | None:
        return max(self.numbers(path), default=None)


def _number(run: JsonMap, path: str) -> float | None:
    value = lookup(run, path)
    return value if isinstance(value, int | float) and is_number(value) else None


def _ratio(total: float, count: float) -> float | None:
    return total / count if count else None


@dataclass
class _Samples:
    """Samples in rising order: so many are 0, then come the others."""

    zeros: int = 0
    late: list[float] = field(default_factory=list)

    @classmethod
    def read(cls, data: Json) -> _Samples:
        assert isinstance(data, dict)
        zeros, late = data["zeros"], data["late"]
        assert isinstance(zeros, int)
        assert isinstance(late, list)
        return cls(zeros, [value for value in late if isinstance(value, int | float)])

    @classmethod
    def pooled(cls, parts: Iterable[_Samples]) -> _Samples:
        several = list(parts)
        late = list(heapq.merge(*(part.late for part in several)))
        return cls(sum(part.zeros for part in several), late)

    @property
    def count(self) -> int:
        return self.zeros + len(self.late)

    def value(self, index: int) -> float:
        return 0 if index < self.zeros else self.late[index - self.zeros]

    def percentile(self, quantile: float) -> float:
        """Interpolate linearly at rank (n - 1) * q, counted from 0."""
        rank = (self.count - 1) * quantile
        low = int(rank)
        value = self.value(low)
        return value if rank == low else value + (self.value(low + 1) - value) * (rank - low)


def _lateness(runs: _Figures, timelines: list[JsonMap]) -> JsonMap:
    """Return the figures of all samples, with those of each class."""
    classes = {
        name: [_Samples.read(samples[name]) for t in timelines if (samples := _samples_of(t))]
        for name in _CLASSES
    }
    everything = _Samples.pooled(part for parts in classes.values() for part in parts)
    view = _summary(runs, "lateness", everything)
    for name, parts in classes.items():
        view[name] = _summary(runs, f"lateness.{name}", _Samples.pooled(parts))
    return view


def _samples_of(timeline: JsonMap) -> JsonMap | None:
    samples = timeline.get("lateness_samples")
    return samples if isinstance(samples, dict) else None


def _summary(runs: _Figures, path: str, samples: _Samples) -> JsonMap:
    count, total = samples.count, runs.total(f"{path}.total")
    view: JsonMap = {
        "samples": count,
        # Whoever is on time is a matter of the run's own frame rate.
        "onTime": runs.total(f"{path}.onTime"),
        "total": total,
        "average": _ratio(total, count),
        "min": samples.value(0) if count else None,
        "max": samples.value(count - 1) if count else None,
    }
    quantiles = {name: samples.percentile(q) if count else None for name, q in _QUANTILES}
    return {**view, **quantiles}
