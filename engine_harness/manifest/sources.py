"""Where the settings of a project are written: `harness.toml`, the environment, the flags.

Collects every problem with its place; a value with a problem is replaced by the default, which
nobody sees because the problems are raised.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._registry import suggestion
from engine_harness.errors import Diagnostic
from engine_harness.manifest.bounded import NO_SUCH_FILE, read_bounded
from engine_harness.manifest.settings import SETTINGS, SUITE_KEYS, Setting, judge, judge_suite_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.manifest.document import DataPath

__all__ = ["FILE_NAME", "RESERVED_FOLDERS", "RESERVED_SUITES", "SECTIONS", "Sources"]

FILE_NAME = "harness.toml"
FILE_BYTES_MAX = 1024 * 1024
VALUE_SHOWN_MAX = 60

SECTIONS = ("paths", "run", "world", "suites")
RESERVED_SUITES = (
    "all",
    "engine",
    "engine-metrics",
    "engine-perf",
    "engine-replay",
    "engine-sim",
    "format",
    "lint",
    "register-pressure",
    "static",
    "typecheck",
)
"""Names of suites and groups that are always there."""
RESERVED_FOLDERS = ("certify", "logs", "records", "scenarios")
"""Folders of the artifacts that are no suite's."""
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class Sources:
    """Reads the sources and remembers what is wrong with them."""

    def __init__(self, environ: Mapping[str, str], flags: Mapping[str, Json]) -> None:
        self.problems: list[Diagnostic] = []
        self._environ = environ
        self._flags = {key: value for key, value in flags.items() if value is not None}
        self._data: JsonMap = {}
        self._lines: dict[str, int] = {}
        self._spoiled: set[str] = set()
        """Keys whose value the reader of the file has refused: that says enough."""

    def read_file(self, path: Path) -> None:
        """Read the project file; without one the defaults hold."""
        data = read_bounded(path, FILE_BYTES_MAX)
        if data == NO_SUCH_FILE:
            return
        if isinstance(data, str):
            self._note("", data)
            return
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self._note("", f"not UTF-8: byte 0x{data[error.start]:02x}", line=line)
            return
        # A folder without the file does not pay for the reader.
        from engine_harness.manifest.toml_format import key_lines, read_toml

        document, problems = read_toml(text)
        keys = [_key_of(problem.path) for problem in problems]
        for key, problem in zip(keys, problems, strict=True):
            assert problem.at is not None, "TOML has a place for everything"
            line, column = problem.at
            self._note(key, problem.message, line=line, column=column)
        self._spoiled.update(keys)
        self._lines = key_lines(document.mark)
        if isinstance(document.data, dict):
            self._data = document.data
            self._refuse_unknown_keys()

    def _note(
        self,
        key: str,
        message: str,
        *,
        file: str = FILE_NAME,
        line: int | None = None,
        column: int | None = None,
        value: Json = None,
        allowed: str | None = None,
    ) -> None:
        if file == FILE_NAME and key in self._spoiled:
            return
        shown = None if value is None else _shown(value)
        where = line if line is not None or file != FILE_NAME else self._line(key)
        self.problems.append(
            Diagnostic(
                file=file,
                path=key or "project",
                message=message,
                line=where,
                column=column,
                value=shown,
                allowed=allowed,
            )
        )

    def _line(self, key: str) -> int | None:
        while key and key not in self._lines:
            key = key.rpartition(".")[0]
        return self._lines.get(key)

    def place(self, key: str) -> str:
        """Return where the file says `key`: `harness.toml:7`."""
        line = self._line(key)
        return FILE_NAME if line is None else f"{FILE_NAME}:{line}"

    def value(self, setting: Setting) -> tuple[Json, str]:
        """Return the effective value of a setting and its source: the first that has one wins."""
        given: list[tuple[Json, str, bool]] = []
        if setting.key in self._flags:
            given.append((self._flags[setting.key], f"flag {setting.flag or setting.key}", True))
        if setting.variable in self._environ:
            variable = setting.variable
            given.append((self._environ[variable], f"environment {variable}", True))
        section, _, key = setting.key.partition(".")
        table = self._data.get(section)
        if isinstance(table, dict) and key in table:
            given.append((table[key], self.place(setting.key), False))
        chosen: tuple[Json, str] | None = None
        for value, source, is_text in given:
            # One that another hides is judged too: it would fail on the next machine.
            judged = judge(setting, value, is_text=is_text)
            if judged.problem is not None:
                file, _, line = source.partition(":")
                self._note(
                    setting.key,
                    judged.problem,
                    file=file,
                    line=int(line) if line else None,
                    value=value,
                    allowed=judged.allowed,
                )
            elif chosen is None:
                chosen = judged.value, source
        return chosen or (setting.default, "default")

    def refuse_unknown(self) -> None:
        """Note environment variables and flags that name a setting which does not exist."""
        known = {setting.variable for setting in SETTINGS}
        for name in sorted(self._environ):
            # Other tools have variables of this prefix: only our own sections are ours to judge.
            if name.startswith(("HARNESS_PATHS_", "HARNESS_RUN_")) and name not in known:
                message = f"unknown setting '{name}'{suggestion(name, known)}"
                self._note("project", message, file=f"environment {name}")
        keys = {setting.key for setting in SETTINGS}
        for name in sorted(set(self._flags) - keys):
            self._note(name, f"unknown setting '{name}'{suggestion(name, keys)}", file="flags")

    def _refuse_unknown_keys(self) -> None:
        self._close("", self._data, SECTIONS, "section")
        for section in ("paths", "run"):
            table = self._table(section, self._data.get(section, {}))
            known = [key.partition(".")[2] for key in (s.key for s in SETTINGS)
                     if key.startswith(f"{section}.")]  # fmt: skip
            self._close(section, table, known, "key")

    def _close(self, path: str, table: JsonMap, known: Iterable[str], noun: str) -> None:
        names = list(known)
        for key in table:
            if key not in names:
                near = suggestion(key, names)
                whole = f"{path}.{key}" if path else key
                allowed = None if near else ", ".join(names)
                self._note(whole, f"unknown {noun} '{key}'{near}", allowed=allowed)

    def _table(self, key: str, value: Json) -> JsonMap:
        if isinstance(value, dict):
            return value
        self._note(key, "must be a table", value=value)
        return {}

    def worlds(self) -> dict[str, JsonMap]:
        """Return the default options by world."""
        table = self._table("world", self._data.get("world", {}))
        worlds: dict[str, JsonMap] = {}
        for name, options in table.items():
            if not name or not _NAME_CHARACTERS.issuperset(name):
                self._note(
                    f"world.{name}", f"'{name}' is no name", allowed="A-Z, a-z, 0-9, _ and -"
                )
            worlds[name] = self._table(f"world.{name}", options)
        return worlds

    def suites(self) -> dict[str, JsonMap]:
        """Return the keys of the project's own suites, by suite."""
        table = self._table("suites", self._data.get("suites", {}))
        suites: dict[str, JsonMap] = {}
        for name, value in table.items():
            path = f"suites.{name}"
            if name in RESERVED_SUITES:
                self._note(path, f"'{name}' is a suite that is always there; take another name")
            elif name.lower() in RESERVED_FOLDERS:
                message = f"'{name}' is a folder of the artifacts already; take another name"
                self._note(path, message)
            elif not name or not _NAME_CHARACTERS.issuperset(name):
                self._note(path, f"'{name}' is no name", allowed="A-Z, a-z, 0-9, _ and -")
            keys = self._table(path, value)
            self._close(path, keys, SUITE_KEYS, "key")
            suites[name] = {}
            for key in SUITE_KEYS:
                if key not in keys:
                    continue
                judged = judge_suite_key(key, keys[key])
                if judged.problem is not None:
                    whole = f"{path}.{key}"
                    self._note(whole, judged.problem, value=keys[key], allowed=judged.allowed)
                else:
                    suites[name][key] = judged.value
        return suites


def _shown(value: Json) -> str:
    text = canonical_json(value)
    return text if len(text) <= VALUE_SHOWN_MAX else text[: VALUE_SHOWN_MAX - 1] + "…"


def _key_of(path: DataPath) -> str:
    """Return the dotted key of what stands at `path`, or of the list that holds it."""
    return ".".join(str(step) for step in takewhile(lambda step: isinstance(step, str), path))
