"""How we clean; open `clean.py` first."""
