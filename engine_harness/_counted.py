"""How many of something, in words."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 scenario`, `2 scenarios`; `plural` is for nouns that need more than an s."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
