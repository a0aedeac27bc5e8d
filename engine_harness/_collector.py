"""Pauses Python's search for circles of garbage while much plain data is made.

The search looks at all objects of the process again and again while their number grows. Plain data
holds no circles, so between the records of two runs there is nothing for it to find.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector, unless it is off anyway; also a decorator of a function."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
