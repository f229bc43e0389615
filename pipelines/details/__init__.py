"""What the lines about the article say: when, by whom, taken from where; called by `fields.py`."""
