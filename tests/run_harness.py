"""`python tests/run_harness.py [flags]` is `run-harness [flags]`, from a checkout too."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine_harness.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
