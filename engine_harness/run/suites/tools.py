"""Programs that judge Lua sources for us: they run where they are installed and asked for.

Asked for is a program whose settings lie in the project's root. Without them every clone would be
judged by the taste of whatever the machine happens to have.
"""

from __future__ import annotations

import re
import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.run.suites.static import StaticOutcome

if TYPE_CHECKING:
    from threading import Event

    from engine_harness.run.suites.lua_sources import LuaSources
    from engine_harness.run.suites.process import Ended

__all__ = ["TOOL_DEADLINE_S", "Tool", "ToolCheck"]

TOOL_DEADLINE_S = 120.0
"""How long a program may take for a whole project."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Tool:
    """One program."""

    name: str
    """It is looked up in PATH."""
    flags: tuple[str, ...]
    """What stands before the folders."""
    settings: tuple[str, ...]
    """Files in the project's root; one of them means that the project wants the program."""

    def is_wanted(self, sources: LuaSources) -> bool:
        """Return whether the project has settings for it."""
        return any((sources.root / name).is_file() for name in self.settings)


@dataclass(frozen=True)
class ToolCheck:
    """The first of some programs that the project wants and the machine has."""

    tools: tuple[Tool, ...]
    deadline_s: float = TOOL_DEADLINE_S

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings of all the programs."""
        return tuple(name for tool in self.tools for name in tool.settings)

    def _chosen(self, sources: LuaSources) -> Tool | str:
        """Return the program to run, or why there is none."""
        wanted = [tool for tool in self.tools if tool.is_wanted(sources)]
        if not wanted:
            return f"the project has no {_either(self.settings)}"
        there = [tool for tool in wanted if shutil.which(tool.name) is not None]
        if not there:
            missing = [tool.name for tool in wanted]
            return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed"
        return there[0] if sources.files else "there are no Lua files"

    def way(self, sources: LuaSources) -> str | None:
        """Return the name of the program that would run."""
        tool = self._chosen(sources)
        return tool.name if isinstance(tool, Tool) else None

    def judge(self, sources: LuaSources, stop: Event) -> StaticOutcome:
        """Run the program over the Lua of the project; its exit code decides."""
        from engine_harness.run.suites.process import run_program

        tool = self._chosen(sources)
        if not isinstance(tool, Tool):
            return StaticOutcome(skipped="optional", notes=(tool,))
        words = (tool.name, *tool.flags, *sources.arguments)
        shown = " ".join(words)
        program = shutil.which(tool.name) or tool.name
        try:
            ended = run_program(
                (program, *words[1:]), folder=sources.root, deadline_s=self.deadline_s, stop=stop
            )
        except OSError as error:
            why = f"{tool.name} cannot be started: {error.strerror or error}"
            return StaticOutcome(passed=False, notes=(why,), lines=(f"$ {shown}", why))
        said = _said(ended, sources)
        how = self._ending(tool, ended)
        lines = (f"$ {shown}", *said, how)
        if ended.code == 0:
            return StaticOutcome(notes=(f"{shown}: {how}",), lines=lines)
        return StaticOutcome(passed=False, notes=(f"{shown}: {how}", *filter(str.strip, said)),
                             lines=lines)  # fmt: skip

    def _ending(self, tool: Tool, ended: Ended) -> str:
        if ended.code is None:
            return f"{tool.name} has not finished in {self.deadline_s:g} s and was killed"
        if ended.code < 0:
            return f"{tool.name} was ended by {_signal(-ended.code)}"
        return f"exit code {ended.code}"


def _said(ended: Ended, sources: LuaSources) -> tuple[str, ...]:
    """Return what a program has said, line by line, with paths from the root and no colours."""
    from engine_harness.run.suites.process import OUTPUT_BYTES_MAX

    text = _COLOURS.sub("", ended.output.decode("utf-8", "backslashreplace"))
    text = text.replace(f"{sources.root}/", "")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    if ended.is_cut:
        lines.append(f"(it said more than {OUTPUT_BYTES_MAX >> 10} KiB: limit tool_output)")
    return tuple(lines)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
