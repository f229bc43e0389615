"""The search index's tables. They follow from the versions: `archive.search.index.rebuild` makes them anew."""

SEARCH = (
    """
CREATE TABLE search_documents (      -- the version of each article that is in the search index
    id INTEGER PRIMARY KEY,          -- its row in search_index; the newer the publication, the lower
    article_id INTEGER NOT NULL UNIQUE REFERENCES articles (id),
    version_id INTEGER NOT NULL REFERENCES versions (id)
) STRICT
""",
    # Contentless: the texts are in `versions`. `ascii`, because it takes every character beyond ASCII for a token's.
    "CREATE VIRTUAL TABLE search_index USING fts5 (text, content = '', tokenize = 'ascii')",
)
