"""`run-harness`: finds the verb, and turns whatever happens into one message and an exit code.

Only click is imported here; a command imports what it needs when it runs, so that `--help` answers
at once. This is the one place where errors become exit codes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from engine_harness.cli.output import Output, drop_broken_pipe, note, prepare_streams
from engine_harness.cli.verbs import VERBS, load_command
from engine_harness.errors import HarnessBug, HarnessError, ManifestError, PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine_harness._types import Json, JsonMap

__all__ = ["EXIT_BUG", "EXIT_INTERRUPTED", "main"]

EXIT_BUG = 70
EXIT_INTERRUPTED = 130
BUG_TEXT_LENGTH_MAX = 120


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; never raises."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    prepare_streams()
    try:
        code = _guarded(words)
        sys.stdout.flush()
    except BrokenPipeError:
        drop_broken_pipe(sys.stdout)
        code = 0
    return code


def _guarded(words: list[str]) -> int:
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        return _failed(words, EXIT_INTERRUPTED, "interrupted")
    except click.ClickException as error:
        return _failed(words, error.exit_code, f"run-harness: {_click_message(error)}")
    except (ManifestError, PlanError) as error:
        return _failed(words, error.exit_code, str(error), {"diagnostics": _diagnostics(error)})
    except HarnessBug as error:
        return _bug(words, error)
    except HarnessError as error:
        return _failed(words, error.exit_code, f"run-harness: {error}")
    except BrokenPipeError:
        raise
    except OSError as error:
        # A file of the user's that cannot be read or written; anything without a name is ours.
        if error.filename is None and error.errno is None:
            return _bug(words, error)
        place = f"cannot use '{error.filename}': " if error.filename is not None else ""
        return _failed(words, 2, f"run-harness: {place}{error.strerror}")
    except Exception as error:
        # The last boundary: what no line above knows is a mistake of ours.
        return _bug(words, error)


def _dispatch(words: list[str]) -> int:
    verb, rest = _verb_and_rest(words)
    command = load_command(verb)
    name = "run-harness" if verb is None else f"run-harness {verb}"
    try:
        with command.make_context(name, list(rest)) as context:
            result = command.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    return int(result or 0)


def _verb_and_rest(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the verb, if the first word that is no flag is one, and all the other words."""
    from engine_harness.cli.options import FLAGS_WITH_VALUE

    position = 0
    while position < len(words):
        word = words[position]
        if word == "--":
            break
        if not word.startswith("-"):
            if word in VERBS:
                return word, words[:position] + words[position + 1 :]
            break
        position += 2 if word in FLAGS_WITH_VALUE else 1
    return None, words


def _click_message(error: click.ClickException) -> str:
    text = error.format_message()
    context = getattr(error, "ctx", None)
    if context is not None:
        text += f" (see {context.command_path} --help)"
    return text


def _diagnostics(error: ManifestError | PlanError) -> list[Json]:
    from dataclasses import asdict

    return [asdict(diagnostic) for diagnostic in error.diagnostics]


def _failed(words: list[str], code: int, message: str, more: JsonMap | None = None) -> int:
    note(message)
    verb, _ = _verb_and_rest(words)
    output = Output(as_json="--json" in words)
    return output.document(verb or "run", code, {"error": {"message": message, **(more or {})}})


def _bug(words: list[str], error: BaseException) -> int:
    from engine_harness.cli.bug import write_bug_log

    place = write_bug_log(words, error)
    text = " ".join(str(error).split()) or "no message"
    if len(text) > BUG_TEXT_LENGTH_MAX:
        # The end of a text that is a traceback is what says something; the log has it all.
        text = f"…{text[-BUG_TEXT_LENGTH_MAX:]}"
    message = f"run-harness: a bug of the harness ({type(error).__name__}: {text}); please report"
    return _failed(words, EXIT_BUG, f"{message} it with {place}")
