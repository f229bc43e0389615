"""Charts drawn: SVG and PNG without a browser; needs the extra "report"."""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import vl_convert

from archive.stats import Figure
from reader.report_plots import chart, label

VEGA_LITE = "6.4"  # what the charts are written for
SCALE = 2.0  # of a PNG: sharp on paper and on dense screens
_FONT = "pylopdf_fonts_zh_cn"  # Noto Sans SC, which the charts ask for


@cache
def has_chinese_font() -> bool:
    """Whether there is a Chinese font to draw with; it is then made known to the renderer."""
    found = find_spec(_FONT)
    if found is None or found.origin is None:
        return False
    vl_convert.register_font_directory(str(Path(found.origin).parent))
    return True


def svg(figure: Figure) -> str | None:
    """A figure as SVG; None where there is nothing to show."""
    spec = _spec(figure)
    return None if spec is None else vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])


def png(figure: Figure) -> bytes | None:
    """A figure as PNG, which stands alone and so has its title in it; None where there is nothing to show."""
    spec = _spec(figure)
    if spec is None:
        return None
    spec["title"] = {"text": label(figure.title, 80), "anchor": "start", "fontSize": 15, "offset": 14}
    return vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=SCALE, allowed_base_urls=[])


def pictures(figures: tuple[Figure, ...]) -> Iterator[tuple[str, bytes]]:
    """The file names and contents of figures as PNG."""
    for figure in figures:
        if (picture := png(figure)) is not None:
            yield f"{figure.name}.png", picture


def _spec(figure: Figure) -> dict[str, Any] | None:
    has_chinese_font()
    spec = chart(figure)
    return None if spec is None else dict(spec)
