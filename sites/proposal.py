"""A site file proposed from what was seen of a site, for a person to look over."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sites.addresses import host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the rules read from one sample article.

    Attributes:
        url: its address.
        fields: field of the record → its value in one line; what was not found is not in it.
        site_name: how the page calls its site.
        charset: the encoding it was decoded with.
        problem: why there is no article, or empty.
    """

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    site_name: str | None = None
    charset: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of a site.

    Attributes:
        url: the section page.
        charset: its encoding.
        article_url: the pattern that its articles' addresses have, or None.
        articles: how many of its links have it.
        next_page: where the list goes on, or None.
        samples: some of the articles.
    """

    url: str
    charset: str
    article_url: str | None
    articles: int
    next_page: str | None
    samples: Sequence[Sample]


def propose(seen: Seen) -> str:
    """The text of a site file, with what it rests on as comments."""
    names = Counter(sample.site_name for sample in seen.samples if sample.site_name)
    charsets = sorted({seen.charset, *(sample.charset for sample in seen.samples)} - {""})
    lines = [
        f"# Proposed from {_plain(seen.url)}; look it over, and delete what is wrong: every line may go.",
        f"hosts = [{_quoted(host_of(seen.url))}]",
        f"seeds = [{_quoted(seen.url)}]",
    ]
    if names:
        lines.append(f"site_name = {_quoted(names.most_common(1)[0][0])}")
    if seen.article_url:
        lines.append(f"article_url = {_quoted(seen.article_url)}  # {seen.articles} links of the section page")
    else:
        lines.append('# article_url = "…"  # no links that look like articles were found')
    if seen.next_page:
        lines.append(f"depth = 5  # pages of the section; the next one is {_plain(seen.next_page)}")
    else:
        lines.append("# depth = 5  # no link to a next page was found")
    lines.append('time_zone = "Asia/Shanghai"  # of times printed without one')
    lines.append(f"# charset: {', '.join(map(_plain, charsets)) or 'unknown'} (found anew on each page)")
    for sample in seen.samples:
        lines += ["", f"# {_plain(sample.url)}"]
        if sample.problem:
            lines.append(f"#   gave no article: {_plain(sample.problem)}")
        lines += [f"#   {name}: {_plain(value)}" for name, value in sample.fields.items()]
    missing = _missing(seen.samples)
    if missing:
        lines += [
            "",
            f"# Not found on any sample: {', '.join(missing)}. Where the pages do hold them, CSS selectors help:",
        ]
        lines += ['# headline = "h1.title"', '# body = "div#zoom"', '# byline = "div.info"']
    return "\n".join(lines) + "\n"


WANTED = ("headline", "published_at", "source", "body")


def _missing(samples: Sequence[Sample]) -> list[str]:
    """The fields that a repost page usually has and none of the samples gave."""
    return [name for name in WANTED if not any(name in sample.fields for sample in samples)]


def _plain(text: str) -> str:
    """Text of a page as a comment can hold it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]


def _quoted(text: str | None) -> str:
    """Text as a TOML string, which is written as JSON writes them."""
    return json.dumps("".join(char for char in text or "" if char.isprintable()), ensure_ascii=False)
