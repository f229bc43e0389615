"""Which encoding, on whose word, and what becomes of bytes without a character."""

import contextlib
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from crawler.items import Capture, Decoded, Reason, Rejected
from pipelines.decode import MAX_NOTES, byte_of, decode, mark_of

SIMPLIFIED = (
    "青榆市召开新闻发布会，介绍今年前三个季度全市经济运行的情况。会上说，工业生产保持稳定，城乡居民收入继续增长。"
    "记者从市统计局了解到，新建的三座水厂已经开始供水，可以满足二十万人的生活用水。"
)
TRADITIONAL = (
    "松港市政府昨日舉行記者會，說明今年的道路建設計畫。市長表示，這項工程將分為三個階段進行，預計後年完成。"
    "對於居民關心的噪音問題，市府已經與廠商達成協議，並要求在夜間停止施工。"
)


def page(text: str, *, meta: str = "") -> str:
    declared = f'<meta charset="{meta}">' if meta else ""
    return f"<html><head>{declared}<title>{text[:12]}</title></head><body><p>{text}</p></body></html>"


@pytest.fixture
def capture() -> Callable[..., Capture]:
    def make(body: bytes, header: str | None = None) -> Capture:
        headers = (("content-type", f"text/html; charset={header}"),) if header else ()
        return Capture(url="http://qingyu.example/1.html", headers=headers, body=body, fetched_at=datetime.now(UTC))

    return make


def decided_by(decoded: Decoded) -> list[str]:
    return [item.kind for item in decoded.evidence if item.weight == 1]


@pytest.mark.parametrize(
    ("written", "said", "found"),
    [
        ((SIMPLIFIED, "utf-8"), ("utf-8", ""), ("utf-8", "header-charset")),
        ((SIMPLIFIED, "utf-8"), (None, "utf-8"), ("utf-8", "meta-charset")),
        ((SIMPLIFIED, "utf-8"), (None, ""), ("utf-8", "valid-utf-8")),
        ((SIMPLIFIED, "utf-8-sig"), ("gbk", "gbk"), ("utf-8", "bom")),
        ((SIMPLIFIED, "utf-16"), (None, ""), ("utf-16-le", "bom")),
        ((SIMPLIFIED, "utf-16-be"), (None, ""), ("utf-16-be", "nul-pattern")),
        ((SIMPLIFIED, "gbk"), (None, "gb2312"), ("gb18030", "meta-charset")),
        ((SIMPLIFIED, "gbk"), ("GBK", ""), ("gb18030", "header-charset")),
        # a server's default over another encoding's bytes
        ((SIMPLIFIED, "gbk"), ("utf-8", "gb2312"), ("gb18030", "meta-charset")),
        ((SIMPLIFIED, "gbk"), ("utf-8", "utf-8"), ("gb18030", "charset-normalizer")),
        ((SIMPLIFIED, "gbk"), ("iso-8859-1", ""), ("gb18030", "charset-normalizer")),
        ((SIMPLIFIED, "utf-8"), ("gbk", ""), ("utf-8", "valid-utf-8")),
        ((SIMPLIFIED, "utf-8"), ("iso-8859-1", "gb2312"), ("utf-8", "valid-utf-8")),
        ((SIMPLIFIED, "gbk"), (None, ""), ("gb18030", "charset-normalizer")),
        ((SIMPLIFIED, "gbk"), (None, "utf-16"), ("gb18030", "charset-normalizer")),
        ((SIMPLIFIED, "gbk"), ("x-no-such-charset", "gb2312"), ("gb18030", "meta-charset")),
        ((TRADITIONAL, "big5"), (None, "big5"), ("big5hkscs", "meta-charset")),
        ((TRADITIONAL, "big5"), (None, ""), ("big5hkscs", "charset-normalizer")),
        # copied from a mainland site with its head: every Big5 byte pair is valid GBK
        ((TRADITIONAL, "big5"), (None, "gb2312"), ("big5hkscs", "charset-normalizer")),
        ((TRADITIONAL, "gbk"), (None, "gb2312"), ("gb18030", "meta-charset")),
        (("Les événements de février à Genève", "cp1252"), ("iso-8859-1", ""), ("cp1252", "header-charset")),
        (("plain ASCII", "ascii"), (None, "gb2312"), ("gb18030", "meta-charset")),
    ],
)
def test_the_first_witness_that_the_bytes_bear_out_decides(
    capture: Callable[..., Capture], written: tuple[str, str], said: tuple[str | None, str], found: tuple[str, str]
) -> None:
    """Written: a text in a codec. Said: the header's charset, the meta's. Found: the encoding, by which witness."""
    (text, codec), (header, meta) = written, said
    decoded = decode(capture(page(text, meta=meta).encode(codec), header))
    assert (decoded.encoding, *decided_by(decoded)) == found
    assert decoded.text == page(text, meta=meta)
    assert decoded.notes == ()


