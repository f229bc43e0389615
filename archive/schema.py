"""The archive's tables, as named migrations: a migration that has been published is never changed, only followed.

Tables are written in SQL, not through sqlite-utils' `create`, for what that cannot say (checks, `WITHOUT ROWID`) and
for the comments: SQLite keeps them, so `.schema` explains the archive to whoever opens it.

Conventions: times are ISO 8601 in UTC with offset; lists of plain strings are JSON arrays; `number` counts from 0 in
reading order; text holds no NUL and no lone surrogate (`archive.rows.storable`).
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.families.schema import FAMILIES
from archive.schema_events import EVENTS
from archive.schema_twins import TWINS
from archive.search.index import rebuild
from archive.search.schema import SEARCH

APPLICATION_ID = 0x5245_504F  # "REPO", in the file's header: how an archive is told from another program's database

migrations = Migrations("repost-archive")


def known_names() -> set[str]:
    """The names of this program's migrations."""
    return {migration.name for migration in migrations.pending(Database(memory=True, execute_plugins=False))}


def applied_names(db: Database) -> set[str]:
    """The names of the migrations that a database has been through."""
    return {migration.name for migration in migrations.applied(db)}


@migrations(name="0001_pages_articles_versions")
def _first(db: Database) -> None:
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for statement in (*_TABLES, *_INDEXES, *_VIEWS):
        db.execute(statement)


