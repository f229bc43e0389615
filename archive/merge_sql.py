"""The statements of `archive.merge`, in order: `main` takes in `source`.

An upsert's WHERE compares whole rows, the newer or else the greater wins: any order of archives ends at the same row.
"""

from archive.rows import LATEST

# source's id → ours. Made again for each archive.
SCRATCH = (
    "DROP TABLE IF EXISTS temp.captures_joined",
    "CREATE TABLE temp.captures_joined (source_id INTEGER PRIMARY KEY, id INTEGER NOT NULL)",
    "DROP TABLE IF EXISTS temp.articles_joined",
    "CREATE TABLE temp.articles_joined (source_id INTEGER PRIMARY KEY, id INTEGER NOT NULL)",
    "CREATE INDEX temp.articles_joined_id ON articles_joined (id)",
    "DROP TABLE IF EXISTS temp.versions_joined",
    "CREATE TABLE temp.versions_joined (source_id INTEGER PRIMARY KEY, id INTEGER NOT NULL, is_new INTEGER NOT NULL)",
    "DROP TABLE IF EXISTS temp.decided",
    "CREATE TABLE temp.decided (id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL)",
    "DROP TABLE IF EXISTS temp.numbered",
    "CREATE TABLE temp.numbered (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)",
)

_SITES = (
    """
    INSERT INTO main.sites (site, first_seen, dictionary_sha256)
    SELECT site, first_seen, dictionary_sha256 FROM source.sites WHERE true
    ON CONFLICT (site) DO UPDATE SET
        first_seen = min(first_seen, excluded.first_seen),
        dictionary_sha256 = coalesce(dictionary_sha256, excluded.dictionary_sha256)
    """,
)

_BODIES = (
    """
    INSERT OR IGNORE INTO main.bodies (sha256, size, packed, dictionary_sha256)
    SELECT sha256, size, packed, dictionary_sha256 FROM source.bodies
    """,
    # What other bodies are packed against is itself packed alone; ours may be packed against something else.
    """
    UPDATE main.bodies SET packed = alone.packed, dictionary_sha256 = NULL
    FROM source.bodies AS alone
    WHERE alone.sha256 = main.bodies.sha256 AND alone.dictionary_sha256 IS NULL
        AND main.bodies.dictionary_sha256 IS NOT NULL
        AND alone.sha256 IN (
            SELECT dictionary_sha256 FROM source.bodies UNION SELECT dictionary_sha256 FROM source.sites
        )
    """,
)

# What an address's last capture says is worked out below from the captures, so all such states are one here.
_RANK = "CASE {}.state WHEN 'failed' THEN 1 WHEN 'redirected' THEN 0 ELSE 2 END"
_URL_ROW = (
    "{0}.last_seen, {1}, {0}.site, coalesce({0}.reason, ''), coalesce({0}.detail, ''), coalesce({0}.redirects_to, ''), "
    "coalesce({0}.status, 0)"
)
_URLS = (
    f"""
    INSERT INTO main.urls (url, site, state, reason, detail, status, redirects_to, first_seen, last_seen)
    SELECT url, site, state, reason, detail, status, redirects_to, first_seen, last_seen FROM source.urls WHERE true
    ON CONFLICT (url) DO UPDATE SET
        site = excluded.site, state = excluded.state, reason = excluded.reason, detail = excluded.detail,
        status = excluded.status, redirects_to = excluded.redirects_to, last_seen = excluded.last_seen
    WHERE ({_URL_ROW.format("excluded", _RANK.format("excluded"))}) > ({_URL_ROW.format("urls", _RANK.format("urls"))})
    """,  # noqa: S608 - names of our own
    """
    UPDATE main.urls SET first_seen = other.first_seen FROM source.urls AS other
    WHERE other.url = main.urls.url AND other.first_seen < main.urls.first_seen
    """,
)

