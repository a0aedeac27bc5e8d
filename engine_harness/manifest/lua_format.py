"""A Lua or Luau manifest to a `Document`: the text runs in a child process and returns one table.

Lua keeps no positions of the values it computed, so problems of its data carry a path alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine_harness.manifest.document import Document, Position
from engine_harness.manifest.problem import DEPTH_MAX, SyntaxProblem
from engine_harness.vm.job import Job

if TYPE_CHECKING:
    from engine_harness._types import Json
    from engine_harness.vm.job import Caller, Reply

__all__ = ["read_lua", "read_luau"]

DEADLINE_S = 10.0
MEMORY_MB = 512
WORK_UNITS = 200_000_000

_DATA_PATH = re.compile(r"manifest((?:\.[^.\[\]:\s]+|\[[0-9]+\])+): ")
_STEP = re.compile(r"\.([^.\[\]:\s]+)|\[([0-9]+)\]")


def read_lua(text: str, file: str, caller: Caller) -> tuple[Document, list[SyntaxProblem]]:
    """Evaluate `text`, which is the manifest `file`."""
    reply = caller.call(
        Job(
            function="manifest",
            data={"file": file},
            texts={"manifest": text},
            deadline_s=DEADLINE_S,
            memory_mb=MEMORY_MB,
            work_units=WORK_UNITS,
        )
    )
    if reply.status != "ok":
        problem = _problem(_failure(reply), _position(reply, file), file)
        return Document(None, empty_map_is_list=True), [problem]
    if _is_too_deep(reply.value):
        problem = SyntaxProblem(f"nested more than {DEPTH_MAX} levels deep", None, fatal=True)
        return Document(None, empty_map_is_list=True), [problem]
    return Document(reply.value, empty_map_is_list=True), []


def read_luau(text: str, file: str, caller: Caller) -> tuple[Document, list[SyntaxProblem]]:
    """Evaluate `text`, which is the manifest `file` in Luau."""
    from engine_harness.vm.luau.reader import LuauError, to_lua

    try:
        plain = to_lua(text)
    except LuauError as error:
        problem = SyntaxProblem(error.reason, Position(*error.place), fatal=True)
        return Document(None, empty_map_is_list=True), [problem]
    return read_lua(plain, file, caller)


def _problem(message: str, at: Position | None, file: str) -> SyntaxProblem:
    """Return the problem; a place that stands in the message is taken out of it."""
    found = re.match(rf"{re.escape(file)}:([0-9]+): ", message)
    if found:
        message = message[found.end() :]
        at = at or Position(int(found[1]), 0)
    found = _DATA_PATH.match(message)
    if found:
        message = message[found.end() :]
        steps = _STEP.finditer(found[1])
        path = tuple(int(step[2]) if step[2] else step[1] for step in steps)
        return SyntaxProblem(message, at, path, fatal=True)
    return SyntaxProblem(message, at, fatal=True)


def _failure(reply: Reply) -> str:
    if reply.limit in ("work_units", "deadline_s"):
        return (
            f"manifest did not finish (limit {reply.limit}: at most {WORK_UNITS:,} work units "
            f"and {DEADLINE_S:g} s)"
        )
    if reply.limit == "memory_mb":
        return f"manifest needs too much memory (limit memory_mb: at most {MEMORY_MB} MiB)"
    message = reply.message or f"manifest could not be evaluated ({reply.status})"
    return f"{message} (limit {reply.limit})" if reply.limit else message


def _position(reply: Reply, file: str) -> Position | None:
    where = reply.where or {}
    line = where.get("line")
    named = where.get("file")
    if not isinstance(line, int) or isinstance(line, bool) or line < 1:
        return None
    # A position in another file would send the reader to the wrong place in this one.
    return Position(line, 0) if named in (None, file) else None


def _is_too_deep(value: Json) -> bool:
    level = [value]
    for _ in range(DEPTH_MAX):
        below: list[Json] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            else:
                continue
        if not below:
            return False
        level = below
    return any(isinstance(item, dict | list) for item in level)
