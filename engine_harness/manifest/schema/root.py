"""JSON Schemas (draft 2020-12) of manifests and of the project file, for editors.

What the loader and the planner accept, these accept: where a schema cannot say a rule (ids are
unique, a world knows its actions), it allows. They are built of the constants of the readers, so
that a new key cannot be missing here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine_harness._registry import suggestion
from engine_harness.errors import UsageError
from engine_harness.manifest import ceilings
from engine_harness.manifest.bundle import KEYS as BUNDLE_KEYS
from engine_harness.manifest.bundle import VERSIONS
from engine_harness.manifest.config_reading import POLICIES, SETTLE_LIMIT_S
from engine_harness.manifest.envelope import (
    DEFAULT_WORLD,
    EXPECT_FAILURE_KEYS,
    ID,
    ID_LENGTH_MAX,
    KEYS,
    METADATA_KEYS,
    RESERVED_WORLDS,
)
from engine_harness.manifest.intelligence import DEFAULTS as POLICY_DEFAULTS
from engine_harness.manifest.intelligence import KEYS as INTELLIGENCE_KEYS
from engine_harness.manifest.intelligence import POLICY_KEYS
from engine_harness.manifest.matrix import FIXED
from engine_harness.manifest.models import CONFIG_SECTIONS, DRIVER_OPTIONS
from engine_harness.manifest.schema.expect import expect_definitions
from engine_harness.manifest.schema.parts import (
    ABOVE_ZERO,
    MAP,
    TEXT,
    TEXTS,
    any_case,
    choose,
    closed,
    has,
    key,
    listed,
    needs,
    ref,
    whole,
)
from engine_harness.manifest.schema.project import project_schema
from engine_harness.manifest.schema.timeline import timeline_definitions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine_harness._types import Json, JsonMap

__all__ = ["KINDS", "schema_of"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

KINDS: Final = ("project", "timeline")
"""What may be asked for; None asks for all manifests."""

_TO_COME: Final = ("agent", "catalog", "scene", "script", "steps")
"""Kinds of manifests that are not read yet."""

_WORDS: Final = {
    "version": ("Version", "Version of the format, 1."),
    "metadata": ("Metadata", "Who the scenario is."),
    "world": ("World", f"Name of the world; {DEFAULT_WORLD}, or that of the bundle, by default."),
    "world_options": ("World options", "Handed to the world over the options of the project."),
    "seed": ("Seed", "A whole number or a text; the project's by default."),
    "config": ("Config", "Options of the driver in engine, of the world in world and beside it."),
    "intelligence": (
        "Intelligence",
        "What watches over the run; its world says which policies there are.",
    ),
    "timeline": ("Timeline", "What happens, and when; entries may stand in any order."),
    "expect": ("Expect", "Metrics as they must be at the end; checkpoint.metric is allowed."),
    "expect_baseline": ("Expect", "Same as expect."),
    "expect_target": ("Targets", "Metrics as they should be at the end; told, not demanded."),
    "expect_events": ("Expected events", "Rules over the log of events."),
    "invariants": ("Invariants", "Conditions that must hold after every frame."),
    "expect_failure": (
        "Expected failure",
        "The scenario must fail; that it passes is the failure.",
    ),
    "limits": ("Limits", "Ceilings of one run."),
    "matrix": ("Matrix", "Lists by dotted key: one scenario per combination, the last fastest."),
}
"""By key of a scenario."""


def schema_of(kind: str | None, macros: Mapping[str, Sequence[str]]) -> JsonMap:
    """Return the schema of all manifests, or of one kind.

    `macros` are the options of each macro by name. Raises UsageError for a kind that is not known.
    """
    if kind == "project":
        return {"$schema": DIALECT, **project_schema()}
    if kind not in (None, "timeline"):
        raise UsageError(_unknown(kind))
    definitions: dict[str, JsonMap] = {
        **timeline_definitions(macros),
        **expect_definitions(),
        **_envelope(),
        "scenario": _scenario(),
    }
    top = "scenario"
    title = "Scenario of run-harness with driver timeline"
    if kind is None:
        top, title = "manifest", "Manifest of run-harness"
        definitions["bundle"] = _bundle()
        definitions["manifest"] = {
            "type": "object",
            **choose([(has("scenarios"), ref("bundle"))], ref("scenario")),
        }
    return {"$schema": DIALECT, "title": title, **ref(top), "$defs": dict(definitions)}


def _unknown(kind: str) -> str:
    known = f"known: {', '.join(KINDS)}"
    if kind in _TO_COME:
        return f"schema: manifests of kind '{kind}' are not read yet; {known}"
    return f"schema: unknown kind '{kind}'{suggestion(kind, KINDS)}; {known}"


def _varies(name: str) -> JsonMap:
    """Return what fails for a scenario whose matrix varies `name` or something in it."""
    return {"properties": {"matrix": {"patternProperties": {f"^{name}(?:\\.|$)": False}}}}


def _scenario() -> JsonMap:
    """Return the shape of a scenario.

    Every combination of a matrix is a scenario, the data around the matrix need not be one: what a
    matrix varies is not judged.
    """
    judged = {name: ref(name) for name in KEYS}
    always = {name: judged.pop(name) for name in ("version", "matrix")}
    always["metadata"] = ref("metadata_outline")
    shapes = {name: key(*_WORDS[name], always.get(name, {})) for name in KEYS}
    conditional: list[Json] = []
    for name, shape in judged.items():
        then: JsonMap = {"properties": {name: shape}}
        if name == "timeline":
            then |= needs("timeline")
        if name == "config":
            # Of the same options only one spelling may be given.
            inner: JsonMap = {"config": has("world")}
            then["not"] = {**needs("world_options", "config"), "properties": inner}
        conditional.append({"if": _varies(name), "then": then})
    return {
        **closed(KEYS, shapes, ["metadata"]),
        "not": needs("expect", "expect_baseline"),
        "allOf": conditional,
    }


def _bundle() -> JsonMap:
    versions: list[Json] = list(VERSIONS)
    shapes = {
        "version": key("Version", "Version of the format, 1 or 2.", {"enum": versions}),
        "metadata": key(
            "Metadata",
            "Who the bundle is; its scenarios take nothing from it.",
            closed(METADATA_KEYS, _metadata()),
        ),
        "world": key("World", "The world of every scenario here that names none.", TEXT),
        "scenarios": key("Scenarios", "Scenarios and further bundles.", listed(ref("manifest"))),
    }
    return closed(BUNDLE_KEYS, shapes, ["scenarios"])


def _metadata() -> dict[str, JsonMap]:
    scenario_id: JsonMap = {
        "type": "string",
        "pattern": f"^{ID.pattern}$",
        "maxLength": ID_LENGTH_MAX,
    }
    words = "Unique in the project, whatever its case: letters, digits, _, - and dots."
    return {
        "id": key("Id", words, scenario_id),
        "label": key("Label", "The scenario in a few words.", TEXT),
        "description": key("Description", "What it shows, and why.", {"type": "string"}),
        "tags": key("Tags", "Words to select by, whatever their case.", TEXTS),
        "history": key("History", "Remarks on what was changed, and when.", TEXTS),
        "priority": key("Priority", "To select by, as P0 or P1.", TEXT),
    }


def _config() -> JsonMap:
    low, high = SETTLE_LIMIT_S
    policies: list[Json] = list(POLICIES)
    options = {
        "hitchPolicy": key(
            "Hitch policy",
            "stall: one frame with one long step; catch_up: the missed frames one by one.",
            {"enum": policies},
        ),
        "settleLimit": key(
            "Settle limit (s)",
            f"Virtual seconds that a run may go on after its last entry, {low:g} to {high:g}.",
            {"type": "number", "minimum": low, "maximum": high},
        ),
    }
    sections = {
        "engine": key(
            "Engine",
            "Options of the driver; a world may declare more.",
            _open(closed(DRIVER_OPTIONS, options)),
        ),
        "world": key("World", "Same as world_options.", MAP),
    }
    return _open(closed(CONFIG_SECTIONS, sections))


def _open(table: JsonMap) -> JsonMap:
    """Return the shape of a map that may have further keys."""
    return {name: value for name, value in table.items() if name != "additionalProperties"}


def _intelligence() -> JsonMap:
    names: list[Json] = list(POLICY_DEFAULTS)
    spelt = "|".join(any_case(name) for name in POLICY_DEFAULTS)
    policies = {
        "default": key(
            "Default",
            "all (or tuned): every policy; none (or baseline): no policy but those enabled.",
            {"type": "string", "anyOf": [{"enum": names}, {"pattern": f"^(?:{spelt})$"}]},
        ),
        "enable": key("Enable", "Policies that act beside those of the default.", TEXTS),
        "disable": key("Disable", "Policies that do not act, whatever else is said.", TEXTS),
    }
    shapes = {
        "notes": key("Notes", "A text for people.", TEXT),
        "policies": key("Policies", "Which of them act.", closed(POLICY_KEYS, policies)),
    }
    return closed(INTELLIGENCE_KEYS, shapes)


_LIMIT_WORDS: Final = {
    "deadline_s": ("Deadline (s)", "Wall time."),
    "memory_mb": ("Memory (MiB)", "Memory of the process."),
    "work_units": ("Work units", "Calls and loop turns of Lua."),
    "frames": ("Frames", "Frames of the virtual clock."),
    "events": ("Events", "Rows of the event log."),
    "log_rows": ("Log rows", "Rows of the text log."),
}


def _limits() -> JsonMap:
    shapes: dict[str, JsonMap] = {}
    for name, (title, words) in _LIMIT_WORDS.items():
        most = ceilings.ceiling(name)
        shape = {**ABOVE_ZERO, "maximum": most} if name == "deadline_s" else whole(1, most)
        words = f"{words} {ceilings.wording(name).capitalize()}."
        shapes[name] = key(title, words, {**shape, "default": ceilings.DEFAULTS[name]})
    return closed(tuple(ceilings.DEFAULTS), shapes)


def _matrix() -> JsonMap:
    dotted = "|".join(name for name in KEYS if name not in FIXED)
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": rf"^(?:(?:{dotted})(?:\.|$)|metadata\.(?!id$))"},
        "additionalProperties": listed({}),
        "properties": {name: key(*_WORDS[name], listed(ref(name))) for name in ("world", "seed")},
    }


def _envelope() -> dict[str, JsonMap]:
    """Return the definitions of the keys of a scenario that neither driver nor checks read."""
    reserved: list[Json] = list(RESERVED_WORLDS)
    outline = {name: {**shape} for name, shape in _metadata().items()}
    for name, shape in outline.items():
        if name != "id":
            outline[name] = {word: shape[word] for word in ("title", "description")}
    failure = {
        "reason": key("Reason", "Why the scenario fails.", TEXT),
        "ticket": key("Ticket", "Where the failure is tracked.", TEXT),
    }
    return {
        "version": {"const": 1, "default": 1},
        "metadata_outline": closed(METADATA_KEYS, outline, ["id"]),
        "metadata": closed(METADATA_KEYS, _metadata(), ["id", "label"]),
        "world": {**TEXT, "not": {"enum": reserved}},
        "world_options": MAP,
        "seed": {"type": ["integer", "string"], "minLength": 1},
        "config": _config(),
        "intelligence": _intelligence(),
        "expect": ref("set"),
        "expect_baseline": ref("set"),
        "expect_target": ref("set"),
        "expect_events": ref("rules"),
        "expect_failure": closed(EXPECT_FAILURE_KEYS, failure, ["reason"]),
        "limits": _limits(),
        "matrix": _matrix(),
    }
