"""The parts of the game: how long AutoParry waits for them, their names, what holds calls back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .duel import REMOTE, Timing, ball, call, frame_at, highlight, impact, rule
from .effect import Effect, Setting, near

if TYPE_CHECKING:
    from .duel import Trace

WAITING_S = 10.1
FAR = (170.0, 160.0)


def without(part: str, until_s: float) -> Setting:
    """Return the setting of a start that lacks a part for all of its time."""
    return Setting((rule(until_s, "autoparry-enabled", value=True),), script=part)


NOBODY = "function W:begin() self.services.control:set_local_player(nil) end"
NO_REMOTES = "function W:begin() self.stage.remotes.Parent = nil end"
NO_BALLS = "function W:begin() self.stage:set_balls_folder(false) end"


def warnings(trace: Trace) -> list[tuple[float, str]]:
    """Return when the start-up has said that a time was up, and during which stage."""
    found = []
    for at_s, status in trace.events("status"):
        if status["stage"] == "timeout":
            found.append((at_s, status["during"]))
        elif status.get("state") == "warning" and "elapsed" in status:
            found.append((at_s, status["stage"]))
    return found


def ready_at(trace: Trace) -> list[float]:
    return [at_s for at_s, status in trace.events("status") if status["stage"] == "ready"]


def who(trace: Trace) -> list[str]:
    return [press.name for press in trace.presses]


def restarts(trace: Trace) -> list[str]:
    """Return what the folder of the balls was called, then why AutoParry started again."""
    rows = [status for _, status in trace.events("status") if status["stage"] == "restarting"]
    return [*trace.said, *(status["reason"] for status in rows)]


def called_at(trace: Trace) -> list[float]:
    return [row["timestamp"] for row in trace.section["remoteLog"] if row["direction"] == "client"]


# The highlight is off; something else is on the character.
MARKED = Setting(
    (highlight(0, False), ball(0, "a", 100, 160)),
    script="""
function W:begin()
    local mark = self.services.Instance.new("Folder")
    mark.Name, mark.Parent = "Mark", self.stage.character
end
""",
)
# A folder that is not the balls' own stays when theirs goes.
TWO_FOLDERS = Setting(
    (call(0.1, "name"), rule(0.2, "balls-folder-present", False)),
    script="""
function W:begin()
    local other = self.services.Instance.new("Folder")
    other.Name, other.Parent = "Spheres", self.services.Workspace
end
function W:name() self:say(self.stage.balls_folder.Name) end
""",
)
PRESSED_S = frame_at(impact(*FAR) - Timing().lead_s)
RELEASED_S = 0.9
# The character is busy, first with one thing and then with the other.
BUSY = Setting(
    (REMOTE, ball(0, "a", *FAR), call(0.1, "busy"), call(0.85, "still"), call(RELEASED_S, "free")),
    script="""
function W:busy() self.stage.character:SetAttribute("SecondaryEndCD", true) end
function W:still()
    self.stage.character:SetAttribute("SyncDragonSpirit", true)
    self.stage.character:SetAttribute("SecondaryEndCD", false)
end
function W:free() self.stage.character:SetAttribute("SyncDragonSpirit", false) end
""",
)


def limit(key: str, part: str, stage: str, default_s: float) -> Effect:
    """Return the effect of a time limit; 0 is none."""
    rows: list[tuple[Any, Any]] = [
        (value, [(near(value), stage)] if value else []) for value in (default_s, 0.25, 0)
    ]
    return Effect(key, without(part, default_s + 0.1), warnings, tuple(rows))


def balls_are_late(limit_s: float) -> list[Any]:
    """Return the warnings of the two stages that look for the balls, each with its own time."""
    return [(near(limit_s), "verifying-balls"), (near(2 * limit_s), "waiting-balls")]


EFFECTS = (
    limit("playerTimeout", NOBODY, "waiting-player", 10),
    limit("remotesTimeout", NO_REMOTES, "waiting-remotes", 10),
    Effect(
        "ballsFolderTimeout",
        without(NO_BALLS, WAITING_S),
        warnings,
        ((5, balls_are_late(5)), (0.25, balls_are_late(0.25)), (0, [])),
    ),
    Effect(
        "verificationRetryInterval",
        Setting(
            (rule(0.1, "balls-folder-present", True), call(0.5, "nothing")),
            script=f"{NO_BALLS}\nfunction W:nothing() end",
        ),
        ready_at,
        ((0, [frame_at(0.1)]), (0.25, [0.25])),
    ),
    Effect("targetHighlightName", MARKED, who, (("Highlight", []), ("Mark", ["a"]), (None, ["a"]))),
    Effect(
        "ballsFolderName",
        TWO_FOLDERS,
        restarts,
        (("Balls", ["Balls", "balls-folder-missing"]), ("Spheres", ["Spheres"])),
    ),
    Effect(
        "remoteQueueGuards",
        BUSY,
        called_at,
        (
            (["SyncDragonSpirit", "SecondaryEndCD"], [RELEASED_S]),
            (["SecondaryEndCD"], [frame_at(0.85)]),
            ([], [PRESSED_S]),
            (None, [PRESSED_S]),
        ),
    ),
)
