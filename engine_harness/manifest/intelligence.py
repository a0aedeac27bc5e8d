"""The block `intelligence`: which policies of its world watch over a scenario.

Which ids there are is the world's word: a world that declares no policies refuses the block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

from pydantic import Field, JsonValue, StringConstraints, field_validator

from engine_harness._model import Model
from engine_harness.manifest.names import normal_name

if TYPE_CHECKING:
    from engine_harness.manifest.fields import Field as Given
    from engine_harness.manifest.fields import Table
    from engine_harness.manifest.vocabulary import Vocabulary

__all__ = ["DEFAULTS", "KEYS", "POLICY_KEYS", "Intelligence", "Policies", "read_intelligence"]

KEYS: Final = ("notes", "policies")
POLICY_KEYS: Final = ("default", "enable", "disable")

Default = Literal["all", "none", "baseline", "tuned"]
DEFAULTS: Final[tuple[Default, ...]] = get_args(Default)

PolicyId = Annotated[str, StringConstraints(pattern="^[a-z0-9-]+$")]


class Policies(Model):
    """Which policies: the default, then what is added, then what is taken away."""

    default: Default | None = None
    """None: all of them."""
    enable: tuple[PolicyId, ...] = ()
    """Sorted, each once; likewise the other list."""
    disable: tuple[PolicyId, ...] = ()


class Intelligence(Model):
    """The block; one that says nothing does not exist."""

    notes: str | None = Field(default=None, min_length=1)
    policies: Policies | None = None

    @field_validator("policies")
    @classmethod
    def _an_empty_list_of_wishes_is_none(cls, policies: Policies | None) -> Policies | None:
        return None if policies == Policies() else policies

    def plain(self) -> dict[str, JsonValue]:
        """Return what it says as plain data: what it does not say is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


def read_intelligence(field: Given | None, words: Vocabulary) -> Intelligence | None:
    """Read the block; None for none, for one that says nothing, and after a problem."""
    if field is None:
        return None
    words.check_intelligence(field)
    table = field.table(KEYS)
    if table is None:
        return None
    notes, place = table.text("notes"), table.get("policies")
    inner = place.table(POLICY_KEYS) if place else None
    policies = _policies(inner, words) if inner else None
    said = Intelligence(notes=notes, policies=policies)
    return said if said.plain() else None


def _policies(table: Table, words: Vocabulary) -> Policies:
    return Policies(
        default=_default(table.get("default")),
        enable=_ids(table.get("enable"), words),
        disable=_ids(table.get("disable"), words),
    )


def _default(field: Given | None) -> Default | None:
    text = field.text() if field else None
    if field is None or text is None:
        return None
    for default in DEFAULTS:
        if text.lower() == default:
            return default
    field.unknown("default", text, DEFAULTS)
    return None


def _ids(field: Given | None, words: Vocabulary) -> tuple[str, ...]:
    found: set[str] = set()
    for item in (field.items() if field else None) or ():
        text = item.text()
        name = None if text is None else normal_name(text)
        if name == "":
            item.error("holds no letter or digit")
        elif name is not None:
            words.check_policy(name, item)
            found.add(name)
    return tuple(sorted(found))
