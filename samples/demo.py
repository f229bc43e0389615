"""The demo: the sample web is served and crawled, and what the archive holds then is held against the gold."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from archive.connect import default_path
from archive.read import StoredArticle
from crawler.run import run
from crawler.summary import RunSummary
from samples.gold import Difference, Stored, differences, fields_of, stored
from samples.pages import Site
from samples.web import PORT, Expected, serve, sites

EXAMPLES = 3
LONGEST_EXAMPLE = 110  # characters: two lines of a terminal
SHOWN_DIFFERENCES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOutcome:
    """What came of one host.

    Attributes:
        base: where it was served.
        about: what it is.
        pages: addresses asked for.
        articles: of them, those that gave an article.
        hijacked: articles from hijacked pages.
        changes: places that restoring changed.
        rejected: reason → addresses that gave none.
    """

    base: str
    name: str
    about: str
    pages: int
    articles: int
    hijacked: int
    changes: int
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One repaired paragraph.

    Attributes:
        article_id: where to see the rest of it.
        rules: what was done.
    """

    article_id: int
    before: str
    after: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo did; the archive's part is empty where the crawl did not come to its end.

    Attributes:
        db_path: the archive.
        summary: of the crawl.
        sites: in the order of the sample web.
        repairs: rule → places, the most frequent first.
        examples: paragraphs before and after.
        compared: how many fields were held against the gold.
        differences: those that differ.
    """

    db_path: Path
    summary: RunSummary
    sites: tuple[SiteOutcome, ...] = ()
    repairs: Mapping[str, int]
    examples: tuple[Example, ...] = ()
    compared: int = 0
    differences: tuple[Difference, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when everything is stored as it must be; else as for a crawl."""
        if self.summary.finish != "finished":
            return self.summary.exit_code
        return 1 if self.differences else 0


def run_demo(db_path: Path, *, quiet: bool = False) -> DemoResult:
    """Serve the sample web, crawl it, compare; once a process, because the crawl's reactor cannot start again.

    Args:
        db_path: the archive; made where there is none. Run again, nothing that is what it was is fetched again.
        quiet: no progress on standard error.

    Raises:
        ArchiveError: the archive cannot be used.
        OSError: no port of 127.0.0.1 is free.
    """
    with serve(PORT) as web:
        summary = run(
            "pages",
            {"urls": list(web.start_urls())},
            {
                "ARCHIVE_PATH": str(db_path),
                "ALLOWED_ADDRESSES": list(web.allowed_addresses()),
                # nobody is disturbed: the pages come from this process
                "DOWNLOAD_DELAY": 0,
                "AUTOTHROTTLE_START_DELAY": 0,
                "QUIET": quiet,
                "LOG_LEVEL": "ERROR",
            },
        )
        pages = web.expected()
    if summary.finish != "finished":
        return DemoResult(db_path=db_path, summary=summary, repairs={})
    found = stored(db_path, pages)
    articles = [known.article for known in found.values() if known.article]
    return DemoResult(
        db_path=db_path,
        summary=summary,
        sites=tuple(_site_outcome(site, [page for page in pages if page.site == site.key], found) for site in sites()),
        repairs=dict(_repairs(articles).most_common()),
        examples=tuple(_examples(articles)),
        compared=sum(len(fields_of(page.gold)) for page in pages),
        differences=tuple(differences(found, pages)),
    )


def _site_outcome(site: Site, pages: Sequence[Expected], found: Mapping[str, Stored]) -> SiteOutcome:
    articles = [known for page in pages if (known := found[page.url].article)]
    reasons = [found[page.url].fields["rejected"] for page in pages]
    return SiteOutcome(
        base=pages[0].base,
        name=site.name,
        about=site.about,
        pages=len(pages),
        articles=len(articles),
        hijacked=sum(known.record.verdict.hijacked for known in articles),
        changes=_repairs(articles).total(),
        rejected=dict(Counter(str(reason) for reason in reasons if reason is not None)),
    )


def _repairs(articles: Iterable[StoredArticle]) -> Counter[str]:
    """Rule → places; `doubtful` is no rule."""
    repairs: Counter[str] = Counter()
    for known in articles:
        repairs.update({rule: count for rule, count in known.record.repairs.items() if rule != "doubtful"})
    return repairs


def _examples(articles: Iterable[StoredArticle]) -> Iterator[Example]:
    """For a few articles, the short paragraph in which the most different things were repaired."""
    best = [example for item in articles if (example := _example(item))]
    yield from sorted(best, key=_interest, reverse=True)[:EXAMPLES]


