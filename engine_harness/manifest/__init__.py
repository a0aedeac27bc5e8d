"""From files to scenarios: formats, models, positions, selection."""
