"""Plain data: the only kind that crosses the VM, a process or a file."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["Json", "JsonMap"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What JSON can say."""

JsonMap: TypeAlias = "dict[str, Json]"
"""A JSON object."""
