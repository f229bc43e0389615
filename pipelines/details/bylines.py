"""The lines around an article, cut into labelled pieces: 时间:2026-02-11 15:49|来源:新华社|点击量:180.

A line is folded first (labels in simplified script, half width), one character for one, so that every piece can be
given as the page prints it. Three shapes are read: a label with a mark (来源：, 编辑丨, 文/), a label that opens a
piece without one (来源示例网|, 记者 张三), and a piece without any label.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pipelines.rules import labels, roles

LONGEST = 600  # characters of a line that are read; a longer one is running text


class Kind(StrEnum):
    """What a piece tells."""

    PUBLISHED = "published"
    UPDATED = "updated"
    SOURCE = "source"
    PUBLISHER = "publisher"
    UPLOADER = "uploader"
    AUTHOR = "author"
    ROLE = "role"
    VIEWS = "views"
    OTHER = "other"  # a label that is known and means none of these: 图片来源, 截稿
    NONE = "none"  # no label


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A labelled piece of a line.

    Attributes:
        kind: what it tells.
        label: the label, folded (`责任编辑`); empty where there is none.
        printed_label: the label as the page prints it (`責任編輯`).
        value: what stands behind it, as printed, outer spaces and marks removed.
    """

    kind: Kind
    label: str
    printed_label: str
    value: str


_VOCABULARY: dict[str, Kind] = {
    **dict.fromkeys(roles.ROLES, Kind.ROLE),
    **dict.fromkeys(labels.OTHER_TIMES, Kind.OTHER),
    **dict.fromkeys((*labels.OTHER, *labels.PICTURE), Kind.OTHER),
    **dict.fromkeys(labels.UPDATED, Kind.UPDATED),
    **dict.fromkeys(labels.PUBLISHED, Kind.PUBLISHED),
    **dict.fromkeys(labels.PUBLISHER, Kind.PUBLISHER),
    **dict.fromkeys(labels.UPLOADER, Kind.UPLOADER),
    **dict.fromkeys(labels.SOURCE, Kind.SOURCE),
    **dict.fromkeys(labels.VIEWS, Kind.VIEWS),
    **dict.fromkeys(labels.AUTHOR, Kind.AUTHOR),
}
_KIND_OF = {word.lower(): kind for word, kind in _VOCABULARY.items()}

_FOLD = str.maketrans(
    labels.FOLD_FROM + "　\xa0\u2002\u2003\u2009\t\r\n：∶﹕／｜│┃︱丨∣❘ǀ（）［］【】，；０１２３４５６７８９．",
    labels.FOLD_TO + "        :::/||||||||()[][],;0123456789.",
)


def fold(text: str) -> str:
    """Labels to simplified script, marks and digits to half width, white space to spaces; one character for one."""
    return text.translate(_FOLD)


_MARK = re.compile(r" {0,3}([:/|(])")
_BREAK = re.compile(r" ?\| ?| {2,}|; ?|(?<=\])(?! ?\d{1,2}:) ?| ?(?=\[)")
_EDGES = " |:/,;、·•-—–_~*#<>《》[]()【】〖〗「」{}=+▲△■□◆●○"
_PAIRS = (("(", ")"), ("[", "]"), ("《", "》"), ("【", "】"), ("<", ">"))
_PRINTED_MARKS = " \u3000\xa0\t\r\n:：∶﹕/／|｜│┃︱丨∣❘ǀ(（"
_LONGEST_LABEL = max(map(len, _KIND_OF))
# A thin mark stands behind labels of names, outlets and pictures only: in 1164次阅读|来源示例网 it parts two pieces.
_THIN_MARKS = frozenset("/|")
_TAKES_THIN_MARK = frozenset({Kind.ROLE, Kind.AUTHOR, Kind.SOURCE})
# 北京时间:, 当地时间: and any other 时间 of something tell when the story happened.
_BARE_TIMES = frozenset({"时间", "日期"})


def is_label(word: str) -> bool:
    """Whether a folded word is a label (编委 where a name is expected)."""
    return word.lower() in _KIND_OF


def pieces_of_lines(lines: Iterable[str]) -> list[Piece]:
    """The pieces of several lines; a label whose value stands in the next line (来源： / 示例日报) gets it."""
    found: list[Piece] = []
    for line in lines:
        cut = pieces(line)
        if found and cut and found[-1].kind is not Kind.NONE and not found[-1].value and cut[0].kind is Kind.NONE:
            found[-1] = replace(found[-1], value=cut.pop(0).value)
        found += cut
    return found


