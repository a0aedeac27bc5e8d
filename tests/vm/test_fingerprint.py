"""One machine has one fingerprint, in every process."""

from __future__ import annotations

import platform
import subprocess
import sys

from engine_harness.vm.fingerprint import machine_fingerprint

PROGRAM = "from engine_harness.vm.fingerprint import machine_fingerprint as f; print(f())"


def test_it_names_processor_cores_system_python_and_luajit() -> None:
    processor, cores, system, python, luajit = machine_fingerprint().split(" | ")
    assert processor
    assert cores.endswith(" cores")
    assert system.startswith(platform.system())
    assert python.endswith(platform.python_version())
    assert luajit.startswith("LuaJIT 2.1")


def test_it_is_the_same_in_another_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == machine_fingerprint()
