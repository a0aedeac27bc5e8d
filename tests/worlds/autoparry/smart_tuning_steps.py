"""Steps for the probe of smart tuning, and random histories of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reference_options import TUNING

if TYPE_CHECKING:
    from random import Random

__all__ = ["Shown", "Step", "history", "tuned", "update"]

Step = tuple[str, Any]
Shown = dict[str, Any]


def update(**facts: Any) -> Step:
    usual = {
        "now": 1.0,
        "ball_id": "threat-1",
        "sigma": 0.2,
        "mu": 5.0,
        "mu_plus": 5.44,
        "mu_minus": 4.56,
        "vr": 10.0,
        "delta_s": 0.16,
        "ping_s": 0.08,
        "lead_s": 0.24,
    }
    return ("update", usual | facts)


def tuned(**keys: Any) -> Step:
    return ("configure", {"smartTuning": keys})


def history(rng: Random, steps: int) -> list[Step]:
    return [random_step(rng, index / 240) for index in range(steps)]


def random_options(rng: Random) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for key, default in TUNING["smartTuning"].items():
        if rng.random() < 0.7:
            continue
        if isinstance(default, bool):
            options[key] = rng.random() < (0.8 if key == "enabled" else 0.4)
        elif key.endswith("Alpha"):
            options[key] = rng.choice([0, 1, 2.5, rng.random(), rng.random()])
        else:
            options[key] = default * rng.choice([0, 0.5, 0.9, 1.1, 2])
    return options


def random_overrides(rng: Random) -> dict[str, Any]:
    overrides: dict[str, Any] = {}
    if rng.random() < 0.6:
        overrides["smartTuning"] = rng.choice([True, False, *[random_options(rng)] * 6])
    for option, least, most in (
        ("pressReactionBias", 0, 0.15),
        ("pressScheduleSlack", 0, 0.05),
        ("pressConfidencePadding", 0, 0.3),
    ):
        if rng.random() < 0.4:
            overrides[option] = rng.uniform(least, most)
    return overrides


def random_step(rng: Random, now: float) -> Step:
    mu, spread = rng.uniform(-10, 60), rng.uniform(0, 5)
    steps: list[Step] = [
        update(
            now=now,
            ball_id=f"threat-{rng.randint(1, 3)}",
            sigma=rng.choice([0, 0.001, rng.uniform(0, 0.5), rng.uniform(0, 4)]),
            mu=mu,
            mu_plus=mu + spread,
            mu_minus=mu - spread,
            vr=rng.choice([-30, 0, 0.5, rng.uniform(1, 20), rng.uniform(1, 250)]),
            delta_s=rng.uniform(0.02, 0.3),
            ping_s=rng.uniform(0, 0.3),
            lead_s=rng.uniform(0.05, 0.39),
        ),
        ("late", rng.choice([-0.01, 0, rng.uniform(0, 0.2)])),
        ("commit", [rng.uniform(0, 0.03) for _ in range(rng.randint(1, 4))]),
        ("lookahead", [rng.uniform(0.8, 1.2) for _ in range(rng.randint(1, 3))]),
        ("configure", random_overrides(rng)),
        ("follow", True),
        ("reset", True),
    ]
    (step,) = rng.choices(steps, weights=[60, 10, 6, 5, 10, 6, 1])
    return step
