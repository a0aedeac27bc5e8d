"""From a plan to a Lua module on disk, skipping the fresh ones."""
