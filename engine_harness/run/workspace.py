"""What is known of a project's files: its worlds, manifests, plans and modules, as they are now.

Everything is asked for once and remembered until it is told to have changed; to forget all of it,
make another workspace. Knows no run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine_harness.errors import ManifestError, UsageError
from engine_harness.manifest.load import LoadError, load_manifests, read_manifests
from engine_harness.manifest.reading import ManifestReader
from engine_harness.manifest.worlds import WorldCatalog
from engine_harness.plan.planner import Planner
from engine_harness.vm.loader import lua_roots, shadowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

    from engine_harness.compile.summary import Output
    from engine_harness.errors import Diagnostic
    from engine_harness.manifest.load import Loaded, Reading
    from engine_harness.manifest.models import Scenario
    from engine_harness.manifest.project import Project
    from engine_harness.vm.job import Caller, Reply
    from engine_harness.vm.loader import LuaRoot

__all__ = ["Standing", "Workspace", "open_roots", "require_own_names"]


def open_roots(project: Project) -> tuple[LuaRoot, ...]:
    """Return where Lua modules of `project` are looked up.

    Raises:
        UsageError: as `require_own_names`, or a root is no folder.
    """
    roots = lua_roots(project.root, project.lua)
    require_own_names(roots)
    return roots


def require_own_names(roots: tuple[LuaRoot, ...]) -> None:
    """Raise a `UsageError` when a module of the project hides a shipped one."""
    problems = [
        f"{path}: module '{name}' hides the one that engine_harness ships; give it another name"
        for name, path in shadowed(roots)
    ]
    if problems:
        raise UsageError("\n".join(problems))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The manifests that a project works with: those that were read last."""

    loaded: Loaded | None = None
    """None: nothing was read yet."""
    is_whole: bool = False
    """Whether that is all that the project has."""

    @property
    def known_ids(self) -> frozenset[str] | None:
        """The ids of all scenarios of the project; None when only a part was read."""
        if self.loaded is None or not self.is_whole:
            return None
        return frozenset(scenario.id for scenario in self.loaded.scenarios)

    @property
    def manifest_hashes(self) -> Mapping[str, str]:
        """The SHA-256 of the manifests, by path from the root."""
        return {file.path: file.sha256 for file in self.loaded.files} if self.loaded else {}

    @property
    def bundle_metadata(self) -> dict[str, dict[str, JsonValue] | None]:
        """The `metadata` of bundles, by path from the root and label.

        Each file that was read is there, with None if it says nothing of itself.
        """
        files = self.loaded.files if self.loaded else ()
        return {file.path: None for file in files} | {
            f"{file.path}{label}": own.model_dump(mode="json", exclude_none=True)
            for file in files
            for label, own in file.bundles.items()
        }


class Workspace:
    """What has been read and made of one project's files so far."""

    def __init__(
        self,
        project: Project,
        roots: tuple[LuaRoot, ...],
        caller: Caller,
        *,
        deadline_s: float,
        memory_mb: int,
    ) -> None:
        """Know nothing yet; the ceilings are those of a world that is asked about itself."""
        self._project = project
        self._caller = caller
        self.worlds = WorldCatalog(roots, caller, deadline_s=deadline_s, memory_mb=memory_mb)
        self.manifests = ManifestReader(project.root, caller, self.worlds)
        self.planner = Planner()
        self.standing = Standing()
        self._modules: dict[str, tuple[Scenario, Output]] = {}

    def load(self, paths: Sequence[str]) -> Loaded:
        """Read manifests, those at `paths` or all, and work with them; see `Harness.load`."""
        try:
            loaded = load_manifests(
                self._project, self._caller, paths=paths, worlds=self.worlds, reader=self.manifests
            )
        except LoadError as error:
            raise ManifestError((*error.diagnostics, *self._misused(error.readable))) from error
        problems = self._misused(loaded.scenarios)
        if problems:
            raise ManifestError(problems)
        self.take(loaded, is_whole=not paths)
        return loaded

    def read(self, paths: Sequence[str]) -> Reading:
        """Read manifests and change nothing; see `Harness.read_manifests`."""
        return read_manifests(self._project, self.manifests, paths=paths, worlds=self.worlds)

    def take(self, loaded: Loaded, *, is_whole: bool) -> None:
        """Work with these scenarios, and forget the plans and modules of all others."""
        self.standing = Standing(loaded=loaded, is_whole=is_whole)
        ids = {scenario.id for scenario in loaded.scenarios}
        self.planner.keep(ids)
        self._modules = {name: known for name, known in self._modules.items() if name in ids}

    def _misused(self, scenarios: Sequence[Scenario]) -> tuple[Diagnostic, ...]:
        """Return what is wrong with macros: only an expansion shows it."""
        with_macros = [s for s in scenarios if any(e.kind == "macro" for e in s.timeline)]
        return self.planner.problems(with_macros)

    def add_modules(self, scenarios: Iterable[Scenario], outputs: Mapping[str, Output]) -> None:
        """Remember what was compiled; `outputs` by id."""
        self._modules.update({s.id: (s, outputs[s.id]) for s in scenarios})

    def module_text(self, scenario: Scenario) -> str | None:
        """Return the module of this very scenario; one that was read anew has none yet."""
        known = self._modules.get(scenario.id)
        return known[1].text if known is not None and known[0] is scenario else None

    def failed_worlds(self, names: Iterable[str]) -> dict[str, Reply]:
        """Return why the worlds among `names` that cannot be loaded cannot be, by name."""
        infos = (self.worlds.get(name) for name in dict.fromkeys(names))
        return {info.name: info.failure for info in infos if info and info.failure}
