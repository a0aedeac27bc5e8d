"""A plan as the text of a Lua module: the template, filled.

The same plan gives the same bytes in every process and folder. Knows no file but the template.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from engine_harness.compile.literal import LiteralError, list_parts, literal
from engine_harness.compile.quoting import comment_text

if TYPE_CHECKING:
    from jinja2 import Template

    from engine_harness.plan.model import Plan

__all__ = ["EVENTS_PER_PART_MAX", "TEMPLATE_NAME", "forget_template", "render_module"]

EVENTS_PER_PART_MAX = 5_000
"""Events of one Lua function; LuaJIT allows 65,536 constants per function."""

TEMPLATE_NAME = "module.lua.j2"


@cache
def _template() -> Template:
    # Jinja costs more to import than a fresh project needs in all: only a rebuild pays for it.
    from jinja2 import Environment, StrictUndefined

    # What is filled in is Lua source made by `literal`, not markup: there is nothing to escape.
    environment = Environment(
        autoescape=False,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    text = (resources.files("engine_harness.compile") / "templates" / TEMPLATE_NAME).read_text(
        encoding="utf-8"
    )
    return environment.from_string(text)


def forget_template() -> None:
    """Read the template again for the next module."""
    _template.cache_clear()


def render_module(plan: Plan, *, manifest: str, version: str) -> str:
    """Return the module of `plan`; `manifest` is the path from the root that its head names.

    A value that Lua cannot hold raises a `LiteralError` with its path in the plan.
    """
    return _template().render(
        version=comment_text(version),
        manifest=comment_text(manifest),
        config=_field("config", plan.config),
        intelligence=_field("intelligence", plan.intelligence) if plan.intelligence else "",
        metadata=_field("metadata", plan.metadata),
        plan_version=_field("version", plan.version),
        parts=_parts(plan),
    )


def _field(name: str, value: object) -> str:
    try:
        return literal(value, indent=1)
    except LiteralError as error:
        error.inside(f".{name}")
        raise


def _parts(plan: Plan) -> list[str]:
    try:
        return list_parts(plan.events, indent=3, length_max=EVENTS_PER_PART_MAX)
    except LiteralError as error:
        error.inside(".events")
        raise
