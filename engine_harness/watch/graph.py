"""What every scenario was made from, and so which of them a change of files affects. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["Needs", "affected"]


@dataclass(frozen=True)
class Needs:
    """The Lua that one scenario depends on."""

    files: frozenset[Path] | None
    """What it loaded, and what it would have loaded had it been there. None: nobody knows, as of a
    run that was killed; then any Lua file may be one."""


def affected(
    needs: Mapping[str, Needs], changed: Collection[Path], lua: Collection[Path]
) -> frozenset[str]:
    """Return the ids of the scenarios that the `changed` files affect.

    Args:
        needs: by id.
        changed: the files that have changed, come or gone.
        lua: those of them that `require` may find.
    """
    return frozenset(
        identity
        for identity, need in needs.items()
        if (bool(lua) if need.files is None else not need.files.isdisjoint(changed))
    )