_TABLES = (
    """
CREATE TABLE sites (
    site TEXT PRIMARY KEY,           -- the name of its recipe, else its host
    first_seen TEXT NOT NULL,
    dictionary_sha256 TEXT REFERENCES bodies (sha256)  -- the page that this site's next pages are packed against
) STRICT
""",
    """
CREATE TABLE urls (                  -- every address that was asked for or that answered
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL REFERENCES sites (site),
    state TEXT NOT NULL              -- what became of it, the last time
        CHECK (state IN ('pending', 'article', 'rejected', 'failed', 'redirected', 'part')),
    reason TEXT,                     -- why it was rejected or failed: a slug of crawler.items.Reason
    detail TEXT,
    status INTEGER,                  -- the last HTTP status
    redirects_to TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    capture_id INTEGER REFERENCES captures (id),  -- the last capture
    article_id INTEGER REFERENCES articles (id),
    CHECK ((state IN ('rejected', 'failed')) = (reason IS NOT NULL)),
    CHECK ((state = 'redirected') = (redirects_to IS NOT NULL))
) STRICT
""",
    """
CREATE TABLE bodies (                -- the bytes of pages, each stored once
    sha256 TEXT PRIMARY KEY,         -- of the bytes, not of how they are packed
    size INTEGER NOT NULL,
    packed BLOB NOT NULL,            -- one zstd frame
    dictionary_sha256 TEXT REFERENCES bodies (sha256)  -- the body that is the frame's prefix
) STRICT
""",
    """
CREATE TABLE captures (              -- one fetched page, kept before anything was decided about it
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL REFERENCES urls (url),  -- the address that answered
    requested_url TEXT REFERENCES urls (url), -- the address asked for, where it differs
    site TEXT NOT NULL REFERENCES sites (site),
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,           -- JSON array of [lower-case name, value], as received
    fetched_at TEXT NOT NULL,
    body_sha256 TEXT NOT NULL REFERENCES bodies (sha256),
    part_of INTEGER REFERENCES captures (id), -- the first page of a split article
    part INTEGER NOT NULL DEFAULT 0, -- 0, or 1, 2 … for its later pages
    outcome TEXT CHECK (outcome IN ('article', 'rejected', 'part')),  -- NULL: not decided yet
    version_id INTEGER REFERENCES versions (id),  -- the version of an article that this page gives
    reason TEXT,                     -- why it gives none: a slug of crawler.items.Reason
    detail TEXT,
    encoding TEXT,
    view_count INTEGER,              -- as this page showed it: a series over an article's captures
    hijacked INTEGER CHECK (hijacked IN (0, 1)),
    cleaned_at TEXT,
    cleaner TEXT,                    -- the program's version that decided
    CHECK ((outcome IS 'article') = (version_id IS NOT NULL)),
    CHECK ((outcome IS 'rejected') = (reason IS NOT NULL)),
    CHECK ((outcome IS 'part') = (part_of IS NOT NULL)),
    UNIQUE (part_of, part)
) STRICT
""",
    """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    url_key TEXT NOT NULL UNIQUE,    -- the address in its canonical form
    site TEXT NOT NULL REFERENCES sites (site),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    version_id INTEGER REFERENCES versions (id)
                                     -- what its newest capture gives; NULL: today's rules find no article in any
) STRICT
""",
    """
CREATE TABLE versions (              -- one state of an article's record; never changed, only followed by another
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    version INTEGER NOT NULL,        -- 1, 2 … within the article
    capture_id INTEGER NOT NULL REFERENCES captures (id),  -- the first capture that gave it
    digest TEXT NOT NULL,            -- SHA-256 of the normalised headline and body
    cleaner TEXT NOT NULL,
    cleaned_at TEXT NOT NULL,
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    headline TEXT NOT NULL,
    headline_raw TEXT NOT NULL,      -- as the page has it, before restoring
    kicker TEXT,
    subtitle TEXT,
    published_at TEXT,               -- ISO 8601 with offset, or a date alone
    published_raw TEXT,
    source TEXT,                     -- 来源, the outlet it was taken from
    source_raw TEXT,
    site_name TEXT,
    breadcrumb TEXT NOT NULL,        -- JSON array
    authors TEXT NOT NULL,           -- JSON array
    authors_raw TEXT,
    credits_raw TEXT NOT NULL,       -- JSON array
    view_count INTEGER,
    view_count_raw TEXT,
    declared_url TEXT,
    body TEXT NOT NULL,              -- JSON array of paragraphs
    body_raw TEXT,                   -- JSON array, before restoring; NULL: the same as body
    notices TEXT NOT NULL,           -- JSON array
    hijacked INTEGER NOT NULL CHECK (hijacked IN (0, 1)),
    spam_title TEXT,
    spam_link_count INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    script TEXT NOT NULL,            -- hans, hant or other
    damage TEXT NOT NULL,            -- the damage class found
    repairs TEXT NOT NULL,           -- JSON object: rule to number of places
    UNIQUE (article_id, version)
) STRICT
""",
    """
CREATE TABLE images (
    version_id INTEGER NOT NULL REFERENCES versions (id),
    number INTEGER NOT NULL,
    src TEXT NOT NULL,
    alt TEXT,
    caption TEXT,
    PRIMARY KEY (version_id, number)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE credits (               -- who did what: one row a role
    version_id INTEGER NOT NULL REFERENCES versions (id),
    number INTEGER NOT NULL,
    role TEXT NOT NULL,
    names TEXT NOT NULL,             -- JSON array
    PRIMARY KEY (version_id, number)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE notes (                 -- every change made to a text, in the order they were made
    version_id INTEGER NOT NULL REFERENCES versions (id),
    number INTEGER NOT NULL,
    step TEXT NOT NULL,
    rule TEXT NOT NULL,
    place TEXT NOT NULL,             -- headline, body/3, images/0/caption, page
    at INTEGER NOT NULL,             -- offset in characters into the text as it stood then
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    confidence REAL,                 -- margin over the runner-up, natural-log units a character
    doubtful INTEGER NOT NULL CHECK (doubtful IN (0, 1)),
    PRIMARY KEY (version_id, number)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE evidence (              -- what was seen, behind a decision about a version or about a rejected capture
    id INTEGER PRIMARY KEY,
    version_id INTEGER REFERENCES versions (id),
    capture_id INTEGER REFERENCES captures (id),
    decision TEXT NOT NULL CHECK (decision IN ('hijack', 'damage', 'encoding')),
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    weight REAL NOT NULL,
    CHECK ((version_id IS NULL) <> (capture_id IS NULL))
) STRICT
""",
    """
CREATE TABLE spam_links (            -- links of injected farms
    id INTEGER PRIMARY KEY,
    version_id INTEGER REFERENCES versions (id),
    capture_id INTEGER REFERENCES captures (id),
    domain TEXT NOT NULL,
    anchor TEXT NOT NULL,
    hidden_by TEXT NOT NULL,         -- display-none, off-screen, zero-size …, or visible
    CHECK ((version_id IS NULL) <> (capture_id IS NULL))
) STRICT
""",
)

_INDEXES = (
    "CREATE INDEX captures_url ON captures (url)",
    "CREATE INDEX captures_requested_url ON captures (requested_url)",
    "CREATE INDEX captures_version ON captures (version_id)",
    "CREATE INDEX captures_pending ON captures (id) WHERE outcome IS NULL",
    "CREATE INDEX versions_article_digest ON versions (article_id, digest)",
    "CREATE INDEX versions_capture ON versions (capture_id)",
    "CREATE INDEX articles_last_seen ON articles (last_seen)",
    "CREATE INDEX evidence_version ON evidence (version_id)",
    "CREATE INDEX evidence_capture ON evidence (capture_id)",
    "CREATE INDEX spam_links_version ON spam_links (version_id)",
    "CREATE INDEX spam_links_capture ON spam_links (capture_id)",
    "CREATE INDEX spam_links_domain ON spam_links (domain)",
)

