"""Names that people may spell in several ways, and the one spelling that is meant."""

from __future__ import annotations

import re

__all__ = ["normal_name"]


def normal_name(text: str) -> str:
    """Return a name as lower-case words joined by `-`; empty if no letter or digit is in it."""
    return re.sub(r"[^a-z0-9-]", "", re.sub(r"[_\s]+", "-", text.strip().lower()))
