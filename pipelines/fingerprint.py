"""The keys an article is filed under: one for its address, one for its words, and a sketch that finds its reposts."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from rensa import RMinHash  # type: ignore[import-untyped]  # ships no types
from w3lib.url import canonicalize_url

from crawler.items import Article, Record, Sketch
from pipelines.article.lines import LineKind, line_kind
from pipelines.rules.boilerplate import BOILERPLATE_SIGNS, ENOUGH_SIGNS
from pipelines.rules.url_noise import SESSION_IN_PATH, SHARING_PAIRS, TRACKING_PARAMETERS
from pipelines.script import fold_script

SHINGLE: Final = 4
"""Characters of a shingle. Of a text in which every tenth character was changed 66 % of its shingles are left, where
every third was 20 %; with 3 too many are everyday words that say nothing, with 5 too few are left."""
ONE_IN: Final = 12
"""How many shingles there are to a sampled one."""
FEWEST: Final = 24
"""A short text is sampled more densely, so that two copies of a paragraph still meet."""
MOST: Final = 1024
"""A book is sampled more thinly, so that no page fills the index."""
ALGORITHM: Final = f"words 1, shingles of {SHINGLE}, one in {ONE_IN}, rensa {RMinHash.ALGORITHM_VERSION}"

_NOT_A_WORD = re.compile(r"[\W_]+")
_DEFAULT_PORT = {"http": 80, "https": 443}
_HASH_BITS = 31  # what SQLite keeps in four bytes
_SMALL = 2**64 // ONE_IN
_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])")
_BOILERPLATE_SIGN = re.compile("|".join(map(re.escape, BOILERPLATE_SIGNS)))
# A byline or a credit inside a paragraph: （来源：云溪日报）, 责任编辑：张三
_LABEL = re.compile(r"[:：]|转载|版权|声明")


def fingerprint(record: Record) -> Article:
    """File a record under its keys."""
    return Article(
        record=record,
        url_key=url_key(record.url),
        digest=digest(record.headline, record.body),
        sketch=sketch(record.body),
    )


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
    return hashlib.sha256(_words("\n".join((headline, *body))).encode("utf-8", "replace")).hexdigest()


def sketch(body: tuple[str, ...]) -> Sketch:
    """What finds the reposts of a body: its words, and of its shingles the same sample that any other text gives.

    A shingle is sampled when its hash is small (Broder's minimum hashes modulo, FracMinHash): a copy, a cut copy and a
    digest that embeds it then all hold what they have in common, which a MinHash signature of a fixed number of minima
    loses for texts of different length. Headline and boilerplate are left out: reposters change the one and share the
    other.
    """
    words = "".join(map(_words, _own_lines(body)))
    sample = _sample(words)
    return Sketch(algorithm=ALGORITHM, words=words, hashes=tuple(sample), places=tuple(sample.values()))


def _words(text: str) -> str:
    """A text as it is compared: simplified, in half width and lower case, nothing but letters and digits."""
    return fold_script(unicodedata.normalize("NFKC", _NOT_A_WORD.sub("", text))).casefold()


def _own_lines(body: tuple[str, ...]) -> Iterator[str]:
    """The body without rights, disclaimers, bylines and other furniture that extraction could not tell from it.

    It may stand at the end of a paragraph: …通车。免责声明：本文转载自网络，版权归原作者所有。
    """
    for paragraph in body:
        folded = fold_script(paragraph)
        pieces = _SENTENCE_END.split(folded) if _may_be_boilerplate(folded) else [folded]
        yield "".join(piece for piece in pieces if not _is_boilerplate(piece.strip()))


def _may_be_boilerplate(text: str) -> bool:
    return _LABEL.search(text) is not None or _has_signs(text)


def _is_boilerplate(text: str) -> bool:
    return _has_signs(text) or line_kind(text) is not LineKind.TEXT


def _has_signs(text: str) -> bool:
    return len(set(_BOILERPLATE_SIGN.findall(text))) >= ENOUGH_SIGNS


def _sample(words: str) -> dict[int, int]:
    """The smallest hashes of a text's shingles, with the place of each, in the order of their places."""
    ends_to_start = range(len(words) - SHINGLE, -1, -1)  # so that the first of a shingle's places is the one that stays
    places = {words[at : at + SHINGLE]: at for at in ends_to_start}
    if not places:
        return {}
    (hashes,) = RMinHash.hash_token_sets([list(places)])
    sample = [(at, value) for value, at in zip(hashes, places.values(), strict=True) if value < _SMALL]
    if not FEWEST <= len(sample) <= MOST:
        smallest = sorted(zip(hashes, places.values(), strict=True))
        sample = [(at, value) for value, at in smallest[: min(max(len(sample), FEWEST), MOST)]]
    return {value % 2**_HASH_BITS: at for at, value in sorted(sample)}
