from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import lupa.luajit21 as lupa
import pytest

from engine_harness.compile.compiler import Compiler
from engine_harness.manifest.drivers import ActionEntry
from engine_harness.manifest.models import Metadata, Origin, Scenario
from engine_harness.plan.expand import plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine_harness.compile.summary import CompileSummary

# Loads a text in an empty environment and tells what it returned in a spelling that shows the type
# of every value, the bits of every number and the bytes of every string.
TELL = r"""
local loadstring, setfenv, type, format = loadstring, setfenv, type, string.format
local concat, sort, next = table.concat, table.sort, next
local function tell(value, empty, null, out)
	local kind = type(value)
	if value == empty then
		out[#out + 1] = "[]"
	elseif value == null then
		out[#out + 1] = "null"
	elseif kind == "number" then
		out[#out + 1] = (value == 0 and 1 / value < 0) and "-0" or format("%.17g", value)
	elseif kind == "string" then
		out[#out + 1] = "<" .. #value .. ":" .. value .. ">"
	elseif kind == "boolean" then
		out[#out + 1] = value and "true" or "false"
	elseif #value > 0 then
		out[#out + 1] = "["
		for i = 1, #value do
			tell(value[i], empty, null, out)
			out[#out + 1] = ","
		end
		out[#out + 1] = "]"
	else
		local keys = {}
		for key in next, value do
			keys[#keys + 1] = key
		end
		sort(keys)
		out[#out + 1] = "{"
		for i = 1, #keys do
			tell(keys[i], empty, null, out)
			out[#out + 1] = "="
			tell(value[keys[i]], empty, null, out)
			out[#out + 1] = ","
		end
		out[#out + 1] = "}"
	end
	return out
end
local function load(text)
	local chunk, message = loadstring(text, "=module", "t")
	if not chunk then
		return nil, message
	end
	return setfenv(chunk, {})()
end
return function(text, field)
	local module, message = load(text)
	if not module then
		return message
	end
	return concat(tell(field and module[field] or module.value, module.empty, module.null, {}))
end
"""


def told(value: object) -> bytes:
    """Spell `value` as `TELL` does."""
    if value is None or isinstance(value, bool):
        return {None: b"null", True: b"true", False: b"false"}[value]
    if isinstance(value, int | float):
        number = float(value)
        return b"-0" if repr(number) == "-0.0" else f"{number:.17g}".encode()
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        return b"<%d:%s>" % (len(data), data)
    if isinstance(value, list | tuple):
        return b"[" + b"".join(told(item) + b"," for item in value) + b"]"
    assert isinstance(value, dict)
    members = sorted((key.encode("utf-8", "surrogatepass"), key) for key in value)
    return b"{" + b"".join(told(key) + b"=" + told(value[key]) + b"," for _, key in members) + b"}"


@dataclass(frozen=True)
class LuaReader:
    """LuaJIT, and what Python expects it to tell."""

    tell: Callable[[bytes, bytes | None], bytes]

    def value(self, expression: str) -> bytes:
        """Tell the value of an expression that may use `empty` and `null`."""
        text = (
            "local empty = {}\nlocal null = {}\n"
            f"return {{ empty = empty, null = null, value = {expression} }}\n"
        )
        return self.tell(text.encode("utf-8"), None)

    def field(self, module: str, name: str) -> bytes:
        """Tell one field of what a module returns."""
        return self.tell(module.encode("utf-8"), name.encode())

    def expected(self, value: object) -> bytes:
        """Spell the value that a literal came from."""
        return told(value)


@pytest.fixture(scope="session")
def lua() -> LuaReader:
    """Return a real LuaJIT that loads modules as the harness does: as text, with no globals."""
    runtime = lupa.LuaRuntime(
        encoding=None, register_eval=False, register_builtins=False, unpack_returned_tuples=True
    )
    return LuaReader(runtime.execute(TELL.encode()))


@dataclass(frozen=True)
class Bench:
    """A project folder with manifests, and the compiler of its modules."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "artifacts" / "scenarios"

    @property
    def harness_lua(self) -> Path:
        return self.root / "shipped" / "harness"

    def scenario(self, scenario_id: str, *, origin: dict[str, Any] | None = None) -> Scenario:
        """Return a scenario of one action whose manifest lies on the disk."""
        manifest = f"scenarios/{scenario_id.partition('[')[0]}.yaml"
        path = self.root / manifest
        if not path.exists():
            path.write_text(f"metadata: {scenario_id}\n")
        return Scenario(
            metadata=Metadata(id=scenario_id, label=scenario_id.upper()),
            world="arena",
            timeline=(ActionEntry(at_s=0.5, index=1, name="jump"),),
            origin=Origin(**{"manifest": manifest, "line": 1, **(origin or {})}),
        )

    def compiler(self, **options: Any) -> Compiler:
        return Compiler(self.folder, root=self.root, **{"harness_lua": self.harness_lua, **options})

    def compile(self, *scenarios: Scenario, **options: Any) -> CompileSummary:
        """Compile `scenarios`, which are all there are unless `known_ids` says more."""
        return self.compiler().compile_all(
            [(scenario, plan(scenario)) for scenario in scenarios],
            **{"known_ids": [scenario.id for scenario in scenarios], **options},
        )

    def files(self) -> dict[str, tuple[bytes, int, int]]:
        """Return name, bytes, inode and modification time of all that lies in the folder."""
        return {
            path.name: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns)
            for path in self.folder.iterdir()
        }


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return an empty project."""
    bench = Bench(tmp_path)
    (tmp_path / "scenarios").mkdir()
    bench.harness_lua.mkdir(parents=True)
    (bench.harness_lua / "init.lua").write_text("return {}\n")
    return bench
