"""What inline style keeps from sight: how hijacked pages hide their links, and ordinary pages their spare parts."""

import re
from collections.abc import Callable
from functools import lru_cache

# At least this far outside: pages shift things by some tens of pixels for looks, by thousands to hide them.
FAR_AWAY = 400

_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]{1,200})")
_NUMBER = re.compile(r"-?\d{0,9}\.?\d{1,9}")
# .a, #b { … }: selectors of one class or id each, with an element's name at most
_ONE = r"[a-zA-Z]{0,12}[.#][\w-]{1,60}"
_RULE = re.compile(
    rf"(?:^|[}}/>;])\s{{0,99}}({_ONE}(?:\s{{0,9}},\s{{0,9}}{_ONE}){{0,20}})\s{{0,9}}\{{([^{{}}]{{1,400}})\}}"
)
_NAME = re.compile(r"[.#][\w-]+")
_ONLY_SPAM_DOES = frozenset({"off-screen", "zero-size"})
_NAMED_COLOURS = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "blue": "#0000ff", "gray": "#808080"}
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})")
_HEX = re.compile(r"#[0-9a-f]{3,8}\b")


def _number(value: str) -> float | None:
    found = _NUMBER.match(value.strip())
    return float(found[0]) if found else None


@lru_cache(maxsize=2048)
def _declarations(style: str) -> dict[str, str]:
    return {name: value.replace("!important", "").strip() for name, value in _DECLARATION.findall(style.lower())}


@lru_cache(maxsize=2048)
def hiding_style(style: str, inherited: str | None) -> str | None:
    """How an element with this inline style is hidden, given how its parent is; None when it is in sight.

    >>> hiding_style("position:absolute;left:-9999px", None)
    'off-screen'
    >>> hiding_style("font-size:14px", "zero-font") is None
    True
    """
    found = _own_hiding(_declarations(style))
    if found is not None:
        return found
    if inherited == "zero-font" and (_number(_declarations(style).get("font-size", "0")) or 0) > 1:
        return None
    if inherited == "visibility-hidden" and _declarations(style).get("visibility") == "visible":
        return None
    return inherited


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


@lru_cache(maxsize=2048)
def paints(style: str) -> tuple[str | None, str | None]:
    """Text colour and background that an inline style sets, each as `#rrggbb` where it can be told.

    >>> paints("color:#FFF;background:rgb(255, 255, 255)")
    ('#ffffff', '#ffffff')
    """
    css = _declarations(style)
    return _colour(css.get("color")), _colour(css.get("background-color") or css.get("background"))


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
    """The classes and ids that a style sheet hides by devious means: name, lower case → way.

    Only rules of a single class or id are read. `display:none` is left out, sheets close menus and dialogues with it;
    so is a zero font, which sheets give to rows of boxes that set their own.

    >>> hiding_rules("#lnk{position:absolute;left:-9999px} .menu{display:none}")
    {'lnk': 'off-screen'}
    """
    found: dict[str, str] = {}
    for names, body in _RULE.findall(sheet):
        way = _own_hiding(_declarations(body))
        if way in _ONLY_SPAM_DOES:
            found.update((name[1:].lower(), way) for name in _NAME.findall(names))
    return found


@lru_cache(maxsize=2048)
def is_centred(style: str) -> bool:
    """Whether an inline style centres its text."""
    return _declarations(style[:2_000]).get("text-align") == "center"
