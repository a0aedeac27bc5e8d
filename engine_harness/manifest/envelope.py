"""The keys that every manifest has, read to one `Scenario`.

The driver's own part is read by `timeline`; what is not known here is an unknown field, so nothing
is accepted and then ignored.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from engine_harness.manifest import ceilings
from engine_harness.manifest.condition_reading import read_invariants
from engine_harness.manifest.config_reading import read_config
from engine_harness.manifest.diagnostics import one_of, unknown
from engine_harness.manifest.fields import Field, Table
from engine_harness.manifest.intelligence import read_intelligence
from engine_harness.manifest.models import ExpectFailure, Limits, Metadata, Scenario
from engine_harness.manifest.origin import origin_of
from engine_harness.manifest.rules import read_rules
from engine_harness.manifest.sets import read_set
from engine_harness.manifest.timeline import read_timeline
from engine_harness.manifest.vocabulary import Vocabulary

if TYPE_CHECKING:
    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.diagnostics import Problems
    from engine_harness.manifest.expectations import ExpectationSet
    from engine_harness.manifest.worlds import WorldInfo, Worlds

__all__ = [
    "DEFAULT_WORLD",
    "EXPECT_FAILURE_KEYS",
    "ID",
    "ID_LENGTH_MAX",
    "KEYS",
    "METADATA_KEYS",
    "RESERVED_WORLDS",
    "Member",
    "read_metadata",
    "read_scenario",
]

KEYS = (
    "version",
    "metadata",
    "world",
    "world_options",
    "seed",
    "config",
    "intelligence",
    "timeline",
    "expect",
    "expect_baseline",
    "expect_target",
    "expect_events",
    "invariants",
    "expect_failure",
    "limits",
    "matrix",
)
"""Every key of a scenario."""

DEFAULT_WORLD = "autoparry"
"""The world of a timeline that names none."""

ID_LENGTH_MAX = 120

ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_ID_RULE = f"[A-Za-z0-9_-][A-Za-z0-9_.-]*, at most {ID_LENGTH_MAX} characters"
METADATA_KEYS = ("id", "label", "description", "tags", "history", "priority")
EXPECT_FAILURE_KEYS = ("reason", "ticket")
_NEEDED_METHODS = ("new", "apply", "metrics")

RESERVED_WORLDS = ("timeline", "trajectory", "script", "steps", "scene", "snapshots", "trace")
"""Sections of a record that the harness fills itself; a world's own section has its name."""


class Member(NamedTuple):
    """One scenario as written: its data and what surrounds it."""

    data: Json
    problems: Problems
    world: str | None = None
    """The world of the bundle around it, the default of this member; empty: one that is no name."""
    base_id: str | None = None
    suffix: str = ""
    """`[key=value,…]` of a combination of a matrix."""


def read_scenario(member: Member, worlds: Worlds) -> Scenario | None:
    """Read one scenario; problems are noted in the member's, and None is returned with an error."""
    top = Field(member.problems, (), member.data)
    if top.map() is None:
        return None
    table = top.table(KEYS)
    assert table is not None
    _version(table)
    metadata = read_metadata(table.require("metadata"), required=True)
    world, info = _world(table, member, worlds)
    words = Vocabulary(info)
    config, engine = read_config(table, words)
    intelligence = read_intelligence(table.get("intelligence"), words)
    options = _world_options(table, words)
    seed = _seed(table)
    timeline = table.get("timeline")
    if timeline is None:
        top.error("has no driver: key 'timeline' is missing", show=False)
    entries = read_timeline(timeline, words) if timeline else ()
    expect = _expect(table, words)
    target = table.get("expect_target")
    expect_target = read_set(target, words, at_end=True) if target else {}
    expect_events = read_rules(table.get("expect_events"), words)
    invariants = read_invariants(table.get("invariants"), words)
    failure, limits = _expect_failure(table), _limits(table)
    if member.problems.has_errors or metadata is None or not world:
        if words.strange_actions and "world" not in table and member.world is None:
            message = f"names no 'world', so it was read as one of the default, '{world}'"
            member.problems.add((), message, severity="warning")
        return None
    return Scenario(
        metadata=metadata.model_copy(update={"id": metadata.id + member.suffix})
        if member.suffix
        else metadata,
        world=world,
        world_options=options,
        seed=seed,
        config=config,
        engine=engine,
        intelligence=intelligence,
        timeline=entries,
        rule_aliases=words.rule_aliases,
        expect=expect,
        expect_target=expect_target,
        expect_events=expect_events,
        invariants=invariants,
        expect_failure=failure,
        limits=limits,
        origin=origin_of(table.data, member.problems, member.base_id),
    )