_VIEWS = (
    """
CREATE VIEW latest AS                -- one row an article: its present version, with the body as text
SELECT
    articles.id AS article_id, articles.site, articles.url_key, articles.first_seen, articles.last_seen,
    versions.id AS version_id, versions.version, versions.capture_id, versions.url, versions.fetched_at,
    headline, headline_raw, kicker, subtitle, published_at, published_raw, source, source_raw, site_name,
    breadcrumb, authors, authors_raw, view_count, declared_url,
    (SELECT group_concat(value, char(10)) FROM (SELECT value FROM json_each(versions.body) ORDER BY key)) AS text,
    hijacked, spam_title, spam_link_count, encoding, script, damage, repairs, digest, cleaner
FROM articles JOIN versions ON versions.id = articles.version_id
""",
    """
CREATE VIEW rejected AS              -- every page that gave no article, and every address that could not be fetched
SELECT captures.id AS capture_id, captures.site, url, requested_url, status, fetched_at AS seen_at, reason, detail
FROM captures WHERE outcome = 'rejected'
UNION ALL
SELECT NULL, site, url, NULL, status, last_seen, reason, detail FROM urls WHERE state = 'failed'
""",
)


@migrations(name="0002_frontier_runs_events")
def _second(db: Database) -> None:
    for statement in _FRONTIER:
        db.execute(statement)


_FRONTIER = (
    """
CREATE TABLE runs (                  -- every crawl or update, the one at work included
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,           -- the spider: pages, update …
    job TEXT NOT NULL,               -- what was asked for: a run of the same job goes on where one was cut short
    since TEXT NOT NULL,             -- when the job began: what was answered since is not asked for again
    started_at TEXT NOT NULL,
    finished_at TEXT,                -- NULL: at work, or killed
    finish TEXT,                     -- finished, or what ended it
    exit_code INTEGER,
    summary TEXT                     -- JSON object, as --summary writes it
) STRICT
""",
    """
CREATE TABLE frontier (              -- every address known, and when to ask for it
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    url_key TEXT NOT NULL,           -- its canonical form: two spellings of one page are asked for once
    site TEXT NOT NULL,              -- as in sites, which has it once something was asked for
    host TEXT NOT NULL,
    spider TEXT NOT NULL,            -- whose …
    callback TEXT NOT NULL,          -- … method reads the answer
    errback TEXT,
    arguments TEXT NOT NULL,         -- JSON object: its keyword arguments
    meta TEXT NOT NULL,              -- JSON object: what else goes with the request
    priority INTEGER NOT NULL,       -- the higher, the sooner
    depth INTEGER NOT NULL,          -- links followed from what was given
    state TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'answered')),
    job TEXT NOT NULL,               -- who asked for it last
    attempts INTEGER NOT NULL DEFAULT 0,  -- claims since it was answered last
    found_at TEXT NOT NULL,
    answered_at TEXT,                -- when it was last answered, or given up
    due_at TEXT,                     -- when to ask again; NULL: not of our own accord
    interval REAL,                   -- seconds between two visits, as its changes have taught
    misses INTEGER NOT NULL DEFAULT 0,    -- visits in a row that found nothing there
    answered_by TEXT,                -- the address whose validators these are
    etag TEXT,
    last_modified TEXT,
    led_to INTEGER,                  -- addresses that it led to, the last time; NULL: a page that is read for itself
    led_to_at TEXT                   -- when it last led to any
) STRICT
""",
    "CREATE INDEX frontier_queue ON frontier (job, host, priority DESC, id) WHERE state = 'queued'",
    "CREATE INDEX frontier_claimed ON frontier (id) WHERE state = 'claimed'",
    "CREATE INDEX frontier_due ON frontier (due_at) WHERE state = 'answered' AND due_at IS NOT NULL",
    "CREATE INDEX frontier_url_key ON frontier (url_key)",
    "CREATE INDEX frontier_site ON frontier (site, state)",
    """
CREATE TABLE sightings (             -- a server said that a page is still the capture
    id INTEGER PRIMARY KEY,
    capture_id INTEGER NOT NULL REFERENCES captures (id),
    seen_at TEXT NOT NULL
) STRICT
""",
    "CREATE INDEX sightings_capture ON sightings (capture_id)",
    """
CREATE TABLE exceptions (            -- where a site's file has a rule set aside, and the reason written there
    site TEXT NOT NULL,
    host TEXT NOT NULL,
    rule TEXT NOT NULL CHECK (rule IN ('robots', 'certificate')),
    reason TEXT NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (host, rule, reason)
) STRICT, WITHOUT ROWID
""",
    # A view, because it follows from the captures: cleaned again by better rules, they tell another story.
    """
CREATE VIEW events AS                -- what happened to pages between one capture and the next of the same address
WITH pages AS (
    SELECT captures.*, coalesce(requested_url, captures.url) AS asked FROM captures WHERE part_of IS NULL
),
presence AS (
    SELECT id, asked, site, fetched_at, version_id,
        CASE WHEN status IN (404, 410) THEN 'gone' WHEN reason = 'soft-404' THEN 'soft-404' ELSE 'there' END AS now,
        lag(CASE WHEN status IN (404, 410) THEN 'gone' WHEN reason = 'soft-404' THEN 'soft-404' ELSE 'there' END)
            OVER (PARTITION BY asked ORDER BY fetched_at, id) AS before
    FROM pages WHERE outcome IS NOT NULL AND (status BETWEEN 200 AND 299 OR status IN (404, 410))
),
verdicts AS (
    SELECT id, asked, site, fetched_at, version_id, hijacked AS now,
        lag(hijacked) OVER (PARTITION BY asked ORDER BY fetched_at, id) AS before
    FROM pages WHERE hijacked IS NOT NULL
),
texts AS (
    SELECT pages.id, asked, site, pages.fetched_at, version_id, digest AS now,
        lag(digest) OVER (PARTITION BY asked ORDER BY pages.fetched_at, pages.id) AS before
    FROM pages JOIN versions ON versions.id = version_id
)
SELECT CASE now WHEN 'there' THEN 'back' ELSE now END AS event,
    fetched_at AS at, site, asked AS url, id AS capture_id, version_id
FROM presence WHERE before IS NOT NULL AND now <> before
UNION ALL
SELECT CASE now WHEN 1 THEN 'hijack-begun' ELSE 'hijack-ended' END, fetched_at, site, asked, id, version_id
FROM verdicts WHERE before IS NOT NULL AND now <> before
UNION ALL
SELECT 'changed', fetched_at, site, asked, id, version_id
FROM texts WHERE before IS NOT NULL AND now <> before
""",
)


