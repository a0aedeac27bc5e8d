"""From a scenario to its ordered events."""