_CAPTURES = (
    """
    INSERT INTO main.captures (url, requested_url, site, status, headers, fetched_at, body_sha256)
    SELECT url, requested_url, site, status, headers, fetched_at, body_sha256 FROM (
        SELECT *, min(id) FROM source.captures AS theirs
        WHERE part_of IS NULL AND NOT EXISTS (
            SELECT 1 FROM main.captures AS ours
            WHERE ours.url = theirs.url AND ours.fetched_at = theirs.fetched_at
                AND ours.body_sha256 = theirs.body_sha256 AND ours.requested_url IS theirs.requested_url
                AND ours.part_of IS NULL
        )
        GROUP BY url, requested_url, fetched_at, body_sha256
    ) ORDER BY id
    """,
    """
    INSERT INTO temp.captures_joined
    SELECT theirs.id, min(ours.id) FROM source.captures AS theirs JOIN main.captures AS ours
        ON ours.url = theirs.url AND ours.fetched_at = theirs.fetched_at AND ours.body_sha256 = theirs.body_sha256
        AND ours.requested_url IS theirs.requested_url AND ours.part_of IS NULL
    WHERE theirs.part_of IS NULL GROUP BY theirs.id
    """,
    """
    INSERT INTO main.captures
        (url, requested_url, site, status, headers, fetched_at, body_sha256, part_of, part, outcome)
    SELECT url, requested_url, site, status, headers, fetched_at, body_sha256, joined.id, part, 'part'
    FROM source.captures AS theirs JOIN temp.captures_joined AS joined ON joined.source_id = theirs.part_of
    ORDER BY theirs.id
    ON CONFLICT (part_of, part) DO UPDATE SET
        url = excluded.url, requested_url = excluded.requested_url, site = excluded.site, status = excluded.status,
        headers = excluded.headers, fetched_at = excluded.fetched_at, body_sha256 = excluded.body_sha256
    WHERE (excluded.fetched_at, excluded.body_sha256, excluded.url, coalesce(excluded.requested_url, ''))
        > (captures.fetched_at, captures.body_sha256, captures.url, coalesce(captures.requested_url, ''))
    """,
    """
    INSERT INTO temp.captures_joined
    SELECT theirs.id, ours.id
    FROM source.captures AS theirs JOIN temp.captures_joined AS first ON first.source_id = theirs.part_of
    JOIN main.captures AS ours ON ours.part_of = first.id AND ours.part = theirs.part
    """,
    """
    UPDATE main.captures SET site = theirs.site, status = theirs.status, headers = theirs.headers
    FROM temp.captures_joined AS joined JOIN source.captures AS theirs ON theirs.id = joined.source_id
    WHERE joined.id = main.captures.id AND (theirs.site, theirs.status, theirs.headers)
        > (main.captures.site, main.captures.status, main.captures.headers)
    """,
    """
    INSERT INTO main.sightings (capture_id, seen_at)
    SELECT DISTINCT joined.id, seen_at
    FROM source.sightings AS theirs JOIN temp.captures_joined AS joined ON joined.source_id = theirs.capture_id
    WHERE NOT EXISTS (
        SELECT 1 FROM main.sightings AS ours WHERE ours.capture_id = joined.id AND ours.seen_at = theirs.seen_at
    )
    """,
)

_ARTICLES = (
    """
    INSERT INTO main.articles (url_key, site, first_seen, last_seen)
    SELECT url_key, site, first_seen, last_seen FROM source.articles WHERE true ORDER BY id
    ON CONFLICT (url_key) DO UPDATE SET
        site = iif((excluded.last_seen, excluded.site) > (last_seen, site), excluded.site, site),
        first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
    """,
    """
    INSERT INTO temp.articles_joined
    SELECT theirs.id, ours.id FROM source.articles AS theirs JOIN main.articles AS ours USING (url_key)
    """,
)

_RUNS_AND_FRONTIER = (
    """
    CREATE TABLE temp.all_runs AS
    SELECT command, job, since, started_at, finished_at, finish, exit_code, summary FROM main.runs
    UNION SELECT command, job, since, started_at, finished_at, finish, exit_code, summary FROM source.runs
    """,
    "DELETE FROM main.runs",
    # In one archive a run may have been killed, as the other one's copy of it ended; the one that ended knows more.
    """
    INSERT INTO main.runs (command, job, since, started_at, finished_at, finish, exit_code, summary)
    SELECT command, job, since, started_at, finished_at, finish, exit_code, summary FROM (
        SELECT *, row_number() OVER (
            PARTITION BY command, job, started_at
            ORDER BY finished_at DESC, summary DESC, finish DESC, exit_code DESC, since DESC
        ) AS place
        FROM temp.all_runs
    ) WHERE place = 1 ORDER BY started_at, command, job
    """,
    "DROP TABLE temp.all_runs",
)