def _version(table: Table) -> None:
    field = table.get("version")
    number = field.number() if field else None
    if field is not None and number is not None and number != 1:
        shown = int(number) if number == int(number) else number
        field.error(f"unsupported scenario version {shown} (expected 1)", show=False)


def read_metadata(field: Field | None, *, required: bool) -> Metadata | None:
    """Read who a scenario is; a bundle's own metadata needs neither id nor label."""
    table = field.table(METADATA_KEYS) if field else None
    if table is None:
        return None
    scenario_id = table.text("id", required=required)
    if scenario_id is not None and (
        not ID.fullmatch(scenario_id) or len(scenario_id) > ID_LENGTH_MAX
    ):
        place = table.get("id")
        assert place is not None
        place.error("is no id", _ID_RULE)
    label = table.text("label", required=required)
    description = table.get("description")
    if description is not None and not isinstance(description.value, str):
        description.error("must be a string")
    tags, history = table.texts("tags") or (), table.texts("history") or ()
    priority = table.text("priority")
    if required and (scenario_id is None or label is None):
        return None
    return Metadata(
        id=scenario_id or "",
        label=label or "",
        description=description.value
        if description and isinstance(description.value, str)
        else None,
        tags=tags,
        history=history,
        priority=priority,
    )


def _world(table: Table, member: Member, worlds: Worlds) -> tuple[str, WorldInfo | None]:
    """Return the scenario's world and what is known of it, None when nothing is."""
    given = table.get("world")
    name = table.text("world") if given else member.world
    if given is None and member.world is None:
        name = DEFAULT_WORLD
    place = given or table.field.child("world", None)
    if not name:
        return "", None
    if name in RESERVED_WORLDS:
        message = f"'{name}' cannot name a world: a part of every record has this name"
        place.error(message, "any name but " + one_of(RESERVED_WORLDS), show=False)
        return name, None
    info = worlds.get(name)
    if info is None:
        known = worlds.names()
        message, _ = unknown("world", name, known)
        if given is None and member.world is None:
            message = "key 'world' is missing"
        place.error(message, one_of(known), show=False)
        return name, None
    if info.failure is not None:
        return name, None
    for method in _NEEDED_METHODS:
        if method not in info.methods:
            place.error(
                f"world '{name}' has no method '{method}', which driver timeline needs", show=False
            )
    return name, info


def _world_options(table: Table, words: Vocabulary) -> JsonMap:
    own = table.get("world_options")
    config = table.get("config")
    inner = config.value.get("world") if config and isinstance(config.value, dict) else None
    nested = (
        config.child("world", inner)
        if config and isinstance(config.value, dict) and "world" in config.value
        else None
    )
    if own is not None and nested is not None:
        own.error("'world_options' and 'config.world' are the same thing; give one", show=False)
    field = own or nested
    options = field.map() if field else None
    if field is None or options is None:
        return {}
    words.check_options(field, options)
    return options


def _seed(table: Table) -> int | str | None:
    field = table.get("seed")
    if field is None:
        return None
    value = field.value
    if isinstance(value, str) and value:
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and isinstance(value, int | float) and value == math.trunc(value):
        return int(value)
    field.error("must be a whole number or a text")
    return None


def _expect(table: Table, words: Vocabulary) -> ExpectationSet:
    given, alias = table.get("expect"), table.get("expect_baseline")
    if given and alias:
        alias.error("'expect' and 'expect_baseline' are the same key; give one", show=False)
    field = given or alias
    return read_set(field, words, at_end=True) if field else {}


def _expect_failure(table: Table) -> ExpectFailure | None:
    field = table.get("expect_failure")
    inner = field.table(EXPECT_FAILURE_KEYS) if field else None
    if inner is None:
        return None
    reason, ticket = inner.text("reason", required=True), inner.text("ticket")
    return None if reason is None else ExpectFailure(reason=reason, ticket=ticket)


def _limits(table: Table) -> Limits:
    field = table.get("limits")
    inner = field.table(tuple(ceilings.DEFAULTS)) if field else None
    if inner is None:
        return Limits()
    whole: dict[str, int | None] = {}
    deadline_s: float | None = None
    for key in ceilings.DEFAULTS:
        item = inner.get(key)
        if item is None:
            continue
        most, allowed = ceilings.ceiling(key), ceilings.wording(key)
        if key == "deadline_s":
            deadline_s = item.number_within(0, most, allowed, open_low=True)
        else:
            whole[key] = item.integer_within(1, most, allowed)
    return Limits(deadline_s=deadline_s, **whole)
