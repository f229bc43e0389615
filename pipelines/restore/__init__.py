"""Take damaged Chinese text back to what its author wrote; open `engine.py` first."""
