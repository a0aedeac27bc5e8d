"""Deterministic test bench for Lua game logic.

The names below are the public interface. Importing the package imports nothing else: a name is
loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine_harness._version import __version__

if TYPE_CHECKING:
    from engine_harness.api import Harness, Invocation, Result, call_lua, open_project, run

__all__ = ["Harness", "Invocation", "Result", "__version__", "call_lua", "open_project", "run"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from engine_harness import api

        return getattr(api, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
