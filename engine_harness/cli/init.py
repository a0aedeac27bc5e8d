"""`run-harness init`: a small project that passes at once and fails when its world is broken.

It never overwrites: when a file is there already, nothing is written at all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from engine_harness.cli.options import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["init_command"]

FILES = {
    "harness.toml": "harness.toml",
    ".gitignore": "gitignore",
    "ci.sh": "ci.sh",
    "lua/worlds/@WORLD@/init.lua": "world.lua",
    "scenarios/@WORLD@/burns_down.yaml": "burns_down.yaml",
    "scenarios/@WORLD@/stalls.yaml": "stalls.yaml",
}
"""What is written, by path in the new project, with the template that it is made from."""

SCHEMAS = {
    ".schema/manifest.schema.json": None,
    ".schema/project.schema.json": "project",
}
"""What is written beside them, with the kind of schema that it is: the first lines of the templates
lead editors there."""

WORLD_NAME_LENGTH_MAX = 40


@click.command("init", context_settings=CONTEXT, options_metavar="[FLAGS]")
@click.argument("folder", metavar="[DIR]", default=".")
@click.option(
    "--world", default="lantern", show_default=True, metavar="NAME", help="Name of the new world."
)
def init_command(folder: str, world: str) -> int:
    """Write a small project that passes at once, in DIR (default: the current folder).

    It holds a small world, two scenarios that fail when a rule of it is broken, a script for CI,
    and the schemas by which an editor completes and checks. Files that exist are never overwritten:
    they are listed, nothing is written, and the exit code is 2.

    \b
    Example:
      run-harness init my-game --world lantern
    """  # noqa: D301 - click wants the character itself
    import shlex
    from pathlib import Path

    from engine_harness.cli.output import Output
    from engine_harness.cli.schema import schema_text

    require_world_name(world)
    root = Path(folder)
    texts = {path.replace("@WORLD@", world): _render(name, world) for path, name in FILES.items()}
    texts |= {path: schema_text(kind) for path, kind in SCHEMAS.items()}
    require_absent(root, texts)
    for path, text in texts.items():
        _write(root / path, text)
    lines = [f"wrote {root / path}" for path in texts]
    here = "" if folder == "." else f"cd {shlex.quote(folder)} && "
    Output(as_json=False).lines([*lines, f"next: {here}run-harness"])
    return 0


def require_world_name(world: str) -> None:
    """Refuse a name that is no name of a Lua module, and one that hides a shipped world."""
    import re

    from engine_harness.errors import UsageError
    from engine_harness.manifest.envelope import RESERVED_WORLDS
    from engine_harness.vm.loader import shipped_lua

    if not re.fullmatch(r"[a-z][a-z0-9_]*", world) or len(world) > WORLD_NAME_LENGTH_MAX:
        msg = (
            f"--world: '{world}' cannot name a world; allowed: lower-case letters, digits and _, "
            f"a letter first, at most {WORLD_NAME_LENGTH_MAX} characters"
        )
        raise UsageError(msg)
    if world in RESERVED_WORLDS:
        msg = f"--world: '{world}' cannot name a world: a part of every record has this name"
        raise UsageError(msg)
    if (shipped_lua() / "worlds" / world).exists():
        msg = f"--world: a world '{world}' is shipped with the harness; take another name"
        raise UsageError(msg)


def require_absent(root: Path, paths: Iterable[str]) -> None:
    """Refuse to go on when one of `paths` is there already, also as a link that leads nowhere."""
    from engine_harness.errors import UsageError

    if root.exists() and not root.is_dir():
        msg = f"'{root}' is no folder"
        raise UsageError(msg)
    present = [root / path for path in paths if os.path.lexists(root / path)]
    if present:
        listed = "".join(f"\n  {path}" for path in present)
        msg = f"nothing is written, because these files exist:{listed}"
        raise UsageError(msg)


def _render(template: str, world: str) -> str:
    from importlib.resources import files

    folder = files("engine_harness.cli") / "init_template"
    return (folder / template).read_text("utf-8").replace("@WORLD@", world)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Mode x: a file that has appeared since the check is kept, too.
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if path.suffix == ".sh":
        path.chmod(path.stat().st_mode | 0o111)
