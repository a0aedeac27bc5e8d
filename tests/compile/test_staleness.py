"""The input hash covers all that a module is made from, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine_harness.compile.staleness import Inputs, runtime_sources
from engine_harness.manifest.drivers import MacroEntry, RuleEntry
from engine_harness.plan.macros import macro_registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Bench

PULSE = """
from engine_harness.plan.macros import Macro
from pulse.shape import width

MACRO = Macro(("width",), lambda call: [{"time": width, "event": "action", "name": "pulse"}])
"""


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a package with a macro; return its folder."""
    site = tmp_path / "site"
    package, info = site / "pulse", site / "pulse-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").write_text("")
    (package / "shape.py").write_text("width = 1\n")
    (package / "macro.py").write_text(PULSE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pulse\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[engine_harness.macros]\npulse = pulse.macro:MACRO\n")
    monkeypatch.syspath_prepend(str(site))
    macro_registry.cache_clear()
    yield package
    macro_registry.cache_clear()


def test_runtime_sources_are_what_loads_plans_and_compiles(bench: Bench) -> None:
    names = [name for name, _ in runtime_sources(bench.harness_lua)]
    assert names == sorted(names)
    assert {
        "engine_harness/_canonical.py",
        "engine_harness/_version.py",
        "engine_harness/errors.py",
        "engine_harness/compile/literal.py",
        "engine_harness/compile/templates/module.lua.j2",
        "engine_harness/manifest/models.py",
        "engine_harness/plan/builtin_macros.py",
        "engine_harness/plan/expand.py",
        "lua/harness/init.lua",
    } <= set(names)
    assert not [name for name in names if name.startswith(("engine_harness/cli", "lua/worlds"))]


def test_the_label_of_a_bundle_member_and_the_combination_are_inputs(bench: Bench) -> None:
    inputs = Inputs.of(bench.harness_lua, "1")
    origin = {"manifest": "scenarios/all.yaml"}
    scenarios = [
        bench.scenario("a", origin=origin),
        bench.scenario("a", origin={**origin, "label": "[1]"}),
        bench.scenario("a", origin={**origin, "label": "[2]"}),
        bench.scenario("a[x=1]", origin={**origin, "base_id": "a"}),
        bench.scenario("a[x=2]", origin={**origin, "base_id": "a"}),
    ]
    assert len({inputs.hash_for(scenario, "0" * 64) for scenario in scenarios}) == 5
    assert inputs.hash_for(scenarios[0], "1" * 64) != inputs.hash_for(scenarios[0], "0" * 64)


def test_second_names_of_rules_that_the_world_declares_are_an_input(bench: Bench) -> None:
    rule = RuleEntry(at_s=0, index=1, rule="light", value=True)
    before = bench.scenario("rule").model_copy(update={"timeline": (rule,)})
    after = before.model_copy(update={"rule_aliases": {"light": "lamp"}})
    bench.compile(before)
    summary = bench.compile(after)
    assert summary.outputs[0].status == "built"
    assert 'rule = "lamp"' in summary.by_id()["rule"].text
    assert bench.compile(after).outputs[0].status == "fresh"


def test_the_package_of_a_macro_is_an_input_of_those_who_use_it(bench: Bench, pulse: Path) -> None:
    plain = bench.scenario("plain")
    user = bench.scenario("user").model_copy(
        update={"timeline": (MacroEntry(at_s=0, index=1, macro="pulse"),)}
    )
    first = bench.compile(plain, user)
    assert "time = 1" in first.by_id()["user"].text
    assert [output.status for output in bench.compile(plain, user).outputs] == ["fresh", "fresh"]
    (pulse / "shape.py").write_text("width = 22\n")
    assert [output.status for output in bench.compile(plain, user).outputs] == ["fresh", "built"]
