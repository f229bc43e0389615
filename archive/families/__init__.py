"""Families of reposts: which articles go back to one text, kept with every write."""
