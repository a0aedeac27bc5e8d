"""The child process: one job at a time, a fresh LuaJIT for each, standard library and lupa only.

Reads jobs as JSON lines from standard input. Answers on a duplicate of standard output: one JSON
header line, then the raw bytes it announces. Standard output itself is closed to Lua, so nothing
that is printed can corrupt the protocol.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine_harness.vm.loader import LuaRoot
    from engine_harness.vm.machine import HostModules, Machine, Step

__all__ = ["main"]

# lupa's own ceiling ends a run with a clear error; the kernel's, this much above it, is a backstop.
HEADROOM_MB = 256
EXIT_BUG = 70
# Code that makes up names for `require` is not told of: it depends on everything there is.
MODULES_TOLD_MAX = 10_000


def _die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    import lupa.luajit21 as luajit

    runtime = luajit.LuaRuntime()
    runtime.execute(
        'local ffi = require("ffi") ffi.cdef("int prctl(int, unsigned long, unsigned long, '
        'unsigned long, unsigned long);") ffi.C.prctl(1, 9, 0, 0, 0)'
    )
    if os.getppid() == 1:
        os._exit(1)


def _limit_memory(memory_mb: int) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = (memory_mb + HEADROOM_MB) << 20
    resource.setrlimit(
        resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _peak_memory_mb() -> float:
    """Return this process's own peak; `ru_maxrss` begins with that of the process it came from."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Wire:
    """Both directions of the protocol."""

    def __init__(self, jobs: IO[bytes], answers: IO[bytes]) -> None:
        self._jobs = jobs
        self._answers = answers

    def send(
        self, header: dict[str, Any], text: str = "", blobs: Mapping[str, bytes] | None = None
    ) -> None:
        """Write a header line, then `text` (a JSON document) and the blobs as they are."""
        body = text.encode("utf-8", "surrogatepass")
        blobs = blobs or {}
        header["body"] = len(body)
        header["blobs"] = [[name, len(blob)] for name, blob in blobs.items()]
        self._answers.write(json.dumps(header).encode("ascii") + b"\n" + body)
        for blob in blobs.values():
            self._answers.write(blob)
        self._answers.flush()

    def receive(self) -> Any:
        """Return the next JSON line, None at the end."""
        line = self._jobs.readline()
        return json.loads(line) if line else None


def _start(
    job: dict[str, Any],
    harness: HostModules,
    roots: tuple[LuaRoot, ...],
    modules: dict[str, str | None],
) -> tuple[Machine, Step]:
    from engine_harness.vm.loader import read_module
    from engine_harness.vm.machine import Machine

    def read(name: str) -> tuple[str, str] | str:
        found = read_module(name, roots)
        modules[name] = None if isinstance(found, str) else found[1]
        return found

    machine = Machine(
        harness,
        read_module=read,
        texts=job["texts"],
        work_units=job["work_units"],
        memory_mb=job["memory_mb"],
    )
    data = json.dumps(job["data"], ensure_ascii=False, allow_nan=False)
    return machine, machine.start(job["function"], data)


def _do(job: dict[str, Any], harness: HostModules, wire: Wire) -> None:
    from pathlib import Path

    from engine_harness._wallclock import monotonic_s, utc_now_text
    from engine_harness.vm.loader import LuaRoot

    started_s, started_at = monotonic_s(), utc_now_text()
    roots = tuple(
        LuaRoot(path=Path(path), name=name)
        for path, name in zip(job["roots"], job["root_names"], strict=True)
    )
    _limit_memory(job["memory_mb"])
    modules: dict[str, str | None] = {}
    machine, step = _start(job, harness, roots, modules)
    while step.kind == "ask":
        wire.send({"kind": "ask"}, step.text)
        answer = wire.receive()
        if answer is None:
            return
        step = machine.resume(json.dumps(answer["answer"], ensure_ascii=False))
    host: dict[str, Any] = {"memory_mb": _peak_memory_mb(), "wall_s": monotonic_s() - started_s}
    if step.measured:
        host["scheduler"] = {"startedAt": started_at, **step.measured}
    if len(modules) <= MODULES_TOLD_MAX:
        host["modules"] = dict(sorted(modules.items()))
    wire.send({"kind": step.kind, "host": host}, step.text, step.blobs)
    machine.close()


def main() -> None:
    """Serve jobs until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    wire = Wire(sys.stdin.buffer, answers)
    wire.send({"kind": "hello"})
    try:
        _serve(wire)
    except BaseException:
        # Exit code 1 is how LuaJIT ends a process that is out of memory: it must not be ours too.
        os._exit(EXIT_BUG)


def _serve(wire: Wire) -> None:
    from engine_harness.vm.machine import HostModules

    harness = HostModules(wire.receive())
    wire.send({"kind": "ready"})
    while (job := wire.receive()) is not None:
        wire.send({"kind": "accepted"})
        try:
            _do(job, harness, wire)
        except Exception:  # Whatever escapes here is our own bug: tell the parent, then end.
            wire.send({"kind": "bug"}, json.dumps(traceback.format_exc()))
            os._exit(EXIT_BUG)


if __name__ == "__main__":
    sys.path[:] = json.loads(sys.argv[1])
    main()
