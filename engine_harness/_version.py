"""The version of the tool; `pyproject.toml` repeats it and a test compares the two."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
