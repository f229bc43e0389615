"""What a character costs after three others: the trained model, adapted to the page it is used on.

A page says its names and terms more than once, and most of it is not broken; so what stands elsewhere on the page makes
the same again more likely (a surname that no model expects).
"""

import functools
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, pairwise
from operator import itemgetter
from typing import Final, NamedTuple

from pipelines.restore.model import BOUNDARY, STEP, UNKNOWN, Context, Model, load, symbol
from pipelines.restore.tables import NOTE, ORPHANS, script

# How much the page decides: its share where single characters are concerned, and how often the page must have a context
# of one or two characters to count as much as the model. Found on the articles for tuning; half is nearly as good.
_SHARE_ONE, _PRIOR_TWO, _PRIOR_THREE = 0.1, 60.0, 12.0
# How likely a pronoun is the one that stands so many characters away falls to 1/e. Of 100 places on held-out articles
# 78 come out right; with all within 150 characters counted alike it were 74.
_REACH = 40
_ELSEWHERE = 0.02  # what each on the page counts, wherever it stands
_UNSEEN = 0.1  # and what a pronoun has that does not stand there
_PERSON: Final = re.compile("[他她](?![们們])")
# what tells of a person's sex before a pronoun, 老太太……她, says a quarter of what a pronoun there says
_KIN: Final = re.compile("[女奶媽娘姐婆嫂妹母嬸姨姑妻媳]|([男爺爸叔哥伯父弟爹漢伙夫])")
_KIN_SAYS = 0.25
# by what the model says that a character costs: its share in the probability; four backoffs cost 1,020 at most
_LIKELY = [(1 - _SHARE_ONE) * math.exp(-cost / STEP) for cost in range(4 * 255 + 1)]
_MAX_PAGE = 20_000  # characters of the page that are looked at: the longest article, not a concatenation of many

_LEADING = 5  # characters of either half of GBK that are weighed because of what follows
_COMMONEST = 5  # characters that are weighed although nothing speaks for them
_TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
_STRANGE = round(4 * STEP)  # for symbols that authors hardly use and training saw too seldom to tell (Ⅷ ┛ Ж ａ)
_IMPOSSIBLE = round(7 * STEP)  # for simplified characters: the converter would have converted them
_RARE = round(7 * STEP)  # what training never saw shares one probability among some ten thousand characters
_USUAL = re.compile(r"[\u4e00-\u9fff，。、；：？！“”‘’（）《》…—·\s]|[!-~]")
_SHIFTED: Final = re.compile(rf"[{ORPHANS}][^\n{ORPHANS}]{{0,30}}")


PRONOUNS: Final = "他她"
"""The characters between which the model does not choose."""


class Letter(NamedTuple):
    """One character of GBK.

    Attributes:
        lead, trail: its bytes.
        char: itself.
        number: its number in the model.
        extra: what it costs besides, in units of 1/`STEP` nats.
    """

    lead: int
    trail: int
    char: str
    number: int
    extra: int


