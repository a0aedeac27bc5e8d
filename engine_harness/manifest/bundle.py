"""Bundles: one file with many scenarios, nested as deep as data may be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine_harness.manifest.envelope import Member, read_metadata
from engine_harness.manifest.fields import Field, Table

if TYPE_CHECKING:
    from engine_harness.manifest.models import Metadata

__all__ = ["KEYS", "MEMBERS_MAX", "VERSIONS", "Expanded", "members_of"]

KEYS = ("version", "metadata", "world", "scenarios")
VERSIONS = (1, 2)
MEMBERS_MAX = 10_000
"""Scenarios in one file, in all its bundles, before a matrix multiplies them."""

_DRIVERS = ("timeline", "script", "steps", "agent", "scene")


@dataclass
class Expanded:
    """What one file holds."""

    members: list[Member] = field(default_factory=list)
    """In authored order."""
    metadata: dict[str, Metadata] = field(default_factory=dict)
    """What bundles say of themselves, by their label; the file itself has none."""


def members_of(top: Member) -> Expanded:
    """Return the scenarios in the data of one file, and the metadata of its bundles.

    What is wrong with the bundle itself, or with a bundle inside it, is noted in `top.problems`.
    """
    expanded = Expanded()
    if top.data is None and not top.problems.document.spoiled:
        top.problems.add((), "is empty", allowed="a map with 'timeline' or 'scenarios'")
    elif not _is_bundle(top):
        expanded.members.append(top)
    else:
        _expand(top, expanded)
    if len(expanded.members) > MEMBERS_MAX:
        message = f"{len(expanded.members):,} scenarios in one file"
        top.problems.add(("scenarios",), message, allowed=f"at most {MEMBERS_MAX:,}")
        expanded.members.clear()
    return expanded


def _is_bundle(member: Member) -> bool:
    return isinstance(member.data, dict) and "scenarios" in member.data


def _expand(bundle: Member, expanded: Expanded) -> None:
    """Add what is in `bundle`; no deeper than data may be nested."""
    problems = bundle.problems
    whole = Field(problems, (), bundle.data)
    table = Table(whole)
    drivers = [name for name in _DRIVERS if name in table]
    for name in drivers:
        whole.error(f"'scenarios' and '{name}' exclude each other; give one", show=False)
    table.close((*KEYS, *drivers) if drivers else KEYS)
    version = table.get("version")
    number = version.number() if version else None
    if version is not None and number is not None and number not in VERSIONS:
        version.error(f"unsupported bundle version {number:g} (expected 1 or 2)", show=False)
    own = table.get("metadata")
    if own and (metadata := read_metadata(own, required=False)):
        expanded.metadata[problems.label] = metadata
    # A world that cannot be used is nobody's: members must not be judged by another one.
    world = table.text("world") or "" if "world" in table else bundle.world
    scenarios = table.get("scenarios")
    entries = scenarios.items(empty=False) if scenarios else None
    for index, entry in enumerate(entries or (), 1):
        inner = replace(
            problems,
            label=f"{problems.label}[{index}]",
            prefix=(*problems.prefix, "scenarios", index),
            found=[],
        )
        member = Member(entry.value, inner, world)
        if _is_bundle(member):
            _expand(member, expanded)
            problems.found.extend(inner.found)
        else:
            expanded.members.append(member)
