"""`python -m engine_harness` is `run-harness`."""

from __future__ import annotations

import sys

from engine_harness.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
