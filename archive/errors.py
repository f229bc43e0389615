"""What can be wrong with an archive; apart from what opens one, so that commands without any start without SQLite."""


class ArchiveError(Exception):
    """An archive cannot be used as asked, or does not hold what is asked for; the message is one line for people."""


class DiskFull(ArchiveError):  # noqa: N818 - says what is the matter, as the caller decides on it
    """Nothing more can be written; what was begun is taken back, and the archive is as it was before."""