def pieces(line: str) -> list[Piece]:
    """Cut one line into its labelled pieces, in the order printed."""
    raw = line[:LONGEST]
    folded = fold(raw)
    found: list[Piece] = []
    at = 0
    kind, label, printed = Kind.NONE, "", ""
    for start, value_at, next_kind, next_label in [*_marked_labels(folded), (len(folded), len(folded), Kind.NONE, "")]:
        chunks = list(_chunks(raw, folded, at, start))
        if kind is not Kind.NONE:
            value = chunks.pop(0)[0] if chunks else ""
            found.append(Piece(kind=kind, label=label, printed_label=printed, value=value))
        found.extend(_opened(chunk, chunk_folded) for chunk, chunk_folded in chunks)
        kind, label, printed, at = next_kind, next_label, raw[start:value_at].rstrip(_PRINTED_MARKS), value_at
    return found


def _marked_labels(folded: str) -> Iterator[tuple[int, int, Kind, str]]:
    """Labels with a mark behind them: (start, end of the mark, kind, label)."""
    for mark in _MARK.finditer(folded):
        label = label_before(folded, mark.start())
        if label is None:
            continue
        start, word, kind = label
        if mark[1] in _THIN_MARKS and kind not in _TAKES_THIN_MARK and word not in labels.PICTURE:
            continue
        if mark[1] in _THIN_MARKS and kind is Kind.AUTHOR and start and "\u4e00" <= folded[start - 1] <= "\u9fff":
            continue  # 只看该作者 | 倒序浏览
        if mark[1] == "(" and kind is not Kind.VIEWS:
            continue
        yield start, mark.end(), kind, word


def label_before(folded: str, end: int) -> tuple[int, str, Kind] | None:
    """The longest label that ends at `end` of a folded line: its start, its word, what it tells.

    A label of two characters may be spaced (来 源).
    """
    best: tuple[int, str, Kind] | None = None
    word, at, gap = "", end, 0
    while at > 0 and len(word) < _LONGEST_LABEL and gap <= 4:
        at -= 1
        char = folded[at]
        if char == " " and not word.isascii():
            gap += 1
            continue
        word = char.lower() + word
        if gap and len(word) > 2:
            break
        if word in _KIND_OF and (len(word) > 1 or at == 0 or not folded[at - 1].isalnum()):
            best = at, word, _KIND_OF[word]
    if best and best[1] in _BARE_TIMES and best[0] and "\u4e00" <= folded[best[0] - 1] <= "\u9fff":
        return best[0], best[1], Kind.OTHER
    return best


def _chunks(raw: str, folded: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """The parts of a stretch between its breaks: (as printed, folded), outer marks removed, empty ones left out."""
    at = start
    for cut in [*_BREAK.finditer(folded, start, end), None]:
        stop = cut.start() if cut else end
        chunk = folded[at:stop]
        left = len(chunk) - len(chunk.lstrip(_EDGES))
        right = len(chunk.rstrip(_EDGES))
        for opening, closing in _PAIRS:  # 示例报道(广州) and 《示例日报》海外版 keep their brackets
            left -= chunk[left - 1 : left] == opening and closing in chunk[left:right]
            right += chunk[right : right + 1] == closing and opening in chunk[left:right]
        if left < right:
            yield raw[at + left : at + right], chunk[left:right]
        at = cut.end() if cut else end


def _opened(chunk: str, folded: str) -> Piece:
    """A part without a marked label: 来源示例网 and 作者 魏星 open with one all the same."""
    for length in range(min(_LONGEST_LABEL, len(folded) - 1), 1, -1):
        word = folded[:length].lower()
        kind = _KIND_OF.get(word)
        value = chunk[length:].strip(_EDGES)
        if kind is None or not value:
            continue
        digits = value[:1].isdigit()
        spaced = folded[length] == " "
        if (
            digits
            if kind in {Kind.PUBLISHED, Kind.UPDATED, Kind.VIEWS}
            else spaced or kind in {Kind.SOURCE, Kind.AUTHOR}
        ):
            return Piece(kind=kind, label=word, printed_label=chunk[:length], value=value)
    return Piece(kind=Kind.NONE, label="", printed_label="", value=chunk)
