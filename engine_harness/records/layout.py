"""Where each artifact lives, by name.

Paths hang below the project's artifacts folder. Nothing here touches the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_harness._canonical import sha256_hex

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "ENGINE_FOLDER",
    "LOGS_FOLDER",
    "MODULES_FOLDER",
    "RECORDS_FOLDER",
    "file_name",
    "file_name_clashes",
    "log_path",
    "module_path",
    "record_path",
    "simulation_path",
]

ENGINE_FOLDER = "engine"
LOGS_FOLDER = "logs"
MODULES_FOLDER = "scenarios"
RECORDS_FOLDER = "records"

_MATRIX_DIGITS = 8


def file_name(scenario_id: str) -> str:
    """Return the name, without extension, of the files of one scenario.

    The `[key=value,...]` of a matrix member may hold any character, so it is replaced by `@` and
    the first 8 hex digits of its SHA-256.
    """
    base, bracket, rest = scenario_id.partition("[")
    if not bracket:
        return base
    suffix = (bracket + rest).encode("utf-8", "surrogatepass")
    return f"{base}@{sha256_hex(suffix)[:_MATRIX_DIGITS]}"


def file_name_clashes(scenario_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of different ids whose files would have the same name, in order of the ids.

    Names are compared without letter case, because some file systems do. Eight hex digits are
    enough for names that people read, not for 10,000 members of one matrix: 1 in 90 has a clash.
    """
    first_by_name: dict[str, str] = {}
    clashes = []
    for scenario_id in scenario_ids:
        first = first_by_name.setdefault(file_name(scenario_id).casefold(), scenario_id)
        if first != scenario_id:
            clashes.append((first, scenario_id))
    return clashes


def record_path(artifacts: Path, scenario_id: str) -> Path:
    """Return where the record of a scenario's last run lives."""
    return artifacts / RECORDS_FOLDER / f"{file_name(scenario_id)}.json"


def module_path(artifacts: Path, scenario_id: str) -> Path:
    """Return where the compiled module of a scenario lives."""
    return artifacts / MODULES_FOLDER / f"{file_name(scenario_id)}.lua"


def simulation_path(artifacts: Path) -> Path:
    """Return where suite `engine-sim` writes its report."""
    return artifacts / ENGINE_FOLDER / "engine_simulation.json"


def log_path(artifacts: Path, name: str) -> Path:
    """Return where the log `name` (a suite, or `bug`) lives."""
    return artifacts / LOGS_FOLDER / f"{name}.log"
