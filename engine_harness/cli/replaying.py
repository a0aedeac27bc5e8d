"""`--suite engine-replay --from FILE`: plays each replay of a file and compares it with the file.

What is played comes from the file alone. The `engine_replay.json` of the played runs and their
records go to `replayed/` below the folder of the suite, never over the file that was read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness._canonical import normalise
from engine_harness._version import __version__
from engine_harness._wallclock import monotonic_s, utc_now_text
from engine_harness.checks.diff import first_divergence
from engine_harness.checks.replays import first_difference
from engine_harness.cli.opening import invocation_of, open_request
from engine_harness.cli.output import Output
from engine_harness.cli.places import Places
from engine_harness.errors import CompileError, UsageError
from engine_harness.records.layout import RECORDS_FOLDER, record_path
from engine_harness.records.reader import read_record
from engine_harness.records.written import WrittenFiles
from engine_harness.report.base import SuiteRun
from engine_harness.report.failure import print_lines
from engine_harness.report.replay import FILE_NAME, replay_view, replays_view
from engine_harness.report.replayed import (
    Original,
    Played,
    document,
    replayed_lines,
    summary_lines,
)
from engine_harness.run.replay import replay_request, scenario_of
from engine_harness.run.replay_problems import ReplayProblems, cut_problem, world_problems
from engine_harness.run.replay_reading import read_replays
from engine_harness.run.suites.engine_replay import ENGINE_REPLAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine_harness.api import Harness
    from engine_harness.cli.request import RunRequest
    from engine_harness.manifest.project import Project
    from engine_harness.records.models import RunRecord
    from engine_harness.run.replay import Replay
    from engine_harness.run.session import Request

__all__ = ["replay_session"]

REPLAYED_FOLDER = "replayed"
EXIT_FAILED = 1

# From `REPLAYED_FOLDER`; the ids were read as ones that files may be named after.
_RECORD = re.compile(rf"{RECORDS_FOLDER}/[A-Za-z0-9_-][A-Za-z0-9_.@-]*\.json")


def replay_session(request: RunRequest) -> int:
    """Play the replays of `request.replay_file`; return 0 when all left the same record, else 1.

    What else the command line says goes with the file: `replay_flags` has judged it.

    Raises:
        UsageError: the file holds no replays that can be played in this project.
    """
    from engine_harness.api import Harness

    project = open_request(request)
    file = _file(request, project)
    places = Places.of(project, request.out_dir, request.out)
    target = _target(places, file)
    replays = _chosen(read_replays(file, shown=str(request.replay_file)), request, project)
    output, started_s = Output(as_json=request.as_json), monotonic_s()
    with Harness(project, invocation_of(request, project)) as harness:
        requests = _requests(harness, replays, request)
        places.prepare()
        _clear(places, target, replays)
        played: list[Played] = []
        for done in _play(harness, places, replays, requests):
            played.append(done)
            output.lines(_told(done, places, is_typed=True))
            output.lines(print_lines(done.record) if request.verbose else ())
    _write(target, played)
    shown = places.shown(target)
    output.lines(summary_lines(ENGINE_REPLAY.name, played, shown, monotonic_s() - started_s))
    logged = [line for done in played for line in _told(done, places, is_typed=False)]
    places.write_log(
        ENGINE_REPLAY, [*logged, *summary_lines(ENGINE_REPLAY.name, played, shown, None)]
    )
    code = 0 if all(done.is_same for done in played) else EXIT_FAILED
    return output.document("replay", code, document(played, shown))


def _clear(places: Places, target: Path, replays: Sequence[Replay]) -> None:
    """Remove what was played before: the report, and all records that are listed."""
    target.unlink(missing_ok=True)
    folder = _folder(places)
    written = WrittenFiles(folder, _RECORD)
    written.clear()
    paths = (record_path(folder, replay.id) for replay in replays)
    written.add(path.relative_to(folder).as_posix() for path in paths)


def _told(done: Played, places: Places, *, is_typed: bool) -> list[str]:
    """Return what is told of one replay.

    Args:
        done: the replay.
        places: where records are.
        is_typed: whether paths of a command are for who stands in the current folder; else they
            start at the root, and are the same wherever the project lies.
    """
    record = record_path(_folder(places), done.replay.id)
    is_elsewhere = is_typed and Path.cwd() != places.root

    def typed(path: Path) -> str:
        return str(path) if is_elsewhere else places.shown(path)

    return replayed_lines(done, record=record, shown=places.shown, typed=typed)


def _file(request: RunRequest, project: Project) -> Path:
    from engine_harness.manifest.discovery import resolve

    text = str(request.replay_file)
    given = Path(text)
    file = resolve(text, project.root) if text else None
    if file is None or not file.is_file():
        what = "is a folder" if file is not None and file.is_dir() else "is no regular file"
        msg = f"--from: no file '{text}'" if file is None else f"--from: '{text}' {what}"
        raise UsageError(msg)
    # Messages call it as it was typed, where that is possible.
    return given if given.exists() and given.samefile(file) else file


def _target(places: Places, file: Path) -> Path:
    """Return where the report of the played runs goes."""
    folder = _folder(places) if places.out_dir is None else places.out_dir
    target = places.out or folder / FILE_NAME
    if target.exists() and target.samefile(file):
        msg = (
            f"--from: the report on the played runs would replace {places.shown(file)} itself;"
            " give it another folder with --out-dir"
        )
        raise UsageError(msg)
    return target


def _folder(places: Places) -> Path:
    return places.artifacts / ENGINE_REPLAY.folder / REPLAYED_FOLDER


def _chosen(replays: Sequence[Replay], request: RunRequest, project: Project) -> tuple[Replay, ...]:
    """Return the replays that the command line means, in the order of a suite."""
    from engine_harness.manifest.load import Loaded
    from engine_harness.manifest.select import Selection, select

    selection = Selection(
        suite=ENGINE_REPLAY.selects,
        scenario=request.scenarios,
        tags=request.tags,
        exclude_tags=request.exclude_tags,
        priority=request.priority,
    )
    by_id = {replay.id: replay for replay in replays}
    loaded = Loaded(scenarios=tuple(scenario_of(replay) for replay in replays))
    chosen = [by_id[scenario.id] for scenario in select(loaded, selection, project)]
    return tuple(sorted(chosen, key=lambda replay: (replay.id.lower(), replay.id)))


def _requests(
    harness: Harness, replays: Sequence[Replay], request: RunRequest
) -> tuple[Request, ...]:
    """Return the runs that play `replays`.

    Raises:
        UsageError: with all reasons why they cannot be played in this project.
    """
    problems = ReplayProblems(str(request.replay_file))
    invocation = invocation_of(request, harness.project)
    requests = []
    for replay in replays:
        cut_problem(replay, problems)
        world_problems(replay, harness.worlds, problems)
        try:
            requests.append(
                replay_request(
                    replay, project=harness.project, invocation=invocation, roots=harness.roots
                )
            )
        except CompileError as error:
            problems.add(replay.path("events"), str(error))
    problems.require_none()
    return tuple(requests)


def _play(
    harness: Harness, places: Places, replays: Sequence[Replay], requests: Sequence[Request]
) -> Iterator[Played]:
    """Play everything and write the records; yield in the given order what has come of it."""
    records: dict[str, RunRecord] = {}
    waiting = list(zip(replays, requests, strict=True))[::-1]
    for record in harness.execute_requests(requests, _folder(places)):
        records[record.scenario.id] = record
        while waiting and waiting[-1][0].id in records:
            replay, request = waiting.pop()
            yield _compared(replay, request, records.pop(replay.id), places)


def _compared(replay: Replay, request: Request, record: RunRecord, places: Places) -> Played:
    played = Played(replay=replay, request=request, record=record)
    view = normalise(replay_view(played, request.expansion))
    assert isinstance(view, dict)
    difference = first_difference(replay.payload, view)
    if difference is None or difference.path != "digest":
        return replace(played, difference=difference)
    original = _original(record_path(places.artifacts, replay.id), replay, record)
    return replace(played, difference=difference, original=original)


def _original(path: Path, replay: Replay, record: RunRecord) -> Original:
    """Return what has become of the record that was replayed."""
    if not path.is_file():
        return Original(path=path, gone="is not there")
    try:
        old = read_record(path)
    except UsageError:
        return Original(path=path, gone="cannot be read")
    if old.digest != replay.digest:
        return Original(path=path, gone="is of another run")
    return Original(path=path, divergence=first_divergence(old, record))


def _write(target: Path, played: Sequence[Played]) -> None:
    from engine_harness.records.writer import write_json

    run = SuiteRun(
        suite=ENGINE_REPLAY.name,
        cases=tuple(played),
        folder=target.parent,
        tool_version=__version__,
        generated=utc_now_text(),
    )
    plans = {done.replay.id: done.request.expansion for done in played}
    write_json(target, replays_view(run, plans), documents=frozenset({"replays"}))
