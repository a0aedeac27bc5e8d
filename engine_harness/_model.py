"""The base of every data class that is read from or written to a file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Model"]


class Model(BaseModel):
    """Frozen, because what was hashed must not change afterwards; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
