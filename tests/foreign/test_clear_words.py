"""What foreign libraries cannot do in the sandbox ends with a word that says what and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Answers

CODE = "code cannot be loaded from texts; put it into a module and require it"
ENVIRONMENT = "environments of functions are fixed; pass a table instead"
FILES = "user code has no files; use print, or record.event and record.log of a world"
PROCESS = "user code cannot reach the process or the machine"
CALENDAR = "calendar and time zone differ per machine; os.time() and os.clock() are virtual"
DEBUG = "the debug library could change the run; debug.traceback exists"


def nothing_found(module: str) -> str:
    places = "".join(
        f"\n\tno file '{root}/{module}{ending}'"
        for root in ("lua", "/usr/share/lua/5.1", "<shipped>")
        for ending in (".lua", ".luau", "/init.lua", "/init.luau")
    )
    return f"module '{module}' not found:{places}"


def refusals(prefix: str, names: str, message: str) -> dict[str, str]:
    return {f"{prefix}_{name}": message for name in names.split()}


WORDS = {
    **refusals(
        "code",
        "pretty_read pretty_load template template_compile string_lambda "
        "string_lambda_as_function placeholder bind comprehension sip lapp data_query",
        f"loadstring is not available here: {CODE}",
    ),
    **refusals(
        "environment", "named_class comprehension", f"getfenv is not available here: {ENVIRONMENT}"
    ),
    **refusals(
        "file",
        "readfile readlines config data searchpath",
        f"io.open is not available here: {FILES}",
    ),
    **refusals("file", "seq_lines", f"io.lines is not available here: {FILES}"),
    **refusals("file", "print", f"io.stdout:write is not available here: {FILES}"),
    **refusals("native", "path dir file app test", "pl.path requires LuaFileSystem"),
    **refusals("native", "filesystem", nothing_found("lfs")),
    **refusals("native", "lpeg", nothing_found("lpeg")),
    **refusals("process", "execute", f"os.tmpname is not available here: {PROCESS}"),
    **refusals("process", "compat_execute", f"os.execute is not available here: {PROCESS}"),
    **refusals("process", "quit", f"io.stderr:write is not available here: {FILES}"),
    **refusals(
        "process", "argparse_error lapp_help", f"io.stderr:write is not available here: {FILES}"
    ),
    **refusals("calendar", "now day moment", f"os.date is not available here: {CALENDAR}"),
    **refusals("calendar", "parse", f"os.time with a table is not available here: {CALENDAR}"),
    **refusals(
        "debug", "metatable_of_functions", f"debug.setmetatable is not available here: {DEBUG}"
    ),
    **refusals("debug", "strict_table", f"debug.getinfo is not available here: {DEBUG}"),
}


@pytest.mark.parametrize("name", WORDS)
def test_what_cannot_run_says_what_and_why(ours: Answers, name: str) -> None:
    # The place is a line of the library, which differs per version.
    place, message = re.fullmatch(
        r"(\S+\.lua:\d+): (.*)", ours["refused"][name], re.DOTALL
    ).groups()
    assert message == WORDS[name]
    assert place.startswith(("/usr/share/lua/5.1/", "lua/refused.lua:"))


def test_every_attempt_is_refused(ours: Answers) -> None:
    assert set(ours["refused"]) == set(WORDS)


def test_under_plain_luajit_the_attempts_work(in_plain: Answers) -> None:
    # Compiled libraries may be installed or not; os.exit would end the one that is asked.
    outcomes = {
        name: outcome.split("\n")[0]
        for name, outcome in in_plain["refused"].items()
        if not name.startswith("native_")
    }
    ended = {"process_argparse_error", "process_lapp_help", "process_quit"}
    assert outcomes == {
        name: "os.exit was called" if name in ended else "done" for name in outcomes
    }
