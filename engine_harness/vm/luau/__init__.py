"""Luau as LuaJIT reads it: text in, text with the same lines out. Knows no file and no VM."""