class Alphabet:
    """GBK's characters with their numbers in a model; the tables fill as they are asked for.

    Attributes:
        model: the model.
        letter: a character → what is known of it.
        ahead: the numbers of two characters → what the second costs after the first, whatever stands before that.
        followers: the number of a character, and a second byte → the characters with that byte that training saw after
            it, in the converter's script.
        leading: a second byte, and the number of a character → the characters with that byte after which training saw
            it most often, of either half of GBK.
    """

    __slots__ = (
        "_common",
        "_ending",
        "_leads",
        "_numbered",
        "_numbers",
        "_trails",
        "ahead",
        "followers",
        "leading",
        "letter",
        "model",
    )

    def __init__(self, model: Model) -> None:
        """Set up for one model."""
        self.model = model
        self.letter = functools.lru_cache(maxsize=8192)(self._letter)
        self.ahead = functools.lru_cache(maxsize=8192)(model.cost_after_one)
        self.followers = functools.lru_cache(maxsize=4096)(self._followers)
        self.leading = functools.lru_cache(maxsize=4096)(self._leading)
        self._numbers: dict[str, int] = {}
        self._leads: dict[int, tuple[Letter, ...]] = {}
        self._trails: dict[int, tuple[Letter, ...]] = {}
        self._common: dict[int, tuple[Letter, ...]] = {}
        self._numbered: list[tuple[Letter, ...]] = []
        self._ending: dict[int, dict[int, Letter]] = {}

    def number(self, char: str) -> int:
        """The model's number of a character of either script."""
        number = self._numbers.get(char)
        if number is None:
            simple = script().simplified.get(char, char)
            number = self._numbers[char] = self.model.vocabulary.get(symbol(simple), UNKNOWN)
        return number

    def _letter(self, char: str) -> Letter:
        """A character with all that is known of it; 0 for the bytes of what GBK lacks."""
        halves = char.encode("gbk", "ignore")
        lead, trail = halves if len(halves) == 2 else (0, 0)
        number = self.number(char)
        extra = _IMPOSSIBLE if char in script().converted else 0 if _USUAL.match(char) else _STRANGE
        return Letter(lead, trail, char, number, extra if number else extra + _RARE)

    def with_lead(self, lead: int) -> tuple[Letter, ...]:
        """The characters that begin with a byte."""
        found = self._leads.get(lead)
        if found is None:
            found = self._leads[lead] = self._letters((lead, trail) for trail in _TRAILS)
        return found

    def with_trail(self, trail: int) -> tuple[Letter, ...]:
        """The characters that end in a byte."""
        found = self._trails.get(trail)
        if found is None:
            found = self._trails[trail] = self._letters((lead, trail) for lead in range(0x81, 0xFF))
        return found

    def by_trail(self, trail: int) -> tuple[Letter, ...]:
        """The characters that end in a byte, the commonest first."""
        found = self._common.get(trail)
        if found is None:
            known = [letter for letter in self.with_trail(trail) if letter.number and not letter.extra]
            found = self._common[trail] = tuple(sorted(known, key=lambda letter: letter.number))
        return found

    def _followers(self, number: int, trail: int) -> list[Letter]:
        if not self._ending:
            for letter in chain.from_iterable(self.numbered()):
                self._ending.setdefault(letter.trail, {})[letter.number] = letter
        ending = self._ending.get(trail, {})
        return [ending[follower] for follower in filter(ending.__contains__, self.model.followers(number))]

    def _leading(self, trail: int, following: int) -> tuple[Letter, ...]:
        model = self.model
        seen = [letter for letter in self.by_trail(trail) if model.has_pair(letter.number, following)]
        seen.sort(key=lambda letter: model.alone(letter.number) + model.cost_after_one(letter.number, following))
        halves = ([one for one in seen if one.lead >= 0xA1], [one for one in seen if one.lead < 0xA1])
        return tuple(one for half in halves for one in half[:_LEADING])

    def _letters(self, pairs: Iterable[tuple[int, int]]) -> tuple[Letter, ...]:
        chars = (pair(lead, trail) for lead, trail in pairs)
        return tuple(self.letter(char) for char in chars if char and char != "\u3000")

    def numbered(self) -> list[tuple[Letter, ...]]:
        """The characters by their numbers, in the converter's script; none for what GBK lacks, two for 他 and 她."""
        if not self._numbered:
            self._numbered = self._by_number()
        return self._numbered

    def _by_number(self) -> list[tuple[Letter, ...]]:
        made = script().made
        found: list[tuple[Letter, ...]] = [()] * (len(self.model.vocabulary) + 1)
        for char, number in self.model.vocabulary.items():
            letters = map(self.letter, PRONOUNS if char in PRONOUNS else made.get(char, char))
            found[number] = tuple(letter for letter in letters if letter.lead)
        return found


