"""Search in Chinese on FTS5: how texts and queries are cut into tokens, the index, and asking it."""
