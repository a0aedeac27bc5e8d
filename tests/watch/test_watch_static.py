"""Static suites alone in watch mode: what they read is what they are run again for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Terminal = Any
    Pond = Any

TOO_MANY = "".join(f"local v{number}\n" for number in range(201))


def test_static_suites_are_watched_without_scenarios(
    pond: Pond, terminal: Callable[..., Terminal]
) -> None:
    pond.write("scenarios/broken.yaml", "metadata: {id: 3\n")
    tool = pond.write("programs/stylua", "#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    path = f"{tool.parent}:/usr/bin:/bin"
    screen = terminal("--watch", "--suite", "static", "--env", f"PATH={path}")
    text = screen.until("all: running the static suites\n", "register-pressure PASS", "at once\n")
    assert "broken.yaml" not in text

    pond.write("lua/full.lua", TOO_MANY)
    screen.until(
        "changed lua/full.lua: running the static suites\n", "lua/full.lua:1: (main chunk)"
    )
    screen.type("f")
    screen.until("failed: running the static suites\n", "register-pressure FAIL", "allow 200\n")
    pond.replace("lua/full.lua", "return {}\n")
    screen.until("changed lua/full.lua: running the static suites\n", "register-pressure PASS")

    # The settings of a tool: from now on it is wanted.
    pond.write("stylua.toml", "")
    text = screen.until("changed stylua.toml: running the static suites\n", "at once\n")
    assert "format     PASS" in text
    screen.type("q")
    assert screen.end() == 0