_FRONTIER_COLUMNS = (
    "url_key", "site", "host", "spider", "callback", "errback", "arguments", "meta", "priority", "depth", "state",
    "job", "attempts", "answered_at", "due_at", "interval", "misses", "answered_by", "etag", "last_modified", "led_to",
    "led_to_at", "missed_at",
)  # fmt: skip
_COLUMN_LIST = ", ".join(_FRONTIER_COLUMNS)
_FRONTIER_ROW = ", ".join(
    ("coalesce({0}.answered_at, '')", "{0}.state = 'queued'",
     *(f"coalesce({{0}}.{name}, '')" for name in _FRONTIER_COLUMNS))
)  # fmt: skip
_FRONTIER = (
    # What another process has claimed there is queued here.
    f"""
    INSERT INTO main.frontier (url, found_at, {_COLUMN_LIST})
    SELECT url, found_at, {_COLUMN_LIST.replace("state", "iif(state = 'claimed', 'queued', state)")}
    FROM source.frontier WHERE true ORDER BY id
    ON CONFLICT (url) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _FRONTIER_COLUMNS)}
    WHERE ({_FRONTIER_ROW.format("excluded")}) > ({_FRONTIER_ROW.format("frontier")})
    """,  # noqa: S608 - names of our own
    """
    UPDATE main.frontier SET found_at = other.found_at FROM source.frontier AS other
    WHERE other.url = main.frontier.url AND other.found_at < main.frontier.found_at
    """,
    """
    INSERT INTO main.exceptions (site, host, rule, reason, first_at, last_at)
    SELECT site, host, rule, reason, first_at, last_at FROM source.exceptions WHERE true
    ON CONFLICT (host, rule, reason) DO UPDATE SET
        site = max(site, excluded.site),
        first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)
    """,
)

BEFORE_VERSIONS = (*_SITES, *_BODIES, *_URLS, *_CAPTURES, *_ARTICLES, *_RUNS_AND_FRONTIER, *_FRONTIER)

_CONTENT_COLUMNS = (
    "digest, url, fetched_at, headline, headline_raw, kicker, subtitle, published_at, published_raw, source, "
    "source_raw, site_name, breadcrumb, authors, authors_raw, credits_raw, view_count, view_count_raw, declared_url, "
    "body, body_raw, notices, hijacked, spam_title, spam_link_count, encoding, script, damage, repairs"
)
VERSION_CONTENT = (
    f"SELECT {_CONTENT_COLUMNS} FROM {{schema}}.versions WHERE id = ?",  # noqa: S608 - names of our own
    "SELECT number, src, alt, caption FROM {schema}.images WHERE version_id = ? ORDER BY number",
    "SELECT number, role, names FROM {schema}.credits WHERE version_id = ? ORDER BY number",
    """
    SELECT number, step, rule, place, at, before, after, confidence, doubtful FROM {schema}.notes
    WHERE version_id = ? ORDER BY number
    """,
    "SELECT decision, kind, detail, weight FROM {schema}.evidence WHERE version_id = ? ORDER BY id",
    "SELECT domain, anchor, hidden_by FROM {schema}.spam_links WHERE version_id = ? ORDER BY id",
)

POSSIBLE_TWINS = """
    SELECT theirs.id, ours.id
    FROM source.versions AS theirs
    JOIN temp.articles_joined AS article ON article.source_id = theirs.article_id
    JOIN temp.captures_joined AS capture ON capture.source_id = theirs.capture_id
    JOIN main.versions AS ours
        ON ours.article_id = article.id AND ours.digest = theirs.digest AND ours.capture_id = capture.id
    ORDER BY theirs.id, ours.id
"""

EARLIER_CLEANED = """
    UPDATE main.versions SET cleaned_at = theirs.cleaned_at, cleaner = theirs.cleaner
    FROM temp.versions_joined AS joined JOIN source.versions AS theirs ON theirs.id = joined.source_id
    WHERE joined.id = main.versions.id
        AND (theirs.cleaned_at, theirs.cleaner) < (main.versions.cleaned_at, main.versions.cleaner)
"""

