"""The parent's side of the child processes: jobs in, replies out, nothing left behind.

A worker takes one job at a time. It is killed when its deadline passes and replaced when it has
died or may have been damaged, so that no job ever pays for another. Knows no scenario.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from engine_harness._canonical import canonical_data
from engine_harness._collector import collector_paused
from engine_harness._wallclock import monotonic_s
from engine_harness.errors import HarnessBug
from engine_harness.vm.job import Answer, Job, Reply
from engine_harness.vm.loader import harness_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from engine_harness._types import Json

__all__ = ["Pool"]

START_DEADLINE_S = 30.0
"""How long a child may take until it is ready, or has taken a job, while somebody waits for it."""
EXIT_GRACE_S = 5.0
READ_BYTES = 1 << 20
CHILD = Path(__file__).with_name("child.py")
# LuaJIT ends its process with this code when it runs out of memory where no error can be raised.
EXIT_PANIC = 1


class _Message:
    """One answer of a child: a header, a JSON document, and columns."""

    def __init__(self, header: dict[str, Any], body: bytes) -> None:
        self.kind: str = header["kind"]
        self.host: dict[str, Json] = header.get("host", {})
        self._header = header
        self._body = body

    @property
    @collector_paused()
    def value(self) -> Any:
        """The document, with every number in its canonical kind."""
        size = self._header["body"]
        text = self._body[:size].decode("utf-8", "backslashreplace")
        return canonical_data(text) if text else None

    @property
    def blobs(self) -> dict[str, bytes]:
        position = self._header["body"]
        blobs = {}
        for name, size in self._header["blobs"]:
            blobs[name] = self._body[position : position + size]
            position += size
        return blobs


class _Worker:
    """One child process."""

    def __init__(self, harness: bytes, start_by_s: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(CHILD), json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin = self.process.stdin
        self.stdout = self.process.stdout
        self._buffer = bytearray()
        self.is_ready = False
        self.job: Job | None = None
        self.index = -1
        self.accepted = False
        self.started_s = 0.0
        self.deadline_s = start_by_s
        self._harness = harness

    def greet(self) -> None:
        """Hand over the harness' modules; the child has said that it is there to read them."""
        self.send(self._harness)

    def send(self, line: bytes) -> None:
        """Write one line. A child that has died is noticed by the end of its output."""
        with contextlib.suppress(BrokenPipeError):
            view = memoryview(line + b"\n")
            while view:
                view = view[self.stdin.write(view) :]

    def give(self, index: int, job: Job, *, now_s: float, start_by_s: float) -> None:
        """Hand over a job."""
        self.index, self.job, self.accepted = index, job, False
        self.started_s, self.deadline_s = now_s, start_by_s
        self.send(
            json.dumps(
                {
                    "function": job.function,
                    "data": job.data,
                    "texts": dict(job.texts),
                    "roots": list(job.roots),
                    "root_names": list(job.root_names),
                    "work_units": job.work_units,
                    "memory_mb": job.memory_mb,
                }
            ).encode("ascii")
        )

    def read(self) -> Iterator[_Message] | None:
        """Read what is there; None at the end of the child's output."""
        data = os.read(self.stdout.fileno(), READ_BYTES)
        if not data:
            return None
        self._buffer += data
        return self._messages()

    def _messages(self) -> Iterator[_Message]:
        while (end := self._buffer.find(b"\n")) >= 0:
            header = json.loads(self._buffer[:end])
            size = header["body"] + sum(length for _, length in header["blobs"])
            if len(self._buffer) < end + 1 + size:
                return
            body = bytes(self._buffer[end + 1 : end + 1 + size])
            del self._buffer[: end + 1 + size]
            yield _Message(header, body)

    def kill(self) -> int:
        """End the process and everything it started; return its exit code."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.stdin.close()
        self.stdout.close()
        return code


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


class Pool:
    """Up to `size` warm child processes.

    Use it as a context manager, from one thread that outlives its workers: on Linux a child is
    killed by the kernel when the thread that started it ends.
    """

    def __init__(
        self,
        size: int,
        *,
        harness: Mapping[str, str] | None = None,
        start_deadline_s: float = START_DEADLINE_S,
        now_s: Callable[[], float] = monotonic_s,
    ) -> None:
        """Prepare a pool; children start with the first job.

        Args:
            size: how many jobs run at the same time, >= 1.
            harness: texts of the harness' modules; the shipped ones by default.
            start_deadline_s: how long a child may take to start, while a run waits for it.
            now_s: a clock that never goes back; deadlines are read from it.
        """
        self._size = size
        self._start_deadline_s = start_deadline_s
        self._now_s = now_s
        texts = harness if harness is not None else harness_texts()
        self._harness = json.dumps(dict(texts)).encode("ascii")
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill every child. The pool may be used again."""
        for worker in list(self._workers):
            self._drop(worker)

    def warm(self) -> None:
        """Start a first child, without waiting for it."""
        if not self._workers:
            self._spawn()

    def call(self, job: Job, answer: Answer | None = None) -> Reply:
        """Run one job and wait for it."""
        for _, reply in self.run([job], answer):
            return reply
        msg = "a job ended without a reply"
        raise HarnessBug(msg)

    def run(self, jobs: Sequence[Job], answer: Answer | None = None) -> Iterator[tuple[int, Reply]]:
        """Run all jobs; yield each one's index and reply in order of completion.

        Args:
            jobs: what to run.
            answer: decides for jobs that ask; without it, asking is a bug of ours.

        Raises:
            HarnessBug: our own code failed inside a child.
        """
        # What a child has said so far is only read in here: nobody waited for it until now.
        for worker in self._workers:
            if not worker.is_ready:
                worker.deadline_s = self._start_by_s()
        waiting = deque(enumerate(jobs))
        retried: set[int] = set()
        try:
            while waiting or any(worker.job for worker in self._workers):
                self._feed(waiting)
                for finished in self._collect(waiting, retried, answer):
                    # The worker has its next job before the caller looks at this reply.
                    self._feed(waiting)
                    yield finished
        finally:
            # An abandoned iteration leaves workers in the middle of a job.
            for worker in [worker for worker in self._workers if worker.job]:
                self._drop(worker)

    def _feed(self, waiting: deque[tuple[int, Job]]) -> None:
        busy = sum(worker.job is not None for worker in self._workers)
        for _ in range(min(self._size, len(waiting) + busy) - len(self._workers)):
            self._spawn()
        for worker in self._workers:
            if worker.is_ready and worker.job is None and waiting:
                index, job = waiting.popleft()
                worker.give(index, job, now_s=self._now_s(), start_by_s=self._start_by_s())

    def _start_by_s(self) -> float:
        return self._now_s() + self._start_deadline_s

    def _spawn(self) -> None:
        worker = _Worker(self._harness, self._start_by_s())
        self._workers.append(worker)
        self._selector.register(worker.stdout, selectors.EVENT_READ, worker)

    def _collect(
        self, waiting: deque[tuple[int, Job]], retried: set[int], answer: Answer | None
    ) -> Iterator[tuple[int, Reply]]:
        deadlines = [w.deadline_s for w in self._workers if w.job or not w.is_ready]
        timeout_s = max(0.0, min(deadlines) - self._now_s()) if deadlines else None
        for key, _ in self._selector.select(timeout_s):
            worker: _Worker = key.data
            messages = worker.read()
            if messages is None:
                yield from self._ended(worker, waiting, retried)
                continue
            for message in messages:
                reply = self._take(worker, message, answer)
                if reply is not None:
                    yield reply
        for worker in list(self._workers):
            if (worker.job or not worker.is_ready) and self._now_s() > worker.deadline_s:
                yield from self._expired(worker)

    def _take(
        self, worker: _Worker, message: _Message, answer: Answer | None
    ) -> tuple[int, Reply] | None:
        job = worker.job
        if message.kind == "hello":
            worker.greet()
            return None
        if message.kind == "ready":
            worker.is_ready = True
            return None
        if message.kind == "bug" or job is None:
            self._drop(worker)
            raise HarnessBug(str(message.value))
        if message.kind == "accepted":
            worker.accepted = True
            worker.started_s = self._now_s()
            worker.deadline_s = worker.started_s + job.deadline_s
            return None
        if message.kind == "ask":
            if answer is None:
                msg = f"job {job.function} asked and nobody is there to answer"
                raise HarnessBug(msg)
            asked_s = self._now_s()
            worker.send(json.dumps({"answer": answer(message.value)}).encode("ascii"))
            # Time that the decision took is not the run's.
            worker.deadline_s += self._now_s() - asked_s
            return None
        index = worker.index
        reply = _reply(message)
        worker.job = None
        if reply.limit == "memory_mb":
            # A runtime that hit its ceiling may leave the process short of memory.
            self._drop(worker)
        return index, reply

    def _expired(self, worker: _Worker) -> Iterator[tuple[int, Reply]]:
        job, index = worker.job, worker.index
        self._drop(worker)
        if job is None or not worker.accepted:
            msg = f"a child process did not start within {self._start_deadline_s:g} s"
            raise HarnessBug(msg)
        yield (
            index,
            Reply(
                status="killed",
                limit="deadline_s",
                message=f"killed after its deadline of {job.deadline_s:g} s wall time",
                host={"wall_s": self._now_s() - worker.started_s},
            ),
        )

    def _ended(
        self, worker: _Worker, waiting: deque[tuple[int, Job]], retried: set[int]
    ) -> Iterator[tuple[int, Reply]]:
        job, index = worker.job, worker.index
        # Its output has ended, so it is about to exit with a code of its own: let it.
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(EXIT_GRACE_S)
        code = self._drop(worker)
        if job is None:
            if not worker.is_ready:
                msg = f"a child process ended with code {code} before it was ready"
                raise HarnessBug(msg)
            return
        if not worker.accepted and index not in retried:
            # It died between two jobs: this one never began.
            retried.add(index)
            waiting.appendleft((index, job))
            return
        host: dict[str, Json] = {"wall_s": self._now_s() - worker.started_s}
        if code == EXIT_PANIC:
            yield index, _memory_reply(job, host)
            return
        host["exit_code"] = code
        name = _signal_name(code) if code < 0 else f"exit code {code}"
        message = f"its process was ended from outside ({name})"
        yield index, Reply(status="killed", limit=None, message=message, host=host)

    def _drop(self, worker: _Worker) -> int:
        self._selector.unregister(worker.stdout)
        self._workers.remove(worker)
        return worker.kill()


def _memory_reply(job: Job, host: dict[str, Json]) -> Reply:
    message = f"memory limit of {job.memory_mb} MiB exceeded"
    return Reply(status="limit", limit="memory_mb", message=message, host=host)


def _reply(message: _Message) -> Reply:
    host = message.host
    value = message.value
    if message.kind == "failed" and value["status"] == "bug":
        raise HarnessBug(value["message"])
    if message.kind == "done":
        return Reply(status="ok", value=value, blobs=message.blobs, host=host)
    return Reply(
        status="error" if value["status"] in ("error", "nondeterministic") else "limit",
        value=value,
        message=value.get("message"),
        limit=value.get("limit"),
        where=value.get("where"),
        host=host,
    )
