"""Nothing happens on import, and what must start fast imports little."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Runs in a fresh interpreter: imports one module after the other and says what each one did.
PROBE = """
import os, signal, sys, threading

doing = ""
seen = []
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
STARTING = {
    "subprocess.Popen", "os.fork", "os.posix_spawn", "os.system", "os.exec",
    "_thread.start_new_thread", "socket.connect", "socket.bind", "os.chdir", "os.putenv",
    "os.remove", "os.rename", "os.mkdir",
}

def watch(event, args):
    if event == "open":
        path, mode, flags = args
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (flags or 0) & WRITING:
            seen.append(f"{doing}: opens {path!r} for writing")
    elif event in STARTING:
        seen.append(f"{doing}: {event}")

sys.addaudithook(watch)
handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
environment = dict(os.environ)
for doing in sys.argv[1:]:
    __import__(doing)
    if threading.active_count() > 1:
        seen.append(f"{doing}: a thread runs")
    if dict(os.environ) != environment:
        seen.append(f"{doing}: changes the environment")
    if any(signal.getsignal(number) != handler for number, handler in handlers.items()):
        seen.append(f"{doing}: takes a signal")
sys.stderr.write("\\n".join(seen))
"""

HEAVY = ("asyncio", "jinja2", "lupa", "multiprocessing", "pydantic", "rich", "watchdog", "yaml")


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_importing_any_module_does_nothing(root: Path, package_files: list[Path]) -> None:
    done = python(root, "-c", PROBE, *map(module_name, package_files))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_probe_sees_what_a_module_does(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(
        "import threading\nopen('made.txt', 'w').close()\n"
        "threading.Thread(target=print, args=('hello',)).start()\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROBE, "busy"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "hello\n"
    assert "busy: opens 'made.txt' for writing" in done.stderr


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        # `--help` answers at once.
        ("engine_harness.cli.main", HEAVY),
        ("engine_harness.cli.run", HEAVY),
        ("engine_harness.cli.init", HEAVY),
        ("engine_harness.cli.schema", HEAVY),
        # The child needs the standard library and lupa: it starts fast and knows no model.
        ("engine_harness.vm.child", tuple(name for name in HEAVY if name != "lupa")),
    ],
)
def test_what_must_start_fast_imports_little(
    root: Path, module: str, heavy: tuple[str, ...]
) -> None:
    code = f"import sys, {module}; print(sorted(set({heavy!r}) & set(sys.modules)))"
    done = python(root, "-c", code)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_every_module_says_what_it_offers(root: Path, package_files: list[Path]) -> None:
    silent = []
    for path in package_files:
        if path.name in {"__init__.py", "__main__.py"}:
            continue
        names = {
            target.id
            for node in ast.parse((root / path).read_text("utf-8")).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        if "__all__" not in names:
            silent.append(str(path))
    assert silent == []
