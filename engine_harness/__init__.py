"""Deterministic test bench for Lua game logic.

The names below are the public interface. Importing the package imports nothing else: a name is
loaded when it is first used.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from engine_harness._version import __version__

if TYPE_CHECKING:
    from engine_harness.api import Harness, Invocation, Result, open_project
    from engine_harness.once import call_lua, run

__all__ = ["Harness", "Invocation", "Result", "__version__", "call_lua", "open_project", "run"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from engine_harness import api, once

        return getattr(once if name in once.__all__ else api, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps `run` the public function.

    Python binds a subpackage to its name in the package, and there is one of this name:
    `from engine_harness.run.isolate import ...` works as ever, but must not replace the function.
    """

    @property
    def run(self) -> Any:
        from engine_harness import once

        return once.run

    @run.setter
    def run(self, value: ModuleType) -> None:
        pass


sys.modules[__name__].__class__ = _Package
