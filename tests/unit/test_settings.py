"""The settings that keep a crawl polite and guarded, and the add-on that leaves users the last word."""

import pytest
from scrapy.settings import Settings, default_settings
from scrapy.utils.misc import load_object

from crawler import settings as project
from crawler.addon import COMPONENTS, RepostArchive, user_agent

# Each of Scrapy's defaults here was found open by trying to reach loopback, local files or the process through it.
GUARDED = {
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "AUTOTHROTTLE_ENABLED": True,
    "TWISTED_DNS_RESOLVER": "crawler.guard.GuardedResolver",
    "DOWNLOAD_HANDLERS": {
        "file": None,
        "ftp": None,
        "s3": None,
        "data": None,
        "http": "crawler.handlers.Http",
        "https": "crawler.set_aside.Https",
    },
    "HTTPPROXY_ENABLED": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_MAXSIZE": 20_000_000,
    "METAREFRESH_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "ALLOWED_ADDRESSES": [],
}
OURS = {
    "CLEANING_PROCESSES",
    "CLEANING_SECONDS",
    "LOG_JSON",
    "JOB",
    "MIN_FREE_DISK",
    "ARCHIVE_PATH",
    "CONTACT",
    "ALLOWED_ADDRESSES",
    "MAX_PAGES",
    "MAX_SECONDS",
    "QUIET",
}
NAMES = [name for name in dir(project) if name.isupper()]


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    made.setmodule(project)
    return made


@pytest.mark.parametrize("name", GUARDED)
def test_a_guard_is_set(name: str, settings: Settings) -> None:
    assert settings[name] == GUARDED[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_known_and_differs_from_the_default(name: str) -> None:
    """A misspelt or removed setting would be ignored without a word; one that repeats the default says nothing."""
    if name not in OURS:
        assert hasattr(default_settings, name)
        assert getattr(project, name) != getattr(default_settings, name)


@pytest.mark.parametrize("path", [path for group in COMPONENTS.values() for path, place in group.items()])
def test_every_component_that_the_add_on_names_exists(path: str) -> None:
    assert isinstance(load_object(path), type)


def test_the_add_on_switches_components_on_in_order(settings: Settings) -> None:
    RepostArchive().update_settings(settings)
    stages = settings.getdict("ITEM_PIPELINES")
    assert sorted(stages, key=stages.__getitem__) == [
        "pipelines.stages.KeepCapture", "pipelines.stages.Clean", "pipelines.stages.Store",
    ]  # fmt: skip
    middlewares = settings.getdict("DOWNLOADER_MIDDLEWARES")
    retries = default_settings.DOWNLOADER_MIDDLEWARES_BASE["scrapy.downloadermiddlewares.retry.RetryMiddleware"]
    assert middlewares["crawler.guard.Guard"] > retries
    assert middlewares["scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware"] is None


def test_users_can_override_what_the_add_on_sets(settings: Settings) -> None:
    settings.set("EXTENSIONS", {"crawler.progress.Progress": None, "mine.Extension": 5}, "cmdline")
    settings.set("USER_AGENT", "mine/1.0", "cmdline")
    RepostArchive().update_settings(settings)
    extensions = settings.getdict("EXTENSIONS")
    assert extensions["crawler.progress.Progress"] is None
    assert extensions["mine.Extension"] == 5
    assert extensions["crawler.limits.Limits"] == 0
    assert settings["USER_AGENT"] == "mine/1.0"


def test_the_user_agent_names_the_program_and_whom_to_write_to(settings: Settings) -> None:
    settings.set("CONTACT", "https://archive.example/about", "cmdline")
    RepostArchive().update_settings(settings)
    assert settings["USER_AGENT"].startswith("repost-archive/")
    assert settings["USER_AGENT"].endswith("(+https://archive.example/about)")
    assert settings["ROBOTSTXT_USER_AGENT"] in settings["USER_AGENT"]
    assert "+" not in user_agent("")


def test_a_contact_cannot_smuggle_a_header(settings: Settings) -> None:
    settings.set("CONTACT", "a\r\nCookie: x", "cmdline")
    with pytest.raises(ValueError, match="CONTACT"):
        RepostArchive().update_settings(settings)
