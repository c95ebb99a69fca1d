"""Which story an article belongs to: the nearest recent articles decide, by the rare words and names of their leads.

Single-pass clustering as in the topic detection studies (Allan, Papka and Lavrenko, "On-line new event detection and
tracking", SIGIR 1998): unit vectors of incremental TF-IDF weights, document frequencies as of the article's arrival.
"""

import math
import struct
from array import array
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

from streams.core.compiled import compiled
from streams.core.hashset import holds, set_of
from streams.core.pages import Numbers, Pages
from streams.core.policy import Policy
from streams.core.postings import Postings
from streams.core.scan import Hashes, Places
from streams.core.wording import Flags, Reading

LEAD_WORDS: Final = 100  # the inverted pyramid: who, what and where stand on top
MAX_TERMS: Final = 24  # 5 bytes each
UNIT: Final = 255  # a weight of 1.0 in one byte
_TERM: Final = struct.Struct("<IB")
_TERMS: Final = np.dtype([("term", "<u4"), ("weight", "u1")])
STORY_ID_CHARS: Final = 36  # of a UUID
NO_HOUR: Final = -(2**31)
_UNCOUNTED: Final = 1 << 20  # terms: bounds the memory for counting them
_AT_ONCE: Final = 256  # terms: more of them are sorted first
_STRANGERS: Final = 4  # members of other stories that may have the 32-bit key of one story
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_CHARS: Final = len("2026-04-07")

_NAMED: Final = np.uint64(1)
_PLACE_BITS: Final = 8  # of a term's place among those of an article

Terms: TypeAlias = dict[int, int]
"""Hash of a word -> its weight in the article's unit vector, in 255ths."""


@dataclass(frozen=True, slots=True)
class StoryPolicy(Policy):
    """Every number that a story assignment depends on."""

    threshold: float = 0.12  # mean cosine to the nearest members of the story
    neighbours: int = 2  # members compared with: a mean lets a story move on, the nearest alone lets it drift
    shared_terms: int = 2  # rare terms that two articles of one story have in common at least
    rare_articles: int = 10  # a term is rare that stands in so many articles of the window
    rare_share: float = 0.01  # and this share of them
    window_hours: int = 72  # between dates of publication; an older story is not continued but told anew
    title_weight: int = 4  # a word of the headline counts as if said four times more
    name_weight: int = 2  # names tell events apart, verbs do not
    bucket: int = 100  # newest articles looked at under one term: bounds the work
    candidates: int = 24  # articles compared with


class Counted(NamedTuple):
    """The terms of an article, each once, and how often each counts."""

    terms: Hashes
    counts: Numbers


class Place(NamedTuple):
    """The story an article joins, None where it opens one, and how near the nearest story is."""

    story_id: str | None
    score: float
    newest: int | None  # sequence number of the newest article of that story


def counted_terms(reading: Reading, policy: StoryPolicy) -> Counted:
    """Return the hashed content words of headline and lead, and how often they count."""
    heading, body = reading.heading, reading.body
    found = _counted(
        heading.hashes, heading.names_at, heading.telling, body.hashes, body.names_at, body.telling,
        policy.title_weight, policy.name_weight,
    )  # fmt: skip
    return Counted(*found)


@compiled
def _counted(
    title: Hashes, title_names: Places, title_telling: Flags, text: Hashes, text_names: Places, text_telling: Flags,
    title_weight: int, name_weight: int,
) -> tuple[Hashes, Numbers]:  # fmt: skip
    said, names = set_of(text), set_of(text[text_names])
    lead = min(LEAD_WORDS, len(text))
    terms, counts = np.empty(lead + len(title), np.uint64), np.empty(lead + len(title), np.int64)
    count = 0
    for at in range(lead):
        if text_telling[at]:
            count = _counted_on(terms, counts, count, _term(text[at], holds(names, text[at])), 1)
    # Many outlets write every word of a headline with a capital: the text knows better.
    unsaid = set_of(title[title_names])
    for at in range(len(title)):
        if title_telling[at]:
            named = holds(names, title[at]) or (holds(unsaid, title[at]) and not holds(said, title[at]))
            count = _counted_on(terms, counts, count, _term(title[at], named), 1 + title_weight)
    for at in range(count):
        if terms[at] & _NAMED:
            counts[at] *= name_weight
    return terms[:count], counts[:count]


