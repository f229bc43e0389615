"""Names out of byline pieces: who wrote it, who edited it, who held the camera."""

import re
from collections.abc import Iterable

from crawler.items import Credit
from pipelines.bylines import Kind, Piece, fold
from pipelines.rules.labels import FURNITURE, NO_AUTHOR
from pipelines.rules.roles import WRITING

LONGEST_NAME = 30  # characters; an office that signs (示例市人民政府办公室) is longer than a person
MOST_NAMES = 40  # of one piece

_BETWEEN_NAMES = re.compile(r"[、,;/&+|]| {2,}| and |(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
# 责任编辑：张三_NB12082, 李四 PK155, NF058: the desk's numbers
_STAFF_NUMBER = re.compile(r"[ _]*[A-Z]{1,4}\d{2,8}$", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[][^()\[\]]{0,30}[)\]]?$")
# 南都见习记者 余某: the house and the post before the name
_POST = (
    r"(?:(?:本报|本网|本台|本刊|见习|实习|特约|特派|首席|全媒体|文字|摄影|驻\w{1,6})*"
    r"(?:记者|通讯员|评论员|撰稿人|观察员|研究员|专栏作者|特约作者|作者|编辑))"
)
_UP_TO_POST = re.compile(rf"^[^ ]{{0,14}}?{_POST} *[:/]? *")
# A piece like 示例网记者 张三 or 本报记者张三发自某地, without a label of its own.
_POSTED = re.compile(rf"^(?P<house>[^ ,、]{{0,14}}?)(?P<post>{_POST}) *(?P<names>\S.{{0,60}})$")
# what follows the names in a reporter's line: 张三 李四 摄影报道, 张三发自某地, 张三 摄
_AFTER_NAMES = re.compile(
    r"\s*(?:发自.*|\S{0,8}报道|摄影|摄像|文图|图文|文并摄|文/图|摄/?|文|图|整理|采写|实习生.*|通讯员.*|返回.*|投稿.*|综合)$"
)
# （记者 张三 李四） or 记者张三报道 in an agency's first paragraph
_DATELINE = re.compile(
    rf"[(（]\s*(?:[\w·]{{0,12}}?){_POST}\s*(?P<names>[\u4e00-\u9fff·、,， 　]{{2,40}}?)(?:\s*(?:摄影)?报道)?\s*[)）]"
)
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8}){1,3}")
_SENTENCE = re.compile(r"[。！？!?：:“”\"=<>]|https?")
_NOBODY = frozenset(NO_AUTHOR)


def names(value: str) -> tuple[str, ...]:
    """The names in a label's value, in the order printed: `张三、李四 王 五(实习)` → 张三, 李四, 王五."""
    folded_names: list[str] = []
    for part in _BETWEEN_NAMES.split(_spaces(value)):
        name = _bare(part)
        single = len(name) == 1 and "\u4e00" <= name <= "\u9fff"
        if single and folded_names and len(folded_names[-1]) == 1:
            folded_names[-1] += name  # 王 五, spread to the width of three
        elif name:
            folded_names.append(name)
    good = (name for name in folded_names[:MOST_NAMES] if _is_name(name))
    return tuple(dict.fromkeys(good))


def credits_of(pieces: Iterable[Piece]) -> tuple[Credit, ...]:
    """The roles and their people, in the order printed; a role named twice is one credit."""
    found: dict[str, tuple[str, ...]] = {}
    for piece, people in _with_their_names(pieces):
        if piece.kind is Kind.ROLE and people:
            role = re.sub(r"\s+", "", piece.printed_label)
            found[role] = tuple(dict.fromkeys((*found.get(role, ()), *people)))
    return tuple(Credit(role=role, names=people) for role, people in found.items())


def authors_of(pieces: Iterable[Piece]) -> tuple[tuple[str, ...], str | None]:
    """Who wrote it, and the piece that says so: 作者 and 文 first, then those whose role is writing."""
    read = list(_with_their_names(pieces))
    signed = [(people, piece) for piece, people in read if piece.kind is Kind.AUTHOR and people]
    writing = [
        (people, piece) for piece, people in read if piece.kind is Kind.ROLE and piece.label in WRITING and people
    ]
    chosen = signed or writing
    if not chosen:
        return (), None
    everyone = dict.fromkeys(name for people, _ in chosen for name in people)
    return tuple(everyone), " ".join(piece.value for _, piece in chosen)


def dateline_authors(paragraph: str) -> tuple[tuple[str, ...], str | None]:
    """The reporters that an agency's first paragraph names: 新华社某地2月9日电（记者张三）."""
    found = _DATELINE.search(paragraph[:120])
    return (names(found["names"]), found.group()) if found else ((), None)


def _with_their_names(pieces: Iterable[Piece]) -> list[tuple[Piece, tuple[str, ...]]]:
    """The pieces that name people; a name set off by wide space behind one belongs to it (编辑：张三  李四)."""
    read: list[tuple[Piece, tuple[str, ...]]] = []
    open_list = False
    for piece in map(_posted, pieces):
        if piece.kind in {Kind.ROLE, Kind.AUTHOR}:
            read.append((piece, names(piece.value)))
            open_list = True
        elif open_list and piece.kind is Kind.NONE and _HAN_NAME.fullmatch(piece.value):
            read[-1] = read[-1][0], (*read[-1][1], piece.value)
        else:
            open_list = False
    return read


def _posted(piece: Piece) -> Piece:
    """示例网记者 张三 has no label, but the post in it is one."""
    found = _POSTED.match(fold(piece.value)) if piece.kind is Kind.NONE else None
    if not found:
        return piece
    post = found["post"]
    return Piece(
        kind=Kind.AUTHOR if post.endswith("作者") else Kind.ROLE,
        label="编辑" if post.endswith("编辑") else "记者",
        printed_label=piece.value[found.start("post") : found.end("post")],
        value=piece.value[found.start("names") : found.end("names")],
    )


def _spaces(value: str) -> str:
    return re.sub(r"\s", " ", value).replace("，", ",").replace("；", ";").replace("／", "/").replace("｜", "|")


def _bare(part: str) -> str:
    """One name without post, number, bracket and what trails it."""
    name = part.strip(" .·-—_*：:（）()[]【】")
    post = _UP_TO_POST.match(fold(name))
    name = name[post.end() :] if post else name
    name = _AFTER_NAMES.sub("", name)
    name = _STAFF_NUMBER.sub("", _BRACKETED.sub("", name))
    return name.strip(" .·-—_*：:（）()[]【】")


def _is_name(name: str) -> bool:
    folded = fold(name)
    return (
        1 < len(name) <= LONGEST_NAME
        and not _SENTENCE.search(name)
        and folded.lower() not in _NOBODY
        and folded not in FURNITURE
        and any(char.isalpha() for char in name)
    )
