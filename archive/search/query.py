"""What people type into a search, understood: words, "phrases", AND, OR, NOT and parentheses.

    词 词        both (AND may be written)
    词 OR 词     either; AND binds closer
    词 NOT 词    the first without the second
    "两个 词"    one after the other
    (…)          what belongs together

A word of several characters is one phrase. The operators are capitals; quotation marks and parentheses may be Chinese
ones. Whatever else FTS5 means something by is plain text here, so that no query fails in its parser.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.search.text import phrase

LONGEST = 1_000  # characters of a query
MOST = 64  # words of a query: FTS5 walks a list for each
SHOWN = 40  # characters of a query that an error repeats
DEEPEST = 20  # parentheses within parentheses: FTS5 itself stops at 256 levels

_CLOSING = {'"': '"', "“": "”", "「": "」", "『": "』"}
_OPEN, _CLOSE = "(（", ")）"
_PIECES = re.compile(r'"[^"]*"|“[^”]*”|「[^」]*」|『[^』]*』|[()（）"“”「」『』]|[^\s()（）"“”「」『』]+')
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class QueryError(ValueError):
    """A query cannot be understood; the message is one line for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Tokens that stand one after the other; `tokens` as `archive.search.text` writes them."""

    tokens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """All of some expressions and none of others."""

    of: tuple["Expression", ...]
    without: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """At least one of some expressions."""

    of: tuple["Expression", ...]


Expression = Phrase | Every | Either


def parse(text: str) -> Expression:
    """Understand a query.

    Raises:
        QueryError: it is empty, too long, or not made as the module's description says.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a query has at most {LONGEST:,} characters, this one {len(text):,}")
    if "\x00" in text:
        raise QueryError("a query cannot hold a NUL character")
    if not text.strip():
        raise QueryError("nothing to search for")
    return _Parser(_PIECES.findall(text)).whole()


def match_of(expression: Expression) -> str:
    """An expression as FTS5 understands it."""
    if isinstance(expression, Phrase):
        return f'"{expression.tokens}"'
    if isinstance(expression, Either):
        return f"({' OR '.join(map(match_of, expression.of))})"
    match = " AND ".join(map(match_of, expression.of))
    if expression.without:
        match = f"({match}) NOT ({' OR '.join(map(match_of, expression.without))})"
    return f"({match})"


def wanted(expression: Expression) -> Iterator[Phrase]:
    """The phrases that a hit may have, without those that it must not: what is marked in it."""
    if isinstance(expression, Phrase):
        yield expression
    else:
        for part in expression.of:
            yield from wanted(part)


class _Parser:
    """Reads the pieces of a query from left to right, one method a rule of its grammar."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._at = 0
        self._words = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._either()
        if self._next() is not None:
            raise QueryError("a parenthesis is closed that was not opened")
        return expression

    def _next(self) -> str | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None

    def _either(self) -> Expression:
        parts = [self._every()]
        while self._next() == "OR":
            self._at += 1
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Either(of=tuple(parts))

    def _every(self) -> Expression:
        wanted: list[Expression] = []
        unwanted: list[Expression] = []
        while True:
            if self._next() == "NOT":
                self._at += 1
                unwanted.append(self._one("NOT"))
            else:
                wanted.append(self._one(self._pieces[self._at - 1] if self._at else None))
            if self._next() == "AND":
                self._at += 1
            elif (piece := self._next()) is None or piece == "OR" or piece in _CLOSE:
                break
        if not wanted:
            raise QueryError("NOT takes away from something: write 甲 NOT 乙")
        if len(wanted) == 1 and not unwanted:
            return wanted[0]
        return Every(of=tuple(wanted), without=tuple(unwanted))

    def _one(self, after: str | None) -> Expression:
        """One word, phrase or parenthesis; `after` is what stands before it, for people."""
        piece = self._next()
        if piece is None or piece in _OPERATORS or piece in _CLOSE:
            where = f"after {after}" if after else "at the beginning"
            raise QueryError(f"a word is missing {where}" + (f", before {piece}" if piece else ""))
        self._at += 1
        if piece in _OPEN:
            return self._parenthesis()
        if piece in _CLOSING or piece in _CLOSING.values():
            raise QueryError(f"the quotation mark {piece} stands alone")
        self._words += 1
        if self._words > MOST:
            raise QueryError(f"a query has at most {MOST} words")
        if not (found := phrase(piece)):
            raise QueryError(f"there is nothing to search for in {piece[:SHOWN]}")
        return Phrase(tokens=found)

    def _parenthesis(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(f"a query has at most {DEEPEST} parentheses within each other")
        inner = self._either()
        if (closing := self._next()) is None or closing not in _CLOSE:
            raise QueryError("a parenthesis is not closed")
        self._at += 1
        self._depth -= 1
        return inner
