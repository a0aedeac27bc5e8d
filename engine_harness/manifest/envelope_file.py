"""Reads the limits of a gate, key by key; a key that is absent keeps its default."""

from __future__ import annotations

import math
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine_harness.manifest.contract_kinds import (
    CostContract,
    CoverageContract,
    FigureContract,
    StormContract,
)
from engine_harness.manifest.contracts import BUILTIN_CONTRACTS, FIGURE_ROOTS
from engine_harness.manifest.gates import Bound, Envelope, OwnContract, Tolerance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.contract_kinds import Contract, Limit, Op
    from engine_harness.manifest.fields import Field

__all__ = ["read_envelope", "written"]

_OWN_KEYS = ("figure", "scenario", "min", "max", "eq")
_BOUNDS: tuple[tuple[str, Op], ...] = (("min", ">="), ("max", "<="), ("eq", "=="))
_TOLERANCES = {"gcRatio": "gc_ratio", "gcKb": "gc_kb", "utilisation": "utilisation"}
_CONTRACTS = {contract.name: contract for contract in BUILTIN_CONTRACTS}
_KEYS = (*_CONTRACTS, "tolerance", "shipped", "contracts")


def read_envelope(top: Field) -> Envelope:
    """Return what a file says; of a key with a problem, which was noted, the default."""
    table = top.table(_KEYS)
    if table is None:
        return Envelope()
    limits: dict[str, Limit] = {}
    for name, contract in _CONTRACTS.items():
        field = table.get(name)
        read = None if field is None else _limit(field, contract)
        limits[name] = contract.default if read is None else read
    tolerance, shipped = table.get("tolerance"), table.get("shipped")
    own = table.get("contracts")
    if shipped is not None and not isinstance(shipped.value, bool):
        shipped.error("must be true or false")
    return Envelope(
        limits=MappingProxyType(limits),
        tolerance=Tolerance() if tolerance is None else _tolerance(tolerance),
        is_shipped=shipped is not None and shipped.value is True,
        contracts=() if own is None else _own_contracts(own),
    )


def written(envelope: Envelope) -> JsonMap:
    """Return an envelope as a file would say it, with nothing left to defaults."""
    limits: JsonMap = {name: _plain(limit) for name, limit in envelope.limits.items()}
    contracts: JsonMap = {}
    keys = {op: key for key, op in _BOUNDS}
    for own in envelope.contracts:
        data: JsonMap = {"figure": own.figure}
        if own.scenario is not None:
            data["scenario"] = own.scenario
        contracts[own.name] = {**data, **{keys[bound.op]: bound.value for bound in own.bounds}}
    tolerance: JsonMap = {
        key: getattr(envelope.tolerance, name) for key, name in _TOLERANCES.items()
    }
    assert len(tolerance) == len(fields(Tolerance))
    return {
        **limits,
        "tolerance": tolerance,
        "shipped": envelope.is_shipped,
        "contracts": contracts,
    }


def _plain(limit: Limit) -> Json:
    if isinstance(limit, tuple):
        return list(limit)
    return limit if isinstance(limit, int | float) else dict(limit)


def _limit(field: Field, contract: Contract) -> Limit | None:
    if isinstance(contract, FigureContract):
        return _figure_limit(field, contract)
    if isinstance(contract, CoverageContract):
        return _scenarios(field)
    if isinstance(contract, StormContract):
        return _frequencies(field)
    assert isinstance(contract, CostContract)
    return field.number_within(0, math.inf, ">= 0, the growth that fails (0.01: one per cent)")


def _figure_limit(field: Field, contract: FigureContract) -> Limit | None:
    default = contract.default
    if isinstance(default, int | float):
        return field.number()
    has_parts = len(contract.figures) > 1
    if not isinstance(field.value, dict):
        if has_parts:
            field.error("must be a map", f"numbers by {', '.join(default)}")
            return None
        return field.number("a number, or numbers by scenario")
    table = field.table(tuple(default))
    assert table is not None
    numbers = dict(default)
    for key in default:
        part = table.get(key)
        number = None if part is None else part.number()
        numbers[key] = numbers[key] if number is None else number
    return MappingProxyType(numbers)


def _scenarios(field: Field) -> tuple[str, ...] | None:
    items = field.items(empty=False)
    if items is None:
        return None
    names: dict[str, None] = {}
    for item in items:
        name = item.text()
        if name in names:
            item.error("is listed twice")
        elif name is not None:
            names[name] = None
    return tuple(names)


def _frequencies(field: Field) -> tuple[float, ...] | None:
    items = field.items(empty=False)
    if items is None:
        return None
    numbers: dict[float, None] = {}
    for item in items:
        number = item.number_within(0, math.inf, "> 0, Hz", open_low=True)
        if number is not None and number in numbers:
            item.error("is listed twice")
        elif number is not None:
            numbers[number] = None
    return tuple(numbers)


def _tolerance(field: Field) -> Tolerance:
    table = field.table(tuple(_TOLERANCES))
    if table is None:
        return Tolerance()
    numbers: dict[str, float] = {}
    for key, name in _TOLERANCES.items():
        part = table.get(key)
        number = None if part is None else part.number_within(0, math.inf, ">= 0")
        if number is not None:
            numbers[name] = number
    return Tolerance(**numbers)


def _own_contracts(field: Field) -> tuple[OwnContract, ...]:
    data = field.map("a map of contracts by name")
    if data is None:
        return ()
    read = (_own_contract(name, field.child(name, value)) for name, value in data.items())
    return tuple(contract for contract in read if contract is not None)


def _own_contract(name: str, field: Field) -> OwnContract | None:
    if name in _CONTRACTS or not name.strip() or not name.isprintable():
        why = "is the name of a contract that ships" if name in _CONTRACTS else "is no name"
        field.error(why, "a name of your own", show=False, of_key=True)
    table = field.table(_OWN_KEYS)
    if table is None:
        return None
    figure = table.text("figure", required=True)
    place = table.get("figure")
    if figure is not None and place is not None:
        root, _, rest = figure.partition(".")
        if root not in FIGURE_ROOTS:
            place.unknown("kind of figure", root, FIGURE_ROOTS)
        elif not rest:
            place.error("names no figure", f"{root}.<name>")
    bounds = _bounds({key: part for key, _ in _BOUNDS if (part := table.get(key)) is not None})
    if not bounds and not any(key in table for key, _ in _BOUNDS):
        field.error("has no limit", "min, max or eq", show=False)
    if "eq" in table and ("min" in table or "max" in table):
        field.error("has 'eq' beside 'min' or 'max'", "eq alone, or min and max", show=False)
    low, high = (next((b.value for b in bounds if b.op == op), None) for op in (">=", "<="))
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        field.error(f"has a 'min' ({low}) above its 'max' ({high})", "min <= max", show=False)
    scenario = table.text("scenario")
    for place in (table.get("figure"), table.get("scenario")):
        # They are shown on lines of their own, which no text of a file may break.
        if place is not None and isinstance(place.value, str) and not place.value.isprintable():
            place.error("holds characters that cannot be printed")
    if figure is None or not bounds:
        return None
    return OwnContract(name=name, figure=figure, scenario=scenario, bounds=bounds)


def _bounds(given: Mapping[str, Field]) -> tuple[Bound, ...]:
    bounds = []
    for key, op in _BOUNDS:
        field = given.get(key)
        if field is None:
            continue
        value: Json = field.value
        if op == "==":
            if value is None or isinstance(value, dict | list):
                field.error("must be a number, a text, true or false")
                continue
        else:
            value = field.number()
        if value is not None:
            bounds.append(Bound(op, value))
    return tuple(bounds)
