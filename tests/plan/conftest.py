from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine_harness.manifest.models import Metadata, Origin, Scenario
from engine_harness.plan.macros import macro_registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.manifest.drivers import TimelineEntry

    MakeScenario = Callable[..., Scenario]
    InstallMacro = Callable[[str, str], None]


@pytest.fixture
def make_scenario() -> MakeScenario:
    """Build a timeline scenario from its entries."""

    def make(
        *timeline: TimelineEntry, lines: dict[str, int] | None = None, **fields: Any
    ) -> Scenario:
        return Scenario(
            metadata=Metadata(id="gate", label="A gate"),
            world="arena",
            timeline=timeline,
            origin=Origin(manifest="scenarios/gate.yaml", line=3, lines=lines or {}),
            **fields,
        )

    return make


@pytest.fixture
def install_macro(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstallMacro:
    """Install a macro as another distribution would: a module and its entry point."""

    def install(name: str, source: str) -> None:
        site = tmp_path / "site"
        module = "macro_" + name.replace("-", "_")
        info = site / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(source, "utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[engine_harness.macros]\n{name} = {module}:MACRO\n"
        )
        monkeypatch.syspath_prepend(str(site))
        macro_registry.cache_clear()

    yield install
    macro_registry.cache_clear()
