"""What may be fetched: http and https from public addresses, decided on the address that is really dialled.

A page that we crawl chooses where its redirects and links lead, and its owner chooses what its name resolves to;
neither may reach this machine or the network behind it. So the check is made in the name resolver: every connection
asks it, for literals in any spelling (`http://0x7f.1/`) as for names, and it hands out only addresses that may be
dialled. No second look-up happens after it, so an answer that changes between check and use gains nothing.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest, StopDownload
from scrapy.resolver import CachingHostnameResolver, HostResolution
from scrapy.utils.datatypes import LocalCache
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no type information

from crawler.items import Reason
from sites.addresses import quoted

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http.headers import Headers
    from twisted.internet.base import ReactorBase

SCHEMES = frozenset({"http", "https"})
MAX_HEADERS = 256_000  # bytes of a response; browsers take as much, servers send a thousandth
MAX_ADDRESS = 2083  # characters; Scrapy's own limit for the links of a page
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>\"^`{|}\\]")
_ALLOWANCE = re.compile(r"\[(?P<six>.+)\](:(?P<port6>\d+))?|(?P<four>[^:]+)(:(?P<port4>\d+))?|(?P<bare>.+)")
_NOT_IN_HOST = re.compile(r"[^\w.:\-\u0080-\U0010ffff]")

# Everything of IPv4 that is not a public host: IANA IPv4 Special-Purpose Address Registry (2024-08), plus the ranges it
# leaves to other registries. Our own table, because `ipaddress.is_global` differs between Python releases and calls
# multicast global.
SPECIAL_IPV4 = tuple(
    (IPv4Network(network), meaning)
    for network, meaning in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by carriers, cloud metadata"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),  # Azure's wire server: a public number answered inside the cloud
        ("169.254.0.0/16", "link-local, cloud metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments, cloud metadata"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

# IPv6 is the other way round: only 2000::/3 is given to hosts (IANA IPv6 Global Unicast Address Space), less these.
PUBLIC_IPV6 = IPv6Network("2000::/3")
SPECIAL_IPV6 = tuple(
    (IPv6Network(network), meaning)
    for network, meaning in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "protocol assignments"),  # Teredo among them
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
    )
)
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; the local-use 64:ff9b:1::/48 stays refused
ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214: the upper half of the interface identifier


_Receiver = Any  # an IResolutionReceiver: mypy does not understand zope's interfaces


def parse_address(text: str) -> str:
    """A web address as a user gives it, checked for everything that can be known without asking the network.

    >>> parse_address(" https://news.example/2026/a b.html#top ")
    'https://news.example/2026/a%20b.html'

    Returns:
        The address without its fragment, with what pages leave unquoted behind the host quoted.

    Raises:
        ValueError: it cannot be fetched; the message is for people.
    """
    address = quoted(text.strip())
    shown = repr(text.strip()[:200])
    if not _is_unicode(address):  # bytes of the command line that are no UTF-8
        readable = address[:200].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        raise ValueError(f"not a web address, and not UTF-8: '{readable}'")
    if not address.lower().startswith(("http://", "https://")):
        raise ValueError(f"not an http:// or https:// address: {shown}")
    try:
        parts = urlsplit(address)
        bad = not parts.hostname or parts.port == 0 or bool(_NOT_IN_HOST.search(parts.hostname))
    except ValueError:  # an open bracket, a port that is no number
        bad = True
    if bad or _NOT_IN_ADDRESS.search(address):
        raise ValueError(f"not a web address: {shown}")
    if parts.username is not None:
        raise ValueError(f"a password in an address is not sent: {parts.hostname!r}")
    if len(address) > MAX_ADDRESS:
        raise ValueError(f"longer than {MAX_ADDRESS} characters: {shown}")
    return address


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Refused(IgnoreRequest):
    """A request that must not be made.

    Attributes:
        reason: one of `Reason`.
        detail: one line for people.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A loopback address that may be dialled all the same: the sample web of the demo and of the tests.

    Attributes:
        network: the addresses.
        port: the only port, or None for every port.
    """

    network: IPv4Network | IPv6Network
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `127.0.0.1`, `127.0.0.1:8000`, `127.0.0.0/8`, `::1` or `[::1]:8000`.

        Raises:
            ValueError: not an address, or not loopback; the message is for people.
        """
        match = _ALLOWANCE.fullmatch(text.strip())
        try:
            network = ip_network(match["six"] or match["four"] or match["bare"] if match else "")
            port = match["port6"] or match["port4"] if match else None
        except ValueError:
            raise ValueError(f"not an address to allow: {text!r} (like 127.0.0.1 or 127.0.0.1:8000)") from None
        if not network.is_loopback:
            raise ValueError(f"not a loopback address: {text!r}; only the sample web on this machine can be allowed")
        return cls(network=network, port=int(port) if port else None)


