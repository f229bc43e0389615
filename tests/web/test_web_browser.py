"""The site as a person has it before them: in Chromium, by mouse, by keyboard, on a phone, in the dark."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Request, expect

from archive.connect import reading
from archive.stats import figures
from reader.report import Imprint, report_html
from reader.report_pictures import svg

KINDS = {
    "first": "/",
    "search": "/search?q=渡口",
    "search-problem": "/search?q=%22&site=x",
    "repaired": "/article/{repaired}",
    "beside": "/article/{repaired}?view=raw",
    "traditional": "/article/{traditional}",
    "changed": "/article/{moved}",
    "hostile": "/article/{hostile}",
    "collation": "/family/{torn-family}",
    "families": "/families",
    "family": "/family/1",
    "sites": "/sites",
    "site": "/site/hijacked",
    "campaigns": "/campaigns",
    "tables": "/archive",
    "table": "/archive/spam_links?_facet=domain&_size=5",
    "view": "/archive/latest?_facet=site&_size=5",
    "row": "/archive/articles/1",
    "query": "/archive?sql=SELECT+headline,+spam_title+FROM+latest",
    "nothing": "/nothing",
}
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PATIENCE = 60_000  # milliseconds; a test that succeeds never waits for it, whatever else the machine does
expect.set_options(timeout=PATIENCE)

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def opened(browser: Browser, served: Any) -> Open:
    """Open a page of a kind; whatever it asks of other hosts, runs, or complains of ends the test."""

    @contextmanager
    def open_page(kind: str, *, allow: tuple[str, ...] = (), **settings: Any) -> Iterator[Page]:
        context = browser.new_context(reduced_motion="reduce", viewport=settings.pop("viewport", DESKTOP), **settings)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        harm: list[str] = []
        page.on("dialog", lambda dialog: harm.append(f"dialog: {dialog.message}"))
        page.on("requestfinished", lambda request: _note_stranger(request, served.base, harm))
        page.on("requestfailed", lambda request: _note_stranger(request, served.base, harm))
        page.on("pageerror", lambda error: harm.append(f"script: {error}"))
        page.on("console", lambda line: harm.append(f"console: {line.text}") if line.type == "error" else None)
        page.goto(served.base + KINDS.get(kind, kind).format_map(served.ids))
        yield page
        context.close()
        assert [each for each in harm if not any(words in each for words in allow)] == []

    return open_page


def _note_stranger(request: Request, base: str, harm: list[str]) -> None:
    if urlsplit(request.url).netloc != urlsplit(base).netloc and request.failure != "csp":  # stopped by the policy
        harm.append(f"request: {request.url} {request.failure}")


STOPPED = ["form-action", "img-src", "script-src-attr", "script-src-elem", "style-src-elem"]
REFUSED = ("status of 400", "status of 404")  # Chromium's own line about an answer that says so


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_keeps_people_from_reading_it(kind: str, opened: Open) -> None:
    """By day, by night, on a phone: what axe calls serious or critical, and what is wider than the screen.

    Everything folded away is unfolded first, so that it is seen too.
    """
    with opened(kind, allow=REFUSED, color_scheme="light") as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert _faults(page) == {}
        page.emulate_media(color_scheme="dark")
        assert _faults(page, runOnly=["color-contrast"]) == {}
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def _faults(page: Page, **options: Any) -> dict[str, list[Any]]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "options => axe.run(document, options).then(found => found.violations)",
        {"resultTypes": ["violations"], **options},
    )
    return {
        fault["id"]: [node["target"] for node in fault["nodes"]][:3]
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    }


def test_from_a_word_to_the_table_of_a_family(opened: Open) -> None:
    """The whole way with scripts switched off: a search, an article, its family, a comparison, the table."""
    with opened("first", java_script_enabled=False) as page:
        page.get_by_label("Search in Chinese").fill("老人")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text("articles")
        assert page.locator("mark.hit").first.text_content() == "老人"
        page.locator(".articles .headline").first.click()
        page.get_by_role("link", name="other copies of this text").click()
        expect(page.locator("svg.spread circle").first).to_be_visible()
        page.get_by_role("link", name="Compare copy 2 with the first").click()
        assert "#compare" in page.url
        page.get_by_label("From", exact=True).select_option(index=1)
        page.get_by_label("to", exact=True).select_option(index=0)
        page.get_by_role("button", name="Compare").click()
        assert page.locator("#a option:checked").get_attribute("value") in page.url
        page.locator(".counts a").first.click()
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        assert download.value.suggested_filename == "articles.csv"


def test_the_changes_between_two_copies_are_shown(opened: Open) -> None:
    with opened("changed") as page:
        change = page.locator("details", has=page.get_by_text("body changed"))
        change.locator("summary").click()
        expect(change.locator("del").first).to_be_visible()
        expect(change.locator("ins").first).to_be_visible()


def test_the_reason_of_a_repair_is_shown_under_the_mouse(opened: Open) -> None:
    with opened("repaired") as page:
        reasons = page.locator("[role=tooltip]")
        expect(reasons.first).to_be_hidden()
        page.locator("mark.repair").nth(3).hover()
        expect(reasons.nth(3)).to_be_visible()
        expect(reasons.nth(3)).to_contain_text("converted")
        expect(reasons.nth(3)).to_be_in_viewport()
        page.locator("header nav").hover()
        expect(reasons.nth(3)).to_be_hidden()


def test_the_reason_stays_where_it_covers_the_repair(opened: Open) -> None:
    """At the foot of the window; else it would hide what shows it, and flicker."""
    with opened("repaired") as page:
        page.set_viewport_size({"width": 600, "height": 500})
        mark = page.locator(".text mark.repair").last
        mark.evaluate("each => each.scrollIntoView({block: 'end'})")
        box = mark.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        reason = page.locator(f"#{mark.get_attribute('aria-describedby')}")
        expect(reason).to_be_visible()
        cover = reason.bounding_box()
        assert cover is not None
        assert cover["y"] < y < cover["y"] + cover["height"]
        assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).matches('mark.repair')", [x, y])


def test_the_reason_of_a_repair_is_shown_to_the_keyboard(opened: Open) -> None:
    with opened("repaired") as page:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('.text mark.repair')"):
                break
        mark = page.locator("mark.repair:focus")
        reason = page.locator(f"#{mark.get_attribute('aria-describedby')}")
        expect(reason).to_be_visible()
        page.keyboard.press("Tab")
        expect(reason).to_be_hidden()


def test_the_reason_of_a_repair_is_shown_to_a_finger(opened: Open) -> None:
    with opened("repaired", viewport=PHONE, has_touch=True, is_mobile=True) as page:
        mark = page.locator(".text mark.repair").nth(10)
        mark.tap()
        reason = page.locator(f"#{mark.get_attribute('aria-describedby')}")
        expect(reason).to_be_visible()
        expect(reason).to_be_in_viewport(ratio=1)


def test_the_first_tabs_skip_to_the_content_and_past_the_text(opened: Open) -> None:
    with opened("repaired") as page:
        page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Enter")
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('.skip-text')"):
                break
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "about"


def test_every_place_of_the_keyboard_can_be_seen(opened: Open) -> None:
    with opened("search") as page:
        for _ in range(15):
            page.keyboard.press("Tab")
            outline = page.evaluate(
                "(() => { const at = document.activeElement; return at === document.body ? 'end'"
                " : getComputedStyle(at).outlineStyle + getComputedStyle(at).outlineWidth })()"
            )
            assert outline == "end" or outline.startswith(("solid", "auto")), outline


@pytest.mark.parametrize(
    "kind", ["hostile", "/search?q=渡口&family=", "/site/%22%3E%3Cb%3Ebad%2Fsite", "/archive/latest"]
)
def test_a_hostile_text_does_nothing(kind: str, opened: Open) -> None:
    """No dialog, no request, no error, no change: `opened` sees to the first three."""
    with opened(kind) as page:
        page.wait_for_load_state("networkidle")
        assert page.title() != "ran"
        assert page.evaluate("document.scripts.length") == 0
        assert page.evaluate("document.images.length") == 0
        assert page.evaluate("document.querySelectorAll('main b, main [onerror]').length") == 0


def test_even_what_would_slip_through_an_escape_could_not_run(opened: Open) -> None:
    """The policy alone stops it, with every escape taken away."""
    with opened("first", allow=("Content Security Policy", "violates")) as page:
        page.evaluate(
            """() => {
                window.stopped = new Set();
                addEventListener('securitypolicyviolation', each => stopped.add(each.effectiveDirective));
                const made = document.createElement('div');
                made.innerHTML = '<img src="http://stolen.example/x" onerror="document.title=`ran`">'
                    + '<style>body { display: none }</style><a id="trap" href="javascript:document.title=`ran`">x</a>'
                    + '<form id="out" action="http://stolen.example/" method="get"><button>x</button></form>';
                document.body.append(made);
                const script = document.createElement('script');
                script.textContent = 'document.title = "ran"';
                document.body.append(script);
            }"""
        )
        page.locator("#trap").click(force=True)
        page.evaluate("document.querySelector('#out').requestSubmit()")
        stopped = page.evaluate(
            """([kinds, patience]) => new Promise(done => {
                const until = Date.now() + patience;
                const look = () => stopped.size < kinds && Date.now() < until
                    ? setTimeout(look, 20) : done([...stopped].sort());
                look();
            })""",
            [len(STOPPED), PATIENCE],
        )
        assert stopped == STOPPED
        assert page.title() != "ran"
        assert page.evaluate("getComputedStyle(document.body).display") != "none"


def test_spam_is_masked_until_it_is_opened_and_never_a_link(opened: Open) -> None:
    with opened("campaigns") as page:
        domain = page.get_by_text("www[.]farm0[.]caipiao-farm[.]example")
        expect(domain).to_be_hidden()
        page.get_by_text("domains (masked)").click()
        expect(domain).to_be_visible()
        assert page.locator("details.spam a").count() == 0


def test_chinese_is_set_in_the_letters_of_its_script(opened: Open) -> None:
    with opened("repaired") as simplified, opened("traditional") as traditional:
        families = [page.evaluate("getComputedStyle(document.querySelector('.text p')).fontFamily")
                    for page in (simplified, traditional)]  # fmt: skip
    assert "Noto Sans CJK SC" in families[0]
    assert "PingFang TC" in families[1]


def test_the_dark_is_dark(opened: Open) -> None:
    with opened("first", color_scheme="light") as light, opened("first", color_scheme="dark") as dark:
        grounds = [page.evaluate("getComputedStyle(document.body).backgroundColor") for page in (light, dark)]
    assert grounds == ["rgb(250, 249, 246)", "rgb(21, 24, 27)"]


# -- the report: one file, opened from a disk, that asks nobody for anything


@pytest.fixture(scope="module")
def report(served: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the archive of the web tests, in which every text of one article tries to be something else."""
    with reading(served.archive) as db:
        scope, found = figures(db)
    imprint = Imprint(subject="a.db", made="2026-03-29", program="1", font=True)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text("".join(report_html(imprint, scope, found, svg)), encoding="utf-8")
    return path


@pytest.fixture
def report_page(browser: Browser, report: Path) -> Any:
    context = browser.new_context(accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_every_plot_of_a_report_is_drawn_and_nothing_runs(report_page: Page) -> None:
    widths = report_page.evaluate(
        "Promise.all([...document.images].map(each => each.decode().then(() => each.naturalWidth)))"
    )
    assert len(widths) == 8
    assert all(width > 300 for width in widths)
    assert report_page.evaluate("document.scripts.length") == 0
    assert report_page.title() == "Report: a.db"


def test_nothing_keeps_people_from_reading_a_report(report_page: Page) -> None:
    report_page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert _faults(report_page) == {}
    report_page.set_viewport_size(PHONE)
    assert report_page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_numbers_of_a_report_come_as_a_file(report_page: Page) -> None:
    with report_page.expect_download() as download:
        report_page.get_by_role("link", name="sources.csv").click()
    assert download.value.suggested_filename == "sources.csv"
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "source,articles,share"
    assert any(line.startswith("华昭社") for line in lines)
