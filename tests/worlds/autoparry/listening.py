"""Plays whose script listens to the telemetry and asks AutoParry: what was heard and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .duel import call

if TYPE_CHECKING:
    from .duel import Entry, Trace

Fields = dict[str, Any]

# `begin` listens, and runs `start` if the script has one; `tell(name, answer)` shows an answer.
LISTENER = """
function W:tell(name, answer) self.env.record:event("said", { told = name, answer = answer }) end
function W:begin()
    self.api.onTelemetry(function(event) self.env.record:event("said", { heard = event }) end)
    if self.start then self:start() end
end
"""

__all__ = ["LISTENER", "Fields", "answers", "ask", "asking", "heard", "of_type"]


def asking(getter: str, arguments: str = "") -> str:
    """Return a script whose action `ask` shows what the getter answers."""
    return f'{LISTENER} function W:ask() self:tell("{getter}", self.api.{getter}({arguments})) end'


def heard(trace: Trace) -> list[Fields]:
    """Return the telemetry events that the listener got, in order."""
    return [fields["heard"] for _, fields in trace.events("said") if "heard" in fields]


def of_type(trace: Trace, kind: str) -> list[Fields]:
    return [event for event in heard(trace) if event["type"] == kind]


def answers(trace: Trace, name: str) -> list[Any]:
    """Return what was told under this name."""
    return [
        fields.get("answer") for _, fields in trace.events("said") if fields.get("told") == name
    ]


def ask(at: float) -> Entry:
    return call(at, "ask")
