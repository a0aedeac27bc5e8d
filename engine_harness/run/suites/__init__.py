"""The suites, one per file: which scenarios each runs, what it writes, what it demands."""
