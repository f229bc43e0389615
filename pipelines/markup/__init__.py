"""The markup of a page: one walk over its tree into a flat list of blocks, and what of it a reader sees."""
