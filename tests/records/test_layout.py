from __future__ import annotations

import hashlib
from pathlib import Path

from engine_harness.records.layout import (
    file_name,
    file_name_clashes,
    log_path,
    module_path,
    record_path,
    simulation_path,
)


def test_a_plain_id_is_its_own_file_name() -> None:
    assert file_name("parry_window-edge.v2") == "parry_window-edge.v2"


def test_the_matrix_part_of_an_id_becomes_eight_hex_digits() -> None:
    suffix = '[world_options.hp=3,seed="a/b"]'
    digits = hashlib.sha256(suffix.encode()).hexdigest()[:8]
    assert file_name(f"duel{suffix}") == f"duel@{digits}"


def test_brackets_inside_a_value_belong_to_the_matrix_part() -> None:
    assert file_name("duel[a=[1,2]]").startswith("duel@")
    assert file_name("duel[a=[1,2]]") != file_name("duel[a=[1,3]]")


def test_equal_names_of_different_ids_are_told() -> None:
    assert file_name_clashes(["duel", "Duel", "other", "duel"]) == [("duel", "Duel")]


def test_members_of_one_matrix_do_not_clash_with_their_base() -> None:
    assert file_name_clashes(["duel", "duel[hp=1]", "duel[hp=2]"]) == []


def test_every_artifact_has_its_folder() -> None:
    artifacts = Path("artifacts")
    assert record_path(artifacts, "duel") == Path("artifacts/records/duel.json")
    assert module_path(artifacts, "duel") == Path("artifacts/scenarios/duel.lua")
    assert simulation_path(artifacts) == Path("artifacts/engine/engine_simulation.json")
    assert log_path(artifacts, "bug") == Path("artifacts/logs/bug.log")
