"""`run-harness schema`: what it prints, and that editors of this project find it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
COPIES = {
    "manifest": ROOT / "docs/schema/manifest.schema.json",
    "project": ROOT / "docs/schema/project.schema.json",
}
WORDS = {"manifest": [], "project": ["project"]}
MANIFESTS = sorted((ROOT / "scenarios").rglob("*.yaml"))


@pytest.mark.parametrize("kind", COPIES)
def test_the_committed_copy_is_what_the_command_prints(
    harness: Callable[..., Any], kind: str
) -> None:
    ran = harness("schema", *WORDS[kind])
    assert (ran.code, ran.err) == (0, "")
    # To write it again: run-harness schema [project] > docs/schema/<name>.schema.json
    assert COPIES[kind].read_text("utf-8") == ran.out


@pytest.mark.parametrize("kind", [[], ["timeline"], ["project"]])
def test_it_is_json_with_sorted_keys_and_one_newline_at_the_end(
    harness: Callable[..., Any], kind: list[str]
) -> None:
    out = harness("schema", *kind).out
    assert out == json.dumps(json.loads(out), indent=2, sort_keys=True) + "\n"


def test_two_processes_print_the_same_bytes() -> None:
    def printed(seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "engine_harness", "schema"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout

    first = printed("1")
    assert first
    assert printed("2") == first


def test_an_unknown_kind_is_refused_with_a_suggestion(harness: Callable[..., Any]) -> None:
    assert harness("schema", "projet") == (
        2,
        "",
        "run-harness: schema: unknown kind 'projet' (did you mean 'project'?); "
        "known: project, timeline\n",
    )


def test_a_driver_that_is_not_there_yet_is_refused_with_a_word(
    harness: Callable[..., Any],
) -> None:
    assert harness("schema", "steps") == (
        2,
        "",
        "run-harness: schema: manifests of kind 'steps' are not read yet; "
        "known: project, timeline\n",
    )


def test_the_help_has_an_example(harness: Callable[..., Any]) -> None:
    ran = harness("schema", "--help")
    assert ran.code == 0
    assert "run-harness schema > manifest.schema.json" in ran.out


def leads_to(manifest: Path) -> Path:
    """Return the schema that the first line of a manifest names."""
    first = manifest.read_text("utf-8").partition("\n")[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found, first
    return (manifest.parent / found[1]).resolve()


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_every_shipped_yaml_leads_an_editor_to_the_schema(manifest: Path) -> None:
    assert leads_to(manifest) == COPIES["manifest"]


def test_a_new_project_leads_an_editor_to_schemas_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path)]) == 0
    manifests = sorted((tmp_path / "scenarios").rglob("*.yaml"))
    assert len(manifests) == 2
    assert {leads_to(manifest) for manifest in manifests} == {
        tmp_path / ".schema/manifest.schema.json"
    }
    first = (tmp_path / "harness.toml").read_text("utf-8").partition("\n")[0]
    schema = first.removeprefix("#:schema ")
    assert schema == ".schema/project.schema.json"
    for kind, copy in COPIES.items():
        written = tmp_path / f".schema/{kind}.schema.json"
        assert written.read_text("utf-8") == copy.read_text("utf-8")
    capsys.readouterr()


def test_a_schema_in_a_project_is_no_manifest(harness: Callable[..., Any], tmp_path: Path) -> None:
    # Even when the whole project is searched.
    (tmp_path / "harness.toml").unlink()
    assert harness("init").code == 0
    (tmp_path / "harness.toml").write_text('[paths]\nscenarios = ["."]\n', "utf-8")
    ran = harness("--list", "--suite", "engine-sim")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines == ["lantern_burns_down", "lantern_stalls"]