@compiled
def _counted_on(terms: Hashes, counts: Numbers, count: int, term: np.uint64, more: int) -> int:
    """Count a term once more; return how many different ones there are."""
    for at in range(count):
        if terms[at] == term:
            counts[at] += more
            return count
    terms[count], counts[count] = term, more
    return count + 1


@compiled
def _term(word: np.uint64, named: bool) -> np.uint64:
    """Return 32 bits of a word's hash, odd for names."""
    return (word >> np.uint64(33) << np.uint64(1)) | np.uint64(named)


def pack(terms: Terms) -> str:
    """Return terms and weights as base64."""
    return b64encode(b"".join(_TERM.pack(*item) for item in sorted(terms.items()))).decode()


def unpack(packed: str) -> Terms:
    """Return the terms that `pack` wrote."""
    return _terms(b64decode(packed))


def _terms(packed: bytes) -> Terms:
    return dict(_TERM.iter_unpack(packed))


def cosine(a: Terms, b: Terms) -> float:
    """Return the cosine of two articles, 0 to 1."""
    return sum(a[term] * b[term] for term in a.keys() & b.keys()) / (UNIT * UNIT)


def published_hour(when: str | None) -> int | None:
    """Return hours since 1970 UTC of an ISO 8601 date; a bare date is its noon, an unreadable one None."""
    if not when:
        return None
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        return None
    if len(when) <= _DATE_CHARS:
        moment = moment.replace(hour=12)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return math.floor((aware - _EPOCH).total_seconds() / 3_600)


