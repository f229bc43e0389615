"""Whatever bytes come, decoding answers; what was encoded comes back."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.items import Capture, Rejected
from pipelines.decode import byte_of, decode, mark_of

# Enough running text that the encoding can be told, before and behind what is tried.
BODY = {
    "utf-8": "榆县的老人说，这条河从前能走船，现在只有下雨的时候才看得到水。",
    "gb18030": "榆县的老人说，这条河从前能走船，现在只有下雨的时候才看得到水。",
    "big5hkscs": "老人說，這條河從前可以走船，現在只有下雨的時候才看得到水。",
}


def capture(body: bytes, header: str | None = None) -> Capture:
    headers = (("content-type", f"text/html; charset={header}"),) if header else ()
    return Capture(url="http://yu.example/", headers=headers, body=body, fetched_at=datetime(2026, 1, 1, tzinfo=UTC))


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gbk", "big5", "utf-16", "latin1", "idna", "\x00"]))
def test_any_bytes_give_text_or_a_reason(body: bytes, header: str | None) -> None:
    try:
        decoded = decode(capture(body, header))
    except Rejected:
        return
    assert decoded.encoding
    assert decoded.evidence
    assert len(decoded.text) <= len(body)


@pytest.mark.parametrize("codec", sorted(BODY))
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x9FFF), max_size=60))
def test_what_was_encoded_comes_back(codec: str, text: str) -> None:
    encodable = text.encode(codec, "ignore").decode(codec, "ignore")
    # the symbols where browsers and Python part (`pipelines.decode`)
    assume(codec != "big5hkscs" or not set(encodable) & set("•､∼♁☉¥¢£"))
    whole = BODY[codec] * 3 + encodable + BODY[codec]
    assert decode(capture(whole.encode(codec), codec)).text == whole


@given(st.lists(st.integers(0x80, 0xFF), max_size=30))
def test_no_byte_is_lost(orphans: list[int]) -> None:
    """Text and marks together give the bytes back: each mark its byte, the rest as encoded."""
    body = BODY["gb18030"].encode("gb18030") * 3 + b"".join(bytes([byte, 0x20]) for byte in orphans)
    text = decode(capture(body, "gbk")).text
    again = b"".join(
        b"\x80" if char == "€" else bytes([byte]) if (byte := byte_of(char)) is not None else char.encode("gb18030")
        for char in text
    )
    assert again == body
    assert all(byte_of(mark_of(byte)) == byte for byte in orphans)
