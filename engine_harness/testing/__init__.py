"""Public kit for those who write worlds: conformance checks, builders, fakes."""
