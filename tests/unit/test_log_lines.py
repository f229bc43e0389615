"""What a run says of itself in its log."""

from types import SimpleNamespace

import pytest
from scrapy import Request, Spider
from scrapy.http import Response

from crawler.log_lines import FewLines

PAGE = Response("http://a.example/1", request=Request("http://a.example/1"))


@pytest.mark.parametrize(("level", "says"), [("DEBUG", True), ("INFO", False), ("WARNING", False)])
def test_a_page_that_goes_well_is_said_only_where_everything_is(level: str, says: bool) -> None:  # noqa: FBT001 - a case
    lines = FewLines.from_crawler(SimpleNamespace(settings={"LOG_LEVEL": level}))
    spider = Spider("pages")
    assert (lines.crawled(PAGE.request, PAGE, spider) is not None) == says
    assert (lines.scraped({}, PAGE, spider) is not None) == says
    assert lines.item_error({}, ValueError("a stage broke"), PAGE, spider) is not None
