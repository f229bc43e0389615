"""The converter's encoding: what its decoder shows, eats and loses."""

import pytest

from pipelines.restore.cp936 import decode, encode


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\xb5\xb1", "当"),
        (b"\xb5(x)", "?x)"),  # an orphan lead byte shows ? and eats the ASCII byte after it
        (b"\xb5\x001", "?1"),
        (b"\xb51\xb5\xb1", "?当"),
        (b"a\x80b", "a€b"),
        (b"\xaa\xa1\xb5\xb1", "当"),  # user-defined zones vanish
        (b"\xf8\xa1\xfe\xfe", ""),
        (b"\xa1\x40\xb5\xb1", "当"),
        (b"\xb5", "?"),
        (b"\xff\xb5\xb1", "?当"),
        (b"\xb5\x40\x41", b"\xb5\x40".decode("gbk") + "A"),
        (b"", ""),
    ],
)
def test_decode_has_the_habits_of_code_page_936(data: bytes, shown: str) -> None:
    assert decode(data) == shown


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("當", b"\xae\x94"),
        ("€", b"\x80"),
        ("\uf7b5(", b"\xb5("),
        ("\ue000", b"\xaa\xa1"),
        ("😀\xa0", b"??"),
        ("", b""),
    ],
)
def test_encode_keeps_what_is_known_of_lost_bytes(text: str, data: bytes) -> None:
    assert encode(text) == data
