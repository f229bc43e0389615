"""The tables of families: reposts of one original, found by their words (`archive.families.index`, docs/families.md).

All of this follows from the versions: it can be dropped and made again (`archive.families.index.reindex`), but for the
ids of families, which stay what they were.
"""

FAMILIES = (
    """
CREATE TABLE sketches (              -- what a version's text is compared by
    version_id INTEGER PRIMARY KEY REFERENCES versions (id),
    article_id INTEGER UNIQUE REFERENCES articles (id),
                                     -- the article whose present version this is, once it is filed; NULL: another is
    algorithm TEXT NOT NULL,         -- how the sketch was made: sketches of two algorithms are not compared
    word_count INTEGER NOT NULL,     -- characters of its words
    word_bytes INTEGER NOT NULL,     -- bytes of them
    hashes BLOB NOT NULL,            -- 4 bytes each, little endian: the sampled shingles, in the order of their places
    places BLOB NOT NULL,            -- the same: where each first stands in the words, in characters
    words BLOB NOT NULL              -- one zstd frame: the body as comparable words, UTF-8
) STRICT
""",
    """
CREATE TABLE fingerprints (          -- which filed articles hold a sampled shingle: how candidates are found
    hash INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    PRIMARY KEY (hash, article_id)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE families (              -- articles that go back to one text; an id is never given twice
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    begun_at TEXT NOT NULL,
    ended_at TEXT,                   -- when the last two members parted, or it became part of another family
    merged_into INTEGER REFERENCES families (id)  -- that family: this id is an alias of it
) STRICT
""",
    """
CREATE TABLE family_members (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    family_id INTEGER NOT NULL REFERENCES families (id),
    role TEXT NOT NULL CHECK (role IN ('copy', 'collection')),
                                     -- a collection embeds several stories: a member of each one's family, joining none
    PRIMARY KEY (article_id, family_id)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX family_members_family ON family_members (family_id, article_id)",
    """
CREATE TABLE family_links (          -- why articles are in one family: two of them, compared word by word
    article_id INTEGER NOT NULL REFERENCES articles (id),
    other_id INTEGER NOT NULL REFERENCES articles (id),
    kind TEXT NOT NULL CHECK (kind IN ('same', 'contains')),  -- contains: the article holds the other, far shorter one
    share REAL NOT NULL,             -- of the shorter text's characters, those in passages that both have
    jaccard REAL NOT NULL,           -- shingles that both have, of all that either has
    characters INTEGER NOT NULL,     -- in passages that both have
    PRIMARY KEY (article_id, other_id),
    CHECK (kind = 'contains' OR article_id < other_id)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX family_links_other ON family_links (other_id, article_id)",
    """
CREATE TABLE family_history (        -- what became of families, in order
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    family_id INTEGER NOT NULL REFERENCES families (id),
    event TEXT NOT NULL CHECK (event IN ('begun', 'joined', 'left', 'merged', 'split', 'ended')),
    article_id INTEGER REFERENCES articles (id),     -- who joined or left
    other_id INTEGER REFERENCES families (id),       -- merged: into which; split: off from which
    CHECK ((event IN ('joined', 'left')) = (article_id IS NOT NULL)),
    CHECK ((event IN ('merged', 'split')) = (other_id IS NOT NULL))
) STRICT
""",
    "CREATE INDEX family_history_family ON family_history (family_id, id)",
    """
CREATE TABLE collations (            -- the text that all witnesses of a family give together
    family_id INTEGER PRIMARY KEY REFERENCES families (id),
    made_at TEXT NOT NULL,
    program TEXT NOT NULL,           -- the version that made it
    base_id INTEGER NOT NULL REFERENCES versions (id),  -- the member's version whose wording it follows
    witnesses TEXT NOT NULL,         -- JSON array of version ids, the base first
    body TEXT NOT NULL               -- JSON array of paragraphs
) STRICT
""",
    """
CREATE TABLE collation_notes (       -- every place where the collation is not its base
    family_id INTEGER NOT NULL REFERENCES collations (family_id),
    number INTEGER NOT NULL,
    place TEXT NOT NULL,             -- body/3: paragraph of the base, from 0
    at INTEGER NOT NULL,             -- offset in characters into the base's paragraph
    before TEXT NOT NULL,            -- what the base has there
    after TEXT NOT NULL,             -- what the collation has instead
    cause TEXT NOT NULL CHECK (cause IN ('lost', 'doubtful')),  -- why the base is not believed there
    witnesses TEXT NOT NULL,         -- JSON array of the version ids that have `after`
    against TEXT NOT NULL,           -- JSON array of the version ids that have something else there
    PRIMARY KEY (family_id, number)
) STRICT, WITHOUT ROWID
""",
)
