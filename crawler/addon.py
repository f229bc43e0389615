"""One Scrapy add-on that switches our components on, in order."""

from importlib.metadata import version
from typing import TYPE_CHECKING

from scrapy.settings import SETTINGS_PRIORITIES

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

# setting → component → place; Scrapy's own components stand at the places its documentation lists. Those that have
# nothing to do here are off: each takes a hundredth of a page's time all the same.
COMPONENTS: dict[str, dict[str, int | None]] = {
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # no spider has domains that it keeps to
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no spider has a password
        "crawler.polite.OneMachine": 90,  # before robots.txt is asked for, which shares the turn
        "crawler.robots.Robots": 100,  # where Scrapy's stands
        "crawler.polite.SitePace": 110,  # after robots.txt was asked for, which makes the turn that it slows down
        "crawler.revisit.Revisit": 540,  # between the redirects (600) and the spider: it sees each hop
        "crawler.polite.Peace": 555,  # nearer the network than the retries (550): they wait for it
        "crawler.guard.Guard": 560,  # nearer the network than the retries (550): a refusal is final
    },
    "SPIDER_MIDDLEWARES": {
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # a 404 is a capture too
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # `spiders.found` takes no address so long
        "crawler.frontier.Leads": 10,  # nearest the engine: what the others let through
    },
    "ITEM_PIPELINES": {
        "pipelines.stages.KeepCapture": 100,
        "pipelines.stages.Clean": 200,
        "pipelines.stages.Store": 300,
    },
    "EXTENSIONS": {
        "scrapy.extensions.throttle.AutoThrottle": None,
        "crawler.polite.Throttle": 0,
        "crawler.set_aside.SetAside": 0,
        "crawler.limits.Limits": 0,
        "crawler.progress.Progress": 0,
    },
}


class RepostArchive:
    """Fills in component settings and the user agent at add-on priority, so that users can still override each."""

    def update_settings(self, settings: "BaseSettings") -> None:
        """Merge our components under whatever the user set: an entry of the user's wins, None switches one off."""
        for name, components in COMPONENTS.items():
            merged = {**components, **settings.getdict(name)}
            settings.set(name, merged, max(settings.getpriority(name) or 0, SETTINGS_PRIORITIES["addon"]))
        settings.set("USER_AGENT", user_agent(settings["CONTACT"]), "addon")


def user_agent(contact: str) -> str:
    """How the crawler introduces itself, with the address that a site's owner can write to.

    >>> user_agent("mailto:archive@example.org").partition(" ")[2]
    '(+mailto:archive@example.org)'

    Raises:
        ValueError: the contact does not fit into a header.
    """
    if not (contact.isascii() and contact.isprintable()):
        raise ValueError(f"REPOST_CONTACT must be printable ASCII, like mailto:archive@example.org: {contact!r}")
    about = f"(+{contact})" if contact else "(research archive of repost pages)"
    return f"repost-archive/{version('repost-archive')} {about}"