def refusal(address: str, port: int, allowed: Iterable[Allowance] = ()) -> str | None:
    """Why an address must not be dialled, or None where it may.

    Args:
        address: a numeric IPv4 or IPv6 address, as a resolver gives it (a zone such as `%eth0` may follow).
        port: the port to dial.
        allowed: loopback addresses opened on purpose.
    """
    number = ip_address(address)
    for allowance in allowed:
        if number in allowance.network and allowance.port in {None, port}:
            return None
    meaning = _special(number)
    return f"{address} is not a public address ({meaning})" if meaning else None


def _special(number: IPv4Address | IPv6Address) -> str | None:
    """What an address stands for when it is not a public host's, or None."""
    if isinstance(number, IPv4Address):
        return next((meaning for network, meaning in SPECIAL_IPV4 if number in network), None)
    translated = _translated(number)
    if translated is not None:
        return _special_inside(translated)
    meaning = next((meaning for network, meaning in SPECIAL_IPV6 if number in network), None)
    if meaning or number not in PUBLIC_IPV6:
        return meaning or "outside the range of public hosts"
    # Any prefix can be an ISATAP one, fd00::5efe:808:808 too: what is inside may only be one more reason to refuse.
    is_isatap = (int(number) >> 32) & 0xFFFF_FFFF in ISATAP
    return _special_inside(IPv4Address(int(number) & 0xFFFF_FFFF)) if is_isatap else None


def _special_inside(inner: IPv4Address) -> str | None:
    special = _special(inner)
    return f"{special}, {inner} inside IPv6" if special else None


def _translated(number: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address is another spelling of: mapped, NAT64 or 6to4."""
    if number in NAT64:
        return IPv4Address(int(number) & 0xFFFF_FFFF)
    return number.ipv4_mapped or number.sixtofour


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes on the addresses that may be dialled; reports the refusal when none of them may."""

    def __init__(self, receiver: _Receiver, refuse: Callable[[str], str | None], report: Callable[[str], None]) -> None:
        self._receiver = receiver
        self._refuse = refuse
        self._report = report
        self._passed = False
        self._refusal: str | None = None

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        detail = self._refuse(address.host)
        if detail is None:
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            self._refusal = self._refusal or detail

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if self._refusal and not self._passed:
            self._report(self._refusal)
        self._receiver.resolutionComplete()


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver, IPv4 and IPv6, that hands out public addresses only.

    The cache below holds what the name resolved to, refused or not; each use of it is checked again, for its own port.
    """

    def __init__(self, reactor: "ReactorBase", cache_size: int, allowed: Sequence[Allowance] = ()) -> None:
        super().__init__(reactor, cache_size)
        self._allowed = allowed
        self._refused: LocalCache[tuple[str | None, int], str] = LocalCache(1000)

    @classmethod
    def from_crawler(cls, crawler: "Crawler", reactor: "ReactorBase") -> Self:
        """Read the cache's size and `ALLOWED_ADDRESSES`; Scrapy installs the result before the first connection."""
        settings = crawler.settings
        cache_size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, cache_size, tuple(map(Allowance.parse, settings.getlist("ALLOWED_ADDRESSES"))))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: _Receiver,  # noqa: N803 - Twisted's name
        hostName: str,  # noqa: N803 - Twisted's name
        portNumber: int = 0,  # noqa: N803 - Twisted's name
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - Twisted's name
        transportSemantics: str = "TCP",  # noqa: N803 - Twisted's name
    ) -> IHostResolution:
        """Resolve a name or a literal, with only the addresses that may be dialled as the answer."""

        def refuse(address: str) -> str | None:
            return refusal(address, portNumber, self._allowed)

        def report(detail: str) -> None:
            self._refused[_ascii(hostName), portNumber] = detail

        if _ascii(hostName) is None:
            # Such a name breaks `getaddrinfo` itself (`http://a..b/`), and the request would hang until its timeout.
            resolution: Any = HostResolution(hostName)
            resolutionReceiver.resolutionBegan(resolution)
            resolutionReceiver.resolutionComplete()
            return resolution  # type: ignore[no-any-return]  # an IHostResolution, as above
        receiver: _Receiver = _PublicOnly(resolutionReceiver, refuse, report)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

    def refused(self, host: str, port: int) -> str | None:
        """Why a look-up of this host came back empty, where the guard emptied it."""
        return self._refused.get((_ascii(host), port))


