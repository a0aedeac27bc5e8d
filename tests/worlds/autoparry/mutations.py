"""One thing wrong at a time: what is replaced where, and the claim that has to break."""

from __future__ import annotations

from . import claims
from .mutant import Mutation

__all__ = ["MUTATIONS"]

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

PREDICTING = (
    Mutation(
        "mu without the speed's share of the latency",
        PREDICTION,
        "b.d0 - b.vr * delta_s -",
        "b.d0 - b.vr * delta_s / 2 -",
        claims.claim_mu_decides,
    ),
    Mutation(
        "mu with the acceleration reversed",
        PREDICTION,
        "- 0.5 * b.ar * delta_2",
        "+ 0.5 * b.ar * delta_2",
        claims.claim_mu,
    ),
    Mutation("mu without jerk", PREDICTION, " - b.jr * delta_3 / 6", "", claims.claim_mu),
    Mutation(
        "mu plus without its spread",
        PREDICTION,
        "mu + spread, mu - spread",
        "mu, mu - spread",
        claims.claim_mu,
    ),
    Mutation(
        "a press is confident without its padding",
        DECIDE,
        "b.mu_plus <= 0 and b.mu_plus <= -n.padding",
        "b.mu_plus <= 0",
        claims.claim_mu_decides,
    ),
    Mutation(
        "a press is confident without the spread",
        DECIDE,
        "b.mu_plus <= 0 and b.mu_plus <= -n.padding",
        "b.mu <= -n.padding",
        claims.claim_sigma_decides,
    ),
    Mutation(
        "sigma without the spread of the speed",
        PREDICTION,
        "+ delta_2 * sigma_v * sigma_v",
        "",
        claims.claim_sigma_decides,
    ),
    Mutation(
        "sigma with the jerk's weight of the acceleration",
        PREDICTION,
        "sigma_j * sigma_j / 36",
        "sigma_j * sigma_j / 4",
        claims.claim_sigma,
    ),
    Mutation(
        "sigma without the overflow of the acceleration",
        KINEMATICS,
        " * (1 + bend.share_a)",
        "",
        claims.claim_sigma,
    ),
    Mutation(
        "sigma of a window that is one too short",
        RESIDUALS,
        "count = min(count, LENGTH)",
        "count = min(count, LENGTH - 1)",
        claims.claim_sigma,
    ),
    Mutation(
        "the impact of a path that never bends",
        PREDICTION,
        "local BEND_MIN = 1e-6",
        "local BEND_MIN = math.huge",
        claims.claim_impact,
    ),
    Mutation(
        "the impact without jerk",
        IMPACT,
        "jr / -6",
        "0 * jr",
        claims.claim_impact,
    ),
)

LEADING = (
    Mutation(
        "the prediction ignores the ping",
        NUMBERS,
        "n.delta_s = n.ping_s / 2 + activation_s",
        "n.delta_s = activation_s",
        claims.claim_ping_leads,
    ),
    Mutation(
        "no compensation of the ping",
        PING,
        "0.85 * ping_excess_s + ",
        "",
        claims.claim_compensation,
    ),
    Mutation(
        "no compensation of jitter",
        PING,
        "0.55 * jitter_excess_s + ",
        "",
        claims.claim_compensation,
    ),
    Mutation(
        "no compensation of stress",
        PING,
        " + stress_s, 0.09)",
        ", 0.09)",
        claims.claim_compensation,
    ),
    Mutation(
        "compensation without its limit",
        PING,
        "stress_s, 0.09)",
        "stress_s, 1)",
        claims.claim_compensation,
    ),
    Mutation("min lead ignored", LEAD, ", LEAD_MIN_S + min_lead_s)", ")", claims.claim_min_lead),
    Mutation(
        "min lead without its limit",
        PING,
        "0.45 * ping_s, 0.065",
        "0.45 * ping_s, 1",
        claims.claim_min_lead,
    ),
    Mutation(
        "a lead without its limit",
        LEAD,
        "return min(needed_s + compensation_s, Lead.longest(window_s))",
        "return needed_s + compensation_s",
        claims.claim_lead_cap,
    ),
    Mutation(
        "an immediate press longer ahead than its window",
        NUMBERS,
        "n.impact_max_s = Lead.longest(parry_window_s)",
        "n.impact_max_s = parry_window_s + 1",
        claims.claim_lead_cap,
    ),
    Mutation(
        "slack without what the ping adds",
        PING,
        "0.5 * ping_excess_s + 0.35",
        "0.35",
        claims.claim_slack,
    ),
    Mutation("slack without half of min lead", LEAD, "min_lead_s / 2", "0", claims.claim_slack),
    Mutation(
        "slack without the option's",
        LEAD,
        "max(schedule_slack_s, min_lead_s / 2)",
        "(min_lead_s / 2)",
        claims.claim_slack,
    ),
    Mutation(
        "no grace of the trigger",
        NUMBERS,
        "TRIGGER_GRACE_S = 0.01",
        "TRIGGER_GRACE_S = 0",
        claims.claim_slack,
    ),
)

