"""Web addresses as people and pages write them, made such that one host and one page have one spelling."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# What no address may hold, yet old pages write as it is: /show.asp?id=7|8, /附件 {1}.html; browsers quote it.
_TO_QUOTE = re.compile(r"[ <>\"^`{|}]")


def host_of(url: str) -> str:
    """An address's host as name servers know it, with a port that is not the usual one; empty where there is none.

    >>> host_of("https://新闻.Example:8443/正文")
    'xn--efvy88h.example:8443'

    Raises:
        ValueError: half an IPv6 address, or a port that is no number.
    """
    parts = urlsplit(url)
    host = ascii_host(parts.hostname or "")
    return host if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{parts.port}"


@lru_cache(maxsize=4096)  # asked for each address several times, and Python encodes it slowly
def ascii_host(host: str) -> str:
    """A host name in lower case ASCII (IDNA 2003, as Scrapy writes it); what cannot be a name stays as it is.

    >>> ascii_host("１２７。０.0.1")
    '127.0.0.1'
    """
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:  # an empty label, or one of more than 63 characters
        return host.lower()


def quoted(url: str) -> str:
    """An address with what stands unquoted behind its host quoted, and without its fragment.

    >>> quoted("http://a.example/x y|z.html#top")
    'http://a.example/x%20y%7Cz.html'
    """
    at = url.find("/", url.find("//") + 2)
    if at < 0:
        return url.partition("#")[0]
    behind = url[at:].partition("#")[0]
    return url[:at] + _TO_QUOTE.sub(lambda match: quote(match[0]), behind)
