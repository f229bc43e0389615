"""Who may ask: names, methods, passwords; and what `repost serve` refuses to do."""

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from cli.main import main
from reader.web.guard import Access, is_loopback

COMMAND = (sys.executable, "-c", "import sys; sys.modules['pandas'] = None; from cli.main import main; main()", "serve")
CLIENT = httpx.Client(timeout=60, verify=False)  # noqa: S501 - no server here has a certificate
ANYWHERE = "0.0.0.0"  # noqa: S104 - to be refused
PASSWORD = "correct horse battery"  # noqa: S105 - of this test


@pytest.fixture(scope="module")
def locked(served: Any, running: Any, make_app: Any) -> Iterator[str]:
    with running(make_app(served.archive, Access(password=PASSWORD), allow_sql=False)) as base:
        yield base


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8001", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8001", 200),
        ("archive.example", 200),
        ("Archive.Example.:80", 200),
        ("192.0.2.7", 200),  # a page cannot make its own name mean an address in digits
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("evil.example@127.0.0.1", 421),
        ("", 421),
    ],
)
def test_only_requests_for_a_name_of_ours_are_answered(host: str, status: int, served: Any) -> None:
    assert served.get("/", Host=host).status_code == status


def test_two_names_in_one_request_are_refused(served: Any) -> None:
    where = urlsplit(served.base)
    with socket.create_connection((where.hostname, where.port), timeout=60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith((b"HTTP/1.1 400", b"HTTP/1.1 421"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_asked_but_to_look(method: str, served: Any) -> None:
    answer = CLIENT.request(method, served.base + "/archive/articles")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "//evil.example/%2e%2e/", "/archive//evil/"])
def test_no_address_leads_away(path: str, served: Any) -> None:
    where = urlsplit(served.base)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert urlsplit(answer.getheader("Location") or "/").netloc == ""
    assert not (answer.getheader("Location") or "/").startswith("//")
    connection.close()


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        (None, 401),
        (("anyone", PASSWORD), 200),
        (("", PASSWORD), 200),
        (("anyone", PASSWORD + "x"), 401),
        (("anyone", ""), 401),
        ((PASSWORD, ""), 401),
    ],
)
@pytest.mark.parametrize("path", ["/", "/static/style.css", "/archive/latest.csv", "/capture/1/raw"])
def test_with_a_password_nothing_is_shown_without_it(
    path: str, credentials: tuple[str, str] | None, status: int, locked: str
) -> None:
    answer = CLIENT.get(locked + path, auth=credentials)
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Bearer " + PASSWORD, "Basic " + "=" * 10_000, "Basic \xff"])
def test_credentials_that_are_none_are_refused(header: str, locked: str) -> None:
    answer = CLIENT.get(locked, headers={b"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401


def test_strangers_may_not_write_sql(locked: str) -> None:
    answer = CLIENT.get(locked + "/archive?sql=SELECT+1", auth=("", PASSWORD))
    assert answer.status_code == 403
    assert "<textarea" not in CLIENT.get(locked + "/archive", auth=("", PASSWORD)).text
    assert CLIENT.get(locked + "/archive/latest?_where=1", auth=("", PASSWORD)).status_code == 403


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True), (ANYWHERE, False), ("::", False),
     ("192.0.2.7", False), ("archive.example", False)],
)  # fmt: skip
def test_only_loopback_needs_no_password(host: str, alone: bool) -> None:  # noqa: FBT001 - a case
    assert is_loopback(host) is alone


@pytest.mark.parametrize(
    ("arguments", "password", "words"),
    [
        (["--host", ANYWHERE], None, "set REPOST_WEB_PASSWORD first"),
        (["--host", "archive.example"], None, "set REPOST_WEB_PASSWORD first"),
        (["--host", ANYWHERE], "short", "too short"),
        ([], "short", "too short"),
        (["--host", "nowhere.invalid"], PASSWORD, "cannot listen at nowhere.invalid"),
        (["--port", "99999"], None, "99999"),
        (["--db", "nothing.db"], None, "no such archive"),
    ],
)
def test_what_would_be_a_mistake_ends_in_one_line(  # noqa: PLR0913, PLR0917 - fixtures
    arguments: list[str],
    password: str | None,
    words: str,
    served: Any,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("REPOST_WEB_PASSWORD", raising=False)
    if password is not None:
        monkeypatch.setenv("REPOST_WEB_PASSWORD", password)
    monkeypatch.setattr(sys, "argv", ["repost", "serve", "--db", str(served.archive), "--port", "0", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capfd.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_the_command_serves_until_it_is_interrupted(served: Any, tmp_path: Path) -> None:
    """An archive may be called anything: `?` and `#` in its name are no part of an address."""
    archive = tmp_path / "a?mode=rwc#b%20.db"
    archive.write_bytes(served.archive.read_bytes())
    process = subprocess.Popen([*COMMAND, "--db", archive, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    base = process.stdout.readline().split()[0]
    assert CLIENT.get(base).status_code == 200
    assert CLIENT.get(base + "archive/articles").status_code == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert min(path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()) == archive.name
