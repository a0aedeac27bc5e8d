"""How a problem of a manifest is put into words: its place, its path, its value, a suggestion.

`Problems` collects for one scenario (or one file); nothing is raised before all has been read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine_harness._canonical import canonical_json
from engine_harness._registry import suggestion
from engine_harness.errors import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine_harness._types import Json
    from engine_harness.manifest.document import DataPath, Document, Position

__all__ = ["NO_VALUE", "NoValue", "Problems", "one_of", "path_text", "shown", "unknown"]

VALUE_SHOWN_MAX = 60
NAMES_SHOWN_MAX = 20


class NoValue:
    """The type of `NO_VALUE`: there is no value to show (null is one)."""


NO_VALUE = NoValue()


def path_text(path: DataPath, top: str = "manifest") -> str:
    """Return `manifest.timeline[3].at`; control characters in keys are escaped."""
    parts = [top]
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            name = step if step.isprintable() else step.encode("unicode_escape").decode("ascii")
            parts.append(f".{name}")
    return "".join(parts)


def shown(value: Json) -> str:
    """Return `value` as JSON for a message, shortened to 60 characters."""
    text = canonical_json(_cut(value, 4))
    return text if len(text) <= VALUE_SHOWN_MAX else text[: VALUE_SHOWN_MAX - 1] + "…"


def _cut(value: Json, depth: int) -> Json:
    # A value may hold a million entries: only what can be shown is turned into text.
    if isinstance(value, dict):
        if depth == 0:
            return {}
        return {key: _cut(value[key], depth - 1) for key in sorted(value)[:VALUE_SHOWN_MAX]}
    if isinstance(value, list):
        return [_cut(item, depth - 1) for item in value[:VALUE_SHOWN_MAX]] if depth else []
    return value[: VALUE_SHOWN_MAX * 2] if isinstance(value, str) else value


def one_of(names: Iterable[str]) -> str:
    """Return the names for `allowed:`, at most twenty."""
    listed = list(names)
    more = f", … ({len(listed)} in all)" if len(listed) > NAMES_SHOWN_MAX else ""
    return ", ".join(listed[:NAMES_SHOWN_MAX]) + more if listed else "none"


def unknown(noun: str, name: str, known: Iterable[str]) -> tuple[str, str | None]:
    """Return the message for an unknown name and, without a near miss, what is known."""
    names = list(known)
    near = suggestion(name, names)
    return f"unknown {noun} '{name}'{near}", None if near else one_of(names)


@dataclass
class Problems:
    """The problems of one scenario; `prefix` is where it begins in the document."""

    file: str
    document: Document
    label: str = ""
    prefix: DataPath = ()
    redirects: dict[DataPath, DataPath] = field(default_factory=dict)
    """Paths whose value was written elsewhere (a matrix), and where."""
    found: list[Diagnostic] = field(default_factory=list)
    top: str = "manifest"
    """The first word of all paths."""

    @property
    def has_errors(self) -> bool:
        """Whether anything worse than a warning was found."""
        return any(item.severity == "error" for item in self.found)

    def position(self, path: DataPath, *, of_key: bool = False) -> Position | None:
        """Return where `path` of this scenario was written."""
        for length in range(len(path), 0, -1) if self.redirects else ():
            written = self.redirects.get(path[:length])
            if written is not None:
                path = (*written, *path[length:])
                break
        return self.document.position((*self.prefix, *path), of_key=of_key)

    def add(
        self,
        path: DataPath,
        message: str,
        *,
        value: Json | NoValue = NO_VALUE,
        allowed: str | None = None,
        of_key: bool = False,
        severity: str = "error",
    ) -> None:
        """Note one problem at `path`, unless the reader of the format has said why it is odd."""
        if self.document.spoiled and self._is_spoiled(path):
            return
        at = self.position(path, of_key=of_key)
        self.found.append(
            Diagnostic(
                file=self.file,
                path=path_text(path, self.top),
                message=message,
                line=at.line if at else None,
                column=at.column if at else None,
                label=self.label,
                severity=severity,
                value=None if isinstance(value, NoValue) else shown(value),
                allowed=allowed,
            )
        )

    def _is_spoiled(self, path: DataPath) -> bool:
        whole = (*self.prefix, *path)
        return any(whole[:length] in self.document.spoiled for length in range(len(whole) + 1))
