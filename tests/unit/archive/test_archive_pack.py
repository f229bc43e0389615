"""Packing: every body comes back, nothing else does."""

import pytest

from archive.pack import MAX_BODY, Unpackable, pack, sha256, unpack

PAGE = ("<html><body><div class=article>" + "".join(f"<p>第{number}段。</p>" for number in range(300))).encode()


@pytest.mark.parametrize("body", [b"", b"a", PAGE, bytes(range(256)) * 40])
@pytest.mark.parametrize("prefix", [None, PAGE])
def test_what_is_packed_comes_back(body: bytes, prefix: bytes | None) -> None:
    assert unpack(pack(body, prefix), len(body), prefix) == body


def test_a_page_of_the_same_site_makes_the_next_one_small() -> None:
    sibling = PAGE.replace("第7段".encode(), "另一段".encode())
    assert len(pack(sibling, PAGE)) < len(pack(sibling)) / 4


@pytest.mark.parametrize(
    ("packed", "size", "prefix"),
    [
        (pack(PAGE), len(PAGE) - 1, None),  # holds more than it should
        (pack(PAGE), len(PAGE) + 1, None),  # holds less
        (pack(PAGE)[:-5], len(PAGE), None),  # cut off
        (b"no frame at all", 15, None),
        (b"", 0, None),
        (pack(PAGE), MAX_BODY + 1, None),  # nobody fetched so much
        (pack(PAGE), -1, None),
        (pack(PAGE), len(PAGE), b"short"),  # nothing was ever packed against so little
    ],
)
def test_what_is_not_the_body_is_refused(packed: bytes, size: int, prefix: bytes | None) -> None:
    with pytest.raises(Unpackable):
        unpack(packed, size, prefix)


def test_another_prefix_does_not_give_the_body() -> None:
    """The digest is what tells; the frame alone may not notice."""
    packed = pack(PAGE + b"!", PAGE)
    try:
        body = unpack(packed, len(PAGE) + 1, PAGE[::-1])
    except Unpackable:
        return
    assert sha256(body) != sha256(PAGE + b"!")


def test_a_bomb_is_not_unpacked() -> None:
    bomb = pack(b"\0" * 50_000_000)
    assert len(bomb) < 5_000
    with pytest.raises(Unpackable, match="not the 1,000 bytes"):
        unpack(bomb, 1_000)