def test_every_witness_is_recorded_in_order(capture: Callable[..., Capture]) -> None:
    decoded = decode(capture(page(SIMPLIFIED, meta="gb2312").encode("gbk"), "utf-8"))
    assert [(item.kind, item.weight) for item in decoded.evidence] == [("header-charset", 0.0), ("meta-charset", 1.0)]


def test_an_xml_declaration_is_heard(capture: Callable[..., Capture]) -> None:
    body = f'<?xml version="1.0" encoding="gb2312"?><html><body>{SIMPLIFIED}</body></html>'
    assert decided_by(decode(capture(body.encode("gbk")))) == ["meta-charset"]


@pytest.mark.parametrize("header", [None, "utf-8", "gb2312", "iso-8859-1"])
@pytest.mark.parametrize(
    ("text", "codec", "every"),
    [
        (SIMPLIFIED, "gb18030", 500),
        (TRADITIONAL, "big5hkscs", 500),
        (SIMPLIFIED, "utf-8", 100),
        (TRADITIONAL, "utf-8", 100),
    ],
)
def test_damaged_bytes_keep_their_encoding(
    capture: Callable[..., Capture], text: str, codec: str, every: int, header: str | None
) -> None:
    """One byte in 500 flipped or dropped by turns, in UTF-8 one in 100."""
    body = bytearray(page(text * 20).encode(codec))
    for at in reversed(range(every, len(body), every)):
        if at // every % 2:
            body[at] ^= 0x91
        else:
            del body[at]
    assert decode(capture(bytes(body), header)).encoding == codec


def test_a_claim_stands_in_spite_of_a_few_bad_bytes(capture: Callable[..., Capture]) -> None:
    """A description cut in the middle of a character is in every tenth UTF-8 page."""
    cut = page(SIMPLIFIED).encode()[:-30] + b"\xe4\xb8" + b"</p>"
    assert decided_by(decode(capture(cut, "utf-8"))) == ["header-charset"]
    assert decided_by(decode(capture(cut, "gbk"))) == ["common-characters"]