class StoryIndex:
    """The articles of the window with their stories; a function of its members, not of their order of arrival."""

    def __init__(self, policy: StoryPolicy) -> None:
        self._policy = policy
        self._members = Pages(
            {"story": f"S{STORY_ID_CHARS}", "hour": "i4", "terms": ("u4", MAX_TERMS), "weights": ("u1", MAX_TERMS)}
        )
        self._by_term = Postings(self._members.present)
        self._by_story = Postings(self._members.present)
        self._counts: dict[int, int] = {}  # of the articles that a term stands in
        self._uncounted = array("I")  # terms of articles that came since
        self._next = 0

    def add(self, number: int, story_id: str, terms: str, published: int | None) -> None:
        """File an article under its sequence number."""
        if number < self._next and self._members.was_present(number):
            self.remove(number)
            self._by_term.purge(number)
            self._by_story.purge(number)
        self._next = max(self._next, number + 1)
        packed = b64decode(terms)
        table = np.frombuffer(packed.ljust(_TERMS.itemsize * MAX_TERMS, b"\0"), _TERMS)
        self._members.set(number, {
            "story": story_id.encode(), "hour": NO_HOUR if published is None else published,
            "terms": table["term"], "weights": table["weight"],
        })  # fmt: skip
        found: list[int] = table["term"][: len(packed) // _TERMS.itemsize].tolist()
        self._by_term.add(found, number)
        self._by_story.add([_story_key(story_id.encode())], number)
        self._uncounted.extend(found)
        if len(self._uncounted) >= _UNCOUNTED:
            self._count()

    def remove(self, number: int) -> None:
        """Take an article out; one that is not there changes nothing."""
        if number not in self._members:
            return
        self._count()
        terms, weights = self._members.get("terms", number), self._members.get("weights", number)
        for term in terms[weights > 0].tolist():
            self._counts[term] -= 1
            if not self._counts[term]:
                del self._counts[term]
        self._members.clear(number)

    def _count(self) -> None:
        """Count the terms of the articles that came: many at once where a state is rebuilt."""
        counts = self._counts
        if len(self._uncounted) <= _AT_ONCE:
            for term in self._uncounted:
                counts[term] = counts.get(term, 0) + 1
            del self._uncounted[:]
        else:
            terms, times = np.unique(np.frombuffer(self._uncounted, np.uint32), return_counts=True)
            for term, count in zip(terms.tolist(), times.tolist(), strict=True):
                counts[term] = counts.get(term, 0) + count
            self._uncounted = array("I")

    def newest(self, story_id: str) -> int | None:
        """Return the sequence number of the story's newest article, None for an unknown story."""
        [members] = self._newest_of([story_id.encode()], 1)
        return members[-1] if members else None

    def _newest_of(self, stories: Sequence[bytes], count: int) -> list[list[int]]:
        """Return the newest members of each story, ascending."""
        places, numbers = self._by_story.newest(list(map(_story_key, stories)), count + _STRANGERS)
        members: list[list[int]] = [[] for _ in stories]
        ids = self._members.gather("story", numbers).tolist()
        for place, number, story in zip(places.tolist(), numbers.tolist(), ids, strict=True):
            if story == stories[place]:
                members[place].append(number)
        return [found[-count:] for found in members]

    def weigh(self, counted: Counted) -> Terms:
        """Return the article's most telling terms, often in it and rare in the window, as a unit vector."""
        self._count()
        filed = self._counts.get
        known = np.array([filed(term, 0) for term in counted.terms.tolist()], np.int64)
        terms, weights = _weighed(counted.terms, counted.counts, known, len(self._members) + 1)
        return dict(zip(terms.tolist(), weights.tolist(), strict=True))

    def place(self, terms: Terms, published: int | None) -> Place:
        """Find the story of an article by its terms and the hour of its publication."""
        candidates = self._candidates(terms, published)
        if not len(candidates):
            return Place(None, 0.0, None)
        found: dict[bytes, list[float]] = {}
        stories = self._members.gather("story", candidates).tolist()
        for story, near in zip(stories, self._cosines(terms, candidates), strict=True):
            found.setdefault(story, []).append(near)
        members = self._newest_of(list(found), self._policy.neighbours)
        scored = [
            (_nearness(near, len(newest)), story.decode(), newest[-1])
            for (story, near), newest in zip(found.items(), members, strict=True)
        ]
        score, story_id, newest = max(scored)
        return Place(story_id, score, newest) if score >= self._policy.threshold else Place(None, score, None)

    def _cosines(self, terms: Terms, numbers: Numbers) -> list[float]:
        """Return the cosine of an article to each of these."""
        own, weights = _arrays(terms)
        products = _products(
            own, weights, self._members.gather("terms", numbers), self._members.gather("weights", numbers)
        )
        return [dot / (UNIT * UNIT) for dot in products.tolist()]

    def _candidates(self, terms: Terms, published: int | None) -> Numbers:
        """Return the articles that share some rare terms, a name among them, nearest first.

        Articles of one template share all but the rare terms, articles on one subject all but the names.
        """
        limit = self._policy.rare_articles + self._policy.rare_share * len(self._members)
        counts = self._counts
        rare = {term: weight for term, weight in terms.items() if 0 < counts.get(term, 0) <= limit}
        places, numbers = self._by_term.newest(list(rare), self._policy.bucket)
        named = any(term & 1 for term in terms)  # scripts without capital letters have no names
        found, sums = _sharing(
            np.sort(numbers << _PLACE_BITS | places), *_arrays(rare), self._policy.shared_terms, named
        )
        hours = self._members.gather("hour", found)
        hour = NO_HOUR if published is None else published
        return _nearest(found, sums, hours, hour, self._policy.window_hours, self._policy.candidates)


def _arrays(terms: Terms) -> tuple[Hashes, Numbers]:
    return np.fromiter(terms, np.uint64, len(terms)), np.fromiter(terms.values(), np.int64, len(terms))


@compiled
def _weighed(terms: Hashes, counts: Numbers, filed: Numbers, members: int) -> tuple[Hashes, Numbers]:
    """Return the terms of most weight, the lowest first among equals, and their weights in a unit vector."""
    weights = np.empty(len(terms), np.float64)
    for at in range(len(terms)):
        weights[at] = (1 + math.log(counts[at])) * math.log1p(members / (filed[at] + 1))
    kept = min(MAX_TERMS, len(terms))
    chosen, told = np.empty(kept, np.uint64), np.empty(kept, np.float64)
    for place in range(kept):
        best = 0
        for at in range(len(terms)):
            if weights[at] > weights[best] or (weights[at] == weights[best] and terms[at] < terms[best]):
                best = at
        chosen[place], told[place], weights[best] = terms[best], weights[best], -1.0
    total = 0.0
    for weight in told:
        total += weight * weight
    norm = math.sqrt(total)
    packed = np.empty(kept, np.int64)
    for place in range(kept):
        packed[place] = max(1, round(UNIT * told[place] / norm))
    return chosen, packed


@compiled
def _products(
    own: Hashes, weights: Numbers, terms: npt.NDArray[np.uint32], their_weights: npt.NDArray[np.uint8]
) -> Numbers:
    """Return the dot product of an article with each of several, in units of both weights."""
    found = np.zeros(len(terms), np.int64)
    for row in range(len(terms)):
        for place in range(MAX_TERMS):
            if their_weights[row, place]:
                for at in range(len(own)):
                    if own[at] == terms[row, place]:
                        found[row] += weights[at] * np.int64(their_weights[row, place])
    return found


@compiled
def _sharing(packed: Numbers, terms: Hashes, weights: Numbers, shared: int, named: bool) -> tuple[Numbers, Numbers]:
    """Return the numbers that stand with so many terms, one a name where `named`, and the sums of their weights.

    Given are numbers above places of terms, ascending.
    """
    found, sums = np.empty(len(packed), np.int64), np.empty(len(packed), np.int64)
    count, at = 0, 0
    while at < len(packed):
        number, total, times, names = packed[at] >> _PLACE_BITS, 0, 0, 0
        while at < len(packed) and packed[at] >> _PLACE_BITS == number:
            place = packed[at] & ((1 << _PLACE_BITS) - 1)
            total += weights[place]
            names += int(terms[place] & _NAMED)
            times += 1
            at += 1
        if times >= shared and (names or not named):
            found[count], sums[count] = number, total
            count += 1
    return found[:count], sums[:count]


@compiled
def _nearest(found: Numbers, sums: Numbers, hours: npt.NDArray[np.int32], hour: int, window: int, most: int) -> Numbers:
    """Return the numbers of the largest sums that were published near the hour, the latest first among equals."""
    left = np.empty(len(found), np.int64)
    count = 0
    for at in range(len(found)):
        if hour == NO_HOUR or hours[at] == NO_HOUR or abs(np.int64(hours[at]) - hour) <= window:
            left[count] = at
            count += 1
    chosen = np.empty(min(most, count), np.int64)
    for place in range(len(chosen)):
        best = 0
        for other in range(count):
            if sums[left[other]] >= sums[left[best]]:  # found ascends: the later one is the latest
                best = other
        chosen[place] = found[left[best]]
        sums[left[best]] = -1
    return chosen


def _nearness(found: list[float], compared: int) -> float:
    """Return the mean over the nearest members; in a larger story, those that share no term count as 0."""
    return round(min(1.0, math.fsum(sorted(found, reverse=True)[:compared]) / compared), 3)


def _story_key(story: bytes) -> int:
    return xxhash.xxh3_64_intdigest(story) >> 32
