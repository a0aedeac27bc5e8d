"""`config` of a scenario: options of the driver, and whatever its world declares beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine_harness.manifest.diagnostics import one_of, unknown
from engine_harness.manifest.models import CONFIG_SECTIONS, DRIVER_OPTIONS, EngineOptions

if TYPE_CHECKING:
    from engine_harness._types import JsonMap
    from engine_harness.manifest.fields import Table
    from engine_harness.manifest.vocabulary import Vocabulary

__all__ = ["POLICIES", "SETTLE_LIMIT_S", "read_config"]

SETTLE_LIMIT_S = (0.25, 120.0)

POLICIES = ("stall", "catch_up")


def read_config(table: Table, words: Vocabulary) -> tuple[JsonMap, EngineOptions]:
    """Return `config` of the scenario `table` as authored, and what of it is the driver's.

    The section `world` is judged with the world's options.
    """
    field = table.get("config") or table.field.child("config", {})
    data = field.map()
    if data is None:
        return {}, EngineOptions()
    # Of a world that cannot be loaded nothing is known: anything may be its own.
    is_open = words.world is None
    config = field.table((*CONFIG_SECTIONS, *words.config_sections(), *(data if is_open else ())))
    assert config is not None
    words.check_config(field, data)
    section = config.get("engine")
    options = section.map() if section else None
    if section is None or options is None:
        return data, EngineOptions()
    known = (*DRIVER_OPTIONS, *words.engine_options(), *(options if is_open else ()))
    engine = section.table(known)
    assert engine is not None
    return data, _driver_options(engine)


def _driver_options(engine: Table) -> EngineOptions:
    policy = engine.text("hitchPolicy")
    place = engine.get("hitchPolicy")
    hitch_policy: Literal["stall", "catch_up"] | None = None
    if policy == "stall":
        hitch_policy = "stall"
    elif policy == "catch_up":
        hitch_policy = "catch_up"
    elif policy is not None and place is not None:
        message, _ = unknown("hitch policy", policy, POLICIES)
        place.error(message, one_of(POLICIES), show=False)
    settle = engine.get("settleLimit")
    low, high = SETTLE_LIMIT_S
    settle_s = settle.number_within(low, high, f"{low:g} to {high:g}, seconds") if settle else None
    return EngineOptions(hitch_policy=hitch_policy, settle_limit_s=settle_s)
