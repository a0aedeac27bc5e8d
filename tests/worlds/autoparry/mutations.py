"""One thing wrong at a time: what is replaced where, and the claim that has to break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import claims
from .mutant import Edit, Mutation

if TYPE_CHECKING:
    from collections.abc import Callable

    from .mutant import Play

__all__ = [
    "ENDLESS_GUARD",
    "IGNORES_PING",
    "MUTATIONS",
    "NO_GRACE",
    "NO_LEAD_CAP",
    "NO_MIN_LEAD",
    "NO_PROGRESS",
]

CURVE = "controller/curve.lua"
DECIDE = "controller/decide.lua"
GUARD = "controller/guard.lua"
IMPACT = "controller/impact.lua"
KINEMATICS = "controller/kinematics.lua"
LEAD = "controller/lead.lua"
NUMBERS = "controller/numbers.lua"
PING = "controller/ping.lua"
PREDICTION = "controller/prediction.lua"
PRESSES = "controller/presses.lua"
REARM = "controller/rearm.lua"
RESIDUALS = "controller/residuals.lua"
SCHEDULE = "controller/schedule.lua"
TARGETING = "controller/targeting.lua"


def _breaking(claim: Callable[[Play], None], *edits: Edit) -> tuple[Mutation, ...]:
    return tuple(Mutation(edit, claim) for edit in edits)


# What a contract of the gate catches as well.
IGNORES_PING = Edit(
    "the prediction ignores the ping",
    NUMBERS,
    "n.delta_s = n.ping_s / 2 + activation_s",
    "n.delta_s = activation_s",
)
NO_GRACE = Edit("no grace", TARGETING, "GRACE_S = 0.2", "GRACE_S = 0")
NO_PROGRESS = Edit(
    "rearm without progress", REARM, "not (b.has_moved_away and b.vr > 0)", "b.vr <= 0"
)
NO_MIN_LEAD = Edit("min lead ignored", LEAD, ", LEAD_MIN_S + min_lead_s)", ")")
NO_LEAD_CAP = Edit(
    "a lead without its limit",
    LEAD,
    "return min(needed_s + compensation_s, Lead.longest(window_s))",
    "return needed_s + compensation_s",
)
ENDLESS_GUARD = Edit(
    "a guard that never ends",
    DECIDE,
    'c.guard:clear("retarget-detection", now)',
    'return "guarded"',
)

PREDICTING = (
    *_breaking(
        claims.claim_mu_decides,
        Edit(
            "mu without the speed's share of the latency",
            PREDICTION,
            "b.d0 - b.vr * delta_s -",
            "b.d0 - b.vr * delta_s / 2 -",
        ),
        Edit(
            "a press is confident without its padding",
            DECIDE,
            "b.mu_plus <= 0 and b.mu_plus <= -n.padding",
            "b.mu_plus <= 0",
        ),
    ),
    *_breaking(
        claims.claim_mu,
        Edit(
            "mu with the acceleration reversed",
            PREDICTION,
            "- 0.5 * b.ar * delta_2",
            "+ 0.5 * b.ar * delta_2",
        ),
        Edit("mu without jerk", PREDICTION, " - b.jr * delta_3 / 6", ""),
        Edit(
            "mu plus without its spread", PREDICTION, "mu + spread, mu - spread", "mu, mu - spread"
        ),
    ),
    *_breaking(
        claims.claim_sigma_decides,
        Edit(
            "a press is confident without the spread",
            DECIDE,
            "b.mu_plus <= 0 and b.mu_plus <= -n.padding",
            "b.mu <= -n.padding",
        ),
        Edit(
            "sigma without the spread of the speed", PREDICTION, "+ delta_2 * sigma_v * sigma_v", ""
        ),
    ),
    *_breaking(
        claims.claim_sigma,
        Edit(
            "sigma with the jerk's weight of the acceleration",
            PREDICTION,
            "sigma_j * sigma_j / 36",
            "sigma_j * sigma_j / 4",
        ),
        Edit(
            "sigma without the overflow of the acceleration",
            KINEMATICS,
            " * (1 + bend.share_a)",
            "",
        ),
        Edit(
            "sigma of a window that is one too short",
            RESIDUALS,
            "count = min(count, LENGTH)",
            "count = min(count, LENGTH - 1)",
        ),
    ),
    *_breaking(
        claims.claim_impact,
        Edit(
            "the impact of a path that never bends",
            PREDICTION,
            "local BEND_MIN = 1e-6",
            "local BEND_MIN = math.huge",
        ),
        Edit("the impact without jerk", IMPACT, "jr / -6", "0 * jr"),
    ),
)

LEADING = (
    *_breaking(claims.claim_ping_leads, IGNORES_PING),
    *_breaking(
        claims.claim_compensation,
        Edit("no compensation of the ping", PING, "0.85 * ping_excess_s + ", ""),
        Edit("no compensation of jitter", PING, "0.55 * jitter_excess_s + ", ""),
        Edit("no compensation of stress", PING, " + stress_s, 0.09)", ", 0.09)"),
        Edit("compensation without its limit", PING, "stress_s, 0.09)", "stress_s, 1)"),
    ),
    *_breaking(
        claims.claim_min_lead,
        NO_MIN_LEAD,
        Edit("min lead without its limit", PING, "0.45 * ping_s, 0.065", "0.45 * ping_s, 1"),
    ),
    *_breaking(
        claims.claim_lead_cap,
        NO_LEAD_CAP,
        Edit(
            "an immediate press longer ahead than its window",
            NUMBERS,
            "n.impact_max_s = Lead.longest(parry_window_s)",
            "n.impact_max_s = parry_window_s + 1",
        ),
    ),
    *_breaking(
        claims.claim_slack,
        Edit("slack without what the ping adds", PING, "0.5 * ping_excess_s + 0.35", "0.35"),
        Edit("slack without half of min lead", LEAD, "min_lead_s / 2", "0"),
        Edit(
            "slack without the option's",
            LEAD,
            "max(schedule_slack_s, min_lead_s / 2)",
            "(min_lead_s / 2)",
        ),
        Edit("no grace of the trigger", NUMBERS, "TRIGGER_GRACE_S = 0.01", "TRIGGER_GRACE_S = 0"),
    ),
)

GATING = (
    *_breaking(
        claims.claim_max_tti_delays,
        Edit(
            "max TTI delays nothing",
            LEAD,
            "return max(impact_s - lead_s, zone_s, 0)",
            "return max(impact_s - lead_s, 0)",
        ),
        Edit(
            "max TTI delays beyond the response window",
            LEAD,
            "min(max(tti_s - max_tti_s, 0), impact_s - response_window_s)",
            "max(tti_s - max_tti_s, 0)",
        ),
    ),
    *_breaking(
        claims.claim_max_tti_gates,
        Edit("max TTI gates nothing", DECIDE, " and tti_s <= n.max_tti_s", ""),
        Edit(
            "TTI ignores the ping",
            LEAD,
            "distance / vr - (ping_s + ping_offset_s)",
            "distance / vr - ping_offset_s",
        ),
    ),
    *_breaking(
        claims.claim_urgent_in_time,
        Edit(
            "an urgent ball is pressed at first sight",
            DECIDE,
            "(not delays or wait_s <= n.wait_max_s)",
            "(not delays or is_urgent or wait_s <= n.wait_max_s)",
        ),
        Edit(
            "an urgent ball does not wait for its timer",
            DECIDE,
            "is_due and (is_confident or b.distance <= n.safe_radius)",
            "is_due and (is_confident or is_urgent)",
        ),
    ),
    *_breaking(
        claims.claim_urgent_passes,
        Edit(
            "an urgent ball waits for the zone", DECIDE, "(in_zone or is_urgent) and", "in_zone and"
        ),
    ),
    *_breaking(
        claims.claim_grace,
        NO_GRACE,
        Edit("a longer grace", TARGETING, "GRACE_S = 0.2", "GRACE_S = 0.22"),
    ),
    *_breaking(
        claims.claim_no_grace_unseen,
        Edit(
            "a grace for what was never seen",
            TARGETING,
            "self.was_seen and self:in_grace(now)",
            "self:in_grace(now)",
        ),
    ),
)

ORDERING = (
    *_breaking(
        claims.claim_cooldown,
        Edit("the cooldown is ignored by timers", PRESSES, "\tc.last_press_s = now\n", ""),
        Edit(
            "the cooldown is ignored by immediate presses",
            PRESSES,
            "if now < rested_s - ROUNDING_S then\n\t\tpostpone(",
            "if false then\n\t\tpostpone(",
        ),
        Edit(
            "the cooldown is not that of the option",
            PRESSES,
            "max(c.last_press_s + c.values.cooldown,",
            "max(c.last_press_s + 0.1,",
        ),
    ),
    *_breaking(
        claims.claim_order_at_once,
        Edit(
            "those due at once go in spawn order",
            PRESSES,
            "\tif of_a.score ~= of_b.score then\n\t\treturn of_a.score > of_b.score\n\telse",
            "\tif a.serial ~= b.serial then\n\t\treturn a.serial < b.serial\n\telse",
        ),
    ),
    *_breaking(
        claims.claim_order_of_timers,
        Edit(
            "the worst goes first",
            PRESSES,
            "return of_a.score > of_b.score",
            "return of_a.score < of_b.score",
        ),
        Edit(
            "a timer looks at no other timer",
            PRESSES,
            "other.press_at_s <= now + ROUNDING_S",
            "other.press_at_s <= 0",
        ),
    ),
    *_breaking(claims.claim_progress, NO_PROGRESS),
    *_breaking(
        claims.claim_rearm_window,
        Edit(
            "rearm without its window", REARM, "now < rested_s + ping_s / 2 -", "now < rested_s -"
        ),
    ),
    *_breaking(
        claims.claim_swing_back,
        Edit(
            "rearm never",
            REARM,
            "\tb.has_moved_away = false\n",
            "\tb.has_moved_away = nil\n\tb.pressed_s = math.huge\n",
        ),
        ENDLESS_GUARD,
    ),
    *_breaking(
        claims.claim_guard_of_one,
        Edit(
            "a guard of all balls",
            GUARD,
            "return self.active and self.ballId == ball_id",
            "return self.active",
        ),
    ),
    *_breaking(
        claims.claim_timers_in_the_queue,
        Edit(
            "timed presses wait for the next evaluation", SCHEDULE, "\t\t\tself.hear.due(b)\n", ""
        ),
    ),
)

MUTATIONS = (*PREDICTING, *LEADING, *GATING, *ORDERING)
