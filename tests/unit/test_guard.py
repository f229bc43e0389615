"""What may be fetched: the table of hostile addresses, in every spelling a page or a name server could give them."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError
from scrapy.resolver import dnscache
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.guard import Allowance, Guard, GuardedResolver, Refused, parse_address, refusal
from crawler.items import Reason


@pytest.mark.parametrize(
    ("address", "meaning"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.1", "this network"),
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "carriers"),
        ("100.100.100.200", "cloud metadata"),
        ("169.254.169.254", "cloud metadata"),
        ("168.63.129.16", "cloud metadata"),
        ("192.0.0.192", "cloud metadata"),
        ("192.0.2.1", "documentation"),
        ("198.18.0.1", "benchmarking"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("192.88.99.1", "6to4"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::127.0.0.1", "outside"),
        ("::ffff:127.0.0.1", "loopback, 127.0.0.1 inside"),
        ("::ffff:10.1.2.3", "private, 10.1.2.3 inside"),
        ("::ffff:a9fe:a9fe", "cloud metadata, 169.254.169.254 inside"),
        ("64:ff9b::7f00:1", "loopback, 127.0.0.1 inside"),
        ("64:ff9b:1::a00:1", "outside"),
        ("2002:7f00:1::", "loopback, 127.0.0.1 inside"),
        ("2002:c0a8:101::1", "private, 192.168.1.1 inside"),
        ("2001:0:7f00:1::", "protocol assignments"),
        ("2600:1::5efe:a00:1", "private, 10.0.0.1 inside"),
        ("2600:1::200:5efe:7f00:1", "loopback, 127.0.0.1 inside"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "outside"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "private"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("5f00::1", "outside"),
        ("100::1", "outside"),
        # A public address inside makes no public host of what is none outside.
        ("fd00::5efe:808:808", "private"),
        ("fc00:1::200:5efe:808:808", "private"),
        ("fe80::5efe:808:808", "link-local"),
        ("ff02::5efe:808:808", "multicast"),
        ("2001:db8::5efe:808:808", "documentation"),
        ("::5efe:808:808", "outside"),
        ("100::5efe:808:808", "outside"),
        ("64:ff9b:1::5efe:808:808", "outside"),
    ],
)
def test_addresses_that_are_not_public_hosts_are_refused_by_name(address: str, meaning: str) -> None:
    detail = refusal(address, 80)
    assert detail is not None
    assert meaning in detail


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "9.255.255.255", "11.0.0.0", "172.32.0.1", "192.167.255.255", "223.255.255.255", "100.128.0.1",
     "169.253.255.255", "2606:4700::1111", "240e::1", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::101:101",
     "2002:101:101::1", "2600:1::5efe:808:808"],
)  # fmt: skip
def test_public_addresses_pass(address: str) -> None:
    assert refusal(address, 443) is None


@pytest.mark.parametrize(
    ("allowed", "address", "port", "passes"),
    [
        ("127.0.0.1", "127.0.0.1", 8000, True),
        ("127.0.0.1:8000", "127.0.0.1", 8000, True),
        ("127.0.0.1:8000", "127.0.0.1", 8001, False),
        ("127.0.0.1:8000", "127.0.0.2", 8000, False),
        ("127.0.0.0/8:8000", "127.3.0.2", 8000, True),
        ("::1", "::1", 80, True),
        ("[::1]:8000", "::1", 8000, True),
        ("[::1]:8000", "::1", 80, False),
        ("127.0.0.1", "::ffff:127.0.0.1", 80, False),  # as written only
        ("127.0.0.1", "10.0.0.1", 80, False),
    ],
)
def test_an_allowance_opens_only_what_it_names(allowed: str, address: str, port: int, passes: bool) -> None:  # noqa: FBT001 - a table's column
    assert (refusal(address, port, [Allowance.parse(allowed)]) is None) == passes


@pytest.mark.parametrize(
    "text", ["", "localhost", "10.0.0.1", "1.1.1.1", "0.0.0.0/0", "127.0.0.0/7", "127.0.0.1:http", "[::1", "::/0"]
)
def test_only_loopback_addresses_can_be_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Allowance.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "news.example", "//news.example/", "ftp://news.example/a", "file:///etc/passwd", "data:text/html,x",
     "javascript:alert(1)", "http://", "http:///a.html", "http://[::1/", "http://[zz]/", "http://a b/",
     "http://news.example:0/", "http://news.example:99999/", "http://news.example:x/", "http://a,b/", "http://a\\@b/",
     "http://user:secret@news.example/", "http://news.example/\x00", "http://news.example/" + "a" * 3000],
)  # fmt: skip
def test_a_text_that_is_no_fetchable_address_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|longer") as caught:
        parse_address(text)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "text",
    ["http://news.example/a.html", "https://新闻.example/正文?页=2", "HTTP://News.Example:8080/", "http://1.1.1.1/",
     "http://[2606:4700::1111]/", "http://news_site.example/,a.html"],
)  # fmt: skip
def test_web_addresses_are_taken_as_given(text: str) -> None:
    assert parse_address(f" {text}\n") == text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://news.example/a b.html", "http://news.example/a%20b.html"),
        ("http://news.example/show.asp?id=7|8", "http://news.example/show.asp?id=7%7C8"),
        ('http://news.example/{1}`^<2>".html', "http://news.example/%7B1%7D%60%5E%3C2%3E%22.html"),
        ("http://news.example/a%20b.html", "http://news.example/a%20b.html"),
        ("http://news.example/1.html#p=2", "http://news.example/1.html"),
        ("http://news.example#top", "http://news.example"),
    ],
)
def test_an_address_is_quoted_as_browsers_do_and_its_fragment_left(text: str, address: str) -> None:
    assert parse_address(text) == address


class _Answers:
    """A name server: what `GuardedResolver` finds below itself."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked = 0

    def resolveHostName(self, receiver, host, port=0, types=None, semantics="TCP") -> None:  # noqa: ANN001, N802, ARG002
        self.asked += 1
        receiver.resolutionBegan(None)
        for address in self.addresses:
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()


