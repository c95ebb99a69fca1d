"""Which story an article belongs to: the nearest recent articles decide, by the rare words and names of their leads.

Single-pass clustering as in the topic detection studies (Allan, Papka and Lavrenko, "On-line new event detection and
tracking", SIGIR 1998): unit vectors of incremental TF-IDF weights, document frequencies as of the article's arrival.
Nearness decays with the time between two articles, as in Yang, Pierce and Carbonell, "A study on retrospective and
on-line event detection" (SIGIR 1998). Nearness to the next story counts against it, as in cross-domain similarity
local scaling (Conneau et al., "Word translation without parallel data", ICLR 2018): an article that is as near to many
stories shares their subject, not their event.
"""

import math
from base64 import b64decode
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from streams.core.compiled import compiled
from streams.core.merged import Merged
from streams.core.pages import Numbers, Pages
from streams.core.postings import Postings
from streams.core.scan import Hashes
from streams.core.story_policy import StoryPolicy
from streams.core.story_terms import MAX_TERMS, TERMS, UNIT, Counted, Terms, weighed
from streams.core.tally import Tally

__all__ = ["Place", "StoryIndex", "StoryPolicy", "Swallowed"]

STORY_ID_CHARS: Final = 36  # of a UUID
NO_HOUR: Final = -(2**31)
_STRANGERS: Final = 4  # members of other stories that may have the 32-bit key of one story
_PAIRS: Final = 2  # of articles, that hold two stories together
_PLACE_BITS: Final = MAX_TERMS.bit_length()
_NAMED: Final = np.uint64(1)
_NONE: Final = np.zeros(0, np.int64)


class Swallowed(NamedTuple):
    """A story that becomes a part of another one."""

    story_id: str
    newest: int  # sequence number of its newest article


class Place(NamedTuple):
    """The story an article joins, None where it opens one."""

    story_id: str | None
    score: float  # how near it is, less the share of its rivals
    newest: int | None  # sequence number of the newest article of that story
    merged: tuple[Swallowed, ...] = ()  # the article holds them and its story together


NOWHERE: Final = Place(None, 0.0, None)


class _Candidates(NamedTuple):
    """Articles that an arriving one is compared with."""

    stories: list[bytes]  # the story that each is in by now
    near: list[float]  # how near each is, 0 to 1
    terms: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.int64]
    hours: npt.NDArray[np.int64]


