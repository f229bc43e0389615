"""The view of what happened to pages; `archive.history` tells the same of one article."""

# A view, because it follows from the captures: cleaned again by better rules, they tell another story.
EVENTS = """
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
    SELECT pages.id, asked, site, pages.fetched_at, version_id, digest AS now, lag(digest) OVER looks AS before,
        lag(version_id) OVER looks AS version_before, lag(pages.id) OVER looks AS id_before
    FROM pages JOIN versions ON versions.id = version_id
    WINDOW looks AS (PARTITION BY asked ORDER BY pages.fetched_at, pages.id)
),
other_texts AS (
    SELECT *, (SELECT count(*) FROM captures WHERE part_of = texts.id) AS parts,
        (SELECT count(*) FROM captures WHERE part_of = id_before) AS parts_before
    FROM texts WHERE before IS NOT NULL AND now <> before
)
SELECT CASE now WHEN 'there' THEN 'back' ELSE now END AS event,
    fetched_at AS at, site, asked AS url, id AS capture_id, version_id
FROM presence WHERE before IS NOT NULL AND now <> before
UNION ALL
SELECT CASE now WHEN 1 THEN 'hijack-begun' ELSE 'hijack-ended' END, fetched_at, site, asked, id, version_id
FROM verdicts WHERE before IS NOT NULL AND now <> before
UNION ALL
SELECT
    CASE
        WHEN parts = parts_before OR NOT EXISTS (  -- where the one text ends the other goes on, in JSON arrays
            SELECT 1 FROM versions AS one JOIN versions AS whole ON whole.headline = one.headline
            WHERE one.id = iif(parts > parts_before, version_before, other_texts.version_id)
                AND whole.id = iif(parts > parts_before, other_texts.version_id, version_before)
                AND substr(whole.body, 1, length(one.body) - 1) = substr(one.body, 1, length(one.body) - 1)
        ) THEN 'changed'
        WHEN parts > parts_before THEN 'completed'  -- by later pages of it that had not come before
        ELSE 'cut-short'             -- later pages of it did not come this time
    END,
    fetched_at, site, asked, id, version_id
FROM other_texts
"""
