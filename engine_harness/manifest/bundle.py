"""Bundles: one file with many scenarios, nested as deep as it likes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine_harness.manifest.envelope import Member, read_metadata
from engine_harness.manifest.fields import Field, Table

if TYPE_CHECKING:
    from engine_harness.manifest.models import Metadata

__all__ = ["members_of"]

_KEYS = ("version", "metadata", "world", "scenarios")
_VERSIONS = (1, 2)


def members_of(top: Member) -> tuple[list[Member], Metadata | None]:
    """Return the scenarios in the data of one file, in order, and the bundle's own metadata.

    What is wrong with the bundle itself, or with a bundle inside it, is noted in `top.problems`.
    """
    if top.data is None and not top.problems.document.spoiled:
        top.problems.add((), "is empty", allowed="a map with 'timeline' or 'scenarios'")
        return [], None
    if not isinstance(top.data, dict) or "scenarios" not in top.data:
        return [top], None
    return _expand(top)


def _expand(bundle: Member) -> tuple[list[Member], Metadata | None]:
    field = Field(bundle.problems, (), bundle.data)
    table = Table(field)
    if "timeline" in table:
        field.error("'scenarios' and 'timeline' exclude each other; give one", show=False)
    table.close((*_KEYS, "timeline") if "timeline" in table else _KEYS)
    version = table.get("version")
    number = version.number() if version else None
    if version is not None and number is not None and number not in _VERSIONS:
        version.error(f"unsupported bundle version {number:g} (expected 1 or 2)", show=False)
    own = table.get("metadata")
    metadata = read_metadata(own, required=False) if own else None
    world = table.text("world") or bundle.world
    scenarios = table.get("scenarios")
    entries = scenarios.items(empty=False) if scenarios else None
    members: list[Member] = []
    for index, entry in enumerate(entries or (), 1):
        outer = bundle.problems
        problems = replace(
            outer,
            label=f"{outer.label}[{index}]",
            prefix=(*outer.prefix, "scenarios", index),
            found=[],
        )
        member = Member(entry.value, problems, world)
        if isinstance(entry.value, dict) and "scenarios" in entry.value:
            inner, _ = _expand(member)
            bundle.problems.found.extend(problems.found)
            members.extend(inner)
        else:
            members.append(member)
    return members, metadata
