"""The table of AutoParry's options, and what `configure` makes of it, written a second time."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["DEFAULTS", "RULES", "TUNING", "configured", "invalid", "sub_rule"]

AT_LEAST_ZERO = (
    "cooldown .1 minSpeed 10 minTTI .12 maxTTI .55 safeRadius 10 curvatureLeadScale .12 "
    "curvatureHoldBoost .5 confidenceZ 2.2 activationLatency .12 pressReactionBias .02 "
    "pressScheduleSlack .015 pressConfidencePadding .08 playerTimeout 10 remotesTimeout 10 "
    "ballsFolderTimeout 5 verificationRetryInterval 0 oscillationFrequency 3 "
    "oscillationDistanceDelta .35"
)
UNSET_OR_AT_LEAST_ZERO = (
    "pressLookaheadGoal .9 pressMinDetectionTime 0 oscillationSpamCooldown .15 "
    "oscillationSpamBurstPresses 2 oscillationSpamPanicLookaheadBoost .2 "
    "oscillationSpamPanicSpeedDelta 40 oscillationSpamPanicSlack .012 "
    "oscillationSpamRecoverySeconds .18 oscillationSpamCooldownTightnessGain .55"
)
UNSET_OR_POSITIVE = (
    "oscillationMaxLookahead .45 oscillationSpamBurstGap .05 oscillationSpamBurstWindow .28 "
    f"oscillationSpamBurstLookahead .6 oscillationSpamMinGap {1 / 180!r} "
    "oscillationSpamPanicGapScale .42 oscillationSpamCooldownPanicScale .4"
)
SMART_NUMBERS = (
    "minSlack .008 maxSlack .04 sigmaLead 1.15 slackAlpha .5 minConfidence .025 "
    "maxConfidence .26 sigmaConfidence .85 confidenceAlpha .45 reactionLatencyShare .5 "
    "overshootShare .28 reactionAlpha .45 minReactionBias .008 maxReactionBias .16 deltaAlpha .35 "
    "pingAlpha .45 overshootAlpha .4 sigmaFloor .0025 commitP99Target .01 commitReactionGain 1.35 "
    "commitSlackGain .85 lookaheadGoal .9 lookaheadQuantile .1 lookaheadReactionGain .65 "
    "lookaheadSlackGain .4"
)
AUTO_NUMBERS = (
    "intervalSeconds 30 minSamples 9 leadGain .75 slackGain .65 latencyGain .65 "
    "leadTolerance .004 waitTolerance .0025 maxReactionBias .24 maxScheduleSlack .08 "
    "maxActivationLatency .35 minDelta .0003 maxAdjustmentsPerRun 3"
)


def numbers(text: str) -> dict[str, Any]:
    words = text.split()
    return dict(zip(words[::2], map(float, words[1::2]), strict=True))


TUNING: dict[str, dict[str, Any]] = {
    "smartTuning": {
        **numbers(SMART_NUMBERS),
        **dict.fromkeys(("enabled", "enforceBaseSlack", "enforceBaseConfidence"), True),
        "enforceBaseReaction": True,
    },
    "autoTuning": {
        **numbers(AUTO_NUMBERS),
        **dict.fromkeys(("enabled", "allowWhenSmartTuning", "dryRun"), False),
    },
}

# Rule by words, whether null is a value, defaults.
GROUPS: list[tuple[str, bool, dict[str, Any]]] = [
    ("a number >= 0", False, numbers(AT_LEAST_ZERO)),
    ("a number", False, {"pingOffset": 0.05}),
    ("a number > 0", False, {"pressMaxLookahead": 1.2}),
    ("a number >= 0", True, numbers(UNSET_OR_AT_LEAST_ZERO)),
    ("a number > 0", True, numbers(UNSET_OR_POSITIVE)),
    ("a number from 0 to 1", True, {"oscillationSpamPanicTightness": 0.72}),
    ("a number >= 1", True, {"oscillationSpamPanicWindowScale": 1.35}),
    ("a non-empty string", True, {"targetHighlightName": "Highlight"}),
    ("a non-empty string", False, {"ballsFolderName": "Balls"}),
    (
        "a list of non-empty strings",
        True,
        {"remoteQueueGuards": ["SyncDragonSpirit", "SecondaryEndCD"]},
    ),
    ("true, false or a table of its keys", True, TUNING),
]
RULES = {key: (words, may_be_unset) for words, may_be_unset, keys in GROUPS for key in keys}
DEFAULTS: dict[str, Any] = {key: value for _, _, keys in GROUPS for key, value in keys.items()}


def invalid(path: str) -> str:
    return f"AutoParry.configure: invalid value for '{path}'"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def obeys(words: str, value: Any) -> bool:
    """Tell whether a value of JSON, not one of the `<…>`, obeys a simple rule."""
    match words:
        case "a non-empty string":
            return isinstance(value, str) and value != ""
        case "a list of non-empty strings":
            return value == {} or (
                isinstance(value, list) and all(isinstance(x, str) and x for x in value)
            )
        case "true or false":
            return isinstance(value, bool)
    return (
        is_number(value)
        and {
            "a number": True,
            "a number >= 0": value >= 0,
            "a number > 0": value > 0,
            "a number from 0 to 1": 0 <= value <= 1,
            "a number >= 1": value >= 1,
        }[words]
    )


def sub_rule(name: str, key: str) -> str:
    return "true or false" if isinstance(TUNING[name][key], bool) else "a number >= 0"


def configured(now: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any] | str:
    """Return what `configure` makes of `now`: the new options, or the message."""
    after = dict(now)
    for key in sorted(overrides, key=lambda text: text.encode()):
        value = overrides[key]
        if key not in RULES:
            return f"AutoParry.configure: unknown option '{key}'"
        words, may_be_unset = RULES[key]
        if value == "<null>" and may_be_unset:
            if key in TUNING:
                after[key] = TUNING[key]
            else:
                after.pop(key, None)
        elif key in TUNING and isinstance(value, bool):
            after[key] = TUNING[key] if value else False
        elif key in TUNING and isinstance(value, dict):
            for sub_key in sorted(value, key=lambda text: text.encode()):
                known = sub_key in TUNING[key]
                if not known or not obeys(sub_rule(key, sub_key), value[sub_key]):
                    return invalid(f"{key}.{sub_key}")
            after[key] = {**TUNING[key], **value}
        elif key not in TUNING and value != "<null>" and obeys(words, value):
            after[key] = value
        else:
            # The first key of a list is 1.
            return invalid(f"{key}.1" if key in TUNING and isinstance(value, list) else key)
    return after
