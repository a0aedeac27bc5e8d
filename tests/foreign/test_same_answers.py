"""Libraries that nobody here wrote answer as they do under plain LuaJIT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine_harness.api import Harness

# A library whose probes are fewer has lost some: then equal answers say little.
PROBES_MIN = {
    "argparse": 14,
    "basexx": 15,
    "binaryheap": 10,
    "dkjson": 18,
    "inspect": 15,
    "pl_class": 9,
    "pl_functions": 14,
    "pl_globals": 6,
    "pl_list": 12,
    "pl_maps": 8,
    "pl_reading": 10,
    "pl_stringx": 13,
    "pl_tables": 11,
    "pl_tablex": 13,
    "pl_xml": 10,
}
