"""What stands before every page: who may ask, for what, and what the browser is told about the answer.

An ASGI application around another one; nothing that it wraps can answer without it.
"""

import base64
import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# No page of this site has a script, a frame, a plug-in or a picture from elsewhere, Datasette's tables included: our
# templates replace those that had. So one policy fits all, and what slips through an escape still runs nowhere.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"cache-control", b"private, no-cache"),
)
_REPLACED: Final = frozenset({name for name, _ in HEADERS} | {b"set-cookie", b"server"})
_LOOPBACK_NAMES: Final = frozenset({"localhost", "localhost."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask.

    Attributes:
        names: host names, beside `localhost` and addresses in digits, that a request may be for. A page of another
            site whose name is pointed at this machine (DNS rebinding) comes with its own name, and is refused.
        password: what basic authentication asks for; None where nothing is asked.
    """

    names: frozenset[str] = frozenset()
    password: str | None = field(default=None, repr=False)


def guarded(app: App, access: Access) -> App:
    """An application that answers only what it should, with the headers that every answer must have."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page here opens a web socket
            return
        refusal = _refusal(scope, access)
        if refusal:
            await _answer(send, *refusal)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in _REPLACED]
                message = {**message, "headers": [*kept, *HEADERS]}
            await send(message)

        await app(scope, receive, send_with_headers)

    return guard


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens at this address or name."""
    if host.lower() in _LOOPBACK_NAMES:
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _refusal(scope: Scope, access: Access) -> tuple[int, str, tuple[tuple[bytes, bytes], ...]] | None:
    """Status, words and further headers of the answer to a request that is refused; None where it may pass."""
    if scope["method"] not in {"GET", "HEAD"}:
        return 405, "Nothing can be changed here: only GET and HEAD are answered.", ((b"allow", b"GET, HEAD"),)
    hosts = _values(scope, b"host")
    if len(hosts) != 1 or not _is_ours(hosts[0], access):
        return 421, "This site does not go by that name; see `repost serve --help`, --name.", ()
    if access.password is not None and not _knows(_values(scope, b"authorization"), access.password):
        challenge = b'Basic realm="Repost Archive", charset="UTF-8"'
        return 401, "A password is needed; any user name will do.", ((b"www-authenticate", challenge),)
    return None


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _is_ours(host_header: str, access: Access) -> bool:
    name = _without_port(host_header).lower()
    return name in _LOOPBACK_NAMES or name.rstrip(".") in access.names or _address(name) is not None


def _without_port(host_header: str) -> str:
    if host_header.startswith("["):
        return host_header[1:].partition("]")[0]
    return host_header.partition(":")[0]


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _knows(authorizations: Iterable[str], password: str) -> bool:
    for authorization in authorizations:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            continue
        try:
            _, _, given = base64.b64decode(credentials, validate=True).partition(b":")
        except ValueError:  # binascii.Error, or no ASCII
            continue
        if hmac.compare_digest(given, password.encode()):
            return True
    return False


async def _answer(send: Send, status: int, words: str, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    body = f"{words}\n".encode()
    known = ((b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": [*known, *headers, *HEADERS]})
    await send({"type": "http.response.body", "body": body})
