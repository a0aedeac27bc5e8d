"""Suite `format`: the Lua sources look as StyLua would write them."""

from __future__ import annotations

from engine_harness.run.suites.static import StaticSuite
from engine_harness.run.suites.tools import Tool, ToolCheck

__all__ = ["FORMAT"]

FORMAT = StaticSuite(
    name="format",
    description="stylua --check over the Lua sources",
    check=ToolCheck((Tool("stylua", ("--check",), ("stylua.toml", ".stylua.toml")),)),
)
