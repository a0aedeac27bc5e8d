"""One planned event for each kind of timeline entry: one function per kind.

An event holds what the world and the driver need, never what is judged afterwards: whether a
refusal is expected stays with the scenario.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from engine_harness.manifest.drivers import (
    ActionEntry,
    CheckpointEntry,
    ExpectEntry,
    HitchEntry,
    NetworkEntry,
    PlayerEntry,
    RuleEntry,
    ThreatEntry,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import JsonValue

    from engine_harness.plan.model import PlannedEvent

__all__ = ["ACTION_OF_KIND", "EVENT_FIELDS", "Entry", "planned_event", "under_rule_name"]

Entry: TypeAlias = (
    ActionEntry
    | HitchEntry
    | CheckpointEntry
    | ExpectEntry
    | ThreatEntry
    | PlayerEntry
    | NetworkEntry
    | RuleEntry
)
"""A timeline entry that is one event; a macro is many."""

EVENT_FIELDS: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    name: (frozenset(required), frozenset({"notes", *required, *optional}))
    for name, required, optional in (
        ("action", ("name",), ("args",)),
        ("hitch", ("duration",), ("jitter",)),
        ("checkpoint", ("name",), ()),
        ("expect", ("name", "set"), ()),
        (
            "spawn-threat",
            ("id", "position"),
            ("macro", "tags", "metadata", "velocity", "cframe", "attributes"),
        ),
        ("player-action", ("action",), ("macro", "value", "duration", "parameters")),
        ("network", ("name",), ("channel", "direction", "payload")),
        ("rule-toggle", ("rule", "value"), ("macro", "transition", "duration")),
    )
}
"""Fields that an event of a kind must and may be made with, beside `time` and `event`."""

ACTION_OF_KIND: Final[dict[str, str]] = {
    "spawn-threat": "threat",
    "player-action": "player",
    "network": "network",
    "rule-toggle": "rule",
}
"""The action that a world gets for an event of a kind that only some worlds know."""


def _present(**fields: JsonValue) -> PlannedEvent:
    return {name: value for name, value in fields.items() if value is not None}


def _vector(value: tuple[float, float, float] | None) -> JsonValue:
    return None if value is None else dict(zip("xyz", value, strict=True))


def _list(value: tuple[Any, ...] | None) -> JsonValue:
    return None if value is None else list(value)


def _action(entry: ActionEntry) -> PlannedEvent:
    return _present(event="action", name=entry.name, args=entry.args)


def _hitch(entry: HitchEntry) -> PlannedEvent:
    return _present(event="hitch", duration=entry.duration_s, jitter=entry.jitter_s)


def _checkpoint(entry: CheckpointEntry) -> PlannedEvent:
    return {"event": "checkpoint", "name": entry.name}


def _expect(entry: ExpectEntry) -> PlannedEvent:
    # The name of the checkpoint under which the run keeps the metrics that are judged later.
    return {"event": "expect", "name": f"timeline[{entry.index}]", "set": {**entry.expect}}


def _threat(entry: ThreatEntry) -> PlannedEvent:
    return _present(
        event="spawn-threat",
        id=entry.id,
        tags=_list(entry.tags),
        metadata=entry.metadata,
        position=_vector(entry.position),
        velocity=_vector(entry.velocity),
        cframe=_list(entry.cframe),
        attributes=entry.attributes,
    )


def _player(entry: PlayerEntry) -> PlannedEvent:
    return _present(
        event="player-action",
        action=entry.action,
        value=entry.value,
        duration=entry.duration_s,
        parameters=entry.parameters,
    )


def _network(entry: NetworkEntry) -> PlannedEvent:
    return _present(
        event="network",
        name=entry.event,
        channel=entry.channel,
        direction=entry.direction,
        payload=entry.payload,
    )


def _rule(entry: RuleEntry) -> PlannedEvent:
    optional = _present(transition=entry.transition, duration=entry.duration_s)
    return {"event": "rule-toggle", "rule": entry.rule, "value": entry.value, **optional}


_BUILDERS: Final[dict[str, Callable[[Any], PlannedEvent]]] = {
    "action": _action,
    "hitch": _hitch,
    "checkpoint": _checkpoint,
    "expect": _expect,
    "threat": _threat,
    "player": _player,
    "network": _network,
    "rule": _rule,
}


def under_rule_name(event: PlannedEvent, aliases: Mapping[str, str]) -> PlannedEvent:
    """Return the event with its rule's one name; a second name is kept as `authoredRule`.

    `aliases`: the names of rules, by the second names that the world declares for them.
    """
    rule = event.get("rule")
    if event["event"] != "rule-toggle" or not isinstance(rule, str) or rule not in aliases:
        return event
    return {**event, "rule": aliases[rule], "authoredRule": rule}


def planned_event(entry: Entry) -> PlannedEvent:
    """Return the event that `entry` stands for."""
    event: PlannedEvent = {"time": entry.at_s, **_BUILDERS[entry.kind](entry)}
    if entry.notes is not None:
        event["notes"] = entry.notes
    return event
