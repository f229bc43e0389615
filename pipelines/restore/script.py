"""Traditional characters back to simplified ones, where a converter made them."""

import re
from collections.abc import Iterator
from typing import Final

from pipelines.notes import Change, change
from pipelines.restore.page import Page
from pipelines.restore.tables import script

CLAUSE: Final = re.compile(r"[^，。；！？、：“”‘’（）《》,;!?:()\s]+")
"""What lies between two marks."""

# The converter writes 著 for 着 and leaves 著 as it is, so context must tell. 著 belongs to few words …
_ZHU: Final = re.compile(
    r"""
    (?<=[卓昭专巨拙遗撰土所])著          # 卓著 臭名昭著 专著 巨著 拙著 遗著 撰著 土著 所著
    | (?<=[原名编合])著(?![头眼双身脚])   # 原著 名著 编著 合著; but 合着眼
    | (?<![彰凸突尽浮闪]显)(?<=显)著       # 显著; but 彰显着 凸显着 尽显着
    | (?<![谈议讨争评辩理推]论)(?<=论)著   # 论著; but 谈论着 讨论着
    | (?<![翻口笔]译)(?<=译)著            # 译著; but 翻译着
    | (?<=见微知)著 | (?<=彰明较)著
    | (?<![写印刻签标挂贴题冠有用沿随跟顶凭])著(?=名)   # 著名; but 写着名字 有着名为
    | 著(?=名[的于学画诗作导演歌评书教科专企商景品建主舞小音经律])
    | (?<![随跟接意为沿朝向对])著(?=作(?!出|为|用|战|业|案|报))     # 著作; but 跟着作 接着作出
    | 著(?=[述称译](?!职|说))            # 著述 著称 著译; but 拎着录音笔
    | 著(?=书立|有《|于《)
    | (?<=[，。；、（\s])著(?=[有书])
    | (?<=等)著(?=[《）])
    """,
    re.VERBOSE,
)


def convert(text: str, page: Page) -> Iterator[Change]:
    """One change of the whole text; each clause that holds converted characters has its note.

    Character by character, because that is how the converter works: phrase tables would also change what the author
    wrote (乾 in a name stays 乾, since the converter never makes it; 后 里 么 were never converted).
    """
    converted = to_simplified(text.translate(_OTHERS) if page.general else text)
    if converted != text:
        yield change(0, len(text), converted)


_OTHERS: Final = str.maketrans(
    "閤攷箇瞭麵纔後於裡裏並製隻係範徵餘幹鬆複髮佔築願鬥雲採遊麼",
    "合考个了面才后于里里并制只系范征余干松复发占筑愿斗云采游么",
)


def to_simplified(text: str) -> str:
    """The text with every character that converters make turned back.

    >>> to_simplified("處處都彰顯著成效顯著的著名園區")
    '处处都彰显着成效显著的著名园区'
    """
    text = text.translate(script().to_simplified)
    at = text.find("著")
    if at < 0:
        return text
    pieces: list[str] = []
    done = 0
    while at >= 0:
        pieces += (text[done:at], "著" if _ZHU.match(text, at) else "着")
        done = at + 1
        at = text.find("著", done)
    pieces.append(text[done:])
    return "".join(pieces)