class TestOrphanBytes:
    @pytest.mark.parametrize(
        ("encoding", "broken", "text"),
        [
            ("gb18030", b"\xb0<b>", "\uf7b0<b>"),  # the tag behind a lone lead survives
            ("gb18030", b"\xb0 \xa1\xa3", "\uf7b0 。"),
            ("gb18030", b"\xff", "\uf7ff"),
            ("gb18030", b"\x80\xa1\xa3", "€。"),  # as the Encoding Standard has it
            ("gb18030", b"\x8130", "\uf78130"),  # a four-byte lead without its end
            ("utf-8", b"\xe4\xb8</p>", "\uf7e4\uf7b8</p>"),
            ("utf-8", b"\xb8", "\uf7b8"),
            ("big5hkscs", b"\xa4<i>", "\uf7a4<i>"),
            ("big5hkscs", b"\xa3\xe1", "€"),
        ],
    )
    def test_are_kept_as_marks(self, capture: Callable[..., Capture], encoding: str, broken: bytes, text: str) -> None:
        around = (TRADITIONAL if encoding == "big5hkscs" else SIMPLIFIED).encode(encoding)
        decoded = decode(capture(around + broken + b"\n" + around + b"\xff" + around))
        assert decoded.encoding == encoding
        assert decoded.text.split("\n")[0].endswith("。" + text)

    def test_are_noted_with_byte_and_place(self, capture: Callable[..., Capture]) -> None:
        decoded = decode(capture(SIMPLIFIED.encode("gbk") + b"\xb0 "))
        (note,) = decoded.notes
        assert (note.step, note.rule, note.at, note.before, note.after) == (
            "decode", "orphan-byte", len(SIMPLIFIED), "\\xb0", "\uf7b0",
        )  # fmt: skip
        assert decoded.text[note.at] == note.after

    def test_are_counted_where_there_are_many(self, capture: Callable[..., Capture]) -> None:
        decoded = decode(capture((SIMPLIFIED.encode("gbk") + b"\xb0 ") * 300))
        assert len(decoded.notes) == MAX_NOTES
        assert decoded.evidence[-1].detail == "300 bytes without a character"

    def test_a_mark_gives_its_byte_back(self) -> None:
        assert [byte_of(mark_of(byte)) for byte in range(0x80, 0x100)] == list(range(0x80, 0x100))
        assert byte_of("中") is None

    def test_private_characters_of_an_intact_page_are_no_repairs(self, capture: Callable[..., Capture]) -> None:
        assert decode(capture(f"{SIMPLIFIED}\uf7b0".encode())).notes == ()


def test_nul_bytes_do_not_mislead(capture: Callable[..., Capture]) -> None:
    assert decode(capture(page(SIMPLIFIED).replace("，", "\0，").encode("gbk"))).encoding == "gb18030"


def test_symbols_that_browsers_read_otherwise_than_python(capture: Callable[..., Capture]) -> None:
    """A145 parts the halves of a foreign name; Python makes a bullet of it."""
    assert (
        "珍‧奧斯汀" in decode(capture((TRADITIONAL + "珍").encode("big5") + b"\xa1\x45" + "奧斯汀".encode("big5"))).text
    )


def test_the_hkscs_characters_are_read(capture: Callable[..., Capture]) -> None:
    assert "佢哋喺度" in decode(capture(f"{TRADITIONAL}佢哋喺度".encode("big5hkscs"), "big5")).text


@pytest.mark.parametrize(
    ("body", "detail"), [(b"%PDF-1.7\n%\xe2\xe3", "PDF"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\x1f\x8b\x08\0", "gzip")]
)
def test_other_files_are_refused_by_their_first_bytes(
    capture: Callable[..., Capture], body: bytes, detail: str
) -> None:
    with pytest.raises(Rejected) as refused:
        decode(capture(body, "utf-8"))
    assert refused.value.reason is Reason.NOT_HTML
    assert detail in refused.value.detail


def test_noise_is_undecodable(capture: Callable[..., Capture]) -> None:
    with pytest.raises(Rejected) as refused:
        decode(capture(hashlib.shake_128(b"noise").digest(20_000)))
    assert refused.value.reason is Reason.UNDECODABLE


def test_nothing_is_nothing(capture: Callable[..., Capture]) -> None:
    assert decode(capture(b"")).text == ""


@pytest.mark.parametrize(
    "body",
    [b"\xb0<" * 1_000_000, b"<meta " * 300_000, b"\xff" * 2_000_000, b"\xa1\xa1" * 1_000_000 + b"\xff"],
    ids=["orphan leads", "open metas", "no character", "one orphan at the end"],
)
def test_hostile_bytes_take_linear_time(capture: Callable[..., Capture], body: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(Rejected):
        decode(capture(body, "gbk"))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("label", ["punycode", "idna", "unicode_escape", "utf-7", "rot13"])
def test_a_codec_that_no_browser_knows_is_not_believed(label: str) -> None:
    capture = Capture(
        url="http://a.example/",
        headers=(("content-type", f"text/html; charset={label}"),),
        body=b"<html><body>a-zzz9 plain text</body></html>",
        fetched_at=datetime(2026, 2, 12, tzinfo=UTC),
    )
    decoded = decode(capture)
    assert decoded.encoding in {"utf-8", "ascii"}
    assert "header-charset" not in {item.kind for item in decoded.evidence}
