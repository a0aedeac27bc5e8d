"""Child processes: each way to end one is proved by its own cause; no other job pays for it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import HarnessBug
from engine_harness.vm.job import Job
from engine_harness.vm.worker import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

# A harness of its own: what the real one never lets happen can be caused here.
HARNESS = {
    "harness.init": """
local ffi = ffi
ffi.cdef("unsigned int sleep(unsigned int s); int kill(int pid, int sig); int getpid(void);")
local kept
return function(host)
    return {
        echo = function(data) return "done", data, "" end,
        blobs = function(data) return "done", data, "a\\nb", "\\0\\1\\255", "" end,
        sleep = function(data) ffi.C.sleep(1000) return "done", data, "" end,
        signal = function(data) ffi.C.kill(ffi.C.getpid(), tonumber(data)) end,
        crash = function() ffi.cast("int *", 8)[0] = 1 end,
        ask = function(data)
            local first = coroutine.yield("ask", data)
            local second = coroutine.yield("ask", first)
            return "done", second, ""
        end,
        bug = function() error("a mistake of ours") end,
        -- As a run does: something large, and the doors of the host beside it.
        keep = function(data)
            kept = string.rep("x", 2e7 + tonumber(data))
            return "done", data, ""
        end,
        gigabytes = function() local t = {} for i = 1, 1e9 do t[i] = {i} end end,
    }
end
"""
}


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(2, harness=HARNESS) as pool:
        yield pool


def job(function: str, data: object = 1, **limits: object) -> Job:
    return Job(function=function, data=data, **limits)  # type: ignore[arg-type]


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def has_ended(pid: int, within_s: float = 10.0) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle, closefd=True):
        return bool(select.select([handle], [], [], within_s)[0])


def test_replies_come_back_whole(pool: Pool) -> None:
    data = {"text": 'quote " backslash \\ newline \n nul \0 é 😀', "list": [1, 2.5, None]}
    reply = pool.call(job("echo", data))
    assert (reply.status, reply.value) == ("ok", data)


def test_a_child_gives_the_memory_of_each_run_back() -> None:
    with Pool(1, harness=HARNESS) as pool:
        peaks_mb = [float(pool.call(job("keep")).host["memory_mb"]) for _ in range(8)]
    assert peaks_mb[-1] < peaks_mb[0] + 50, peaks_mb


def test_columns_come_back_as_bytes(pool: Pool) -> None:
    assert pool.call(job("blobs")).blobs == {"a": b"\x00\x01\xff", "b": b""}


def test_a_child_blocked_in_c_is_killed_at_its_deadline_and_the_others_go_on(pool: Pool) -> None:
    jobs = [job("sleep", deadline_s=0.3)] + [job("echo", n) for n in range(20)]
    replies = dict(pool.run(jobs))
    assert replies[0].status == "killed"
    assert replies[0].limit == "deadline_s"
    assert replies[0].message == "killed after its deadline of 0.3 s wall time"
    assert [replies[n + 1].value for n in range(20)] == list(range(20))


@pytest.mark.parametrize(
    ("cause", "name"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGTERM, "SIGTERM")]
)
def test_a_foreign_signal_costs_only_the_job_it_hits(
    pool: Pool, cause: signal.Signals, name: str
) -> None:
    replies = dict(pool.run([job("signal", int(cause)), job("echo", "fine")]))
    assert replies[0].status == "killed"
    assert replies[0].message == f"its process was ended from outside ({name})"
    assert replies[1].value == "fine"


def test_a_crash_of_the_process_is_told_with_its_signal(pool: Pool) -> None:
    assert "SIGSEGV" in str(pool.call(job("crash")).message)
    assert pool.call(job("echo", "still here")).value == "still here"


def test_a_process_killed_from_outside_is_replaced(pool: Pool) -> None:
    def kill_it(_: object) -> None:
        for child in children_of(os.getpid()):
            os.kill(child, signal.SIGKILL)

    reply = pool.call(job("ask"), kill_it)
    assert reply.status == "killed"
    assert pool.call(job("echo", "again")).value == "again"


def test_memory_beyond_the_ceiling_is_the_memory_limit_however_it_shows(pool: Pool) -> None:
    reply = pool.call(job("gigabytes", memory_mb=64))
    assert (reply.status, reply.limit) == ("limit", "memory_mb")
    assert pool.call(job("echo", "fresh")).value == "fresh"


def test_a_job_that_asks_is_answered_as_often_as_it_asks(pool: Pool) -> None:
    seen = []

    def answer(observation: object) -> object:
        seen.append(observation)
        return {"turn": len(seen)}

    reply = pool.call(job("ask", {"begin": True}), answer)  # type: ignore[arg-type]
    assert seen == [{"begin": True}, {"turn": 1}]
    assert reply.value == {"turn": 2}


def test_a_mistake_of_ours_inside_a_child_is_a_bug_not_a_finding(pool: Pool) -> None:
    with pytest.raises(HarnessBug, match="a mistake of ours"):
        pool.call(job("bug"))


def test_a_child_that_nobody_waited_for_is_not_late() -> None:
    now_s = 0.0
    with Pool(1, harness=HARNESS, start_deadline_s=20.0, now_s=lambda: now_s) as pool:
        pool.warm()
        now_s = 3600.0
        assert pool.call(job("echo", "at last")).value == "at last"


def test_a_child_that_does_not_start_while_somebody_waits_is_a_bug() -> None:
    before = set(children_of(os.getpid()))
    with Pool(1, harness=HARNESS, start_deadline_s=0.3) as pool:
        pool.warm()
        for child in set(children_of(os.getpid())) - before:
            os.kill(child, signal.SIGSTOP)
        with pytest.raises(HarnessBug) as caught:
            pool.call(job("echo"))
    assert str(caught.value) == "a child process did not start within 0.3 s"


def test_closing_leaves_no_process(pool: Pool) -> None:
    list(pool.run([job("echo"), job("echo")]))
    children = children_of(os.getpid())
    assert children
    pool.close()
    assert not [pid for pid in children if pid in children_of(os.getpid())]


def test_abandoning_a_run_kills_what_is_still_running(pool: Pool) -> None:
    for _ in pool.run([job("echo"), job("sleep")]):
        break
    assert all(pool.call(job("echo", n)).value == n for n in range(3))


PARENT = """
import sys
from engine_harness.vm.job import Job
from engine_harness.vm.worker import Pool
pool = Pool(2, harness={harness!r})
print("ready", flush=True)
list(pool.run([Job(function=name, data=1) for name in ("echo", "sleep", "sleep")]))
"""


@pytest.mark.parametrize("cause", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_its_parent(cause: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(harness=HARNESS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    children: list[int] = []
    while len(children) < 2:
        assert parent.poll() is None
        children = children_of(parent.pid)
    parent.send_signal(cause)
    parent.wait(10)
    parent.stdout.close()
    assert all(has_ended(child) for child in children)
