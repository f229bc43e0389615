"""The view of mobile twins; `archive.twins` reads it."""

# A view, because it follows from the addresses and from what the pages declare, whoever is kept first.
TWINS = """
CREATE VIEW twins AS                 -- two addresses of one article: the mobile site's and the other one's
WITH labels (label) AS (VALUES ('m.'), ('wap.'), ('3g.'), ('mobile.'), ('h5.')),
mobile AS (
    SELECT articles.id, version_id, url_key, substr(url_key, 8 + length(label)) AS rest  -- news.example/1.html
    FROM labels JOIN articles ON url_key > 'http://' || label AND url_key < 'http://' || rtrim(label, '.') || '/'
),
hosts AS (SELECT *, substr(rest, 1, instr(rest, '/')) AS host FROM mobile)
SELECT mobile.id AS mobile_id, other.id AS other_id, 'host' AS how
FROM mobile JOIN articles AS other ON other.url_key IN ('http://www.' || rest, 'http://' || rest)
UNION
SELECT hosts.id, other.id, 'declared'
FROM hosts JOIN versions ON versions.id = hosts.version_id
JOIN articles AS other ON other.url_key = 'http://' || substr(declared_url, instr(declared_url, '://') + 3)
WHERE substr(other.url_key, 8, length(host)) = host OR substr(other.url_key, 8, length(host) + 4) = 'www.' || host
"""
