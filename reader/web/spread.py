"""The picture of a family: its members in time, and who seems to have taken the story from whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archive.families.read import Member, moment

WIDTH: Final = 720  # of the drawing, in its own units
MOST_DRAWN: Final = 60  # members; a drawing of more shows nothing
_LEFT, _RIGHT, _TOP, _ROW = 170, 90, 28, 34
_NAME: Final = 11  # Han that fit before the first dot


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """One member took the story from another, as far as can be told.

    Attributes:
        article_id: who took it.
        from_id: from whom.
        declared: by its own account (来源); else the earlier member whose words are nearest.
    """

    article_id: int
    from_id: int
    declared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One member in the drawing, at its place."""

    member: Member
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """From whom to whom: the path of an SVG."""

    path: str
    declared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A family drawn: time from left to right, a row a member, in the order of appearance.

    Attributes:
        first, last: the days at the ends of the time axis.
        left_out: members that are not drawn, the last ones.
    """

    width: int
    height: int
    left: int
    right: int
    first: str
    last: str
    dots: tuple[Dot, ...]
    curves: tuple[Curve, ...]
    left_out: int


def drawing(members: Sequence[Member], takings: Sequence[Taking]) -> Drawing:
    """Draw the members of a family, which come in the order in which they appeared."""
    shown = members[:MOST_DRAWN]
    times = [moment(member.appeared_at).timestamp() for member in shown]
    span = (times[-1] - times[0]) or 1.0
    room = WIDTH - _LEFT - _RIGHT
    dots = {
        member.article_id: Dot(
            member=member,
            name=name_of(member),
            x=round(_LEFT + room * (time - times[0]) / span, 1),
            y=_TOP + _ROW * number + _ROW / 2,
        )
        for number, (member, time) in enumerate(zip(shown, times, strict=True))
    }
    return Drawing(
        width=WIDTH,
        height=_TOP + _ROW * len(shown) + 8,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        first=shown[0].appeared_at[:10],
        last=shown[-1].appeared_at[:10],
        dots=tuple(dots.values()),
        curves=tuple(_curves(dots, takings)),
        left_out=len(members) - len(shown),
    )


def name_of(member: Member) -> str:
    """What a member's site calls itself, else its host, as long as fits before the first dot."""
    name = member.record.site_name or member.site
    width = 0
    for number, character in enumerate(name):
        width += 2 if character >= "⺀" else 1
        if width > 2 * _NAME:
            return f"{name[:number]}…"
    return name


def _curves(dots: dict[int, Dot], takings: Sequence[Taking]) -> Iterator[Curve]:
    for taking in takings:
        if taking.article_id in dots and taking.from_id in dots:
            start, end = dots[taking.from_id], dots[taking.article_id]
            path = f"M{start.x:g} {start.y:g}C{start.x:g} {end.y:g} {start.x:g} {end.y:g} {end.x - 7:g} {end.y:g}"
            yield Curve(path=path, declared=taking.declared)
