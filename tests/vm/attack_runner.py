"""Runs user chunks, each in a forked process of its own; a file of JSON in, JSON out.

A program, not a test: what an attack kills must not be the test run.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import run_chunk

SECONDS_MAX = 10.0


def attempt(text: str, options: dict[str, object], pipe: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    started = time.monotonic()
    ran = run_chunk(text, **options)  # type: ignore[arg-type]
    outcome = {"values": ran.values, "error": ran.error, "units": ran.units}
    outcome["seconds"] = time.monotonic() - started
    os.write(pipe, json.dumps(outcome).encode()[:60000])


def contained(text: str, options: dict[str, object]) -> dict[str, object]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            attempt(text, options, writer)
        finally:
            os._exit(0)
    os.close(writer)
    ready, _, _ = select.select([reader], [], [], SECONDS_MAX)
    data = os.read(reader, 65536) if ready else b""
    os.close(reader)
    if not ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if data:
        return dict(json.loads(data))
    return {"died": "timeout" if not ready else status}


def main() -> None:
    jobs = json.load(sys.stdin)
    json.dump([contained(text, options) for text, options in jobs], sys.stdout)


if __name__ == "__main__":
    main()
