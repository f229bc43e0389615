"""Names out of byline pieces: who wrote it, who edited it, who held the camera."""

import re
from collections.abc import Iterable, Iterator, Mapping

from crawler.items import Credit, Declared
from pipelines.details.bylines import Kind, Piece, fold, is_label
from pipelines.details.bylines import pieces as pieces_of
from pipelines.rules.labels import AUTHOR, FURNITURE, NO_AUTHOR, OUTLET_ENDS
from pipelines.rules.roles import WRITING
from pipelines.rules.surnames import COMPOUND, SURNAMES

_MARKS = str.maketrans("，；／｜：（）［］", ",;/|:()[]")
LONGEST_NAME = 30  # characters; an office that signs (示例市人民政府办公室) is longer than a person
MOST_NAMES = 40  # of one piece

_BETWEEN_NAMES = re.compile(r"[、,;/&+|]| {2,}| and | 通讯员 |(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
# 责任编辑：张三_NB12082, 李四 PK155, NF058: the desk's numbers
_STAFF_NUMBER = re.compile(r"[ _]*[A-Z]{1,4}\d{2,8}$", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[][^()\[\]]{0,30}[)\]]?$")
# 示例报见习记者 余某: the house and the post before the name
_POST = (
    r"(?:(?:本报|本网|本台|本刊|见习|实习|特约|特派|首席|全媒体|文字|摄影|驻\w{1,6}){0,3}"
    r"(?:记者|通讯员|评论员|撰稿人|观察员|研究员|专栏作者|特约作者|作者|编辑))"
)
_UP_TO_POST = re.compile(rf"^[^ ]{{0,14}}?{_POST} *[:/]? *")
# A piece like 示例网记者 张三 or 本报记者张三发自某地, without a label of its own.
_POSTED = re.compile(rf"^(?P<house>[^ ,、]{{0,14}}? ?)(?P<post>{_POST}) *(?P<names>\S.{{0,60}})$")
# what follows the names in a reporter's line: 张三 李四 摄影报道, 张三发自某地, 张三 摄
_AFTER_NAMES = re.compile(
    r"\s*(?:发自.*|\S{0,8}报[道导]|摄影|摄像|文图|图文|文并摄|文/图|摄/?|整理|采写|综合"
    r"|(?<=[ /])[文图]|(?:实习生|通讯员|返回|投稿|出自|选自|摘自|节选).*)$"
)
# （记者 张三 李四） or 记者张三报道 in an agency's first paragraph
# and of Taiwan: 〔記者王小明／青溪報導〕, （某社記者王小明青溪18日電）
_DATELINE = re.compile(
    rf"[(\[〔]\s*(?:[\w·]{{0,12}}?){_POST}\s*(?P<names>[\u4e00-\u9fff·、, ]{{2,40}}?)"
    r"(?:\s*(?:摄影)?报道|/[\u4e00-\u9fff/]{2,12}报[导道]|(?P<wired>\d{1,2}日(?:专)?[电電]))?\s*[)\]〕]"
)
_PLACE_LENGTH = 2  # Han of the place that is glued to the last name of a wired story
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8}){1,3}")
_ALL_HAN = re.compile(r"[\u4e00-\u9fff]+")
_TWO_DIGITS = re.compile(r"\d\D*\d")  # 水厂今日通水收看05: a programme, no name
# how an office that signs ends; five Han or more that do not end so are a sentence (记者：据你了解农民通过什么渠道)
_OFFICE_ENDS = tuple("部室处處中心组組社网網报報台局府院司厅廳委办辦会會校团團馆館队隊站所")
_SENTENCE = re.compile(r"[。！？!?“”\"=<>]|https?")
# 示例用户 发表于 2026-02-11, 由示例用户张贴 @ 2026-02-11, 发布时间 2026/02/11 by example
_POSTERS = (
    re.compile(r"^(?P<name>[^\s:,]{2,20}) +(?:发表于|发布于|发表在|写于|发表) *\d"),
    re.compile(r"^由 ?(?P<name>[^\s:,]{2,20}?) ?(?:张贴|发表|发布|上传|投稿)"),
    re.compile(r"\d by (?P<name>[^\s:,]{2,20})"),
)
# What a signature holds, in folded form: most short paragraphs hold none of it and need not be cut into pieces.
_SIGNS = re.compile("|".join(map(re.escape, (*AUTHOR, *WRITING, "评论员", "观察员", "研究员"))), re.IGNORECASE)
_SIGNED_WITHIN = 40  # characters of a paragraph that is nothing but a signature


def names(value: str) -> tuple[str, ...]:
    """The names in a label's value, in the order printed: `张三、李四 王 五(实习)` → 张三, 李四, 王五.

    A value that is a sentence names nobody: in an interview 记者： opens the reporter's question.
    """
    line = re.sub(r"\s", " ", value).translate(_MARKS)
    if _SENTENCE.search(line):
        return ()
    found: list[str] = []
    for part in _BETWEEN_NAMES.split(line.partition(":")[0]):
        name = _bare(part)
        if len(name) == 1 and found and len(found[-1]) == 1 and _ALL_HAN.match(found[-1] + name):
            found[-1] += name  # 王 五, spread to the width of three
        elif name:
            found.append(name)
    return tuple(dict.fromkeys(name for name in found[:MOST_NAMES] if _is_name(name)))


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


