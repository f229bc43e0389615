"""What the addresses of a site's articles look like, learned from the links of a section page.

A section page links its articles by their headlines, and their addresses differ only in numbers and ids; menus link by
two or four characters. So links are grouped by the shape of their address, and a group whose texts read like headlines
is taken for the articles.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import SplitResult, urlsplit

MAX_LINKS = 3_000  # of one page
MAX_SHAPES = 4  # shapes of address that one site's articles come in
FEWEST = 3  # links that make a shape
FEWEST_WITHOUT_NUMBERS = 6  # sections have names without numbers too
HEADLINE = 8  # Han from which a text reads like a headline; section names have two to five
LATIN_HEADLINE = 25  # characters, where there is no Han
HEADLINE_SHARE = 0.6  # of a shape's links: some are pictures, some say 详细

# Only 0-9 are numbers: to Python, the １ of /é１.html is one as well.
_NUMBER = re.compile(r"[0-9]+")
_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]+")
# A hash or a random name, perhaps behind a word: 3f9ac01b77de, ARTIk2Xq81LmZ, doc-3f9ac01b77de41
_ID = re.compile(r"(?P<word>(?:[A-Za-z]{1,12}[-_])?)(?=[A-Za-z]*[0-9]+[A-Za-z])[A-Za-z0-9]{12,}")
# A name of words: ferry, xin-qiao-tong-che, bridge-2-opens-again
_SLUG = re.compile(r"[A-Za-z]+(?:[-_][A-Za-z]+)*|(?:[A-Za-z0-9]+-){3,}[A-Za-z0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Lists, not articles: index_2.html, list-3.html
_LIST_NAME = re.compile(r"(?:index|list|default|node|more|column|channel|category|page)(?![a-z])", re.IGNORECASE)
# Whatever stands below one of these is a list, however it is called: /e/tags/?tagname=7, /author/wei/
_LISTS = frozenset({"tag", "tags", "category", "author", "search"})
_DAY_IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-/_]?)(?P<m>0[1-9]|1[0-2])[-/_]?(?P<d>0[1-9]|[12]\d|3[01])(?!\d{1,3}(?!\d))"
)

Shape = tuple[str, ...]


def learn_pattern(links: Iterable[tuple[str, str]]) -> str | None:
    r"""A regular expression for the addresses of articles, or None where no group of links reads like articles.

    >>> learn_pattern((f"http://a.example/xw/202602/t{n}.html", f"青石镇的第{n}座桥修好了") for n in (701, 702, 703))
    '^https?://a\\.example/xw/\\d{6}/t\\d+\\.html$'

    Args:
        links: absolute addresses with the texts that link them.
    """
    texts: dict[str, str] = {}
    for url, text in links:
        if len(texts) >= MAX_LINKS:
            break
        texts[url] = max(texts.get(url, ""), text.strip(), key=len)  # a picture and a headline link the same page
    groups: defaultdict[Shape, list[str]] = defaultdict(list)
    for url in texts:
        if shape := _shape(url):
            groups[shape].append(url)
    found = [(shape, urls) for shape, urls in groups.items() if _reads_like_articles(shape, urls, texts)]
    found.sort(key=lambda group: -len(group[1]))
    patterns = [_pattern(shape, urls) for shape, urls in found[:MAX_SHAPES]]
    return "|".join(patterns) or None


def day_in_address(url: str) -> date | None:
    """The day that an address names, as `/2026/02/11/`, `t20260211_1.html` or `/2026-02/11/` do.

    >>> day_in_address("http://a.example/xw/202602/t20260211_17.html")
    datetime.date(2026, 2, 11)
    """
    for match in _DAY_IN_ADDRESS.finditer(url):
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:  # 20260231
            continue
    return None


def is_headline(text: str) -> bool:
    """Whether a link's text is as long as headlines are."""
    return len(_HAN.findall(text)) >= HEADLINE or (not _HAN.search(text) and len(text) >= LATIN_HEADLINE)