GATING = (
    Mutation(
        "max TTI delays nothing",
        LEAD,
        "return max(impact_s - lead_s, zone_s, 0)",
        "return max(impact_s - lead_s, 0)",
        claims.claim_max_tti_delays,
    ),
    Mutation(
        "max TTI delays beyond the response window",
        LEAD,
        "min(max(tti_s - max_tti_s, 0), impact_s - response_window_s)",
        "max(tti_s - max_tti_s, 0)",
        claims.claim_max_tti_delays,
    ),
    Mutation(
        "max TTI gates nothing",
        DECIDE,
        " and tti_s <= n.max_tti_s",
        "",
        claims.claim_max_tti_gates,
    ),
    Mutation(
        "TTI ignores the ping",
        LEAD,
        "distance / vr - (ping_s + ping_offset_s)",
        "distance / vr - ping_offset_s",
        claims.claim_max_tti_gates,
    ),
    Mutation(
        "an urgent ball is pressed at first sight",
        DECIDE,
        "(not delays or wait_s <= n.wait_max_s)",
        "(not delays or is_urgent or wait_s <= n.wait_max_s)",
        claims.claim_urgent_in_time,
    ),
    Mutation(
        "an urgent ball does not wait for its timer",
        DECIDE,
        "is_due and (is_confident or b.distance <= n.safe_radius)",
        "is_due and (is_confident or is_urgent)",
        claims.claim_urgent_in_time,
    ),
    Mutation(
        "an urgent ball waits for the zone",
        DECIDE,
        "(in_zone or is_urgent) and",
        "in_zone and",
        claims.claim_urgent_passes,
    ),
    Mutation("no grace", TARGETING, "GRACE_S = 0.2", "GRACE_S = 0", claims.claim_grace),
    Mutation("a longer grace", TARGETING, "GRACE_S = 0.2", "GRACE_S = 0.22", claims.claim_grace),
    Mutation(
        "a grace for what was never seen",
        TARGETING,
        "self.was_seen and self:in_grace(now)",
        "self:in_grace(now)",
        claims.claim_no_grace_unseen,
    ),
)

ORDERING = (
    Mutation(
        "the cooldown is ignored by timers",
        PRESSES,
        "\tc.last_press_s = now\n",
        "",
        claims.claim_cooldown,
    ),
    Mutation(
        "the cooldown is ignored by immediate presses",
        PRESSES,
        "if now < rested_s - ROUNDING_S then\n\t\tpostpone(",
        "if false then\n\t\tpostpone(",
        claims.claim_cooldown,
    ),
    Mutation(
        "the cooldown is not that of the option",
        PRESSES,
        "max(c.last_press_s + c.values.cooldown,",
        "max(c.last_press_s + 0.1,",
        claims.claim_cooldown,
    ),
    Mutation(
        "those due at once go in spawn order",
        PRESSES,
        "\tif of_a.score ~= of_b.score then\n\t\treturn of_a.score > of_b.score\n\telse",
        "\tif a.serial ~= b.serial then\n\t\treturn a.serial < b.serial\n\telse",
        claims.claim_order_at_once,
    ),
    Mutation(
        "the worst goes first",
        PRESSES,
        "return of_a.score > of_b.score",
        "return of_a.score < of_b.score",
        claims.claim_order_of_timers,
    ),
    Mutation(
        "a timer looks at no other timer",
        PRESSES,
        "other.press_at_s <= now + ROUNDING_S",
        "other.press_at_s <= 0",
        claims.claim_order_of_timers,
    ),
    Mutation(
        "rearm without progress",
        REARM,
        "not (b.has_moved_away and b.vr > 0)",
        "b.vr <= 0",
        claims.claim_progress,
    ),
    Mutation(
        "rearm without its window",
        REARM,
        "now < rested_s + ping_s / 2 -",
        "now < rested_s -",
        claims.claim_rearm_window,
    ),
    Mutation(
        "rearm never",
        REARM,
        "\tb.has_moved_away = false\n",
        "\tb.has_moved_away = nil\n\tb.pressed_s = math.huge\n",
        claims.claim_swing_back,
    ),
    Mutation(
        "a guard that never ends",
        DECIDE,
        'c.guard:clear("retarget-detection", now)',
        'return "guarded"',
        claims.claim_swing_back,
    ),
    Mutation(
        "a guard of all balls",
        GUARD,
        "return self.active and self.ballId == ball_id",
        "return self.active",
        claims.claim_guard_of_one,
    ),
    Mutation(
        "timed presses wait for the next evaluation",
        SCHEDULE,
        "\t\t\tself.hear.due(b)\n",
        "",
        claims.claim_timers_in_the_queue,
    ),
)

MUTATIONS = (*PREDICTING, *LEADING, *GATING, *ORDERING)
