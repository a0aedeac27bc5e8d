"""Turns the way a run ended into findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness.checks.judged import Judged, place, rows_until_end
from engine_harness.checks.verdict import Check, Finding
from engine_harness.checks.wording import seconds, value_text
from engine_harness.manifest.models import Limits

if TYPE_CHECKING:
    from pydantic import JsonValue

    from engine_harness.manifest.models import Scenario
    from engine_harness.records.models import Outcome, RunRecord

__all__ = ["check_outcome"]

_HINTS = {"work_units": ": an endless loop?"}


def check_outcome(record: RunRecord, scenario: Scenario) -> Judged:
    """Find a run that did not come to its end, or whose driver says that it failed.

    A run that was cut short yields a finding named after its status.
    """
    judged = Judged.nothing()
    outcome = record.outcome
    cut_short = outcome.status != "completed"
    failed = cut_short or outcome.success is False
    judged.checks.append(
        Check(
            check="outcome",
            name="the run comes to its end",
            expected="completed",
            actual=outcome.status,
            ok=not cut_short,
            details=outcome.reason,
        )
    )
    if outcome.success is not None:
        judged.checks.append(
            Check(
                check="outcome",
                name="the driver's success",
                expected=True,
                actual=outcome.success,
                ok=outcome.success,
                details=outcome.reason,
            )
        )
    if failed:
        error = outcome.where or {}
        judged.findings.append(
            Finding(
                check=outcome.status if cut_short else "outcome",
                message=_error_message(outcome) if cut_short else _failure_message(outcome),
                where=place(scenario, _path(error)),
                at_s=_number(error.get("at_s"), outcome.virtual_s),
                frame=_integer(error.get("frame"), outcome.frames),
                unit=_integer(error.get("unit"), None),
                expected="completed" if cut_short else True,
                actual=outcome.status if cut_short else False,
                events=rows_until_end(record),
            )
        )
    return judged


def _path(error: dict[str, JsonValue]) -> str:
    """Return the path in the manifest that the world has named, empty without one."""
    path = error.get("path")
    return path if isinstance(path, str) else ""


def _failure_message(outcome: Outcome) -> str:
    message = outcome.message or "the run ended without success"
    reason = outcome.reason
    return message if reason is None or reason in message else f"{message}: {reason}"


def _error_message(outcome: Outcome) -> str:
    """Return `FILE:LINE: MESSAGE (while dispatching X, at T s)` and the Lua traceback.

    What the message of the outcome says itself is not said again. Where the world has named the
    path in the manifest that is wrong, its own lines are not what anybody looks for.
    """
    error = outcome.where or {}
    message = outcome.message or outcome.reason or outcome.status
    is_about_manifest = bool(_path(error))
    file, line = error.get("file"), error.get("line")
    if isinstance(file, str) and not is_about_manifest:
        position = file if line is None else f"{file}:{value_text(line)}"
        if position not in message:
            message = f"{position}: {message}"
    head, newline, rest = message.partition("\n")
    context = []
    key = f"limits.{outcome.reason}"
    # Other limits, as that of the stack, are no key of a scenario.
    if outcome.status in ("limit", "killed") and outcome.reason in Limits.model_fields:
        context.append(key + _HINTS.get(outcome.reason, ""))
    dispatching = error.get("dispatching")
    if dispatching is not None and value_text(dispatching) not in message:
        context.append(f"while dispatching {value_text(dispatching)}")
    at_s = error.get("at_s")
    if isinstance(at_s, int | float):
        time = f"at {seconds(at_s)} s"
        if time not in message:
            context.append(time)
    if context:
        head += f" ({', '.join(context)})"
    message = head + newline + rest
    traceback = _traceback_text(error.get("traceback"))
    if traceback and traceback not in message and not is_about_manifest:
        message = f"{message}\n{traceback}"
    return message


def _traceback_text(traceback: JsonValue) -> str:
    if isinstance(traceback, list):
        return "\n".join(value_text(line) for line in traceback)
    return traceback.rstrip("\n") if isinstance(traceback, str) else ""


def _number(value: JsonValue, default: float | None) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def _integer(value: JsonValue, default: int | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
