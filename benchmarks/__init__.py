"""Speed and memory beside targets: `python -m benchmarks`. Never part of the tests."""
