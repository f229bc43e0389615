"""The second opinion on markup: BeautifulSoup's, where lxml can make no sense of a page.

Apart from `pipelines.parse`, because few pages need it and every process would pay for it: with what it imports itself
it takes 7 MB, and as long as cleaning some fifteen pages.
"""

import contextlib
import gc

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from pipelines.markup.walk import EnoughSeenError, Walked, Walker


def walk_soup(text: str) -> Walked:
    """Walk markup with BeautifulSoup."""
    walker = Walker()
    with contextlib.suppress(EnoughSeenError):
        _replay(BeautifulSoup(text, "html.parser"), walker)
    walker.close()
    # The tree is one large cycle, 30 MB for half a megabyte of markup, and while a page is cleaned the collector rests:
    # an article of a hundred such parts would keep them all. What was made since then is all young.
    gc.collect(0)
    return walker.walked()


def _replay(soup: BeautifulSoup, walker: Walker) -> None:
    """Send a tree's elements to the walker in reading order, without recursion."""
    waiting: list[object] = list(reversed(soup.contents))
    while waiting:
        node = waiting.pop()
        if isinstance(node, str) and type(node) is str:
            walker.end(node)
        elif isinstance(node, Tag):
            walker.start(
                node.name,
                {name: value if isinstance(value, str) else " ".join(value) for name, value in node.attrs.items()},
            )
            waiting.append(str(node.name))
            waiting.extend(reversed(node.contents))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            walker.data(str(node))
