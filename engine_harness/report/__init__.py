"""Records and verdicts give files and console lines."""
