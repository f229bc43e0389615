"""The keys an article is filed under: one for its address, one for its words."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from crawler.items import Article, Record
from pipelines.rules.url_noise import SESSION_IN_PATH, SHARING_PAIRS, TRACKING_PARAMETERS
from pipelines.script import fold_script

_NOT_A_WORD = re.compile(r"[\W_]+")
_DEFAULT_PORT = {"http": 80, "https": 443}


def fingerprint(record: Record) -> Article:
    """File a record under its keys."""
    return Article(record=record, url_key=url_key(record.url), digest=digest(record.headline, record.body))


def url_key(url: str) -> str:
    """The canonical form of an address: spellings that always lead to the same page have one key.

    Scheme and host in lower case, https folded into http, no default port, query sorted, no fragment, no tracking
    parameter, no session id. A mobile twin (m.example.cn) keeps a key of its own: it is another page. What is no
    address at all is its own key.
    """
    try:
        parts = urlsplit(canonicalize_url(SESSION_IN_PATH.sub("", url.strip())))
        default_port = parts.port is not None and parts.port == _DEFAULT_PORT.get(parts.scheme)
    except ValueError:  # http://[half an IPv6 address
        return url
    if not parts.hostname:
        return url
    return urlunsplit(
        (
            "http" if parts.scheme == "https" else parts.scheme,
            parts.netloc.rpartition(":")[0] if default_port else parts.netloc,
            parts.path,
            "&".join(pair for pair in parts.query.split("&") if not _is_noise(pair)),
            "",
        )
    )


def _is_noise(pair: str) -> bool:
    pair = pair.lower()
    return pair in SHARING_PAIRS or pair.partition("=")[0] in TRACKING_PARAMETERS


def digest(headline: str, body: tuple[str, ...]) -> str:
    """SHA-256 (hex) of what the text says, blind to how it is set.

    Width, script, punctuation, white space and the division into paragraphs do not count: a page served once in half
    width or as Traditional is no new version. View counts, spam and chrome are not in it at all.
    """
    words = _NOT_A_WORD.sub("", "\n".join((headline, *body)))
    folded = fold_script(unicodedata.normalize("NFKC", words)).casefold()
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()
