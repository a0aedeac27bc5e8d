"""Public kit for those who write worlds: conformance checks and builders."""

from __future__ import annotations

from engine_harness.testing.builders import request_of, scenario_of
from engine_harness.testing.conformance import Conformance, ConformanceError, check_world

__all__ = ["Conformance", "ConformanceError", "check_world", "request_of", "scenario_of"]
