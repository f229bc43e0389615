"""What inline style keeps from sight: how hijacked pages hide their links, and ordinary pages their spare parts."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

# At least this far outside: pages shift things by some tens of pixels for looks, by thousands to hide them.
FAR_AWAY = 400

_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]{1,200})")
_NUMBER = re.compile(r"-?\d{0,9}\.?\d{1,9}")
# What moves an element far away (a number, not the end of a name, .box-100), and before it .a, #b { … }: selectors of
# one class or id each.
_FAR = re.compile(r"-(?<![\w-]-)\d{2,5}(?:\d|r?em)")
_FAR_MARKS = ("-99", "-100", "-200", "-300", "-500", "-800")  # one of them, or the sheet is not searched
_ONE = r"[a-zA-Z]{0,12}[.#][\w-]{1,60}"
_SELECTORS = re.compile(rf"(?:^|[}}/>;{{])\s{{0,20}}({_ONE}(?:\s{{0,9}},\s{{0,9}}{_ONE}){{0,20}})\s{{0,9}}$")
_NAME = re.compile(r"[.#][\w-]+")
LONGEST_RULE = 400
MOST_RULES = 200
_NAMED_COLOURS = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "blue": "#0000ff", "gray": "#808080"}
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})")
_HEX = re.compile(r"#[0-9a-f]{3,8}\b")


def _number(value: str) -> float | None:
    found = _NUMBER.match(value.strip())
    return float(found[0]) if found else None


def _declarations(style: str) -> dict[str, str]:
    return {name: value.replace("!important", "").strip() for name, value in _DECLARATION.findall(style.lower())}


class Look(NamedTuple):
    """What an inline style does to an element.

    Attributes:
        hides: how it hides the element (`display-none`, `off-screen` …), or None.
        shows: the ways of hiding, inherited from an element around, that it undoes.
        colour, background: what it paints with, as `#rrggbb` where it can be told.
        centred: it centres its text.
    """

    hides: str | None
    shows: frozenset[str]
    colour: str | None
    background: str | None
    centred: bool


@lru_cache(maxsize=4096)
def look_of(style: str) -> Look:
    """Read an inline style.

    >>> look_of("position:absolute;left:-9999px").hides
    'off-screen'
    >>> look_of("color:#FFF;background:rgb(255, 255, 255)")[2:]
    ('#ffffff', '#ffffff', False)
    """
    css = _declarations(style)
    shows = set()
    if (_number(css.get("font-size", "0")) or 0) > 1:
        shows.add("zero-font")
    if css.get("visibility") == "visible":
        shows.add("visibility-hidden")
    return Look(
        hides=_own_hiding(css),
        shows=frozenset(shows),
        colour=_colour(css.get("color")),
        background=_colour(css.get("background-color") or css.get("background")),
        centred=css.get("text-align") == "center",
    )


def _own_hiding(css: dict[str, str]) -> str | None:
    return next((way for way, hides in _WAYS if hides(css)), None)


def _zero_font(css: dict[str, str]) -> bool:
    size = css.get("font-size", "")
    return size[:1] in {"0", "1", "."} and (_number(size) or 0) <= 1


def _zero_size(css: dict[str, str]) -> bool:
    if not css.get("overflow", "").startswith(("hidden", "scroll")):
        return False
    sizes = [css.get(side, "") for side in ("height", "width", "max-height", "max-width")]
    pixels = [_number(size) for size in sizes if not size.endswith(("%", "em"))]
    return any(size is not None and size <= 2 for size in pixels)


def _off_screen(css: dict[str, str]) -> bool:
    placed = css.get("position") in {"absolute", "fixed", "relative"}
    for side in ("left", "top", "right", "bottom", "margin-left", "margin-top", "text-indent"):
        if side not in css or (side in {"left", "top", "right", "bottom"} and not placed):
            continue
        value = _number(css[side])
        if value is not None and value <= -FAR_AWAY / (16 if "em" in css[side] else 1):
            return True
    return False


_WAYS: tuple[tuple[str, Callable[[dict[str, str]], bool]], ...] = (
    ("display-none", lambda css: css.get("display") == "none"),
    ("visibility-hidden", lambda css: css.get("visibility") in {"hidden", "collapse"}),
    ("transparent", lambda css: "opacity" in css and _number(css["opacity"]) == 0),
    ("off-screen", _off_screen),
    ("zero-font", _zero_font),
    ("zero-size", _zero_size),
    ("clipped", lambda css: css.get("clip", "").replace(" ", "").startswith(("rect(0", "rect(1px"))),
)


def _colour(value: str | None) -> str | None:
    if not value:
        return None
    rgb = _RGB.search(value)
    if rgb:
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in rgb.groups())
    digits = _HEX.search(value)
    if digits:
        code = digits[0][1:]
        return "#" + ("".join(2 * digit for digit in code[:3]) if len(code) < 6 else code[:6])
    return _NAMED_COLOURS.get(value.split()[0])


def hiding_rules(sheet: str) -> dict[str, str]:
    """The classes and ids that a style sheet moves off the screen: name, lower case → way.

    Only rules of a single class or id are read, and only what no honest sheet does to a text: with `display:none` and
    zero sizes sheets close menus and dialogues.

    >>> hiding_rules("#lnk{position:absolute;left:-9999px} .menu{display:none}")
    {'lnk': 'off-screen'}
    """
    found: dict[str, str] = {}
    if not any(mark in sheet for mark in _FAR_MARKS):
        return found
    for far in islice(_FAR.finditer(sheet), MOST_RULES):
        opening = sheet.rfind("{", max(0, far.start() - LONGEST_RULE), far.start())
        closing = sheet.find("}", opening)
        if opening < 0 or not far.start() < closing < opening + LONGEST_RULE:
            continue
        rule = _SELECTORS.search(sheet, max(0, opening - LONGEST_RULE), opening)
        if rule and _off_screen(_declarations(sheet[opening + 1 : closing])):
            found.update((name[1:].lower(), "off-screen") for name in _NAME.findall(rule[1]))
    return found
