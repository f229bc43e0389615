"""Everything that is due: the addresses of all spiders whose time has come, and what cut-short runs left behind."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider
from scrapy.spiderloader import get_spider_loader

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class UpdateSpider(Spider):
    """Asks for nothing itself: the frontier queues what is due, and each address is read by the spider it belongs to.

    Attributes:
        adopts_due: tells the frontier so.
        delegates: the other spiders, by name.
    """

    name = "update"
    adopts_due = True

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's
        super().__init__(**kwargs)
        self.delegates: dict[str, Spider] = {}

    @classmethod
    def from_crawler(cls, crawler: "Crawler", *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401 - Scrapy's
        """Make the other spiders, without arguments: only their methods that read answers are used."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        loader = get_spider_loader(crawler.settings)
        for name in loader.list():
            if name != cls.name:
                spider.delegates[name] = loader.load(name).from_crawler(crawler)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Nothing: what is due is queued already."""
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request
