"""Says on what a run's speed and memory depend: the machine and what runs on it.

Figures of two machines are never compared; two texts of this module are equal where they may be.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path

__all__ = ["machine_fingerprint"]

_CPU_FILE = Path("/proc/cpuinfo")
# In this order: what is called model on one kind of processor is a number on another.
_CPU_KEYS = ("model name", "hardware", "cpu model", "processor")


def machine_fingerprint() -> str:
    """Return processor, cores, system, Python and LuaJIT in one line."""
    return " | ".join(
        (
            _cpu_model(),
            f"{os.cpu_count() or 1} cores",
            f"{platform.system()} {platform.machine()}",
            f"{platform.python_implementation()} {platform.python_version()}",
            _luajit_version(),
        )
    )


def _cpu_model() -> str:
    known: dict[str, str] = {}
    try:
        text = _CPU_FILE.read_text("utf-8", errors="replace")
    except OSError:
        text = ""
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            known.setdefault(key.strip().lower(), " ".join(value.split()))
    found = [known.get(key, "") for key in _CPU_KEYS]
    names = [name for name in found if name and not name.isdigit()]
    return next(iter(names), platform.processor() or platform.machine() or "unknown processor")


def _luajit_version() -> str:
    # Costs 10 ms to import: only who compares figures of machines pays for it.
    from lupa.luajit21 import LuaRuntime

    lua = LuaRuntime(register_eval=False, register_builtins=False)
    return str(lua.eval("jit.version"))
