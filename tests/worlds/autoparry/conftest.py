"""What the tests of the formulas share: the flights, what they should give, what is wrong.

All of it is made once: a thousand flights take seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.api import Harness, open_project

from .histories import History, histories
from .reference_rows import encoded, is_same, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conftest import Bench

    from .reference_rows import Row, Value

HERE = Path(__file__).parent
BATCH = 125
NONE = "none"


class Probe:
    """Calls the functions of a Lua module of the tests, in a child process."""

    def __init__(self, harness: Harness, module: str) -> None:
        self._harness, self._module = harness, module

    def results(self, function: str, *args: Any) -> list[Any]:
        """Return all that a function returns."""
        found: list[Any] = self._harness.call_lua(self._module, function, *args)
        return found

    def __call__(self, function: str, *args: Any) -> Any:
        """Return the only thing that a function returns."""
        (found,) = self.results(function, *args)
        return found


@pytest.fixture(scope="module")
def probe_of(shared_bench: Bench) -> Callable[..., Probe]:
    """Return a maker of probes: of `<name>_probe.lua` beside the tests, or of the text given."""

    def made(name: str, text: str | None = None) -> Probe:
        path = HERE / f"{name}_probe.lua"
        shared_bench.write(f"lua/probe/{name}.lua", text or path.read_text("utf-8"))
        return Probe(shared_bench.harness, f"probe.{name}")

    return made


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """Return the probe of the formulas."""
    root = tmp_path_factory.mktemp("formulas")
    (root / "harness.toml").write_text("[run]\njobs = 1\n", "utf-8")
    (root / "lua/probe").mkdir(parents=True)
    text = (HERE / "formulas_probe.lua").read_text("utf-8")
    (root / "lua/probe/formulas.lua").write_text(text, "utf-8")
    with Harness(open_project(root)) as harness:
        yield Probe(harness, "probe.formulas")


@pytest.fixture(scope="session")
def flights() -> tuple[History, ...]:
    return histories()


@pytest.fixture(scope="session")
def expected(flights: tuple[History, ...]) -> list[list[Row]]:
    return [rows_of(flight) for flight in flights]


@pytest.fixture(scope="session")
def wrong(
    probe: Callable[..., Any], flights: tuple[History, ...], expected: list[list[Row]]
) -> dict[str, list[str]]:
    """Return by field where the controller differs; every field has an entry."""
    fields = list(expected[0][0])
    found: dict[str, list[str]] = {field: [] for field in fields}
    for first in range(0, len(flights), BATCH):
        batch = flights[first : first + BATCH]
        answers = probe("follow", [plain(flight) for flight in batch], fields)
        pairs = zip(expected[first : first + BATCH], answers, strict=True)
        for number, (rows, answer) in enumerate(pairs, first):
            for reading, (row, values) in enumerate(zip(rows, answer, strict=True), 1):
                for (field, value), actual in zip(row.items(), values, strict=True):
                    if not is_same(value, actual):
                        where = f"flight {number} ({flights[number].shape}), reading {reading}"
                        found[field].append(f"{where}: expected {value!r}, got {actual!r}")
    return found


@pytest.fixture
def agree(wrong: dict[str, list[str]]) -> Callable[..., None]:
    """Return a check that some fields are right after every reading of every flight."""

    def check(*fields: str) -> None:
        assert {field: wrong[field][:3] for field in fields if wrong[field]} == {}

    return check


@pytest.fixture
def gives(probe: Callable[..., Any]) -> Callable[..., None]:
    """Return a check that a function of the controller gives what was worked out by hand."""

    def check(module: str, function: str, cases: Sequence[tuple[Sequence[Any], Value]]) -> None:
        calls = [[encoded(value) for value in arguments] for arguments, _ in cases]
        found = probe("each", module, function, calls)
        assert [
            f"{function}{tuple(arguments)}: expected {value!r}, got {actual!r}"
            for (arguments, value), actual in zip(cases, found, strict=True)
            if not is_same(encoded(value), actual)
        ] == []

    return check


def plain(flight: History) -> dict[str, Any]:
    """Return a flight as plain data; every second failing stat raises, the others give nil."""
    moments = []
    for index, moment in enumerate(flight.moments):
        ms = moment.ping_ms if moment.ping_ms is not None else ("error", NONE)[index % 2]
        moments.append([moment.now, moment.dt, *moment.position, *moment.velocity, ms])
    return {
        "config": {
            "safeRadius": flight.settings.safe_radius,
            "confidenceZ": flight.settings.confidence_z,
            "curvatureLeadScale": flight.settings.curvature_lead_scale,
            "curvatureHoldBoost": flight.settings.curvature_hold_boost,
        },
        "activation_s": flight.activation_s,
        "bias_s": flight.bias_s,
        "slack_s": flight.slack_s,
        "ping_offset_s": flight.ping_offset_s,
        "press_max_lookahead_s": flight.press_max_lookahead_s,
        "goal_s": flight.goal_s,
        "parry_window_s": flight.parry_window_s,
        "max_tti_s": flight.max_tti_s,
        "is_targeting": flight.is_targeting,
        "moments": moments,
    }
