"""What a world declares about itself (`World.describe`), read strictly.

Everything in it is optional: what a world declares is checked in every scenario that uses it, what
it does not declare is left to the run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field as ModelField
from pydantic import JsonValue

from engine_harness._model import Model
from engine_harness._registry import suggestion
from engine_harness.manifest.argument_types import ALLOWED, is_meant_as_type, read_type
from engine_harness.manifest.diagnostics import Problems
from engine_harness.manifest.document import Document
from engine_harness.manifest.fields import Field, Table
from engine_harness.manifest.models import CONFIG_SECTIONS, DRIVER_OPTIONS
from engine_harness.manifest.names import normal_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import Json, JsonMap
    from engine_harness.errors import Diagnostic

__all__ = ["FRAME_RATE_ALLOWED", "WorldDescribe", "read_describe"]

FRAME_RATE_HZ_MAX = 100_000
FRAME_RATE_ALLOWED = f"> 0 and at most {FRAME_RATE_HZ_MAX:,}"

_KNOWN = (
    "actions",
    "config",
    "engine_options",
    "events",
    "fields",
    "frame_rate_hz",
    "metrics",
    "options",
    "phases",
    "policies",
    "rule_aliases",
)


class WorldDescribe(Model):
    """`World.describe`; None for what the world does not declare."""

    actions: dict[str, dict[str, str]] | None = None
    """Argument types by action and argument."""
    config: dict[str, str] | None = None
    """Types of further sections of `config`."""
    engine_options: dict[str, str] | None = None
    """Types of further options of `config.engine`."""
    metrics: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    """Names of metrics that make the columns of a trajectory."""
    frame_rate_hz: float | None = None
    options: dict[str, JsonValue] | None = None
    """Names of options; a value that is an argument type is checked as one."""
    phases: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    """Ids of what a scenario may let watch over its run, in the order in which they act."""
    rule_aliases: dict[str, str] | None = None
    """Names of rules, by the second names that a timeline may use for them."""
    other: dict[str, JsonValue] = ModelField(default_factory=dict)
    """What else the world says of itself."""


def read_describe(value: Json, file: str) -> tuple[WorldDescribe, tuple[Diagnostic, ...]]:
    """Read the `describe` of the world in `file`; what is wrong with it is left out of it."""
    if value is None:
        return WorldDescribe(), ()
    problems = Problems(file, Document(value, empty_map_is_list=True))
    field = Field(problems, (), value)
    if field.map() is None:
        return WorldDescribe(), _named(problems)
    table = Table(field)
    for key in table.data:
        near = "" if key in _KNOWN else suggestion(key, _KNOWN)
        if near:
            field.child(key, None).error(f"unknown field '{key}'{near}", show=False)
    rate = table.get("frame_rate_hz")
    describe = WorldDescribe(
        actions=_actions(table),
        config=_types(table, "config", "a section", CONFIG_SECTIONS),
        engine_options=_types(table, "engine_options", "an option", DRIVER_OPTIONS),
        metrics=table.texts("metrics"),
        events=table.texts("events"),
        fields=table.texts("fields"),
        frame_rate_hz=rate.number_within(0, FRAME_RATE_HZ_MAX, FRAME_RATE_ALLOWED, open_low=True)
        if rate
        else None,
        options=_options(table),
        phases=table.texts("phases"),
        policies=_policies(table),
        rule_aliases=_rule_aliases(table),
        other={key: item for key, item in table.data.items() if key not in _KNOWN},
    )
    return describe, _named(problems)


def _named(problems: Problems) -> tuple[Diagnostic, ...]:
    return tuple(
        replace(item, path=item.path.replace("manifest", "describe", 1)) for item in problems.found
    )


def _actions(table: Table) -> dict[str, dict[str, str]] | None:
    field = table.get("actions")
    data = field.map("a map of actions") if field else None
    if field is None or data is None:
        return None
    actions: dict[str, dict[str, str]] = {}
    for name, arguments in data.items():
        action = field.child(name, arguments)
        actions[name] = _declared(action, action.map("a map of arguments") or {})
    return actions


def _types(table: Table, key: str, noun: str, taken: Sequence[str]) -> dict[str, str] | None:
    field = table.get(key)
    data = field.map("a map of types") if field else None
    if field is None or data is None:
        return None
    types = _declared(field, data)
    for name in taken:
        if name in types:
            message = f"'{name}' is {noun} of every scenario, no world can declare it"
            field.child(name, types.pop(name)).error(message, show=False, of_key=True)
    return types


def _policies(table: Table) -> tuple[str, ...] | None:
    """Return the ids; one that is spelt otherwise than manifests are read could not be named."""
    field = table.get("policies")
    items = field.items() if field else None
    if items is None:
        return None
    ids: list[str] = []
    for item in items:
        text = item.text()
        if text is None:
            continue
        if text != normal_name(text):
            item.error("is no id of a policy", "lower-case words joined by -")
        elif text in ids:
            item.error("is listed twice")
        else:
            ids.append(text)
    return tuple(ids)


def _rule_aliases(table: Table) -> dict[str, str] | None:
    """Return the rule of each alias; an alias is followed once, so it cannot lead to another."""
    field = table.get("rule_aliases")
    data = field.map("a map of names of rules") if field else None
    if field is None or data is None:
        return None
    aliases: dict[str, str] = {}
    for alias, rule in data.items():
        place = field.child(alias, rule)
        if not alias:
            field.error("an alias must not be empty", show=False)
        elif (name := place.text()) is None:
            continue
        elif name in data:
            place.error(f"'{name}' is an alias itself", "the name of a rule that is no alias")
        else:
            aliases[alias] = name
    return aliases


def _declared(field: Field, data: JsonMap) -> dict[str, str]:
    """Return the types by name."""
    types: dict[str, str] = {}
    for name, declared in data.items():
        if isinstance(declared, str) and read_type(declared):
            types[name] = declared
        else:
            field.child(name, declared).error("must be an argument type", ALLOWED)
    return types


def _options(table: Table) -> dict[str, JsonValue] | None:
    """Return the options; a text that begins like a type has to be one."""
    options = table.map("options")
    field = table.get("options")
    if options is None or field is None:
        return None
    sound: dict[str, JsonValue] = {}
    for name, declared in options.items():
        if isinstance(declared, str) and is_meant_as_type(declared) and not read_type(declared):
            field.child(name, declared).error("must be an argument type", ALLOWED)
            # The option exists; of what type is not known.
            declared = None
        sound[name] = declared
    return sound