def _example(item: StoredArticle) -> Example | None:
    record = item.record
    rules: dict[str, dict[str, None]] = {}
    for note in record.notes:
        if note.step == "restore":
            rules.setdefault(note.where, {})[note.rule] = None
    changed = [
        Example(article_id=item.id, before=before, after=after, rules=tuple(rules.get(f"body/{number}", ())))
        for number, (before, after) in enumerate(zip(record.body_raw, record.body, strict=False))
        # the hidden bytes and kept orphans of a page fetched live show nothing, or do harm, on a terminal
        if before != after and before.isprintable() and len(before) <= LONGEST_EXAMPLE
    ]
    return max(changed, key=_interest, default=None)


def _interest(example: Example) -> tuple[int, int]:
    return len(example.rules), -len(example.before)


def print_demo(result: DemoResult, console: Console, *, command: str = "repost") -> None:
    """Say what was found, what was repaired, whether it is right, and what to type next.

    Args:
        result: of `run_demo`.
        console: where to; tables are plain text, so any width and no terminal will do.
        command: how the user calls this program.
    """
    if not result.sites:
        for line in result.summary.lines():
            console.print(escape(line))
        return
    console.print(_sites_table(result.sites))
    if refused := sum((Counter(outcome.rejected) for outcome in result.sites), Counter[str]()):
        counted = ", ".join(f"{reason} {count}" for reason, count in refused.most_common())
        console.print(f"\n{refused.total()} addresses gave no article: {counted}.", highlight=False)
    if result.repairs:
        counted = ", ".join(f"{rule} {count}" for rule, count in result.repairs.items())
        console.print(f"Places repaired, by rule: {counted}.", highlight=False)
    for example in result.examples:
        console.print(f"\nArticle {example.article_id}, a paragraph before and after:", highlight=False)
        console.print(f"  - {escape(example.before)}", style="red", highlight=False, soft_wrap=True)
        console.print(f"  + {escape(example.after)}", style="green", highlight=False, soft_wrap=True)
    console.print()
    _print_comparison(result, console)
    _print_next(result, console, command)


def _sites_table(outcomes: tuple[SiteOutcome, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("site", no_wrap=True)
    for heading in ("pages", "articles", "hijacked", "repairs"):
        table.add_column(heading, justify="right")
    for outcome in outcomes:
        counts = (outcome.pages, outcome.articles, outcome.hijacked, outcome.changes)
        table.add_row(f"{outcome.base} {outcome.name}", *map(str, counts))
    return table


def _print_comparison(result: DemoResult, console: Console) -> None:
    wrong = len(result.differences)
    right = result.compared - wrong
    if not wrong:
        console.print(
            f"All {right} fields are stored as the sample web's own answers say.", style="bold", highlight=False
        )
        return
    console.print(f"{wrong} of {result.compared} fields differ from the sample web's own answers:", style="bold")
    for difference in result.differences[:SHOWN_DIFFERENCES]:
        want, have = _where_they_part(difference.want, difference.have)
        for line in (f"  {difference.url} {difference.field}", f"    want {want}", f"    have {have}"):
            console.print(escape(line), highlight=False, soft_wrap=True)
    if wrong > SHOWN_DIFFERENCES:
        console.print(f"  and {wrong - SHOWN_DIFFERENCES} more", highlight=False)


def _where_they_part(want: object, have: object) -> tuple[str, str]:
    """Two values, or of two long ones the part around their first difference."""
    if isinstance(want, tuple) and isinstance(have, tuple):
        pairs = zip(map(repr, (*want, None)), map(repr, (*have, None)), strict=False)
        one, other = next(((one, other) for one, other in pairs if one != other), (repr(want), repr(have)))
    else:
        one, other = (repr(str(value) if isinstance(value, str) else value) for value in (want, have))  # enums too
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(at - 15, 0)
    return _clip(one, start), _clip(other, start)


def _clip(text: str, start: int) -> str:
    piece = text[start : start + 45]
    return f"{'…' if start else ''}{piece}{'…' if start + 45 < len(text) else ''}"


def _print_next(result: DemoResult, console: Console, command: str) -> None:
    shown = result.examples[0].article_id if result.examples else 1
    db = "" if result.db_path.resolve() == default_path().resolve() else f" --db {shlex.quote(str(result.db_path))}"
    table = Table(box=None, pad_edge=False, show_header=False)
    for arguments, meaning in (
        (f"list{db}", "the articles in the archive"),
        (f"show {shown}{db}", "one of them, restored"),
        (f"explain {shown}{db}", "every change made to it, and why"),
        (f"search 渡口{db}", "articles with a word, in either script"),
        (f"families{db}", "who reposted what"),
        (f"crawl URL…{db}", "the same for pages of the real web"),
    ):
        table.add_row(escape(f"  {command} {arguments}"), meaning)
    console.print("\nWhat next:")
    console.print(table)
