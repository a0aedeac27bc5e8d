"""One plan in one VM gives one record."""
