"""Embeds LuaJIT, and the child process around it; knows no scenario."""
