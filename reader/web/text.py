"""Archived text on its way into a page: what would mislead a reader is made visible, and no length breaks the page.

Escaping is Jinja's business (`autoescape` is on for every template); this is about what escaping leaves as it is.
"""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from pipelines.script import script_of

LONGEST_LINE: Final = 300  # characters of a headline, a name, an address; a real headline has 60
LONGEST_TEXT: Final = 400_000  # characters of one article on a page; long reports have 50,000
LANGUAGES: Final = {"hans": "zh-Hans", "hant": "zh-Hant"}

# C0 but tab and newline, DEL, C1; marks and overrides of direction; line and paragraph separators; the tag block, by
# which text can be hidden in plain sight; and lone surrogates, which no UTF-8 response can hold.
_MISLEADING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)
# What a reader, or a messenger that this is pasted into, would take for an address.
_DOMAIN: Final = re.compile(r"(?<=[0-9A-Za-z\u4e00-\u9fff-])\.(?=[0-9A-Za-z\u4e00-\u9fff-])")


def visible(text: str) -> str:
    r"""Text whose control and direction characters are spelled out.

    >>> visible("甲\u202egnp.exe")
    '甲[U+202E]gnp.exe'
    """
    return _MISLEADING.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def cut(text: str, longest: int = LONGEST_LINE) -> str:
    """Text that is no longer than it may be, and says so where it was.

    >>> cut("甲乙丙丁", 2)
    '甲乙… (cut: 4 characters)'
    """
    return text if len(text) <= longest else f"{text[:longest]}… (cut: {len(text):,} characters)"


def mask(text: str) -> str:
    """Text in which no program and no hurried reader finds an address.

    >>> mask("www.spam.example")
    'www[.]spam[.]example'
    """
    return _DOMAIN.sub("[.]", text).replace("://", "[:]//")


def local(address: str) -> str:
    """An address of this site without the host that it was asked for by: a proxy may know another.

    >>> local("http://127.0.0.1:8001/archive/latest?_facet=site#x")
    '/archive/latest?_facet=site#x'
    """
    parts = urlsplit(address)
    return urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def language(script: str) -> str:
    """The language tag of a text in this script (`hans`, `hant`, `other`).

    >>> language("hant"), language("other")
    ('zh-Hant', 'zh')
    """
    return LANGUAGES.get(script, "zh")


def language_of(words: str) -> str:
    """The language tag of a text of which nothing is known.

    >>> language_of("國家公園"), language_of("国家公园")
    ('zh-Hant', 'zh-Hans')
    """
    return language(script_of((words,)))


def link(address: str | None) -> str | None:
    """An address that a link may lead to: http or https, of a sensible length, with nothing hidden in it; else None.

    >>> link("http://a.example/1"), link("javascript:alert(1)"), link("http://a.example@b.example/")
    ('http://a.example/1', None, None)
    """
    if not address or len(address) > 2000 or _MISLEADING.search(address) or any(map(str.isspace, address)):
        return None
    try:
        parts = urlsplit(address)
        host, user = parts.hostname, parts.username
    except ValueError:  # `http://[` …
        return None
    return address if parts.scheme in {"http", "https"} and host and user is None and "\\" not in address else None
