"""Rules that a site's file sets aside for the site's own hosts, by a written reason; each use is written down.

Nothing else sets them aside: no setting, no option of the command line.
"""

from typing import TYPE_CHECKING, Any, Protocol, Self

from OpenSSL.SSL import Connection
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no type information

from crawler.handlers import Http
from sites.addresses import host_of
from sites.recipes import Recipes, load_recipes

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Book(Protocol):
    """Where it is written down that a rule was set aside: in the archive, by the frontier."""

    def note_exception(self, *, site: str, host: str, rule: str, reason: str) -> None:
        """Write down that a site's file has a rule set aside for a host."""


class SetAside:
    """Extension: says whether a rule is set aside for an address, and writes down that it was, once a host and run.

    Attributes:
        frontier: what writes it down, once it is open.
    """

    def __init__(self, recipes: Recipes) -> None:
        self.frontier: Book | None = None
        self._recipes = recipes
        self._noted: set[tuple[str, str]] = set()

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:  # noqa: ARG003 - Scrapy's signature
        """Read the site files."""
        return cls(load_recipes())

    def holds(self, rule: str, url: str) -> bool:
        """Whether the rule is set aside for the address's host.

        Args:
            rule: `robots` or `certificate`.
            url: the address; its host must be one of the site file's own, with its port.
        """
        host = host_of(url)
        recipe = self._recipes.by_host.get(host)
        if recipe is None or rule not in recipe.exceptions:
            return False
        if (host, rule) not in self._noted and self.frontier is not None:
            self._noted.add((host, rule))
            self.frontier.note_exception(site=recipe.name, host=host, rule=rule, reason=recipe.exceptions[rule])
        return True


class Https(Http):
    """Download handler: Scrapy's own, which verifies certificates, but for hosts whose broken one is accepted."""

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        set_aside = crawler.get_extension(SetAside)
        if set_aside is not None:
            self._contextFactory: Any = _Certificates(self._contextFactory, set_aside)


@implementer(IPolicyForHTTPS)
class _Certificates:
    """Decides by host and port whose certificate is verified."""

    def __init__(self, verifying: Any, set_aside: SetAside) -> None:  # noqa: ANN401 - mypy does not know interfaces
        self._verifying = verifying
        self._set_aside = set_aside

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: ANN401, N802 - Twisted's
        host = hostname.decode("ascii")
        if self._set_aside.holds("certificate", f"https://{f'[{host}]' if ':' in host else host}:{port}/"):
            return _Unverified(host)
        return self._verifying.creatorForNetloc(hostname, port)


@implementer(IOpenSSLClientConnectionCreator)
class _Unverified:
    """Makes encrypted connections to whoever answers."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._context = CertificateOptions().getContext()

    def clientConnectionForTLS(self, protocol: object) -> Connection:  # noqa: ARG002, N802 - Twisted's
        connection = Connection(self._context, None)
        connection.set_tlsext_host_name(self._host.encode("ascii"))
        return connection
