"""Scrapy settings: only what differs from Scrapy's defaults, and why. Components are wired in `crawler.addon`."""

import os

from archive.connect import default_path

BOT_NAME = "repost-archive"
SPIDER_MODULES = ["spiders"]
ADDONS = {"crawler.addon.RepostArchive": 0}

# Ours: where articles are kept, and whom a site's owner can write to (an address or URL, put into the user agent).
ARCHIVE_PATH = str(default_path())
CONTACT = os.environ.get("REPOST_CONTACT", "")
ALLOWED_ADDRESSES: list[str] = []  # loopback addresses that may be fetched; filled by --allow-address only
MAX_PAGES = 0  # pages a run may ask for, 0 for no limit
JOB = ""  # what this run is asked to do, as a key: a run of the same job goes on where one was cut short
# One core is left for fetching and storing; but two, so that one is at work while the other is handed its next page.
CLEANING_PROCESSES = max(2, min(4, (os.cpu_count() or 2) - 1))
CLEANING_SECONDS = 60.0  # that cleaning one page may take before it is rejected as too hard
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 10_000_000  # bytes of pages that wait for each other in `Writer`; 5 MB are 80 pages
CONCURRENT_ITEMS = 1  # of one response, which gives one: Scrapy starts a task for each of its 100, for each response
MIN_FREE_DISK = 100_000_000  # bytes of the archive's disk that stay free; a page and its rows take a ten-thousandth
MAX_SECONDS = 0.0  # seconds a run may take, 0 for no limit
QUIET = False  # no progress
LOG_JSON = False  # log lines as JSON objects

# Polite
SCHEDULER = "crawler.frontier.Frontier"  # one request at a time a host; Scrapy's own queues them in the downloader
ROBOTSTXT_OBEY = True  # off by default; ours obeys in any case, see crawler.robots
ROBOTSTXT_USER_AGENT = "repost-archive"  # the name a robots.txt can address; the user agent holds more than that
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # small sites: never two connections at once
DOWNLOAD_DELAY = 1.0  # seconds between two requests to a host; the jitter stays at Scrapy's ±50 %
AUTOTHROTTLE_ENABLED = True  # a host that answers slowly is asked less often
AUTOTHROTTLE_START_DELAY = 1.0  # the default 5 s is long where the first answer already tells the pace
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9,zh-TW;q=0.8,en;q=0.3",  # the pages sought are Chinese; the default asks for en
}
COOKIES_ENABLED = False  # a page must not depend on what was fetched before it

# Guarded
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"  # must be set here: Scrapy ignores it in a spider
DOWNLOAD_HANDLERS = {
    **dict.fromkeys(("file", "ftp", "s3", "data")),  # a redirect must not read local files
    "http": "crawler.handlers.Http",  # an end to headers that never end
    "https": "crawler.set_aside.Https",  # verifies, but where a site's file says by name and reason that it cannot
}
HTTPPROXY_ENABLED = False  # a proxy named in the environment would dial addresses that nobody checks
DOWNLOAD_VERIFY_CERTIFICATES = True  # off by default: whoever sits on the line could write the archive
DOWNLOAD_MAXSIZE = 20_000_000  # bytes, also after decompression; the default is 1 GiB; the longest page met had 2 MB
DOWNLOAD_WARNSIZE = 0  # one limit is enough, and it is recorded
DOWNLOAD_TIMEOUT = 30  # seconds for the whole response, so that a slow drip ends too; the default is 180
DNS_TIMEOUT = 20
REDIRECT_MAX_TIMES = 5  # the default 20 lets a loop ask twenty times
METAREFRESH_ENABLED = False  # hijacked pages lead visitors on by meta refresh: what is kept is the page itself
TELNETCONSOLE_ENABLED = False  # runs Python for whoever connects
REMOTE_CONTROL_ENABLED = False  # the same over HTTP; on by default since 2.19

# Recorded
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the failure is recorded and summarised
STATS_DUMP = False  # the run summary says it in fewer words
LOGSTATS_INTERVAL = 0  # the progress line says it

# Logs go to standard error; results to standard output
LOG_LEVEL = "INFO"
LOG_FORMATTER = "crawler.log_lines.FewLines"  # nothing is made of what would be dropped
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LOG_DATEFORMAT = "%Y-%m-%dT%H:%M:%S%z"
