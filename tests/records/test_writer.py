from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_harness._canonical import normalise
from engine_harness.errors import UsageError
from engine_harness.records.writer import json_text, write_bytes, write_json, write_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.records.models import RunRecord

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)

LAYOUT = """\
{
  "empty_list": [],
  "empty_map": {},
  "events": [
    {"at_s": 0.1, "event": "hit", "fields": {"a": [1, 2], "b": {}}},
    {"at_s": 1, "event": "fell"}
  ],
  "map": {
    "deep": {
      "names": ["a", "b"]
    },
    "n": null
  },
  "pairs": [
    [1, 2],
    3
  ]
}
"""


def test_maps_are_indented_and_rows_stand_on_one_line() -> None:
    data: Any = {
        "pairs": [[1, 2], 3],
        "map": {"n": None, "deep": {"names": ["a", "b"]}},
        "events": [
            {"event": "hit", "at_s": 0.1, "fields": {"b": {}, "a": [1, 2]}},
            {"event": "fell", "at_s": 1.0},
        ],
        "empty_map": {},
        "empty_list": [],
    }
    assert json_text(data) == LAYOUT


def test_numbers_are_canonical() -> None:
    text = json_text([-0.0, 2.0, 0.1 + 0.2, math.inf, math.nan, 1e21, True])
    assert text == "[0, 2, 0.30000000000000004, null, null, 1000000000000000000000, true]\n"


@given(JSON)
def test_what_is_written_reads_back_in_canonical_form(data: Any) -> None:
    text = json_text(data)
    assert json.loads(text) == normalise(data)
    assert text.isascii()
    assert text.endswith("\n")


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=6))
def test_the_order_of_keys_in_memory_does_not_show(data: dict[str, Any]) -> None:
    assert json_text(dict(reversed(data.items()))) == json_text(data)


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