def _shape(url: str) -> Shape | None:
    """An address with every number, id and folder name replaced by its kind; None for what is no article's."""
    parts = urlsplit(url)
    *folders, name = _steps(parts)
    if not _LISTS.isdisjoint(map(str.lower, folders)) or (_LIST_NAME.match(name) and not parts.query):
        return None
    kinds = ["<folder>" if folder.isalpha() else _kind(folder) for folder in folders]
    if not (name or parts.query):  # /2026/02/11/new-bridge/ is an article, /news/bridges/ a section
        if not any("<n>" in kind or "<id>" in kind for kind in kinds):
            return None
        kinds[-1] = _kind(folders[-1])
    query = [name + _kind(value) for name, value in map(_parted, parts.query.split("&"))]
    return (str(len(folders)), *kinds, _kind(name), *(query if parts.query else ()))


def _steps(parts: SplitResult) -> list[str]:
    return parts.path.split("/")[1:] or [""]


def _parted(pair: str) -> tuple[str, str]:
    """`id=7` as `id=` and `7`; what has no `=` is all value."""
    name, equals, value = pair.partition("=")
    return (name + equals, value) if equals else ("", pair)


def _kind(text: str) -> str:
    stem, dot, suffix = text.rpartition(".")
    end = dot + suffix if stem else ""
    if name := _ID.fullmatch(stem or text):
        return f"{name['word']}<id>{end}"
    return f"<slug>{end}" if _SLUG.fullmatch(stem or text) else _NUMBER.sub("<n>", text)


def _reads_like_articles(shape: Shape, urls: Sequence[str], texts: Mapping[str, str]) -> bool:
    headlines = sum(is_headline(texts[url]) for url in urls)
    numbered = any("<n>" in part or "<id>" in part for part in shape)
    return headlines >= (FEWEST if numbered else FEWEST_WITHOUT_NUMBERS) and headlines >= HEADLINE_SHARE * len(urls)


def _pattern(shape: Shape, urls: Sequence[str]) -> str:
    """The expression that all addresses of one shape match: literal where they are the same."""
    parts = [urlsplit(url) for url in urls]
    host = _same({part.netloc for part in parts}) or r"[^/]+"
    steps = list(zip(*map(_steps, parts), strict=True))
    kinds, pair_kinds = shape[1 : 1 + len(steps)], shape[1 + len(steps) :]
    path = "/".join(_segment(kind, set(column)) for kind, column in zip(kinds, steps, strict=True))
    columns = zip(*(part.query.split("&") for part in parts), strict=True)
    pairs = [_pair(kind, set(column)) for kind, column in zip(pair_kinds, columns, strict=False)]
    query = r"\?" + "&".join(pairs) if pairs else ""
    root = "/" if path else "/?"  # http://a.example?id=7
    return f"^https?://{host}{root}{path}{query}$"


def _pair(kind: str, pairs: set[str]) -> str:
    """One `id=3f9ac01b77de` of a query; its name is the same in all of them, as the shape has it."""
    name, value_kind = _parted(kind)
    return re.escape(name) + _segment(value_kind, {_parted(pair)[1] for pair in pairs})


def _segment(kind: str, texts: set[str]) -> str:
    if literal := _same(texts, numbers=False):
        return literal
    if kind == "<folder>":
        return r"[^/]+"
    if "<id>" in kind:
        word, _, end = kind.partition("<id>")
        return re.escape(word) + "[A-Za-z0-9]+" + re.escape(end)
    if kind.startswith("<slug>"):
        return "[A-Za-z0-9_-]+" + re.escape(kind.removeprefix("<slug>"))
    tokens = [_TOKEN.findall(text) for text in sorted(texts)]
    if len(set(map(len, tokens))) > 1:  # a text that looks like a kind: /<n>.html beside /7.html
        return r"[^/&]+"
    return "".join(_token(set(column)) for column in zip(*tokens, strict=True))


def _token(texts: set[str]) -> str:
    if not _NUMBER.fullmatch(next(iter(texts))):
        return _same(texts) or r"\w+"
    # 2026, 202602, 20260211 stay as long as they are; a running number grows
    sizes = {len(text) for text in texts if text.startswith(("19", "20"))}
    is_date = len(sizes) == 1 and sizes <= {4, 6, 8} and all(text.startswith(("19", "20")) for text in texts)
    return rf"\d{{{sizes.pop()}}}" if is_date else r"\d+"


def _same(texts: set[str], *, numbers: bool = True) -> str | None:
    """The text escaped, where there is only one, and numbers are not what changes tomorrow."""
    text = next(iter(texts))
    if len(texts) > 1 or (not numbers and _NUMBER.search(text)):
        return None
    return re.escape(text)