@migrations(name="0003_search")
def _third(db: Database) -> None:
    for statement in SEARCH:
        db.execute(statement)
    rebuild(db)


@migrations(name="0004_families")
def _fourth(db: Database) -> None:
    for statement in FAMILIES:
        db.execute(statement)


@migrations(name="0005_drift")
def _fifth(db: Database) -> None:
    db.execute("ALTER TABLE frontier ADD COLUMN missed_at TEXT")  # when the first of `misses` was


@migrations(name="0007_urls_by_capture")
def _seventh(db: Database) -> None:
    # What became of a capture is written beside its address: without this, every write reads all addresses.
    db.execute("CREATE INDEX urls_capture ON urls (capture_id)")


@migrations(name="0008_as_published")
def _eighth(db: Database) -> None:
    """0001, 0003 and 0004 were changed after archives had been made by them: those get what the others have."""
    db.execute("CREATE INDEX IF NOT EXISTS captures_requested_url ON captures (requested_url)")
    # What is dropped follows from the versions; `repost reindex` files articles in families again.
    if "text" not in _columns(db, "search_index"):
        _drop(db, "search_index", "search_documents")
        for statement in SEARCH:
            db.execute(statement)
        rebuild(db)
    if "places" not in _columns(db, "sketches"):
        _drop(db, "collation_notes", "collations", "family_history", "family_links", "family_members", "families",
              "fingerprints", "sketches")  # fmt: skip
        for statement in FAMILIES:
            db.execute(statement)


def _columns(db: Database, table: str) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _drop(db: Database, *tables: str) -> None:
    for table in tables:
        db.execute(f"DROP TABLE {table}")


@migrations(name="0009_twins")
def _ninth(db: Database) -> None:
    db.execute(TWINS)


@migrations(name="0010_newest_is_lowest")
def _tenth(db: Database) -> None:
    """Documents of the search index were numbered the other way round."""
    _drop(db, "search_index", "search_documents")
    for statement in SEARCH:
        db.execute(statement)
    rebuild(db)


@migrations(name="0011_completed")
def _eleventh(db: Database) -> None:
    """An article that later pages complete was told as changed."""
    db.execute("DROP VIEW events")
    db.execute(EVENTS)
