"""How we look at an archive, read-only."""
