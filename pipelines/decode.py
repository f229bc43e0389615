"""Bytes to text: which encoding, and how we know.

What a page says about its encoding is a witness, not the truth: a server's default header says utf-8 over GBK bytes, a
page copied from another site keeps that site's meta. So every claim is held against the bytes before it is believed.

Names mean what browsers make of them (WHATWG Encoding Standard, https://encoding.spec.whatwg.org/): gb2312 and gbk are
gb18030, big5 is its HKSCS superset, a lone byte 80 in GBK text is the euro sign, Latin-1 is windows-1252.

A byte that no character can be made of is kept as the private character U+F700 + byte (so U+F780 … U+F7FF, where no
Chinese encoding and no common icon font puts anything): an orphan byte that is still known makes a later repair exact,
U+FFFD would lose it. `mark_of` and `byte_of` are the two directions. A byte after an orphan lead stays what it is: the
`<` of a tag survives.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from w3lib.encoding import http_content_type_encoding, read_bom, resolve_encoding

from crawler.items import Capture, Decoded, Evidence, Note, Reason, Rejected
from pipelines.rules.common_han import COMMON
from pipelines.rules.signatures import SIGNATURES

# The encodings that Chinese pages really use, the likelier one first where the bytes leave it open.
CHINESE = ("utf-8", "gb18030", "big5hkscs")
# How the names of the codecs begin that the Encoding Standard of the WHATWG knows, as Python writes them.
PAGE_CODECS = (
    *("utf-8", "utf-16", "utf-32", "ascii", "latin-1", "latin1", "iso8859", "iso-8859", "cp125", "cp874", "cp866"),
    *(
        "koi8",
        "mac",
        "gb",
        "big5",
        "euc",
        "shift-jis",
        "shift_jis",
        "cp932",
        "cp949",
        "iso2022",
        "hz",
        "johab",
        "cp950",
    ),
    *("windows-", "tis-620", "x-mac"),
)
# Share of common characters among the non-ASCII ones of a reading: right readings of news, blogs and 60-character pages
# have 0.5 to 0.9, Big5 bytes read as GBK 0.05 to 0.2.
READS_AS_CHINESE = 0.4
# Share of marks and control characters from which on a text is taken for binary: a page whose every eighth character
# is lost (`。` and `，` all eaten) stays below.
TOO_MUCH_JUNK = 0.15
META_WITHIN = 8192  # bytes searched for a declaration; one page in a hundred has it after 4 kB of scripts
SAMPLE = 16_384  # bytes of non-ASCII runs, or characters, that statistics look at at a time
ENOUGH = 1000  # characters beyond ASCII that tell whether a reading is Chinese
MAX_NOTES = 100  # orphan bytes noted one by one; the evidence counts all

# What declares an encoding: an XML declaration, which stands first; a meta element.
_XML_DECLARES = re.compile(rb"\s*<\?.*encoding=['\"](.*?)['\"].*\?>", re.IGNORECASE)
_META_DECLARES = re.compile(rb"<\s*meta[^>]+charset\s*=\s*[\"']?([^>]*?)[ /;'\">]", re.IGNORECASE)

_ORPHAN_ERRORS = "repost.keep-orphan"
_MARKS = re.compile("[\uf700-\uf7ff]")
_ASCII = bytes(range(0x80))
_COMMON_RUNS = re.compile(f"[{''.join(COMMON)}]+")
_THREE_BYTES = re.compile("[\u0800-\U0010ffff]")  # what UTF-8 writes with three bytes or more
_JUNK = re.compile("[\uf700-\uf7ff\x01-\x08\x0e-\x1a\x1c-\x1f]")
# Two-byte units that begin with a high byte: complete GBK and Big5 characters; UTF-8 with at most one ASCII byte more.
_RUNS = re.compile(rb"(?:[\x80-\xff][\x30-\xff]?){1,4096}")
# Symbols where Python's big5hkscs differs from what browsers show for the same bytes (index-big5 of the standard):
# 珍‧奧斯汀 is written with A145, which Python reads as a bullet.
_BIG5_SYMBOLS = tuple(zip("•､∼♁☉¥¢£", "‧﹑～⊕⊙￥￠￡", strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What one witness says: its kind, its words, the codec they mean."""

    kind: str
    label: str
    codec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The text under one codec, and which kind of witness decided for it; intact when every byte fitted."""

    codec: str
    decided_by: str
    text: str
    intact: bool = True


def decode(capture: Capture) -> Decoded:
    """Read a capture's bytes as text.

    Witnesses, in order: a byte order mark; the header's charset; the charset that the page declares (meta, XML
    declaration); the bytes themselves, where they are valid UTF-8; statistics over the Chinese encodings. The first
    one that the bytes bear out decides.

    Raises:
        Rejected: `not-html`, when the bytes begin like another kind of file; `undecodable`, when no encoding gives
            readable text.
    """
    body = capture.body
    for signature, name in SIGNATURES:
        if body.startswith(signature):
            raise Rejected(Reason.NOT_HTML, f"the bytes are a {name}")
    claims = (*_byte_order_mark(body), *_header(capture), *_meta(body))
    reading = _first_borne_out(body, claims) or _valid_utf8(body) or _by_statistics(body, claims)
    heard = [
        Evidence(kind=claim.kind, detail=f"says {claim.label}", weight=float(claim.kind == reading.decided_by))
        for claim in claims
    ]
    if reading.decided_by not in {claim.kind for claim in claims}:
        heard.append(Evidence(kind=reading.decided_by, detail=f"the bytes read as {reading.codec}"))
    notes: tuple[Note, ...] = ()
    if not reading.intact:
        notes = _orphan_notes(reading.text)
        count = len(_MARKS.findall(reading.text))
        heard.append(Evidence(kind="orphan-bytes", detail=f"{count} bytes without a character", weight=0.0))
    return Decoded(
        capture=capture,
        text=reading.text.removeprefix("\ufeff"),
        encoding=reading.codec,
        evidence=tuple(heard),
        notes=notes,
    )


def mark_of(byte: int) -> str:
    """The private character that stands for a byte no character could be made of."""
    return chr(0xF700 + byte)


def byte_of(mark: str) -> int | None:
    """The byte that a mark stands for; None for any other character."""
    return ord(mark) - 0xF700 if _MARKS.fullmatch(mark) else None


def _byte_order_mark(body: bytes) -> Iterator[_Claim]:
    codec, _ = read_bom(body[:4])
    if codec:
        yield _Claim(kind="bom", label=codec, codec=codec)
    elif body[:2] in {b"<\0", b"\0<"}:  # UTF-16 without its mark: nothing else begins a page so
        codec = "utf-16-le" if body[0] else "utf-16-be"
        yield _Claim(kind="nul-pattern", label=codec, codec=codec)


def _header(capture: Capture) -> Iterator[_Claim]:
    codec = _page_codec(http_content_type_encoding(capture.header("content-type")))
    if codec:
        yield _Claim(kind="header-charset", label=codec, codec=codec)


def _page_codec(label: str | None) -> str | None:
    """Python's codec for a label that a browser would know, or None.

    Only encodings that pages come in: Python knows others (punycode, unicode_escape …) that browsers do not, and
    decoding 1 MB of what a stranger calls punycode takes half a minute.
    """
    codec = resolve_encoding(label) if label else None
    return codec if codec and codec.replace("_", "-").lower().startswith(PAGE_CODECS) else None


def _meta(body: bytes) -> Iterator[_Claim]:
    beginning = body[:META_WITHIN]
    declared = _XML_DECLARES.match(beginning) or _META_DECLARES.search(beginning)
    label = declared[1].decode("ascii", "replace").lower() if declared else None
    codec = _page_codec(label)
    if label and codec:
        # a meta that could be read as ASCII disproves the UTF-16 it names; browsers take UTF-8 instead
        yield _Claim(kind="meta-charset", label=label, codec="utf-8" if codec.startswith("utf-16") else codec)


def _first_borne_out(body: bytes, claims: tuple[_Claim, ...]) -> _Reading | None:
    """The reading of the first claim that the bytes bear out."""
    for claim in claims:
        if claim.codec.startswith(("utf-16", "utf-32")):  # ASCII is not readable in it, so the pattern is proof
            return _Reading(codec=claim.codec, decided_by=claim.kind, text=body.decode(claim.codec, "replace"))
        text = _strictly(body, claim.codec)
        if text is not None and _is_sound(text, claim.codec):
            return _Reading(codec=claim.codec, decided_by=claim.kind, text=text)
    return None


def _valid_utf8(body: bytes) -> _Reading | None:
    text = _strictly(body, "utf-8")
    if text is not None and _is_sound(text, "utf-8"):
        return _Reading(codec="utf-8", decided_by="valid-utf-8", text=text)
    return None


def _by_statistics(body: bytes, claims: tuple[_Claim, ...]) -> _Reading:
    """Decide by what the readings look like.

    A claim stands when its reading is Chinese in spite of some damaged bytes. Where the claims lie or nobody says
    anything, charset-normalizer tells intact bytes apart, and common characters the damaged ones it gives up on.

    Raises:
        Rejected: no reading is readable.
    """
    sample = _sample(body)
    scores = {codec: _chineseness(sample.decode(codec, "replace")) for codec in CHINESE}
    for claim in claims:
        if scores.get(claim.codec, 0.0) >= READS_AS_CHINESE:
            return _lenient_reading(body, claim.codec, claim.kind)
    best = max(CHINESE, key=lambda codec: scores[codec])
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 4 MB that only pages without an honest claim need

    guess = from_bytes(sample, cp_isolation=list(CHINESE), preemptive_behaviour=False).best()
    guessed = resolve_encoding(guess.encoding) if guess else None
    if guessed and scores.get(guessed, 0.0) >= READS_AS_CHINESE:
        return _lenient_reading(body, guessed, "charset-normalizer")
    if scores[best] >= READS_AS_CHINESE:
        return _lenient_reading(body, best, "common-characters")
    for claim in claims:  # not Chinese, then: a page in another language that names its encoding
        text = _strictly(body, claim.codec)
        if text is not None:
            return _Reading(codec=claim.codec, decided_by=claim.kind, text=text)
    if _is_junk(_leniently(body[:SAMPLE], best)):
        raise Rejected(Reason.UNDECODABLE, f"no encoding gives readable text; {best} comes nearest")
    return _lenient_reading(body, best, "common-characters")


def _strictly(body: bytes, codec: str) -> str | None:
    """The text when every byte fits, as browsers read it; None otherwise."""
    try:
        text = body.decode(codec)
    except (UnicodeError, LookupError):
        return None
    return _with_symbols(text) if codec == "big5hkscs" else text


def _leniently(body: bytes, codec: str) -> str:
    """Read everything; bytes without a character become marks."""
    text = body.decode(codec, _ORPHAN_ERRORS)
    return _with_symbols(text) if codec == "big5hkscs" else text


def _with_symbols(text: str) -> str:
    for python_reads, browsers_show in _BIG5_SYMBOLS:
        text = text.replace(python_reads, browsers_show)
    return text


def _lenient_reading(body: bytes, codec: str, decided_by: str) -> _Reading:
    text = _strictly(body, codec)
    if text is not None:
        return _Reading(codec=codec, decided_by=decided_by, text=text)
    return _Reading(codec=codec, decided_by=decided_by, text=_leniently(body, codec), intact=False)


def _is_sound(text: str, codec: str) -> bool:
    """Whether a reading without an error can be believed for that alone.

    Nearly any bytes are valid GBK or Latin-1, so those must read as Chinese; UTF-8 is its own proof from the first Han
    on, but two-byte sequences alone may be GBK (the bytes of 陋篓 are valid UTF-8 too).
    """
    if text.isascii():
        return True
    if codec == "utf-8":
        return _THREE_BYTES.search(text) is not None
    return codec in CHINESE and _chineseness(text) >= READS_AS_CHINESE


def _sample(body: bytes) -> bytes:
    """The first bytes beyond ASCII, in whole runs so that characters stay together."""
    runs = bytearray()
    for match in _RUNS.finditer(body):
        runs += match.group() + b"\n"
        if len(runs) > SAMPLE:
            break
    return bytes(runs)


def _chineseness(text: str) -> float:
    """Share of common Chinese characters and marks among the first characters beyond ASCII."""
    beyond = _beyond_ascii(text)
    return sum(map(len, _COMMON_RUNS.findall(beyond))) / len(beyond) if beyond else 0.0


def _beyond_ascii(text: str) -> str:
    """The first characters beyond ASCII.

    As UTF-8, where no byte of a longer character is ASCII, a page loses its markup at a fifth of what a pattern costs.
    """
    beyond = ""
    for at in range(0, len(text), SAMPLE):
        beyond += text[at : at + SAMPLE].encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8")
        if len(beyond) >= ENOUGH:
            break
    return beyond[:ENOUGH]


def _is_junk(text: str) -> bool:
    return len(_JUNK.findall(text)) > TOO_MUCH_JUNK * len(text)


def _orphan_notes(text: str) -> tuple[Note, ...]:
    """A note for each of the first orphan bytes."""
    return tuple(
        Note(
            step="decode",
            rule="orphan-byte",
            where="page",
            at=mark.start(),
            before=f"\\x{ord(mark.group()) - 0xF700:02x}",
            after=mark.group(),
        )
        for mark in islice(_MARKS.finditer(text), MAX_NOTES)
    )


def _keep_orphan(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: one byte to its mark, go on with the next byte."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, at = error.object, error.start
    if error.encoding == "gb18030" and data[at] == 0x80:
        return "€", at + 1
    if error.encoding == "big5hkscs" and data[at : at + 2] == b"\xa3\xe1":
        return "€", at + 2  # as browsers and cp950 have it
    return mark_of(data[at]), at + 1


codecs.register_error(_ORPHAN_ERRORS, _keep_orphan)
