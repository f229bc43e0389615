"""The converter's character encoding: GBK with the decoding habits of PHP's CP936.

The damage is made, and undone, on GBK bytes, so these two functions define what "the same bytes" means: the forward
model breaks a text with them, and a repair is accepted only when they give back the text that was seen.
"""

import codecs

# A byte that no character could be made of stands in decoded text as this code point plus the byte.
ORPHAN_BASE = 0xF700

_EURO = 0x80  # a lone byte 80 is the euro sign in code page 936


def encode(text: str) -> bytes:
    r"""Encode as GBK; `€` is the byte 80, a kept orphan (U+F780…U+F7FF) its byte, what GBK lacks is `?`.

    Characters of the user-defined zones (U+E000…) take the pair of bytes that stands for them.

    >>> encode("國€😀")
    b'\x87\xf8\x80?'
    """
    return text.encode("gbk", _ENCODE_RULE)


def decode(data: bytes) -> str:
    r"""Decode as the converter does: never fails, never keeps a byte it cannot read.

    A lead byte without a trail byte shows `?` and eats the ASCII byte after it; a pair of a user-defined zone or
    without a character vanishes; a lone byte 80 is `€`.

    >>> decode(b"\xb5(sh\xa8\xb4)")
    '?shù)'
    """
    return data.decode("gbk", _DECODE_RULE)


def _encode_error(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return b"".join(_lacking(char) for char in error.object[error.start : error.end]), error.end


def _lacking(char: str) -> bytes:
    if char == "€":
        return b"\x80"
    code = ord(char)
    if ORPHAN_BASE + 0x80 <= code <= ORPHAN_BASE + 0xFF:
        return bytes([code - ORPHAN_BASE])
    if 0xE000 <= code <= 0xE864:
        pair = char.encode("gb18030")
        if len(pair) == 2:
            return pair
    return b"?"


def _decode_error(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, at = error.object, error.start
    if data[at] == _EURO:
        return "€", at + 1
    if data[at] == 0xFF:
        return "?", at + 1
    trail = data[at + 1] if at + 1 < len(data) else 0
    readable = 0x40 <= trail <= 0xFE and trail != 0x7F
    return ("" if readable else "?"), min(at + 2, len(data))


_ENCODE_RULE, _DECODE_RULE = "repost-cp936-encode", "repost-cp936-decode"
codecs.register_error(_ENCODE_RULE, _encode_error)
codecs.register_error(_DECODE_RULE, _decode_error)
