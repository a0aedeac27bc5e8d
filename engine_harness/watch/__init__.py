"""Which files matter, when they have changed, and what has to run again."""
