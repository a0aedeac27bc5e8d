"""Reads records back: strict, with the file, the line and the path in the data of every problem."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, NoReturn, cast

from pydantic import ValidationError

from engine_harness._canonical import canonical_json
from engine_harness._counted import counted
from engine_harness._registry import suggestion
from engine_harness.errors import UsageError
from engine_harness.records.models import SCHEMA_VERSION, RunRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from engine_harness._types import Json

__all__ = ["read_json", "read_record"]

PROBLEMS_SHOWN_MAX = 20
_WHERE_RECORDS_ARE = "records are the files of artifacts/records"
_VALUE_LENGTH_MAX = 80
DEPTH_MAX = 100
"""Maps and lists inside each other; what a world leaves ends at 64."""
# An integer of fewer digits than this is a finite double.
_MANY_DIGITS = re.compile(r"[0-9]{309}")
# Strings first, so that a word inside one is never taken for a number.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?', re.DOTALL)

_EVENT_KEYS: dict[str, tuple[tuple[type, ...], str]] = {
    "at_s": ((int, float), "a number"),
    "frame": ((int,), "an integer"),
    "unit": ((int,), "an integer"),
    "event": ((str,), "a text"),
    "source": ((str,), "a text"),
    "fields": ((dict,), "a map"),
}


class _NotFiniteError(ValueError):
    """Raised inside the parser, which does not tell where it stands."""


def read_record(path: Path) -> RunRecord:
    """Read one record; anything that is none raises a `UsageError` with all its problems."""
    try:
        data = _read(path)
    except json.JSONDecodeError as error:
        why = f"no JSON at {error.lineno}:{error.colno} ({error.msg})"
        msg = f"{path}: not a record: {why}; {_WHERE_RECORDS_ARE}"
        raise UsageError(msg) from error
    if not isinstance(data, dict):
        msg = f"{path}: a record is a map; got {_short(data)}"
        raise UsageError(msg)
    if "schema_version" not in data:
        msg = f"{path}: not a record: the key schema_version is missing; {_WHERE_RECORDS_ARE}"
        raise UsageError(msg)
    version = data["schema_version"]
    if version != SCHEMA_VERSION or isinstance(version, bool):
        msg = (
            f"{path}: schema_version: no record of this format; got {_short(version)};"
            f" allowed: {SCHEMA_VERSION}"
        )
        raise UsageError(msg)
    head = data.get("scenario")
    if isinstance(head, dict) and isinstance(tags := head.get("tags"), list):
        # Strict validation of Python data wants the tuple that the model holds.
        head["tags"] = cast("Json", tuple(tags))
    try:
        record = RunRecord.model_validate(data, strict=True)
    except ValidationError as error:
        raise UsageError(_problems(path, error)) from error
    _require_event_rows(path, record.events)
    return record


def read_json(path: Path) -> Json:
    """Read any JSON file; non-finite numbers are refused. Raises `UsageError` with the place."""
    try:
        return _read(path)
    except json.JSONDecodeError as error:
        msg = f"{path}:{error.lineno}:{error.colno}: no JSON: {error.msg}"
        raise UsageError(msg) from error


def _read(path: Path) -> Json:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror or error}"
        raise UsageError(msg) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        msg = f"{path}:{line}: no UTF-8 text: byte 0x{error.object[error.start]:02x}"
        raise UsageError(msg) from error
    try:
        data: Json = json.loads(
            text,
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_finite_integer if _MANY_DIGITS.search(text) else None,
        )
    except json.JSONDecodeError:
        # What this means is for the caller to say: no record, or no JSON.
        raise
    except _NotFiniteError as error:
        got = _cut(str(error))
        msg = f"{path}:{_place_of_not_finite(text)}: a number must be finite; got {got}"
        raise UsageError(msg) from error
    except RecursionError as error:
        msg = f"{path}: nested deeper than {DEPTH_MAX} levels"
        raise UsageError(msg) from error
    _require_shallow(path, data)
    return data


def _require_shallow(path: Path, data: Json) -> None:
    """Refuse what is nested so deeply that whoever walks it would run out of stack."""
    level = [data]
    for _ in range(DEPTH_MAX):
        level = [
            inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)
        ]
        if not level:
            return
    msg = f"{path}: {_cut(_deep_path(data))}: nested deeper than {DEPTH_MAX} levels"
    raise UsageError(msg)


def _inside(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _deep_path(data: Json) -> str:
    """Return the path of the first map or list that is nested too deeply."""
    todo: list[tuple[tuple[int | str, ...], Json]] = [((), data)]
    while todo:
        location, value = todo.pop()
        if len(location) == DEPTH_MAX and isinstance(value, dict | list):
            return _data_path(location)
        if isinstance(value, dict):
            todo += [((*location, key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            inside = [((*location, index), inner) for index, inner in enumerate(value)]
            todo += reversed(inside)
    raise AssertionError


def _refuse(constant: str) -> NoReturn:
    raise _NotFiniteError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NotFiniteError(text)
    return number


def _finite_integer(text: str) -> int:
    if not math.isfinite(float(text)):
        raise _NotFiniteError(text)
    return int(text)


def _place_of_not_finite(text: str) -> str:
    for token in _TOKEN.finditer(text):
        word = token.group()
        if not word.startswith('"') and not math.isfinite(float(word)):
            start = token.start()
            return f"{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}"
    raise AssertionError(text[:_VALUE_LENGTH_MAX])


def _require_event_rows(path: Path, rows: Sequence[Mapping[str, JsonValue]]) -> None:
    """Refuse rows without what every check relies on; a model per row would cost a second."""
    lines = []
    for index, row in enumerate(rows):
        for key, (kinds, noun) in _EVENT_KEYS.items():
            value = row.get(key)
            if not isinstance(value, kinds) or isinstance(value, bool):
                got = f"got {_short(value)}" if key in row else "the key is missing"
                lines.append(f"{path}: events[{index}].{key}: must be {noun}; {got}")
        if len(lines) >= PROBLEMS_SHOWN_MAX:
            break
    if lines:
        raise UsageError("\n".join(lines[:PROBLEMS_SHOWN_MAX]))


def _problems(path: Path, error: ValidationError) -> str:
    lines = []
    problems = error.errors(include_url=False)
    for problem in problems[:PROBLEMS_SHOWN_MAX]:
        place = _data_path(problem["loc"])
        line = f"{path}: {place}: "
        if problem["type"] == "extra_forbidden":
            name = str(problem["loc"][-1])
            hint = suggestion(name, RunRecord.model_fields) if len(problem["loc"]) == 1 else ""
            line += f"unknown key{hint}"
        elif problem["type"] == "missing":
            line += "missing key"
        else:
            message = problem["msg"]
            line += f"{message[:1].lower()}{message[1:]}; got {_short(problem['input'])}"
        lines.append(line)
    if len(problems) > PROBLEMS_SHOWN_MAX:
        more = counted(len(problems) - PROBLEMS_SHOWN_MAX, "more problem")
        lines.append(f"{path}: and {more}")
    return "\n".join(lines)


def _data_path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


def _short(value: Json | JsonValue) -> str:
    return _cut(canonical_json(value))


def _cut(text: str) -> str:
    return text if len(text) <= _VALUE_LENGTH_MAX else text[: _VALUE_LENGTH_MAX - 1] + "…"