NEW_VERSIONS = (
    """
    INSERT INTO temp.versions_joined
    SELECT id, id + (SELECT coalesce(max(id), 0) FROM main.versions), 1 FROM source.versions
    WHERE id NOT IN (SELECT source_id FROM temp.versions_joined)
    """,
    # Numbered for good below; a number below nought is nobody's meanwhile.
    f"""
    INSERT INTO main.versions (id, article_id, version, capture_id, cleaner, cleaned_at, {_CONTENT_COLUMNS})
    SELECT joined.id, article.id, -joined.id, capture.id, cleaner, cleaned_at, {_CONTENT_COLUMNS}
    FROM source.versions AS theirs
    JOIN temp.versions_joined AS joined ON joined.source_id = theirs.id AND joined.is_new
    JOIN temp.articles_joined AS article ON article.source_id = theirs.article_id
    JOIN temp.captures_joined AS capture ON capture.source_id = theirs.capture_id
    ORDER BY theirs.id
    """,  # noqa: S608 - names of our own
    """
    INSERT INTO main.images (version_id, number, src, alt, caption)
    SELECT joined.id, number, src, alt, caption FROM source.images AS theirs
    JOIN temp.versions_joined AS joined ON joined.source_id = version_id AND is_new
    """,
    """
    INSERT INTO main.credits (version_id, number, role, names)
    SELECT joined.id, number, role, names FROM source.credits AS theirs
    JOIN temp.versions_joined AS joined ON joined.source_id = version_id AND is_new
    """,
    """
    INSERT INTO main.notes (version_id, number, step, rule, place, at, before, after, confidence, doubtful)
    SELECT joined.id, number, step, rule, place, at, before, after, confidence, doubtful FROM source.notes AS theirs
    JOIN temp.versions_joined AS joined ON joined.source_id = version_id AND is_new
    """,
    """
    INSERT INTO main.evidence (version_id, decision, kind, detail, weight)
    SELECT joined.id, decision, kind, detail, weight FROM source.evidence AS theirs
    JOIN temp.versions_joined AS joined ON joined.source_id = version_id AND is_new ORDER BY theirs.id
    """,
    """
    INSERT INTO main.spam_links (version_id, domain, anchor, hidden_by)
    SELECT joined.id, domain, anchor, hidden_by FROM source.spam_links AS theirs
    JOIN temp.versions_joined AS joined ON joined.source_id = version_id AND is_new ORDER BY theirs.id
    """,
    # An article's versions are numbered in the order in which they were read from its pages.
    """
    INSERT INTO temp.numbered
    SELECT id, place FROM (
        SELECT id, version, row_number() OVER (
            PARTITION BY article_id ORDER BY cleaned_at, fetched_at, digest, cleaner, url, headline, body, id
        ) AS place
        FROM main.versions WHERE article_id IN (SELECT id FROM temp.articles_joined)
    ) WHERE place <> version
    """,
    "UPDATE main.versions SET version = -id WHERE id IN (SELECT id FROM temp.numbered)",
    """
    UPDATE main.versions SET version = numbered.version FROM temp.numbered AS numbered
    WHERE numbered.id = main.versions.id
    """,
)

