from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.errors import UsageError
from engine_harness.records.models import Checkpoint, InvariantRow, LogRow, RunRecord, Samples
from engine_harness.records.reader import read_json, read_record
from engine_harness.records.writer import record_data, write_record

if TYPE_CHECKING:
    from pathlib import Path

EVENT = {"event": "hit", "at_s": 0.5, "frame": 120, "unit": 120, "source": "world", "fields": {}}

Broken = Callable[..., str]


@pytest.fixture
def message_for(make_record: Callable[..., RunRecord], tmp_path: Path) -> Broken:
    """Return what reading a record says after `change` has been made to its data."""

    def read(change: Callable[[dict[str, Any]], object]) -> str:
        path = tmp_path / "record.json"
        data: Any = json.loads(json.dumps(record_data(make_record(events=[dict(EVENT)]))))
        change(data)
        path.write_text(json.dumps(data))
        with pytest.raises(UsageError) as caught:
            read_record(path)
        return str(caught.value).replace(str(path), "FILE")

    return read


def refused(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_json(path)
    return str(caught.value).replace(str(path), "FILE")


def test_a_record_comes_back_as_it_was(
    tmp_path: Path, make_record: Callable[..., RunRecord]
) -> None:
    record = make_record(
        events=[dict(EVENT)],
        checkpoints={"mid": Checkpoint(at_s=1, frame=240, metrics={"hp": 2.5}, digest="x")},
        invariants=[
            InvariantRow(
                index=1, name="hp", first_at_s=1, frame=2, unit=2, violated_s=0.5, frames=120
            )
        ],
        samples={"speed": Samples(at_s=[0, 0.5], value=[1, None])},
        logs=[LogRow(at_s=0, frame=0, unit=0, level="print", text="häh \u2028 \x00")],
        sections={"timeline": {"hitches": []}},
        host={"wall_s": 0.1},
    )
    write_record(tmp_path / "a.json", record)
    assert read_record(tmp_path / "a.json") == record


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nothing.json"
    with pytest.raises(UsageError) as caught:
        read_record(path)
    assert str(caught.value) == f"cannot read {path}: No such file or directory"


def test_broken_json_has_line_and_column(tmp_path: Path) -> None:
    assert refused(tmp_path, b'{\n  "a": 1,\n  b\n}') == (
        "FILE:3:3: no JSON: Expecting property name enclosed in double quotes"
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": "NaN",\n "b": [1, NaN]}', "2:11: a number must be finite; got NaN"),
        ('{"a": "\\"Infinity",\n "b": -Infinity}', "2:7: a number must be finite; got -Infinity"),
        ("[\n\n 1e999]", "3:2: a number must be finite; got 1e999"),
    ],
)
def test_a_number_that_is_not_finite_is_refused_where_it_stands(
    tmp_path: Path, text: str, where: str
) -> None:
    assert refused(tmp_path, text.encode()) == f"FILE:{where}"


def test_bytes_that_are_no_text_have_a_line(tmp_path: Path) -> None:
    assert refused(tmp_path, b'{\n"a": "\xff"}') == "FILE:2: no UTF-8 text: byte 0xff"


def test_five_thousand_levels_are_no_crash(tmp_path: Path) -> None:
    assert refused(tmp_path, b"[" * 50_000) == "FILE: nested deeper than 100 levels"


def test_what_is_nested_too_deeply_is_named(tmp_path: Path) -> None:
    text = '{"a": 1, "b": [[], ' + '{"c": ' * 99 + "1" + "}" * 99 + "]}"
    place = "b[1]" + ".c" * 38 + "…"
    assert refused(tmp_path, text.encode()) == f"FILE: {place[:79]}…: nested deeper than 100 levels"
    path = tmp_path / "least.json"
    path.write_text(text.replace("[[], ", "[", 1).replace('{"c": 1}', "1"), "utf-8")
    assert read_json(path)


def test_an_integer_without_end_is_no_crash(tmp_path: Path) -> None:
    shown = "1" * 79 + "…"
    assert refused(tmp_path, b"[" + b"1" * 5_000 + b"]") == (
        f"FILE:1:2: a number must be finite; got {shown}"
    )
    path = tmp_path / "long.json"
    path.write_text("1" * 309, "utf-8")
    assert read_json(path) == int("1" * 309)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("metadata:\n  id: one\n", "no JSON at 1:1 (Expecting value)"),
        ('{"metadata": {"id": "one"}}', "the key schema_version is missing"),
    ],
)
def test_a_manifest_is_said_to_be_no_record(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_record(path)
    assert str(caught.value) == (
        f"{path}: not a record: {why}; records are the files of artifacts/records"
    )


def test_a_list_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(UsageError, match=r"a\.json: a record is a map; got \[1\]$"):
        read_record(tmp_path / "a.json")


@pytest.mark.parametrize("version", [2, True, "1", None])
def test_another_version_is_refused(message_for: Broken, version: object) -> None:
    said = message_for(lambda data: data.update(schema_version=version))
    got = json.dumps(version)
    assert said == (f"FILE: schema_version: no record of this format; got {got}; allowed: 1")


def test_all_problems_are_told_with_their_paths(message_for: Broken) -> None:
    def change(data: dict[str, Any]) -> None:
        del data["digest"]
        data["metrix"] = {}
        data["outcome"]["frames"] = "360"

    assert message_for(change).splitlines() == [
        "FILE: digest: missing key",
        'FILE: outcome.frames: input should be a valid integer; got "360"',
        "FILE: metrix: unknown key (did you mean 'metrics'?)",
    ]


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (5, "FILE: sections: sections should be a map; got 5"),
        ({"arena": [1]}, 'FILE: sections: arena should be a map; got {"arena":[1]}'),
    ],
)
def test_a_section_that_is_no_map_is_refused(
    message_for: Broken, sections: object, said: str
) -> None:
    assert message_for(lambda data: data.update(sections=sections)) == said


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ({}, "FILE: events: events should be a list; got {}"),
        ([[1]], "FILE: events: row 0 should be a map; got [[1]]"),
    ],
)
def test_an_event_log_that_is_no_list_of_maps_is_refused(
    message_for: Broken, events: object, said: str
) -> None:
    assert message_for(lambda data: data.update(events=events)) == said


def test_a_text_is_never_taken_for_a_number(message_for: Broken) -> None:
    said = message_for(lambda data: data["outcome"].update(virtual_s="1.5"))
    assert said == 'FILE: outcome.virtual_s: input should be a valid number; got "1.5"'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at_s": None}, "FILE: events[0].at_s: must be a number; got null"),
        ({"event": 3}, "FILE: events[0].event: must be a text; got 3"),
        ({"frame": True}, "FILE: events[0].frame: must be an integer; got true"),
        ({"fields": []}, "FILE: events[0].fields: must be a map; got []"),
    ],
)
def test_an_event_row_that_no_check_could_read_is_refused(
    message_for: Broken, change: dict[str, object], said: str
) -> None:
    assert message_for(lambda data: data["events"][0].update(change)) == said


def test_a_missing_key_of_an_event_row_is_told(message_for: Broken) -> None:
    said = message_for(lambda data: data["events"][0].pop("unit"))
    assert said == "FILE: events[0].unit: must be an integer; the key is missing"


def test_a_file_of_problems_is_cut_with_a_word(message_for: Broken) -> None:
    said = message_for(lambda data: data.update({f"key{n}": n for n in range(25)}))
    assert said.splitlines()[-1] == "FILE: and 5 more problems"
    said = message_for(lambda data: data.update({f"key{n}": n for n in range(21)}))
    assert said.splitlines()[-1] == "FILE: and 1 more problem"
