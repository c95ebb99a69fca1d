"""Which story an article belongs to: the nearest recent articles decide, by the rare words and names of their leads.

Single-pass clustering as in the topic detection studies (Allan, Papka and Lavrenko, "On-line new event detection and
tracking", SIGIR 1998): unit vectors of incremental TF-IDF weights, document frequencies as of the article's arrival.
"""

import math
import struct
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeAlias

from streams.core.policy import Policy
from streams.core.postings import Postings
from streams.core.wording import Reading, Wording

LEAD_WORDS: Final = 100  # the inverted pyramid: who, what and where stand on top
MAX_TERMS: Final = 24  # 5 bytes each
UNIT: Final = 255  # a weight of 1.0 in one byte
_TERM: Final = struct.Struct("<IB")
_NAMED: Final = 1 << 16  # above any sum of MAX_TERMS weights
_SHARED: Final = 1 << 32
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


class _Member(NamedTuple):
    story_id: str
    published: int | None
    terms: bytes


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


def _term_hashes(packed: bytes) -> tuple[int, ...]:
    return struct.unpack("<" + "IB" * (len(packed) // _TERM.size), packed)[::2]


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
        self._members: dict[int, _Member] = {}
        self._by_term: Postings[int] = Postings()
        self._by_story: Postings[str] = Postings()

    def add(self, number: int, story_id: str, terms: str, published: int | None) -> None:
        """File an article under its sequence number."""
        packed = b64decode(terms)
        self._members[number] = _Member(story_id, published, packed)
        self._by_story.add(story_id, number)
        self._by_term.add_all(_term_hashes(packed), number)

    def remove(self, number: int) -> None:
        """Take an article out; one that is not there changes nothing."""
        member = self._members.pop(number, None)
        if member is None:
            return
        self._by_story.remove(member.story_id, number)
        for term in _terms(member.terms):
            self._by_term.remove(term, number)

    def newest(self, story_id: str) -> int | None:
        """Return the sequence number of the story's newest article, None for an unknown story."""
        members = self._by_story.get(story_id)
        return members[-1] if members else None

    def weigh(self, counts: Mapping[int, int]) -> Terms:
        """Return the article's most telling terms, often in it and rare in the window, as a unit vector."""
        members, filed, log, log1p = len(self._members) + 1, self._by_term.count, math.log, math.log1p
        weights = {
            term: (1 + log(count)) * log1p(members / (filed(term) + 1)) for term, count in counts.items()
        }  # often in the article and rare in the window
        top = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MAX_TERMS]
        norm = math.sqrt(math.fsum(weight * weight for _, weight in top))
        return {term: max(1, round(UNIT * weight / norm)) for term, weight in top}

    def place(self, terms: Terms, published: int | None) -> Place:
        """Find the story of an article by its terms and the hour of its publication."""
        stories: dict[str, list[float]] = {}
        for number in self._candidates(terms, published):
            member = self._members[number]
            stories.setdefault(member.story_id, []).append(cosine(terms, _terms(member.terms)))
        scored = [(self._nearness(story, found), story) for story, found in stories.items()]
        score, story_id = max(scored, default=(0.0, ""))
        return Place(story_id if score >= self._policy.threshold else None, score)

    def _nearness(self, story_id: str, found: list[float]) -> float:
        """Return the mean over the nearest members; in a larger story, those that share no term count as 0."""
        compared = min(self._policy.neighbours, self._by_story.count(story_id))
        return round(min(1.0, math.fsum(sorted(found, reverse=True)[:compared]) / compared), 3)

    def _candidates(self, terms: Terms, published: int | None) -> list[int]:
        """Return the articles that share some rare terms, a name among them, nearest first.

        Articles of one template share all but the rare terms, articles on one subject all but the names.
        """
        rare = self._policy.rare_articles + self._policy.rare_share * len(self._members)
        needed = any(term & 1 for term in terms)  # scripts without capital letters have no names
        found: dict[int, int] = {}  # three sums of an article in one number: shared terms, names, weights
        for term, weight in terms.items():
            numbers = self._by_term.get(term)
            if len(numbers) > rare:
                continue
            one = _SHARED | _NAMED * (term & 1) | weight
            for number in numbers[-self._policy.bucket :]:
                found[number] = found.get(number, 0) + one
        near = [
            (-(sums % _NAMED), -number) for number, sums in found.items()
            if sums >= self._policy.shared_terms * _SHARED and (sums % _SHARED >= _NAMED or not needed)
            and self._near(published, self._members[number].published)
        ]  # fmt: skip
        return [-number for _, number in sorted(near)[: self._policy.candidates]]

    def _near(self, one: int | None, other: int | None) -> bool:
        return one is None or other is None or abs(one - other) <= self._policy.window_hours