class _Dialler:
    """What a connection does with the answers: it notes the addresses it would dial."""

    def __init__(self) -> None:
        self.dialled: list[str] = []
        self.complete = False

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: IPv4Address) -> None:  # noqa: N802
        self.dialled.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.complete = True


@pytest.fixture
def resolver_over() -> Callable[..., GuardedResolver]:
    dnscache.clear()

    def make(*addresses: str, allowed: str | None = None) -> GuardedResolver:
        reactor = SimpleNamespace(nameResolver=_Answers(*addresses))
        return GuardedResolver(reactor, 100, [Allowance.parse(allowed)] if allowed else [])

    return make


def _dial(resolver: GuardedResolver, host: str, port: int = 80) -> list[str]:
    dialler = _Dialler()
    resolver.resolveHostName(dialler, host, port)
    assert dialler.complete
    return dialler.dialled


def test_a_name_that_leads_inside_is_not_dialled_and_the_refusal_is_named(
    resolver_over: Callable[..., GuardedResolver],
) -> None:
    resolver = resolver_over("127.0.0.1", "::1")
    assert _dial(resolver, "Inside.Example") == []
    assert resolver.refused("inside.example", 80) == "127.0.0.1 is not a public address (loopback)"
    assert resolver.refused("other.example", 80) is None


def test_of_mixed_answers_only_the_public_ones_are_dialled(resolver_over: Callable[..., GuardedResolver]) -> None:
    resolver = resolver_over("10.0.0.1", "1.1.1.1", "fd00::1", "2606:4700::1111")
    assert _dial(resolver, "mixed.example") == ["1.1.1.1", "2606:4700::1111"]
    assert resolver.refused("mixed.example", 80) is None


def test_a_cached_answer_is_checked_again_for_its_own_port(resolver_over: Callable[..., GuardedResolver]) -> None:
    resolver = resolver_over("127.0.0.1", allowed="127.0.0.1:8000")
    assert _dial(resolver, "sample.example", 8000) == ["127.0.0.1"]
    assert _dial(resolver, "sample.example", 8001) == []
    assert resolver.original_resolver.asked == 1


def test_an_answer_that_changes_between_check_and_use_gains_nothing(
    resolver_over: Callable[..., GuardedResolver],
) -> None:
    """There is one look-up: what is checked is what is dialled, also when the next answer would be another."""
    resolver = resolver_over("1.1.1.1")
    assert _dial(resolver, "rebind.example") == ["1.1.1.1"]
    resolver.original_resolver.addresses = ("127.0.0.1",)
    dnscache.clear()
    assert _dial(resolver, "rebind.example") == []


@pytest.mark.parametrize("host", ["a..b", "." * 5, "a" * 64 + ".example"])
def test_a_name_that_cannot_exist_is_answered_at_once(host: str, resolver_over: Callable[..., GuardedResolver]) -> None:
    """The system's look-up would raise in its thread, and the request hang until its timeout."""
    resolver = resolver_over("1.1.1.1")
    assert _dial(resolver, host) == []
    assert resolver.original_resolver.asked == 0


@pytest.fixture
def guard_over(monkeypatch: pytest.MonkeyPatch) -> Callable[[GuardedResolver | None], Guard]:
    def make(resolver: GuardedResolver | None) -> Guard:
        monkeypatch.setattr("crawler.guard._resolver", lambda: resolver)
        return Guard()

    return make


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://news.example/a", "data:text/html,x", "gopher://a/"])
def test_the_middleware_refuses_other_schemes(
    url: str, guard_over: Callable[..., Guard], resolver_over: Callable[..., GuardedResolver]
) -> None:
    with pytest.raises(Refused, match="only http and https") as caught:
        guard_over(resolver_over()).process_request(Request(url))
    assert caught.value.reason is Reason.REFUSED_ADDRESS


@pytest.mark.parametrize("address", ["http://a:b@news.example/", "http://@news.example/", "http://news.example@a/"])
def test_the_middleware_refuses_a_password(
    address: str, guard_over: Callable[..., Guard], resolver_over: Callable[..., GuardedResolver]
) -> None:
    """Where a redirect brought it: it would be sent, and stand in the archive."""
    with pytest.raises(Refused, match="a password in an address"):
        guard_over(resolver_over()).process_request(Request(address))


def test_the_middleware_refuses_a_proxy(
    guard_over: Callable[..., Guard], resolver_over: Callable[..., GuardedResolver]
) -> None:
    request = Request("http://news.example/", meta={"proxy": "http://127.0.0.1:3128"})
    with pytest.raises(Refused, match="proxy"):
        guard_over(resolver_over()).process_request(request)


def test_without_the_guarded_resolver_nothing_is_fetched(guard_over: Callable[..., Guard]) -> None:
    with pytest.raises(Refused, match="TWISTED_DNS_RESOLVER"):
        guard_over(None).process_request(Request("http://news.example/"))


def test_the_middleware_names_the_refusal_of_an_address(
    guard_over: Callable[..., Guard], resolver_over: Callable[..., GuardedResolver]
) -> None:
    resolver = resolver_over("169.254.169.254")
    _dial(resolver, "xn--fsqu00a.example", 443)
    guard = guard_over(resolver)
    with pytest.raises(Refused, match="cloud metadata"):
        guard.process_exception(Request("https://例子.example/"), CannotResolveHostError())
    guard.process_exception(Request("https://elsewhere.example/"), CannotResolveHostError())  # simply unknown
