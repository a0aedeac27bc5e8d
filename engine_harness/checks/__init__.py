"""Judges records against scenarios; never sees a run."""
