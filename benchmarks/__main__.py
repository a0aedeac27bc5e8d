"""`python -m benchmarks [NAME ...] [--json FILE] [--quick]`.

Exit code 0: all targets met; 1: a target was missed; 2: something could not be measured.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import NotMeasuredError, Row, missed, table, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Every module offers `rows(*, is_quick) -> Iterator[Row]`; names of rows begin with its own.
BENCHMARKS = (
    "scheduler",
    "physics",
    "autoparry",
    "commands",
    "counting",
    "formats",
    "watching",
    "gate",
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)} (default: all)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows to FILE")
    parser.add_argument("--quick", action="store_true", help="shorter and less exact")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in BENCHMARKS:
            parser.error(f"unknown benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    return arguments


def main() -> int:
    arguments = _arguments()
    rows: list[Row] = []
    unmeasured: list[str] = []
    for name in arguments.names or BENCHMARKS:
        measure: Callable[..., Iterator[Row]] = import_module(f"benchmarks.{name}").rows
        try:
            for row in measure(is_quick=arguments.quick):
                print(f"measured {row.name}", file=sys.stderr)
                rows.append(row)
        except NotMeasuredError as reason:
            unmeasured.append(f"{name}: {reason}")
    print(table(rows))
    if arguments.json:
        write_json(arguments.json, rows)
    for line in missed(rows):
        print(f"target missed: {line}")
    for line in unmeasured:
        print(f"not measured: {line}")
    return 2 if unmeasured else int(bool(missed(rows)))


if __name__ == "__main__":
    sys.exit(main())
