"""Deterministic test bench for Lua game logic."""