_DECISION = (
    "coalesce({0}.cleaned_at, ''), coalesce({0}.cleaner, ''), coalesce({0}.outcome, ''), coalesce({0}.reason, ''), "
    "coalesce({0}.detail, ''), coalesce({0}.encoding, ''), coalesce({0}.view_count, -1), coalesce({0}.hijacked, -1)"
)
_NAMED_VERSION = """
    (SELECT url_key || ' ' || digest FROM {0}.versions AS v JOIN {0}.articles AS a ON a.id = v.article_id
    WHERE v.id = {1}.version_id)
"""
_DECISIONS = (
    f"""
    INSERT INTO temp.decided
    SELECT ours.id, min(theirs.id)
    FROM source.captures AS theirs
    JOIN temp.captures_joined AS joined ON joined.source_id = theirs.id
    JOIN main.captures AS ours ON ours.id = joined.id
    WHERE ours.part_of IS NULL
        AND ({_DECISION.format("theirs")}, coalesce({_NAMED_VERSION.format("source", "theirs")}, ''))
        > ({_DECISION.format("ours")}, coalesce({_NAMED_VERSION.format("main", "ours")}, ''))
    GROUP BY ours.id
    """,  # noqa: S608 - names of our own
    "DELETE FROM main.evidence WHERE capture_id IN (SELECT id FROM temp.decided)",
    "DELETE FROM main.spam_links WHERE capture_id IN (SELECT id FROM temp.decided)",
    """
    UPDATE main.captures SET
        outcome = theirs.outcome, reason = theirs.reason, detail = theirs.detail, encoding = theirs.encoding,
        view_count = theirs.view_count, hijacked = theirs.hijacked, cleaned_at = theirs.cleaned_at,
        cleaner = theirs.cleaner,
        version_id = (SELECT id FROM temp.versions_joined WHERE source_id = theirs.version_id)
    FROM temp.decided AS decided JOIN source.captures AS theirs ON theirs.id = decided.source_id
    WHERE decided.id = main.captures.id
    """,
    """
    INSERT INTO main.evidence (capture_id, decision, kind, detail, weight)
    SELECT decided.id, decision, kind, theirs.detail, weight FROM source.evidence AS theirs
    JOIN temp.decided AS decided ON decided.source_id = theirs.capture_id ORDER BY theirs.id
    """,
    """
    INSERT INTO main.spam_links (capture_id, domain, anchor, hidden_by)
    SELECT decided.id, domain, anchor, hidden_by FROM source.spam_links AS theirs
    JOIN temp.decided AS decided ON decided.source_id = theirs.capture_id ORDER BY theirs.id
    """,
    # Captures that give an article the same words give one version of it: that of the first of them that has one of
    # its own, as its newest rules read it.
    """
    UPDATE main.captures SET version_id = (
        SELECT candidate.id
        FROM main.versions AS given
        JOIN main.versions AS candidate
            ON candidate.article_id = given.article_id AND candidate.digest = given.digest
        JOIN main.captures AS page ON page.id = candidate.capture_id
        LEFT JOIN main.versions AS now ON now.id = page.version_id
        WHERE given.id = main.captures.version_id
        ORDER BY (now.article_id, now.digest) IS (given.article_id, given.digest) DESC,
            page.fetched_at, page.url, page.requested_url, page.body_sha256,
            candidate.cleaned_at DESC, candidate.version DESC
        LIMIT 1
    )
    WHERE version_id IS NOT NULL
    """,
)

_NEWEST = f"page.fetched_at > {LATEST}, page.fetched_at DESC"
_WHAT_FOLLOWS = (
    f"""
    UPDATE main.articles SET version_id = (
        SELECT page.version_id FROM main.captures AS page JOIN main.versions AS v ON v.id = page.version_id
        WHERE v.article_id = main.articles.id
        ORDER BY {_NEWEST}, page.url DESC, page.requested_url DESC, page.body_sha256 DESC LIMIT 1
    )
    """,  # noqa: S608 - a constant
    f"""
    UPDATE main.urls SET
        capture_id = (
            SELECT id FROM main.captures AS page WHERE url = main.urls.url
            ORDER BY {_NEWEST}, requested_url DESC, body_sha256 DESC, part LIMIT 1
        ),
        article_id = coalesce(
            (
                SELECT v.article_id FROM main.captures AS page
                JOIN main.captures AS first ON first.id = coalesce(page.part_of, page.id)
                JOIN main.versions AS v ON v.id = first.version_id
                WHERE page.url = main.urls.url
                ORDER BY {_NEWEST}, page.requested_url DESC, page.body_sha256 DESC LIMIT 1
            ),
            (
                SELECT v.article_id FROM main.captures AS page
                JOIN main.versions AS v ON v.capture_id = coalesce(page.part_of, page.id)
                WHERE page.url = main.urls.url
                ORDER BY {_NEWEST}, page.requested_url DESC, page.body_sha256 DESC, v.version DESC LIMIT 1
            )
        )
    """,  # noqa: S608 - a constant
    """
    UPDATE main.urls SET
        state = coalesce(page.outcome, 'pending'), reason = page.reason, detail = page.detail, status = page.status,
        redirects_to = NULL
    FROM main.captures AS page
    WHERE page.id = main.urls.capture_id AND main.urls.state NOT IN ('failed', 'redirected')
    """,
)

# For all rows, not only those that the source has: a page that it rejects may have given one of our articles its words.
AFTER_VERSIONS = (*_DECISIONS, *_WHAT_FOLLOWS)
