from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from engine_harness.errors import UsageError
from engine_harness.records.writer import record_data, write_bytes, write_json, write_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.records.models import RunRecord


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "file.json"
    write_json(path, {"n": 1})
    write_json(path, {"n": 2})
    assert path.read_text() == '{\n  "n": 2\n}\n'
    assert [p.name for p in path.parent.iterdir()] == ["file.json"]


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    write_bytes(tmp_path / "ours", b"x")
    (tmp_path / "plain").write_bytes(b"x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_text("a file")
    path = tmp_path / "artifacts" / "records" / "duel.json"
    with pytest.raises(
        UsageError, match=rf"^cannot write {re.escape(str(path))}: Not a directory$"
    ):
        write_json(path, {})


def test_a_folder_in_the_place_of_the_file_is_named_and_no_scrap_stays(tmp_path: Path) -> None:
    path = tmp_path / "duel.json"
    path.mkdir()
    with pytest.raises(UsageError, match=rf"^cannot write {re.escape(str(path))}: Is a directory$"):
        write_json(path, {})
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError, match=r"^cannot write .*duel\.json: Permission denied$"):
            write_json(tmp_path / "duel.json", {})
    finally:
        tmp_path.chmod(0o700)


KILLED = """
import os, signal, sys
from pathlib import Path
from engine_harness.records import writer

def killed(descriptor):
    os.kill(os.getpid(), signal.SIGKILL)

# The file has been written in part or in whole, and has not been renamed.
os.fsync = killed
writer.write_json(Path(sys.argv[1]), {"new": True})
"""


def test_a_writer_killed_before_the_rename_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "duel.json"
    write_json(path, {"old": True})
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -9
    assert json.loads(path.read_text()) == {"old": True}


def test_a_record_is_the_same_bytes_each_time(
    tmp_path: Path, make_record: Callable[..., RunRecord]
) -> None:
    events = [{"event": "hit", "at_s": 0.5, "frame": 120, "unit": 120, "source": "world"}]
    write_record(tmp_path / "a.json", make_record(events=events))
    write_record(tmp_path / "b.json", make_record(events=[dict(reversed(events[0].items()))]))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    row = '{"at_s": 0.5, "event": "hit", "frame": 120, "source": "world", "unit": 120}'
    assert f'  "events": [\n    {row}\n  ],\n' in (tmp_path / "a.json").read_text()


def test_a_record_is_laid_out_like_any_other_file(
    tmp_path: Path, make_record: Callable[..., RunRecord]
) -> None:
    row = {"at_s": 2.0, "event": "hit", "fields": {"a\tb": "1.0, e+5"}, "source": "world"}
    record = make_record(events=[row], sections={"arena": {"ring": {"wide": [1.5, 1e16]}}})
    write_record(tmp_path / "record.json", record)
    write_json(tmp_path / "data.json", record_data(record))
    assert (tmp_path / "record.json").read_bytes() == (tmp_path / "data.json").read_bytes()


def test_a_record_without_some_parts_is_the_rest_of_it(
    make_record: Callable[..., RunRecord],
) -> None:
    record = make_record(events=[{"event": "hit"}])
    whole = record_data(record)
    assert whole == record.model_dump(mode="json")
    del whole["events"], whole["outcome"]
    assert record_data(record, without=("events", "outcome")) == whole
