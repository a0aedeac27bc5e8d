"""Where the keys of a TOML text stand: `tomllib` gives the data without positions."""

from __future__ import annotations

import re

__all__ = ["key_lines"]

_HEADER = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")


def key_lines(text: str) -> dict[str, int]:
    """Return the line of every table and key by its dotted path, as `run.jobs`.

    A line that only looks like one (inside a text of several lines) can give a wrong line, never a
    wrong value: this is for messages alone.
    """
    lines: dict[str, int] = {}
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            lines.setdefault(".".join(table), number)
        elif key := _KEY.match(line):
            path = [*table, *_parts(key[1])]
            for length in range(len(table) + 1, len(path) + 1):
                lines.setdefault(".".join(path[:length]), number)
    return lines


def _parts(dotted: str) -> list[str]:
    return [next(filter(None, match.groups()), "") for match in _PART.finditer(dotted)]