def signed_authors(body: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """Those who sign the text itself: 新华社某地2月9日电（记者张三）, or a line 本报记者 张三 before or behind it."""
    for paragraph in body[:2]:
        opening = paragraph[:120]
        found = _DATELINE.search(fold(opening))
        if found:
            signed = opening[found.start("names") : found.end("names") - (_PLACE_LENGTH if found["wired"] else 0)]
            return names(signed), opening[found.start() : found.end()]
    for paragraph in (*body[:3], *body[3:][-2:]):
        if len(paragraph) <= _SIGNED_WITHIN and _SIGNS.search(fold(paragraph).replace(" ", "")):
            people, raw = authors_of(pieces_of(paragraph))
            if people and all(map(_has_surname, people)):
                return people, raw
    return (), None


def poster(pieces: Iterable[Piece]) -> tuple[tuple[str, ...], str | None]:
    """Who posted it, where forums and blogs say so around the time."""
    for piece in pieces:
        for pattern in _POSTERS if piece.kind is Kind.NONE else ():
            found = pattern.search(fold(piece.value))
            if found:
                name = piece.value[found.start("name") : found.end("name")]
                return (name,), piece.value
    return (), None


def declared_authors(declared: Declared) -> tuple[tuple[str, ...], str | None]:
    """A person whom the head names; most heads name the site, its staff number or the template's author."""
    said = [
        *_json_ld_authors(declared.json_ld),
        *(declared.meta.get(key, "") for key in ("article:author", "og:article:author", "author")),
    ]
    for words in said:
        people = names(words[:_SIGNED_WITHIN])
        if people and all(map(is_person, people)):
            return people, words
    return (), None


def _json_ld_authors(objects: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for thing in objects:
        author = thing.get("author")
        for person in author if isinstance(author, list) else [author]:
            name = person.get("name") if isinstance(person, Mapping) else person
            if isinstance(name, str):
                yield name


def _with_their_names(pieces: Iterable[Piece]) -> list[tuple[Piece, tuple[str, ...]]]:
    """The pieces that name people; a name set off by wide space behind one belongs to it (编辑：张三  李四)."""
    read: list[tuple[Piece, tuple[str, ...]]] = []
    open_list = False
    for piece in map(_posted, pieces):
        if piece.kind in {Kind.ROLE, Kind.AUTHOR}:
            read.append((piece, names(piece.value)))
            open_list = True
        elif open_list and piece.kind is Kind.NONE and is_person(piece.value):
            read[-1] = read[-1][0], (*read[-1][1], piece.value)
        else:
            open_list = False
    return read


def _posted(piece: Piece) -> Piece:
    """示例网记者 张三 has no label, but the post in it is one."""
    found = _POSTED.match(fold(piece.value)) if piece.kind is Kind.NONE else None
    if not found or not all(map(_has_surname, names(found["names"]) or ("",))):
        return piece
    post = found["post"]
    return Piece(
        kind=Kind.AUTHOR if post.endswith("作者") else Kind.ROLE,
        label="编辑" if post.endswith("编辑") else "记者",
        printed_label=piece.value[found.start("post") : found.end("post")],
        value=piece.value[found.start("names") : found.end("names")],
    )


def _bare(part: str) -> str:
    """One name without post, number, bracket and what trails it."""
    name = part.strip(" .·-—_*：:（）()[]【】")
    post = _UP_TO_POST.match(fold(name))
    name = name[post.end() :] if post else name
    after = _AFTER_NAMES.search(fold(name))
    name = name[: after.start()] if after else name
    name = _STAFF_NUMBER.sub("", _BRACKETED.sub("", name))
    return name.strip(" .·-—_*：:（）()[]【】")


def _is_name(name: str) -> bool:
    folded = fold(name)
    return (
        1 < len(name) <= LONGEST_NAME
        and folded.lower() not in NO_AUTHOR
        and not folded.startswith(FURNITURE)
        and not is_label(folded)
        and any(char.isalpha() for char in name)
        and not (_TWO_DIGITS.search(name) and not name.isascii())
        and (len(name) <= 4 or not _ALL_HAN.fullmatch(name) or name.endswith(_OFFICE_ENDS))
    )


def is_person(name: str) -> bool:
    """Whether a name that no label vouches for is a person's: 江城网 begins with a family name, too."""
    return bool(_HAN_NAME.fullmatch(name)) and _has_surname(name) and not fold(name).endswith(OUTLET_ENDS)


def _has_surname(name: str) -> bool:
    return name[:1] in SURNAMES or name[:2] in COMPOUND
