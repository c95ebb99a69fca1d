"""Which story an article belongs to: the nearest recent articles decide, by the rare words and names of their leads.

Single-pass clustering as in the topic detection studies (Allan, Papka and Lavrenko, "On-line new event detection and
tracking", SIGIR 1998): unit vectors of incremental TF-IDF weights, document frequencies as of the article's arrival.
"""

import math
import struct
from array import array
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

from streams.core.pages import Numbers, Pages
from streams.core.policy import Policy
from streams.core.postings import Postings
from streams.core.wording import Reading, Wording

LEAD_WORDS: Final = 100  # the inverted pyramid: who, what and where stand on top
MAX_TERMS: Final = 24  # 5 bytes each
UNIT: Final = 255  # a weight of 1.0 in one byte
_TERM: Final = struct.Struct("<IB")
_TERMS: Final = np.dtype([("term", "<u4"), ("weight", "u1")])
STORY_ID_CHARS: Final = 36  # of a UUID
NO_HOUR: Final = -(2**31)
_UNCOUNTED: Final = 1 << 20  # terms: bounds the memory for counting them
_STRANGERS: Final = 4  # members of other stories that may have the 32-bit key of one story
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_CHARS: Final = len("2026-04-07")

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


class Place(NamedTuple):
    """The story an article joins, None where it opens one, and how near the nearest story is."""

    story_id: str | None
    score: float
    newest: int | None  # sequence number of the newest article of that story


def counted_terms(reading: Reading, policy: StoryPolicy) -> Counter[int]:
    """Return the hashed content words of headline and lead, and how often they count."""
    heading, body = reading.heading, reading.body
    counts = Counter(body.hashes[:LEAD_WORDS][body.telling[:LEAD_WORDS]].tolist())
    for word in heading.hashes[heading.telling].tolist():
        counts[word] += 1 + policy.title_weight
    # Many outlets write every word of a headline with a capital: the text knows better.
    names = {*body.hashes[body.names_at].tolist(), *_names_not_in(body, heading)}
    weights = 1, policy.name_weight
    return Counter({_term(word, word in names): count * weights[word in names] for word, count in counts.items()})


def _names_not_in(body: Wording, heading: Wording) -> list[int]:
    """Return the hashes of the headline's names that the text does not say, in whatever writing."""
    names = heading.hashes[heading.names_at]  # a handful: comparing them with every word costs less than look-ups
    said = (names[:, None] == body.hashes).any(axis=1)
    found: list[int] = names[~said].tolist()
    return found


def _term(word: int, named: bool) -> int:
    """Return 32 bits of a word's hash, odd for names."""
    return word >> 33 << 1 | named


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


def published_second(when: str | None) -> int | None:
    """Return seconds since 1970 UTC of an ISO 8601 date; a bare date is its noon, an unreadable one None."""
    if not when:
        return None
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        return None
    if len(when) <= _DATE_CHARS:
        moment = moment.replace(hour=12)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return math.floor((aware - _EPOCH).total_seconds())


def published_hour(when: str | None) -> int | None:
    """Return hours since 1970 UTC, of the same dates as `published_second`."""
    second = published_second(when)
    return None if second is None else second // 3_600


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
        if self._uncounted:
            counts = self._counts
            terms, times = np.unique(np.frombuffer(self._uncounted, np.uint32), return_counts=True)
            for term, count in zip(terms.tolist(), times.tolist(), strict=True):
                counts[term] = counts.get(term, 0) + count
            self._uncounted = array("I")

    def newest(self, story_id: str) -> int | None:
        """Return the sequence number of the story's newest article, None for an unknown story."""
        [members] = self._newest_of([story_id.encode()], 1)
        return members[-1] if members else None

    def members(self, story_id: str, count: int) -> Numbers:
        """Return the sequence numbers of the story's newest articles, ascending."""
        story = story_id.encode()
        numbers = self._by_story.newest([_story_key(story)], count).numbers
        members: Numbers = numbers[self._members.gather("story", numbers) == story]
        return members

    def _newest_of(self, stories: Sequence[bytes], count: int) -> list[list[int]]:
        """Return the newest members of each story, ascending."""
        places, numbers = self._by_story.newest(list(map(_story_key, stories)), count + _STRANGERS)
        members: list[list[int]] = [[] for _ in stories]
        ids = self._members.gather("story", numbers).tolist()
        for place, number, story in zip(places.tolist(), numbers.tolist(), ids, strict=True):
            if story == stories[place]:
                members[place].append(number)
        return [found[-count:] for found in members]

    def weigh(self, counts: Mapping[int, int]) -> Terms:
        """Return the article's most telling terms, often in it and rare in the window, as a unit vector."""
        self._count()
        members, filed, log, log1p = len(self._members) + 1, self._counts.get, math.log, math.log1p
        weights = {
            term: (1 + log(count)) * log1p(members / (filed(term, 0) + 1)) for term, count in counts.items()
        }  # often in the article and rare in the window
        top = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MAX_TERMS]
        norm = math.sqrt(math.fsum(weight * weight for _, weight in top))
        return {term: max(1, round(UNIT * weight / norm)) for term, weight in top}

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
        own = np.array(sorted(terms), np.uint32)
        weights = np.array([terms[term] for term in own.tolist()], np.int64)
        theirs = self._members.gather("terms", numbers)
        at = np.minimum(own.searchsorted(theirs), len(own) - 1)
        products = np.where(own[at] == theirs, weights[at] * self._members.gather("weights", numbers), 0)
        return [int(dot) / (UNIT * UNIT) for dot in products.sum(axis=1)]

    def _candidates(self, terms: Terms, published: int | None) -> Numbers:
        """Return the articles that share some rare terms, a name among them, nearest first.

        Articles of one template share all but the rare terms, articles on one subject all but the names.
        """
        limit = self._policy.rare_articles + self._policy.rare_share * len(self._members)
        rare = [term for term in terms if 0 < self._counts.get(term, 0) <= limit]
        places, numbers = self._by_term.newest(rare, self._policy.bucket)
        if not len(numbers):
            return numbers
        found, at = np.unique(numbers, return_inverse=True)
        named = np.array([term & 1 for term in rare])[places]
        weights = np.array([terms[term] for term in rare])[places]
        near = np.bincount(at) >= self._policy.shared_terms
        if any(term & 1 for term in terms):  # scripts without capital letters have no names
            near &= np.bincount(at, named) > 0
        near &= self._near(published, self._members.gather("hour", found))
        found, sums = found[near], np.bincount(at, weights)[near]
        return found[np.lexsort((-found, -sums))][: self._policy.candidates]

    def _near(self, hour: int | None, others: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        if hour is None:
            return np.ones(len(others), np.bool_)
        apart = np.abs(others.astype(np.int64) - hour)
        near: npt.NDArray[np.bool_] = (apart <= self._policy.window_hours) | (others == NO_HOUR)
        return near


def _nearness(found: list[float], compared: int) -> float:
    """Return the mean over the nearest members; in a larger story, those that share no term count as 0."""
    return round(min(1.0, math.fsum(sorted(found, reverse=True)[:compared]) / compared), 3)


def _story_key(story: bytes) -> int:
    return xxhash.xxh3_64_intdigest(story) >> 32
