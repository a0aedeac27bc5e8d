"""The gates of a watched session: what their files say counts, or what they said last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.api import Harness, open_project
from engine_harness.cli.request import RunRequest
from engine_harness.cli.running import new_session
from engine_harness.cli.watched_gates import WatchedGates
from engine_harness.report.console import SuiteSummary

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Pond

    from engine_harness.cli.session import Session

ENVELOPE = '{"contracts": {"full": {"figure": "metrics.fish", "min": 3}}}'
CALM = SuiteSummary(name="calm", has_run=True)


@pytest.fixture
def session(pond: Pond) -> Session:
    pond.write("harness.toml", '[suites.calm]\ngate = "calm.envelope.json"\n')
    pond.write("calm.envelope.json", ENVELOPE)
    return new_session(Harness(open_project(pond.folder)), RunRequest(suites=("calm",)))


def limit(session: Session) -> object:
    return session.gates["calm"].envelope.contracts[0].bounds[0].value


def test_a_change_before_anybody_looked_counts(pond: Pond, session: Session) -> None:
    gates = WatchedGates(session)
    pond.write("calm.envelope.json", ENVELOPE.replace("3", "4"))
    assert gates.read() == ({"calm"}, [])
    assert limit(session) == 4


def test_what_has_not_changed_is_not_opened_again(pond: Pond, session: Session) -> None:
    gates = WatchedGates(session)
    gates.read()
    gates.notice([pond.folder / "harness.toml"])
    assert not gates.is_due
    assert gates.read() == (frozenset(), [])


def _break(pond: Pond) -> None:
    pond.write("calm.envelope.json", "{")


def _remove(pond: Pond) -> None:
    (pond.folder / "calm.envelope.json").unlink()


def _make_a_folder(pond: Pond) -> None:
    (pond.folder / "calm.baseline.json").mkdir()


@pytest.mark.parametrize(
    ("harm", "file"),
    [
        (_break, "calm.envelope.json"),
        (_remove, "calm.envelope.json"),
        (_make_a_folder, "calm.baseline.json"),
    ],
)
def test_limits_that_cannot_be_read_are_those_of_before_and_the_summary_says_so(
    pond: Pond, session: Session, harm: Callable[[Pond], None], file: str
) -> None:
    gates = WatchedGates(session)
    gates.read()
    harm(pond)
    gates.notice([pond.folder / file])
    again, problems = gates.read()
    assert again == {"calm"}
    assert len(problems) == 1
    assert file in problems[0]
    assert limit(session) == 3
    assert gates.remarked(CALM).status == f"PASS (old limits: {file} is broken)"


def test_a_summary_of_what_is_whole_says_nothing(pond: Pond, session: Session) -> None:
    gates = WatchedGates(session)
    gates.read()
    _break(pond)
    gates.forget()
    gates.read()
    pond.write("calm.envelope.json", ENVELOPE)
    gates.forget()
    gates.read()
    assert gates.remarked(CALM).status == "PASS"
