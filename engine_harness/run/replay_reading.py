"""Reads replays from a file: strict, with all problems at once and their paths in the data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from engine_harness._registry import suggestion
from engine_harness.errors import NothingSelected, UsageError
from engine_harness.manifest.ceilings import DEFAULTS, ceiling, wording
from engine_harness.manifest.envelope import ID_LENGTH_MAX
from engine_harness.plan.expand import EVENTS_PER_SCENARIO_MAX
from engine_harness.plan.planned import KINDS, field_problems
from engine_harness.records.layout import file_name, file_name_clashes
from engine_harness.records.reader import read_json
from engine_harness.run.replay import ROW_KEYS, Replay, ReplaySetup
from engine_harness.run.replay_problems import ReplayProblems, shortened
from engine_harness.run.replay_words import half_characters, place_of, worded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine_harness._types import Json, JsonMap
    from engine_harness.plan.model import PlannedEvent

__all__ = ["read_replays"]

CLASSES = ("nominal", "hitch", "recorded")
RECORDED = "recorded"

ALLOWED = "an engine_replay.json, or one object of its list `replays`"

# A file may be named after an id.
_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.@-]*")
# Of what stands before the brackets of a matrix; these become eight digits of a file's name.
_ID_WHOLE_LENGTH_MAX = 2_000


def read_replays(path: Path, *, shown: str) -> tuple[Replay, ...]:
    """Return the replays of a file, in its order.

    Args:
        path: the file.
        shown: how messages call it.

    Raises:
        UsageError: it cannot be read, is no JSON or holds something else; with all problems.
    """
    data, problems = read_json(path), ReplayProblems(shown)
    members = _members(data, shown)
    read = [_Reader(place, item, problems).read() for place, item in members]
    found = [replay for replay in read if replay is not None]
    first_of: dict[str, Replay] = {}
    for replay in found:
        first = first_of.setdefault(replay.id, replay)
        if first is not replay:
            problems.add(replay.path("id"), f"{first.path('id')} is the same", value=replay.id)
    for first_id, second_id in file_name_clashes(first_of):
        problems.add(
            first_of[second_id].path("id"),
            f"its files would have the names of those of {first_of[first_id].path('id')}",
            value=second_id,
        )
    problems.require_none()
    return tuple(found)


def _members(data: Json, shown: str) -> list[tuple[str, Json]]:
    """Return what may be a replay, by its path in the file."""
    what = "is no replay"
    if isinstance(data, dict):
        if isinstance(items := data.get("replays"), list):
            if not items:
                msg = f"{shown}: replays: the list is empty: nothing was run"
                raise NothingSelected(msg)
            return [(f"replays[{index}]", item) for index, item in enumerate(items)]
        if "replays" not in data and ("events" in data or "setup" in data):
            if "schema_version" not in data:
                return [("", data)]
            what = "is a record, which shows what a run did, and no replay"
        elif "replays" in data:
            what = f"key replays: must be a list; got {shortened(data['replays'])}"
        elif "scenarios" in data:
            what = "is another report, and no replay: suite engine-replay writes engine_replay.json"
        elif data:
            keys = ", ".join(sorted(data)[:5])
            what = f"is no replay: it has the keys {keys}"
    msg = f"{shown}: {what}; allowed: {ALLOWED}"
    raise UsageError(msg)


class _Reader:
    """One replay of a file."""

    def __init__(self, place: str, data: Json, problems: ReplayProblems) -> None:
        self._place = place
        self._data: JsonMap = data if isinstance(data, dict) else {}
        self._problems = problems
        self._is_right = True
        if not isinstance(data, dict):
            self._wrong("", "a replay is a map", value=data)
            self._data = {}
            self._is_map = False
        else:
            self._is_map = True

    def _wrong(
        self, inner: str, message: str, *, value: Json = None, allowed: str | None = None
    ) -> None:
        self._is_right = False
        path = f"{self._place}.{inner}" if self._place and inner else self._place or inner
        self._problems.add(path, message, value=value, allowed=allowed)

    def read(self) -> Replay | None:
        """Return the replay, None after a problem was noted."""
        if not self._is_map:
            return None
        identity, label = self._text("id"), self._text("label")
        if identity is not None and not self._is_file_name(identity):
            allowed = (
                f"[A-Za-z0-9_-][A-Za-z0-9_.-]* of at most {ID_LENGTH_MAX} characters, in a matrix"
                " with [key=value,...]"
            )
            self._wrong("id", "is no id", value=identity, allowed=allowed)
        self._text("digest")
        setup = self._setup()
        planned = [*self._rows("events"), *self._rows("notReached")]
        if len(planned) > EVENTS_PER_SCENARIO_MAX:
            self._wrong(
                "events",
                f"{len(planned)} planned events (limit planned_events)",
                allowed=f"at most {EVENTS_PER_SCENARIO_MAX}",
            )
        if not self._is_right or identity is None or label is None or setup is None:
            return None
        # Stable: what has one time and one entry is an expansion, which keeps its order.
        planned.sort(key=lambda row: (row[1]["time"], row[0]))
        return Replay(
            place=self._place,
            id=identity,
            label=label,
            setup=setup,
            events=tuple(event for _, event in planned),
            entries=tuple(entry for entry, _ in planned),
            payload=self._data,
        )

    @staticmethod
    def _is_file_name(identity: str) -> bool:
        name = file_name(identity)
        base = identity.partition("[")[0]
        fits = len(base) <= ID_LENGTH_MAX and len(identity) <= _ID_WHOLE_LENGTH_MAX
        return fits and _ID.fullmatch(name) is not None

    def _text(self, key: str) -> str | None:
        value = self._data.get(key)
        if isinstance(value, str) and value:
            return value if self._is_whole(key, value) else None
        if key in self._data:
            self._wrong(key, "must be a text that is not empty", value=value)
        else:
            self._wrong(key, "missing key", allowed="a text that is not empty")
        return None

    def _is_whole(self, path: str, value: Json) -> bool:
        """Note half characters: no world can be given them."""
        found = half_characters(path, value)
        for inner in found:
            self._wrong(inner, "half of a surrogate pair is no character")
        return not found

    def _setup(self) -> ReplaySetup | None:
        value = self._data.get("setup")
        if not isinstance(value, dict):
            message = (
                "must be a map" if "setup" in self._data else "missing key: what a run is given"
            )
            self._wrong("setup", message, value=value)
            return None
        self._limits(value.get("limits"))
        if not self._is_whole("setup", value):
            return None
        try:
            # As JSON: there a list may be read as the tuple that a model holds.
            return ReplaySetup.model_validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            # What may be of several kinds has a problem for each of them, at one place.
            words: dict[str, list[str]] = {}
            values: dict[str, Json] = {}
            for problem in error.errors(include_url=False):
                path, found = place_of(problem["loc"], value)
                values[path] = found
                words.setdefault(path, []).append(worded(problem))
            for path, messages in words.items():
                self._wrong(f"setup{path}", " or ".join(messages), value=values[path])
            return None

    def _limits(self, limits: Json) -> None:
        for key in DEFAULTS:
            number = limits.get(key) if isinstance(limits, dict) else None
            # What is no number the model finds.
            if isinstance(number, int | float) and not 0 < number <= ceiling(key):
                path = f"setup.limits.{key}"
                self._wrong(path, "is out of range", value=number, allowed=wording(key))

    def _rows(self, key: str) -> Iterable[tuple[int, PlannedEvent]]:
        """Return the planned events of a list of rows, each with the index of its entry."""
        rows = self._data.get(key)
        if key == "notReached" and rows is None:
            return []
        if not isinstance(rows, list):
            self._wrong(
                key, "missing key" if key not in self._data else "must be a list", value=rows
            )
            return []
        planned = []
        for index, row in enumerate(rows):
            path = f"{key}[{index}]"
            if not isinstance(row, dict):
                self._wrong(path, "a row is a map", value=row)
            elif key == "notReached":
                planned.append(self._planned(path, row))
            elif row.get("class") not in CLASSES:
                allowed = ", ".join(CLASSES)
                self._wrong(
                    f"{path}.class", "is no class of a row", value=row.get("class"), allowed=allowed
                )
            elif row["class"] != RECORDED:
                planned.append(self._planned(path, row))
        return [row for row in planned if row is not None]

    def _planned(self, path: str, row: JsonMap) -> tuple[int, PlannedEvent] | None:
        """Return the planned event of a row of the log."""
        if not self._is_whole(path, row):
            return None
        kind, entry = row.get("type"), row.get("entry")
        if not isinstance(kind, str) or kind not in KINDS:
            hint = suggestion(kind, KINDS) if isinstance(kind, str) else ""
            self._wrong(
                f"{path}.type", f"is no kind of event{hint}", value=kind, allowed=", ".join(KINDS)
            )
            return None
        if isinstance(entry, bool) or not isinstance(entry, int) or entry < 1:
            self._wrong(
                f"{path}.entry",
                "is no position in a timeline",
                value=entry,
                allowed="a whole number >= 1; events of one time keep the order of it",
            )
            return None
        event: PlannedEvent = {"event": kind}
        event.update((name, value) for name, value in row.items() if name not in ROW_KEYS)
        before = self._is_right
        for problem in field_problems(event):
            value = event[problem.field] if problem.is_there else None
            self._wrong(
                f"{path}.{problem.field}", problem.message, value=value, allowed=problem.allowed
            )
        return (entry, event) if before == self._is_right else None
