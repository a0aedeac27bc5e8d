"""Suite `typecheck`: the types of the Lua sources hold."""

from __future__ import annotations

from engine_harness.run.suites.static import StaticSuite
from engine_harness.run.suites.tools import Tool, ToolCheck

__all__ = ["TYPECHECK"]

TYPECHECK = StaticSuite(
    name="typecheck",
    description="luau-analyze over the Lua sources",
    check=ToolCheck((Tool("luau-analyze", (), (".luaurc",)),)),
)