class StoryIndex:
    """The articles of the window with their stories; a function of its members, not of their order of arrival."""

    def __init__(self, policy: StoryPolicy) -> None:
        self._policy = policy
        self._members = Pages(
            {"story": f"S{STORY_ID_CHARS}", "hour": "i4", "terms": ("u4", MAX_TERMS), "weights": ("u1", MAX_TERMS)}
        )
        self._by_term = Postings(self._members.present)
        self._by_story = Postings(self._members.present)
        self._merged = Merged()
        self._counts = Tally()  # of the articles that a term stands in
        self._next = 0

    def add(self, number: int, story_id: str, terms: str, published: int | None, swallowed: Sequence[str] = ()) -> None:
        """File an article under its sequence number, and the stories that it made a part of its own."""
        if number < self._next and self._members.was_present(number):
            self.remove(number)
            self._by_term.purge(number)
            self._by_story.purge(number)
        self._next = max(self._next, number + 1)
        packed, story = b64decode(terms), story_id.encode()
        table = np.frombuffer(packed.ljust(TERMS.itemsize * MAX_TERMS, b"\0"), TERMS)
        self._members.set(number, {
            "story": story, "hour": NO_HOUR if published is None else published,
            "terms": table["term"], "weights": table["weight"],
        })  # fmt: skip
        found = table["term"][: len(packed) // TERMS.itemsize].astype(np.uint64)
        self._counts.add(found)
        self._by_term.add(found.tolist(), number)
        self._by_story.add([_story_key(story)], number)
        self._merged.add(number, story, [other.encode() for other in swallowed])

    def remove(self, number: int) -> None:
        """Take an article out; one that is not there changes nothing."""
        if number not in self._members:
            return
        terms, weights = self._members.get("terms", number), self._members.get("weights", number)
        self._counts.take(terms[weights > 0].astype(np.uint64))
        self._members.clear(number)
        self._merged.remove(number)

    def survivor(self, story_id: str) -> str:
        """Return the story that this one is a part of by now; mostly itself."""
        return self._merged.survivor(story_id.encode()).decode()

    def newest(self, story_id: str) -> int | None:
        """Return the sequence number of the story's newest article, None for an unknown story."""
        [members] = self._newest_of([story_id.encode()], 1)
        return members[-1] if members else None

    def members(self, stories: Sequence[str], count: int) -> Numbers:
        """Return the sequence numbers of the newest articles of several stories and their parts, ascending."""
        names = [part for story in stories for part in self._merged.parts(story.encode())]
        places, numbers = self._by_story.newest(list(map(_story_key, names)), count)
        theirs = self._members.gather("story", numbers) == np.array(names)[places]
        return np.sort(numbers[theirs])[-count:]

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
        return weighed(counted, self._counts.counts(counted.terms), len(self._members), self._policy.compared_terms)

    def place(self, terms: Terms, published: int | None) -> Place:
        """Find the story of an article by its terms and the hour of its publication."""
        numbers = self._candidates(terms, published)
        if not len(numbers):
            return NOWHERE
        found = self._compared(terms, published, numbers)
        nearest: dict[bytes, list[float]] = {}
        for story, near in sorted(zip(found.stories, found.near, strict=True), reverse=True):
            nearest.setdefault(story, []).append(near)
        return self._chosen(nearest, found)

    def _chosen(self, nearest: dict[bytes, list[float]], found: _Candidates) -> Place:
        """Choose by the nearness of each story's articles, the nearest first."""
        policy = self._policy
        tops = sorted(((near[0], story) for story, near in nearest.items()), reverse=True)[:3]
        [best, second, third] = [near for near, _ in tops] + [0.0] * (3 - len(tops))
        rival = dict.fromkeys(nearest, best) | {tops[0][1]: second}
        least = min(policy.merge_threshold, policy.threshold + policy.rivalry * second)
        able = [story for story, near in nearest.items() if near[0] >= least]
        if not able:
            return NOWHERE
        newest = zip(able, self._newest_of(able, policy.neighbours), strict=True)
        members = {story: numbers for story, numbers in newest if numbers}
        means = sorted(
            ((_mean(nearest[story], len(numbers)), story) for story, numbers in members.items()), reverse=True
        )
        if not means:
            return NOWHERE
        if len(means) > 1:
            both = means[0][1], means[1][1]
            beyond = next((near for near, story in tops if story not in both), third)
            score = means[1][0] - policy.rivalry * beyond
            if score >= policy.merge_threshold and self._bond(found, *both) >= policy.merge_bond:
                return self._merging(both, members, score)
        score, story = max((mean - policy.rivalry * rival[story], story) for mean, story in means)
        if score < policy.threshold:
            return NOWHERE
        return Place(story.decode(), round(score, 3), members[story][-1])

    def _merging(self, both: tuple[bytes, bytes], members: dict[bytes, list[int]], score: float) -> Place:
        """Make the younger story a part of the older one."""
        first = {story: self._first(story) for story in both}
        older, younger = sorted(both, key=lambda story: (first[story], story))
        swallowed = Swallowed(younger.decode(), members[younger][-1])
        return Place(older.decode(), round(min(1.0, score), 3), members[older][-1], (swallowed,))

    def _first(self, story: bytes) -> int:
        numbers = self._by_story.oldest([_story_key(story)], 1 + _STRANGERS).numbers
        ids = self._members.gather("story", numbers).tolist()
        return next((number for number, found in zip(numbers.tolist(), ids, strict=True) if found == story), self._next)

    def _bond(self, found: _Candidates, one: bytes, other: bytes) -> float:
        """Return how near two stories' own articles are, of those that the arriving one is compared with."""
        left, right = (np.array([story == each for story in found.stories]).nonzero()[0] for each in (one, other))
        terms, weights = found.terms, found.weights
        equal = terms[left][:, None, :, None] == terms[right][None, :, None, :]
        products = weights[left][:, None, :, None] * weights[right][None, :, None, :]
        cosines = (products * equal).sum(axis=(2, 3)) / (UNIT * UNIT)
        cosines *= self._fresh(found.hours[left][:, None], found.hours[right][None, :])
        return float(np.sort(cosines, axis=None)[-_PAIRS:].mean())

    def _compared(self, terms: Terms, published: int | None, numbers: Numbers) -> _Candidates:
        """Compare an article with each of these."""
        take, rows = self._members.take, self._members.locate(numbers)
        theirs, weights = take("terms", rows), take("weights", rows).astype(np.int64)
        hours, stories = take("hour", rows).astype(np.int64), take("story", rows).tolist()
        dots = _dots(terms.terms, terms.weights, theirs, weights)
        hour = np.int64(NO_HOUR if published is None else published)
        near = np.minimum(1.0, dots / (UNIT * UNIT)) * self._fresh(hours, hour)
        if len(self._merged):
            stories = list(map(self._merged.survivor, stories))
        return _Candidates(stories, near.tolist(), theirs, weights, hours)

    def _fresh(self, hours: npt.NDArray[np.int64], others: npt.NDArray[np.int64] | np.int64) -> npt.NDArray[np.float64]:
        """Return what time leaves of the nearness of articles, 0 to 1."""
        policy = self._policy
        apart = np.where((hours == NO_HOUR) | (others == NO_HOUR), policy.undated_hours, np.abs(hours - others))
        fresh: npt.NDArray[np.float64] = 0.5 ** (np.maximum(0, apart - policy.fresh_hours) / policy.half_life_hours)
        return fresh

    def _candidates(self, terms: Terms, published: int | None) -> Numbers:
        """Return the articles that share some rare terms, a name among them, nearest first.

        Articles of one template share all but the rare terms, articles on one subject all but the names.
        """
        policy = self._policy
        kept, weights, filed = terms.terms[:MAX_TERMS], terms.weights[:MAX_TERMS], terms.filed[:MAX_TERMS]
        rare = ((filed > 0) & (filed <= policy.rare_articles + policy.rare_share * len(self._members))).nonzero()[0]
        if len(rare) < policy.shared_terms:
            return _NONE
        places, numbers = self._by_term.newest(kept[rare].tolist(), policy.bucket)
        if not len(numbers):
            return numbers
        packed = numbers << _PLACE_BITS | places
        packed.sort()
        named = bool((kept & _NAMED).any())  # scripts without capital letters have no names
        found, sums = _sharing(packed, kept[rare], weights[rare], policy.shared_terms, named)
        hours, hour = self._members.gather("hour", found), NO_HOUR if published is None else published
        return _nearest(found, sums, hours, hour, policy.window_hours, policy.candidates)


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


@compiled
def _dots(own: Hashes, weights: Numbers, terms: npt.NDArray[np.uint32], theirs: Numbers) -> Numbers:
    """Return the dot product of an article with each of several; a term of no weight is none."""
    found = np.zeros(len(terms), np.int64)
    for row in range(len(terms)):
        for place in range(terms.shape[1]):
            if theirs[row, place]:
                for at in range(len(own)):
                    if own[at] == terms[row, place]:
                        found[row] += weights[at] * theirs[row, place]
    return found


def _mean(nearest: list[float], compared: int) -> float:
    """Return the mean over the nearest members; in a larger story, those that share no term count as 0."""
    return math.fsum(nearest[:compared]) / compared


def _story_key(story: bytes) -> int:
    return xxhash.xxh3_64_intdigest(story) >> 32
