"""Suite `lint`: selene has nothing to say about the Lua sources, or else luacheck."""

from __future__ import annotations

from engine_harness.run.suites.static import StaticSuite
from engine_harness.run.suites.tools import Tool, ToolCheck

__all__ = ["LINT"]

LINT = StaticSuite(
    name="lint",
    description="selene, else luacheck, over the Lua sources",
    check=ToolCheck(
        (
            Tool("selene", (), ("selene.toml",)),
            Tool("luacheck", ("--no-color",), (".luacheckrc",)),
        )
    ),
)