class Scorer:
    """Costs on one page, in units of 1/`STEP` nats."""

    __slots__ = ("_model", "_ones", "_people", "_plausible", "_present", "_size", "_threes", "_twos", "alphabet")

    def __init__(self, alphabet: Alphabet, page: str) -> None:
        """Learn what stands on a page.

        Args:
            alphabet: the characters, and the model.
            page: the page's text as shown; what may be broken in it is left out.
        """
        self.alphabet = alphabet
        self._model = alphabet.model
        kept = NOTE.sub("", _SHIFTED.sub(BOUNDARY, page[:_MAX_PAGE]))
        number = alphabet.number
        numbers = list(map({char: number(char) for char in set(kept)}.__getitem__, kept))
        self._ones = Counter(numbers)
        self._size = len(numbers) + 1
        self._twos = Counter(pairwise(numbers))
        self._threes = Counter(zip(numbers, numbers[1:], numbers[2:], strict=False))
        self._people = Counter(_PERSON.findall(kept))
        self._present: dict[int, list[Letter]] = {}
        self._plausible: dict[tuple[int, int], list[Letter]] = {}

    def cost(self, before: Context, last: int) -> float:
        """What a character costs after the three before it."""
        return self._adapted(before, (last,), [self._model.cost(before, last)])[0]

    def costs(self, before: Context, letters: Sequence[Letter]) -> list[float]:
        """What each of several characters costs after the three before it, with what it costs besides."""
        numbers = [letter.number for letter in letters]
        costs = self._adapted(before, numbers, self._model.costs(before, numbers))
        return [cost + letter.extra for cost, letter in zip(costs, letters, strict=True)]

    def likeliest(
        self, before: Context, letters: Sequence[Letter], number: int, *, seen: Collection[int]
    ) -> list[tuple[Letter, float]]:
        """The likeliest of some characters after three others, with their costs.

        Args:
            before: the three characters.
            letters: the characters, in the order of what they cost where nothing else is known.
            number: how many.
            seen: the numbers of those that training saw after the last of the three.
        """
        # what neither training saw here nor the page has keeps its order, so that its first are enough
        ones, after_more = self._ones, self._model.followers_of(before)
        known = [one for one in letters[number:] if (n := one.number) in ones or n in seen or n in after_more]
        chosen = [*letters[:number], *known]
        found = zip(chosen, self.costs(before, chosen), strict=True)
        return sorted(found, key=itemgetter(1))[:number]

    def plausible(self, before: int, trail: int) -> list[Letter]:
        """The characters with a second byte that may well stand after another: those that did, and the commonest."""
        asked = (before, trail)
        found = self._plausible.get(asked)
        if found is None:
            ones, twos = self._ones, self._twos
            letters = self.alphabet.by_trail(trail)
            if trail not in self._present:
                self._present[trail] = [one for one in letters if one.number in ones]
            here = [one for one in self._present[trail] if (before, one.number) in twos or ones[one.number] > 1]
            seen = self.alphabet.followers(before, trail)
            found = self._plausible[asked] = list(dict.fromkeys((*seen, *here, *letters[:_COMMONEST])))
        return found

    def leading(self, trail: int, following: int) -> Sequence[Letter]:
        """The characters with a second byte after which training saw another most often."""
        return self.alphabet.leading(trail, following) if following else ()

    def pronouns(self, before: str, after: str) -> dict[str, float]:
        """What 他 and 她 cost besides: often nothing that is shown tells them apart, but what stands near does.

        Args:
            before: what stands before the place.
            after: what stands after it.
        """
        said = {one: _UNSEEN + _ELSEWHERE * self._people[one] for one in PRONOUNS}
        for text, place in ((before, len(before)), (after, -1)):
            for found in _PERSON.finditer(text):
                said[found[0]] += math.exp(-abs(place - found.start()) / _REACH)
        for kin in _KIN.finditer(before):
            said["他" if kin[1] else "她"] += _KIN_SAYS * math.exp((kin.start() - len(before)) / _REACH)
        both = sum(said.values())
        return {one: -STEP * math.log(share / both) for one, share in said.items()}

    def _adapted(self, before: Context, lasts: Sequence[int], costs: Sequence[int]) -> list[float]:
        """The model's costs after three characters, adapted to what follows them on this page.

        The page's counts are added to the model's probabilities, which count as `_PRIOR_…` more: a context that the
        page has often is known, and what never follows it there (戈海 without 涛) is unlikelier than the model thinks.
        """
        _, first, second = before
        ones, twos, threes = self._ones, self._twos, self._threes
        seen_two = ones.get(second, 0)
        after_two = _PRIOR_TWO / (seen_two + _PRIOR_TWO)
        seen_three = twos.get((first, second), 0)
        after_three = _PRIOR_THREE / (seen_three + _PRIOR_THREE)
        unseen = -STEP * math.log((1 - _SHARE_ONE) * after_two * after_three)
        likely, found = _LIKELY, []
        for third, cost in zip(lasts, costs, strict=True):
            here = ones.get(third)
            if here is None:
                found.append(cost + unseen)
                continue
            p = likely[cost] + _SHARE_ONE * here / self._size
            if seen_two:
                p = after_two * p + (1 - after_two) * twos.get((second, third), 0) / seen_two
            if seen_three:
                p = after_three * p + (1 - after_three) * threes.get((first, second, third), 0) / seen_three
            found.append(-STEP * math.log(p))
        return found


@functools.lru_cache(maxsize=1024)
def pair(lead: int, trail: int) -> str:
    """The character of two bytes, or an empty string."""
    try:
        return bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""


@functools.cache
def alphabet() -> Alphabet:
    """GBK's characters with their numbers in the model that ships with the project."""
    return Alphabet(load())


@functools.lru_cache(maxsize=4)
def scorer(page: str) -> Scorer:
    """The shipped model, adapted to a page; the same for all fields of the page."""
    return Scorer(alphabet(), page)
