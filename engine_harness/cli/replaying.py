"""`--suite engine-replay --from FILE`: plays each replay of a file and compares it with the file.

What is played comes from the file alone. The `engine_replay.json` of the played runs and their
records go to `replayed/` below the folder of the suite, never over the file that was read.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine_harness._canonical import normalise
from engine_harness._version import __version__
from engine_harness._wallclock import monotonic_s, utc_now_text
from engine_harness.checks.replays import first_difference
from engine_harness.cli.opening import invocation_of, open_request
from engine_harness.cli.output import Output
from engine_harness.cli.places import Places
from engine_harness.cli.request import RunRequest
from engine_harness.errors import CompileError, UsageError
from engine_harness.report.base import SuiteRun
from engine_harness.report.failure import print_lines
from engine_harness.report.replay import FILE_NAME, replay_view, replays_view
from engine_harness.report.replayed import Played, document, replayed_lines, summary_lines
from engine_harness.run.replay import replay_request, scenario_of
from engine_harness.run.replay_problems import Problems, cut_problem, world_problems
from engine_harness.run.replay_reading import read_replays
from engine_harness.run.suites.engine_replay import ENGINE_REPLAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine_harness.api import Harness
    from engine_harness.manifest.project import Project
    from engine_harness.records.models import RunRecord
    from engine_harness.run.replay import Replay
    from engine_harness.run.session import Request

__all__ = ["replay_session"]

REPLAYED_FOLDER = "replayed"
EXIT_FAILED = 1

_USED = frozenset(
    {
        "as_json",
        "deadline_s",
        "environment",
        "exclude_tags",
        "jobs",
        "memory_mb",
        "out",
        "out_dir",
        "priority",
        "replay_file",
        "root",
        "scenarios",
        "suites",
        "tags",
        "verbose",
    }
)
"""What a command line may say beside the file. A replay has its own seed and hitch policy, and no
manifest, module or gate stands behind it."""

_FLAGS = {
    "targets": "a PATH or ID (--scenario ID chooses from the file)",
    "manifest_folders": "--scenarios",
    "targets_line": "--targets",
}


def replay_session(request: RunRequest) -> int:
    """Play the replays of `request.replay_file`; return 0 when all left the same record, else 1.

    Raises:
        UsageError: the file holds no replays, or a flag was given that does not go with it.
    """
    from engine_harness.api import Harness

    _require_sense(request)
    project = open_request(request)
    file = _file(request, project)
    places = Places.of(project, request.out_dir, request.out)
    target = _target(places, file)
    replays = _chosen(read_replays(file, shown=str(request.replay_file)), request, project)
    output, started_s = Output(as_json=request.as_json), monotonic_s()
    with Harness(project, invocation_of(request, project)) as harness:
        requests = _requests(harness, replays, request)
        places.prepare()
        target.unlink(missing_ok=True)
        played: list[Played] = []
        for done in _play(harness, places, replays, requests):
            played.append(done)
            output.lines(_told(done, places))
            output.lines(print_lines(done.record) if request.verbose else ())
    _write(target, played)
    shown = places.shown(target)
    output.lines(summary_lines(ENGINE_REPLAY.name, played, shown, monotonic_s() - started_s))
    logged = [line for done in played for line in _told(done, places)]
    places.write_log(
        ENGINE_REPLAY, [*logged, *summary_lines(ENGINE_REPLAY.name, played, shown, None)]
    )
    code = 0 if all(done.is_same for done in played) else EXIT_FAILED
    return output.document("replay", code, document(played, shown))


def _told(done: Played, places: Places) -> list[str]:
    from engine_harness.records.layout import record_path

    return replayed_lines(done, places.shown(record_path(_folder(places), done.replay.id)))


def _require_sense(request: RunRequest) -> None:
    """Raise for flags that would change nothing or play another run."""
    wrong = [
        _FLAGS.get(field.name, f"--{field.name.replace('_', '-')}")
        for field in fields(RunRequest)
        if field.name not in _USED and getattr(request, field.name) != field.default
    ]
    if wrong:
        msg = (
            f"--from plays what its file holds, as it stands there: {', '.join(wrong)} cannot be"
            " given with it; to play something else edit the file"
        )
        raise UsageError(msg)


def _file(request: RunRequest, project: Project) -> Path:
    from engine_harness.manifest.discovery import resolve

    given = Path(str(request.replay_file))
    file = resolve(str(given), project.root)
    if file is None or not file.is_file():
        msg = f"--from: no file '{given}'"
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
    problems = Problems(str(request.replay_file))
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
    from engine_harness.execute.processes import execute
    from engine_harness.records.layout import record_path
    from engine_harness.records.writer import RecordWriter, record_file

    infos = [harness.worlds.get(name) for name in {r.scenario.world: None for r in requests}]
    failed = {info.name: info.failure for info in infos if info is not None and info.failure}
    records: dict[str, RunRecord] = {}
    waiting = list(zip(replays, requests, strict=True))[::-1]
    with RecordWriter() as writer:
        for record, texts in execute(requests, harness.pool, failed):
            path = record_path(_folder(places), record.scenario.id)
            writer.write(path, record_file(record, texts))
            records[record.scenario.id] = record
            while waiting and waiting[-1][0].id in records:
                replay, request = waiting.pop()
                yield _compared(replay, request, records.pop(replay.id))


def _compared(replay: Replay, request: Request, record: RunRecord) -> Played:
    played = Played(replay=replay, request=request, record=record, difference=None)
    view = normalise(replay_view(played, request.expansion))
    assert isinstance(view, dict)
    return replace(played, difference=first_difference(replay.payload, view))


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
