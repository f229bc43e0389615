"""How we keep: the only SQL of the project."""
