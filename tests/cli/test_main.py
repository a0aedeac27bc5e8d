"""The command line as a whole: verbs, help, errors and exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from typing import TYPE_CHECKING, Any, NoReturn

import click
import pytest

from engine_harness._version import __version__
from engine_harness.cli.verbs import VERBS, Verb
from engine_harness.errors import Diagnostic, HarnessBug, ManifestError, NondeterminismError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COLD = """
import sys
from engine_harness.cli.main import main
code = main({words!r})
heavy = {{"pydantic", "rich", "jinja2", "yaml", "watchdog", "lupa", "importlib.metadata"}}
print(code, *sorted(heavy & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], *([verb, "--help"] for verb in VERBS)]
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    command = [sys.executable, "-c", COLD.format(words=words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == "0\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(harness: Callable[..., Any], verb: str) -> None:
    ran = harness(verb, "--help")
    assert ran.code == 0
    assert f"\n    run-harness {verb}" in ran.out
    assert ran.err == ""


def test_the_help_page_names_every_verb_and_exit_code(harness: Callable[..., Any]) -> None:
    page = harness("--help").out
    assert all(f"  {verb} " in page and VERBS[verb].summary in page for verb in VERBS)
    assert all(f"\n  {code} " in page for code in (0, 1, 2, 5, 70, 130))


def test_the_version_is_printed(harness: Callable[..., Any]) -> None:
    assert harness("--version") == (0, f"run-harness {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "suggested"),
    [
        (("--sed", "3"), "--seed"),
        (("--hitch-polcy", "stall"), "--hitch-policy"),
        (("config", "--jsn"), "--json"),
    ],
)
def test_an_unknown_flag_gets_a_suggestion(
    harness: Callable[..., Any], words: tuple[str, ...], suggested: str
) -> None:
    ran = harness(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert suggested in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--jobs", "0", "'0' is neither a whole number above 0 nor 'auto'."),
        ("--jobs", "many", "'many' is neither a whole number above 0 nor 'auto'."),
        ("--deadline", "nan", "'nan' is not a number above 0."),
        ("--deadline", "-1", "'-1' is not a number above 0."),
        ("--timeout", "inf", "'inf' is not a number above 0."),
        ("--memory-mb", "0", "0 is not in the range x>=1."),
        ("--hitch-policy", "skip", "'skip' is not one of 'stall', 'catch_up'."),
        ("--seed", "", "a seed may not be empty."),
    ],
)
def test_a_bad_value_is_refused_with_what_is_allowed(
    harness: Callable[..., Any], flag: str, value: str, said: str
) -> None:
    ran = harness(flag, value)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("run-harness: Invalid value for")
    assert said in ran.err


def test_building_and_not_building_exclude_each_other(harness: Callable[..., Any]) -> None:
    ran = harness("--force-build", "--skip-build")
    assert ran.code == 2
    assert "--force-build and --skip-build exclude each other" in ran.err


def test_a_verb_may_follow_flags(harness: Callable[..., Any], tmp_path: Path) -> None:
    ran = harness("--root", str(tmp_path), "config", "--json")
    assert ran.document["command"] == "config"


def test_the_value_of_a_flag_is_no_verb(harness: Callable[..., Any]) -> None:
    assert harness("--list", "--tag", "compile") == (0, "", "")


def test_a_root_that_is_no_folder_is_named(harness: Callable[..., Any]) -> None:
    ran = harness("config", "--root", "nowhere")
    assert ran == (2, "", "run-harness: --root: 'nowhere' is no folder\n")


# What a command may do; a verb that only these tests have does it.
def raising(error: BaseException) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


@pytest.fixture
def failing(harness: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def run(error: BaseException, *words: str) -> Any:
        module = types.ModuleType("engine_harness.cli.failing_verb")
        command = click.Command("fail", callback=raising(error))
        command.params.append(click.Option(["--json"], is_flag=True, expose_value=False))
        module.fail_command = command  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(VERBS, "fail", Verb("failing_verb", "fail_command", "Fail."))
        return harness("fail", *words)

    return run


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (NondeterminismError("runs differ"), 4, "run-harness: runs differ\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (
            PermissionError(13, "Permission denied", "/a/b"),
            2,
            "run-harness: cannot use '/a/b': Permission denied\n",
        ),
        (OSError(28, "No space left on device"), 2, "run-harness: No space left on device\n"),
    ],
)
def test_an_error_has_its_own_exit_code(
    failing: Callable[..., Any], error: BaseException, code: int, said: str
) -> None:
    assert failing(error) == (code, "", said)


@pytest.mark.parametrize("error", [ZeroDivisionError("a\nb"), HarnessBug("a b")])
def test_whatever_nobody_foresaw_is_a_bug_with_a_log(
    failing: Callable[..., Any], tmp_path: Path, error: Exception
) -> None:
    ran = failing(error)
    log = tmp_path / "artifacts" / "logs" / "bug.log"
    assert ran == (
        70,
        "",
        f"run-harness: a bug of the harness ({type(error).__name__}: a b); please report it with"
        f" {log}\n",
    )
    text = log.read_text("utf-8")
    assert text.startswith(f"run-harness {__version__}, Python ")
    assert "run-harness fail\n\nTraceback (most recent call last):\n" in text


def test_a_bug_without_a_place_for_its_log_is_told_on_standard_error(
    failing: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "artifacts").write_text("a file is in the way", "utf-8")
    ran = failing(ZeroDivisionError("oops"))
    assert ran.code == 70
    assert "Traceback (most recent call last):" in ran.err
    assert ran.err.endswith("please report it with the text above\n")


def test_an_error_is_one_json_document_too(failing: Callable[..., Any]) -> None:
    diagnostic = Diagnostic(
        file="a.yaml", path="manifest.seed", message="must be text", line=3, column=7, value="[]"
    )
    ran = failing(ManifestError((diagnostic,)), "--json")
    message = "a.yaml:3:7 ERROR manifest.seed: must be text; got []"
    assert ran.err == f"{message}\n"
    assert ran.document == {
        "command": "fail",
        "exit_code": 2,
        "error": {
            "message": message,
            "diagnostics": [
                {
                    "file": "a.yaml",
                    "path": "manifest.seed",
                    "message": "must be text",
                    "line": 3,
                    "column": 7,
                    "label": "",
                    "severity": "error",
                    "value": "[]",
                    "allowed": None,
                }
            ],
        },
    }


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-m", "engine_harness", "--list"]
        done = subprocess.run(
            command, stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_character_that_the_terminal_lacks_is_escaped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engine_harness", "--list"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=True
    )
    assert done.stdout.startswith("[Static] format \\u2014 ")
