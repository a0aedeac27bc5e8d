"""What a world without services pays for them: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

OFFER = """
local run, env = {}, { seed = 5 }
require("harness.services").offer(run, env)
local tree = run.services.tree
tree.frame(run, 1)
return env.seed, env.nothing, tree.is_framed(), getmetatable(env)
"""


def test_services_are_loaded_when_somebody_asks_for_them(
    make_host_modules: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    read = make_host_modules._read

    def watched(name: str) -> str | None:
        loaded.append(name)
        text: str | None = read(name)
        return text

    monkeypatch.setattr(make_host_modules, "_read", staticmethod(watched))
    assert make_host_modules().run(OFFER) == (5, None, False, False)
    assert loaded == ["harness.services"]


def test_a_module_of_the_services_is_found_when_it_is_needed(make_host_modules: Any) -> None:
    text = 'return require("harness.services.types").typeof(nil)'
    assert make_host_modules().run(text) == "nil"