def _ascii(host: str) -> str | None:
    """A host name in the one form that requests and Twisted's resolver agree on; None where it cannot be a name."""
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:  # an empty or over-long label
        return None


@implementer(IResolutionReceiver)
class _Gathered:
    """Gathers the addresses of one look-up."""

    def __init__(self, done: "asyncio.Future[list[str]]") -> None:
        self._done = done
        self._addresses: list[str] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        """Nothing to do."""

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        self._addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if not self._done.done():
            self._done.set_result(self._addresses)


async def address_of(host: str, port: int) -> str | None:
    """One address of a host, always the same while the host has the same ones; None where it has none to be dialled."""
    resolver = _resolver()
    if resolver is None:
        return None
    done: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
    resolver.resolveHostName(_Gathered(done), host, port)
    return min(await done, default=None)


class Guard:
    """Downloader middleware: refuses what must not be fetched or read, and names the refusal that the resolver made.

    Placed on the downloader's side of the retries, because a refusal is final.
    """

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Watch what comes in, too."""
        guard = cls()
        crawler.signals.connect(guard.headers_received, signals.headers_received)
        return guard

    def headers_received(self, headers: "Headers") -> None:
        """Break a response off whose headers are a flood: Scrapy limits bodies only, and headers are archived."""
        if sum(len(name) + len(value) for name, values in headers.items() for value in values) > MAX_HEADERS:
            raise StopDownload(fail=True)

    def process_request(self, request: "Request") -> None:
        """Refuse other schemes and proxies, and everything as long as the resolver is not the guarded one."""
        scheme = urlparse_cached(request).scheme
        if scheme not in SCHEMES:
            raise Refused(Reason.REFUSED_ADDRESS, f"{scheme}: is not fetched, only http and https")
        if urlparse_cached(request).username is not None:  # a redirect's: no address that is given or found has one
            raise Refused(Reason.REFUSED_ADDRESS, "a password in an address is not sent")
        if "proxy" in request.meta:
            raise Refused(Reason.REFUSED_ADDRESS, "a proxy would dial addresses that nobody checks")
        if _resolver() is None:
            # The setting was overridden, or set in a spider, where Scrapy ignores it: no check, no fetch.
            raise Refused(Reason.REFUSED_ADDRESS, "the address check is not installed (TWISTED_DNS_RESOLVER)")

    def process_exception(self, request: "Request", exception: Exception) -> None:
        """Turn "does not resolve" into a refusal where the guard withheld the addresses."""
        resolver = _resolver()
        if not isinstance(exception, CannotResolveHostError) or resolver is None:
            return
        parts = urlparse_cached(request)
        detail = resolver.refused(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        if detail:
            raise Refused(Reason.REFUSED_ADDRESS, detail) from exception


def _resolver() -> GuardedResolver | None:
    """The resolver that every connection asks, where it is ours."""
    from twisted.internet import reactor  # noqa: PLC0415 - importing it at the top would install one too early

    resolver = reactor.nameResolver
    return resolver if isinstance(resolver, GuardedResolver) else None
