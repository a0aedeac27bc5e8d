"""One scenario per combination of a matrix: the data of each, before it is read like any other."""

from __future__ import annotations

import copy
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness.manifest.envelope import KEYS, Member
from engine_harness.manifest.fields import Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.document import DataPath

__all__ = ["COMBINATIONS_MAX", "FIXED", "combinations"]

COMBINATIONS_MAX = 10_000
FIXED = ("matrix", "metadata", "metadata.id", "version")


def combinations(member: Member) -> Iterator[Member]:
    """Yield the member, or each combination of its matrix: the last key varies fastest."""
    data = member.data
    if not isinstance(data, dict) or "matrix" not in data:
        yield member
        return
    axes = _axes(Field(member.problems, ("matrix",), data["matrix"]))
    if axes is None:
        # The rest of the manifest is still worth reading, for its own problems.
        yield member._replace(data=_without_matrix(data))
        return
    metadata = data.get("metadata")
    base_id = metadata.get("id") if isinstance(metadata, dict) else None
    seen: set[str] = set()
    for indices in itertools.product(*(range(len(axis.value)) for axis in axes)):
        chosen = [
            (axis, axis.value[index], index + 1) for axis, index in zip(axes, indices, strict=True)
        ]
        suffix = ",".join(f"{axis.path[-1]}={_text(value)}" for axis, value, _ in chosen)
        if suffix in seen:
            axes[-1].error(f"two combinations are called [{suffix}]", show=False)
            return
        seen.add(suffix)
        combined = _combine(member, chosen)
        if combined is None:
            return
        yield combined._replace(
            base_id=base_id if isinstance(base_id, str) else None, suffix=f"[{suffix}]"
        )


class Axis(Field):
    """One key of a matrix and its values."""

    value: list[Json]


def _axes(field: Field) -> list[Axis] | None:
    data = field.map("a map of dotted keys to lists")
    if data is None:
        return None
    if not data:
        field.error("must not be empty", "at least one key")
        return None
    axes: list[Axis] = []
    count = 1
    for key, values in data.items():
        axis = field.child(key, values)
        top = key.partition(".")[0]
        if key in FIXED or top == "matrix" or top not in KEYS:
            axis.error(f"key '{key}' cannot vary", _varying(), show=False, of_key=True)
        elif axis.items(empty=False) is not None and isinstance(values, list):
            axes.append(Axis(axis.problems, axis.path, values))
            count *= len(values)
    if len(axes) < len(data):
        return None
    if count > COMBINATIONS_MAX:
        field.error(f"has {count:,} combinations", f"at most {COMBINATIONS_MAX:,}", show=False)
        return None
    return axes


def _varying() -> str:
    return "a dotted path that begins with one of " + ", ".join(
        key for key in KEYS if key == "metadata" or key not in FIXED
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else canonical_json(value)


def _without_matrix(data: JsonMap) -> JsonMap:
    return {key: value for key, value in data.items() if key != "matrix"}


def _combine(member: Member, chosen: list[tuple[Axis, Json, int]]) -> Member | None:
    assert isinstance(member.data, dict)
    data = copy.deepcopy(_without_matrix(member.data))
    redirects: dict[DataPath, DataPath] = {}
    for axis, value, index in chosen:
        path = _place(data, axis, copy.deepcopy(value))
        if path is None:
            return None
        redirects[path] = (*axis.path, index)
    problems = replace(member.problems, redirects=redirects, found=[])
    return member._replace(data=data, problems=problems)


def _place(data: JsonMap, axis: Axis, value: Json) -> DataPath | None:
    """Put `value` where the dotted key of `axis` points; return that path, None after a problem."""
    key = str(axis.path[-1])
    segments = key.split(".")
    here: Json = data
    path: list[str | int] = []
    while True:
        taken, step = _step(here, segments)
        if step is None:
            at = ".".join(segments)
            axis.error(f"key '{key}' leads nowhere: no '{at}' there", show=False, of_key=True)
            return None
        path.append(step)
        segments = segments[taken:]
        if isinstance(here, list):
            assert isinstance(step, int)
            if not segments:
                here[step - 1] = value
                return tuple(path)
            here = here[step - 1]
        else:
            assert isinstance(here, dict)
            assert isinstance(step, str)
            if not segments:
                here[step] = value
                return tuple(path)
            here = here.setdefault(step, {})


def _step(here: Json, segments: list[str]) -> tuple[int, str | int | None]:
    """Return how many segments the next step takes, and the key or index (from 1) it goes to."""
    if isinstance(here, list):
        index = int(segments[0]) if segments[0].isascii() and segments[0].isdigit() else 0
        return 1, index if 1 <= index <= len(here) else None
    if not isinstance(here, dict):
        return 1, None
    # A key may itself hold dots, as `expect: {start.hp: 5}`; the shortest one that exists wins.
    for taken in range(1, len(segments) + 1):
        name = ".".join(segments[:taken])
        if name in here:
            return taken, name
    return 1, segments[0]
