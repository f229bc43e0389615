"""What a family tells: who had it first, who took it from whom by their own account, and what each copy changed.

Nobody can know an origin from copies alone, so it is called likely and stands beside what speaks for it.
"""

import dataclasses
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from archive.families.read import COLLECTION, COPY, Family, Member, moment
from crawler.items import Evidence
from pipelines.script import fold_script
from reader.diff import Kind, Span, differences

# An outlet's channels are the outlet: 华昭社客户端, 云溪日报微信公众号, 蓝桥新闻网
_CHANNEL = re.compile(r"(?:新闻)?(?:客户端|官方微信|微信公众号|公众号|官方网站|官网|官微|网站|app|网)$")
_NOT_A_NAME = re.compile(r"[\W_]+")
_HIGHEST_SHARE: Final = 0.98  # of the longest copy's words: a copy with so many of them is whole

# What speaks for a member as the origin, and how much: what others say of it more than what it says of itself.
_ADDRESS, _NAMED, _FIRST, _OWN, _WHOLE = 3.0, 2.0, 1.0, 1.0, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the text likely comes from.

    Attributes:
        article_id: the member that is likely the original; None where it is likely not in the archive.
        name: the outlet, where one is named.
        evidence: what speaks for it, the weightiest first.
    """

    article_id: int | None
    name: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """From where one member says that it took the text.

    Attributes:
        source: the outlet that it names (来源); None where it names none.
        from_id: the member that this is; None where none is known to be it.
    """

    article_id: int
    source: str | None
    from_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one member made of another one's text; script, width of marks and white space do not count.

    Attributes:
        added, dropped, changed: characters; `changed` counts what stands now where something else stood.
        retitled: its headline is another one.
        spans: the pieces that lead from the one body to the other.
    """

    article_id: int
    against_id: int
    added: int
    dropped: int
    changed: int
    retitled: bool
    spans: tuple[Span, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a family tells.

    Attributes:
        earliest: the copy that appeared first.
        origin: where the text likely comes from.
        chain: what each member says of its source, in the order in which they appeared.
        changes: what each of the other copies made of the likely origin's text, or of the earliest copy's.
    """

    earliest: Member
    origin: Origin
    chain: tuple[Taken, ...]
    changes: tuple[Changes, ...]


def account(family: Family) -> Account:
    """What a family tells."""
    copies = _copies(family.members)
    origin = origin_of(family.members)
    base = next((member for member in copies if member.article_id == origin.article_id), copies[0])
    return Account(
        earliest=copies[0],
        origin=origin,
        chain=chain_of(family.members),
        changes=tuple(changes(base, member) for member in copies if member is not base),
    )


def origin_of(members: Sequence[Member]) -> Origin:
    """Where the text of a family likely comes from; its members come in the order in which they appeared."""
    return _origin(_copies(members))


def chain_of(members: Sequence[Member]) -> tuple[Taken, ...]:
    """What each member of a family says of its source, in the order in which they appeared."""
    return tuple(_chain(members))


def changes(one: Member, other: Member) -> Changes:
    """What a member made of another one's text."""
    spans = differences("\n".join(one.record.body), "\n".join(other.record.body), fold=_fold)
    added = dropped = changed = 0
    for before, span in zip([None, *spans], spans, strict=False):
        if span.kind is Kind.REMOVED:
            dropped += len(span.text)
        elif span.kind is Kind.ADDED:
            replaced = len(before.text) if before and before.kind is Kind.REMOVED else 0
            both = min(replaced, len(span.text))
            changed += both
            dropped -= both
            added += len(span.text) - both
    return Changes(
        article_id=other.article_id,
        against_id=one.article_id,
        added=added,
        dropped=dropped,
        changed=changed,
        retitled=_name(one.record.headline) != _name(other.record.headline),
        spans=tuple(spans),
    )


@lru_cache(maxsize=4_096)  # a few outlets, named by all members of a family
def outlet(name: str | None) -> str:
    """An outlet's name as it is compared: 華昭社客戶端 and 华昭社 are one.

    >>> outlet("華昭社客戶端")
    '华昭社'
    """
    bare = _name(name or "")
    return _CHANNEL.sub("", bare) or bare


def family_lines(family: Family, told: Account) -> Iterator[str]:
    """A family to read: its members as they appeared, the likely origin, who took it from whom, what each changed."""
    aliases = f" (once also {', '.join(map(str, family.aliases))})" if family.aliases else ""
    yield f"family {family.id}{aliases}: {told.earliest.record.headline}"
    yield f"{len(family.members)} articles"
    yield ""
    taken = {each.article_id: each for each in told.chain}
    made = {each.article_id: each for each in told.changes}
    for member in family.members:
        yield f"  {member.article_id}  {_when(member)}  {member.record.site_name or member.site}"
        yield f"      {member.record.headline}"
        yield f"      {member.record.url}"
        for line in _about(member, taken[member.article_id], made.get(member.article_id)):
            yield f"      {line}"
    yield ""
    origin = told.origin
    where = f"article {origin.article_id}" if origin.article_id else "not in this archive"
    yield f"likely origin: {where}{f', {origin.name}' if origin.name else ''}"
    for evidence in origin.evidence:
        yield f"  {evidence.weight:g}  {evidence.kind}: {evidence.detail}"


def family_json(family: Family, told: Account) -> dict[str, object]:
    """A family as JSON values."""
    taken = {each.article_id: each for each in told.chain}
    made = {each.article_id: each for each in told.changes}
    return {
        "id": family.id,
        "aliases": list(family.aliases),
        "earliest": told.earliest.article_id,
        "origin": dataclasses.asdict(told.origin),
        "members": [
            _member_json(member, taken[member.article_id], made.get(member.article_id)) for member in family.members
        ],
        "links": [dataclasses.asdict(link) for link in family.links],
        "history": [dataclasses.asdict(event) for event in family.history],
    }


def _member_json(member: Member, taken: Taken, made: Changes | None) -> dict[str, object]:
    return {
        "article_id": member.article_id,
        "version_id": member.version_id,
        "role": member.role,
        "site": member.site,
        "site_name": member.record.site_name,
        "url": member.record.url,
        "headline": member.record.headline,
        "appeared_at": member.appeared_at,
        "dated": member.dated,
        "first_seen": member.first_seen,
        "source": taken.source,
        "taken_from": taken.from_id,
        "hijacked": member.record.verdict.hijacked,
        "damage": member.record.damage,
        "changes": None
        if made is None
        else {
            "against": made.against_id,
            "added": made.added,
            "dropped": made.dropped,
            "changed": made.changed,
            "retitled": made.retitled,
        },
    }


def _about(member: Member, taken: Taken, made: Changes | None) -> Iterator[str]:
    """What is to be said of one member, a line each."""
    if member.role == COLLECTION:
        yield "embeds it among other stories"
    if taken.source:
        yield f"source: {taken.source}" + (f" (article {taken.from_id})" if taken.from_id else "")
    found = ["hijacked"] if member.record.verdict.hijacked else []
    if member.record.damage != "clean":
        found.append(f"damage: {member.record.damage}")
    if found:
        yield ", ".join(found)
    if made is not None:
        counts = [
            f"{count:,} {'character' if count == 1 else 'characters'} {what}"
            for count, what in ((made.added, "added"), (made.dropped, "dropped"), (made.changed, "changed"))
            if count
        ]
        counts += ["another headline"] if made.retitled else []
        yield f"against {made.against_id}: {', '.join(counts) or 'nothing changed'}"


def _copies(members: Sequence[Member]) -> list[Member]:
    return [member for member in members if member.role == COPY] or list(members)


def _when(member: Member) -> str:
    return member.appeared_at if member.dated else f"{member.appeared_at} (first seen)"


def _origin(copies: Sequence[Member]) -> Origin:
    """The copy that the most speaks for, or an outlet that several name and that is not here."""
    voices = _heard(copies)
    heard = {member.article_id: tuple(_evidence(member, voices)) for member in copies}
    best = max(copies, key=lambda member: _weight(heard[member.article_id]))  # of equals the one that appeared first
    named = [member for member in copies if outlet(member.record.source)]
    names = sorted({outlet(member.record.source) for member in named})
    here = {outlet(member.record.site_name) for member in copies}
    # all who name a source name this one, which has no page here: the original is elsewhere
    if len(names) == 1 and names[0] not in here and len(named) * 2 > len(copies):
        detail = f"{len(named)} of {len(copies)} copies name it, and no copy here is from its own site"
        evidence = Evidence(kind="named-by-others", detail=detail, weight=_NAMED)
        return Origin(article_id=None, name=named[0].record.source, evidence=(evidence,))
    ordered = sorted(heard[best.article_id], key=lambda evidence: -evidence.weight)
    return Origin(article_id=best.article_id, name=best.record.site_name, evidence=tuple(ordered))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Voices:
    """What all copies say together, counted once: a story may have thousands.

    Attributes:
        copies: in the order in which they appeared.
        sources: outlet → how many name it as their source.
        addresses: address → how many give it as that of the original.
        words: of the longest.
    """

    copies: Sequence[Member]
    sources: Counter[str]
    addresses: Counter[str | None]
    words: int


def _heard(copies: Sequence[Member]) -> _Voices:
    return _Voices(
        copies=copies,
        sources=Counter(outlet(member.record.source) for member in copies),
        addresses=Counter(member.record.declared_url for member in copies),
        words=max(member.words for member in copies),
    )


def _evidence(member: Member, voices: _Voices) -> Iterator[Evidence]:
    others = len(voices.copies) - 1
    own, source = outlet(member.record.site_name), outlet(member.record.source)
    addresses = {member.record.url, member.url_key}
    if pointing := sum(voices.addresses[each] for each in addresses) - (member.record.declared_url in addresses):
        yield Evidence(kind="address-given", detail=f"{pointing} copies give its address", weight=_ADDRESS)
    if own and (naming := voices.sources[own] - (source == own)):
        detail = f"{naming} of {others} other copies name {member.record.site_name} as their source"
        yield Evidence(kind="named-by-others", detail=detail, weight=_NAMED)
    if others and member is voices.copies[0] and moment(member.appeared_at) < moment(voices.copies[1].appeared_at):
        detail = f"appeared {member.appeared_at}{'' if member.dated else ' (first seen)'}, before all others"
        yield Evidence(kind="earliest", detail=detail, weight=_FIRST)
    if own and source in ("", own):
        detail = f"names {member.record.source} as its source" if source else "names no other source"
        yield Evidence(kind="own-source", detail=detail, weight=_OWN)
    if member.words >= _HIGHEST_SHARE * voices.words:
        yield Evidence(kind="whole", detail="has the whole text", weight=_WHOLE)


def _weight(evidence: Sequence[Evidence]) -> float:
    return sum(each.weight for each in evidence)


def _chain(members: Sequence[Member]) -> Iterator[Taken]:
    """The source that each member names, and which member it is: the earliest that is from there and not younger."""
    named: defaultdict[str, list[Member]] = defaultdict(list)
    addressed: defaultdict[str | None, list[Member]] = defaultdict(list)
    for member in members:
        named[outlet(member.record.site_name)].append(member)
        for address in {member.record.url, member.url_key}:
            addressed[address].append(member)
    for member in members:
        source = outlet(member.record.source)
        given = _earlier(addressed.get(member.record.declared_url, ()), member)
        found = given or _earlier(named.get(source, ()) if source else (), member)
        from_id = found.article_id if found else None
        yield Taken(article_id=member.article_id, source=member.record.source, from_id=from_id)


def _earlier(ordered: Sequence[Member], member: Member) -> Member | None:
    """The first of some members, where it appeared no later than one."""
    first = next((other for other in ordered if other is not member), None)
    return first if first and moment(first.appeared_at) <= moment(member.appeared_at) else None


def _name(text: str) -> str:
    return fold_script(_NOT_A_NAME.sub("", unicodedata.normalize("NFKC", text))).casefold()


def _fold(text: str) -> str:
    """What does not count between two copies; each character stays one."""
    return fold_script(text.translate(_WIDE))


_WIDE = str.maketrans(",:;()!? \u00a0", "，：；（）！？\u3000\u3000")
