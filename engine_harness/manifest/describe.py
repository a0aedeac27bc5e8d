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
from engine_harness.manifest.diagnostics import Problems, one_of
from engine_harness.manifest.document import Document
from engine_harness.manifest.fields import Field, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness._types import Json
    from engine_harness.errors import Diagnostic

__all__ = ["ARGUMENT_TYPES", "FRAME_RATE_ALLOWED", "WorldDescribe", "is_of_type", "read_describe"]

FRAME_RATE_HZ_MAX = 100_000
FRAME_RATE_ALLOWED = f"> 0 and at most {FRAME_RATE_HZ_MAX:,}"

_KNOWN = (
    "actions",
    "events",
    "fields",
    "frame_rate_hz",
    "metrics",
    "options",
    "phases",
)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0


ARGUMENT_TYPES: dict[str, Callable[[Json], bool]] = {
    "number": _is_number,
    "integer": _is_whole,
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "table": lambda value: isinstance(value, dict | list),
    "any": lambda value: value is not None,
}
"""How arguments are declared; a `?` behind the name makes one optional."""


def is_of_type(value: Json, declared: str) -> bool:
    """Return whether `value` fits the declared type, as `number?`."""
    return ARGUMENT_TYPES[declared.removesuffix("?")](value)


class WorldDescribe(Model):
    """`World.describe`; None for what the world does not declare."""

    actions: dict[str, dict[str, str]] | None = None
    """Argument types by action and argument."""
    metrics: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    """Names of metrics that make the columns of a trajectory."""
    frame_rate_hz: float | None = None
    options: dict[str, JsonValue] | None = None
    """Names of options; a value that is an argument type is checked as one."""
    phases: tuple[str, ...] | None = None
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
        metrics=table.texts("metrics"),
        events=table.texts("events"),
        fields=table.texts("fields"),
        frame_rate_hz=rate.number_within(0, FRAME_RATE_HZ_MAX, FRAME_RATE_ALLOWED, open_low=True)
        if rate
        else None,
        options=table.map("options"),
        phases=table.texts("phases"),
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
        types: dict[str, str] = {}
        for argument, declared in (action.map("a map of arguments") or {}).items():
            if isinstance(declared, str) and declared.removesuffix("?") in ARGUMENT_TYPES:
                types[argument] = declared
                continue
            action.child(argument, declared).error(
                "must be an argument type",
                f"{one_of(ARGUMENT_TYPES)}; '?' behind makes it optional",
            )
        actions[name] = types
    return actions
