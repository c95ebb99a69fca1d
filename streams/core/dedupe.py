"""Is this article new, a new version, or a copy? A deterministic fold over news.clean; its state is its decisions.

An article whose identity is known brings the same content (`same_article`) or a new version. Any other is compared
with the articles of the window: equal words make an `exact_copy`, similar words with the same names and figures a
`near_copy`.

Everything but the decisions is derived from them, whatever their order, so recovery and life give the same state.
"""

import heapq
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import xxhash

from streams.contracts import ids
from streams.contracts.events import (
    Change,
    Changes,
    CleanArticle,
    DuplicateSeen,
    ForgetArticle,
    Relation,
    StoryUpdate,
    UniqueArticle,
    Verdict,
)
from streams.core.decision import MAX_TITLE_CHARS, Decision, Filed, StoryPlace, filed, filed_of
from streams.core.fingerprint import MAX_SHINGLES, Fingerprint, digest, fingerprint, overlap
from streams.core.forget import forgetting, is_forgetting
from streams.core.matching import DedupePolicy, Evidence, Relationship, compare
from streams.core.outline import outline, unpack
from streams.core.pages import Pages
from streams.core.postings import Postings, most_frequent
from streams.core.revision import changes, with_note
from streams.core.shelf import MemoryShelf, Shelf
from streams.core.stories import StoryIndex, StoryPolicy, Terms, counted_terms, pack, published_hour
from streams.core.wording import Reading, read_article

__all__ = ["Decision", "DedupePolicy", "DedupeState", "outcome"]

MAX_RELATED: Final = 8  # earlier articles that a longer one contains
NO_TIME: Final = -(2**63)
_NUMBER_BITS: Final = 40  # decisions for 35 years of 1,000 a second
_NUMBER: Final = (1 << _NUMBER_BITS) - 1
_FEW: Final = 4  # decisions read at first; mostly one is enough
_VERDICTS: Final[dict[Relationship, Verdict]] = {"copy": "near_copy", "contained": "contained"}
_COPIES: Final = tuple(_VERDICTS.values())
COPY_OF_COPY: Final = "same_words_as_copy"  # the words of a near copy again: judged once

POLICY_VERSION: Final = "dedupe/3"  # counts up when the same numbers would give other verdicts, or say more of them


class _Arrival(NamedTuple):
    """An article on trial."""

    article: CleanArticle
    ingested_at: int | None
    reading: Reading
    marks: Fingerprint
    content: str
    identity: Decision | None  # the newest on its article_id
    unique: Decision | None  # the newest of those that made a UniqueArticle


class DedupeState:
    """What the fold remembers. Only `apply` and `forget` change it."""

    def __init__(
        self,
        policy: DedupePolicy | None = None,
        stories: StoryPolicy | None = None,
        pipeline: str = "",
        shelf: Shelf | None = None,
    ) -> None:
        self.policy = policy or DedupePolicy()
        self._story_policy = stories or StoryPolicy()
        self._policy_version = f"{self.policy.version}+{self._story_policy.version}"
        self._pipeline = pipeline
        self._shelf = shelf or MemoryShelf()  # origin and encoded decision
        self._numbers: dict[str, int] = {}  # origin -> sequence number
        self._rows = Pages({"place": "i8", "ingested_at": "i8"})  # by sequence number: place on the shelf
        self._next = 0
        self._keyed = Postings(self._rows.present)  # by `_key`: what the decisions of one key have in common
        self._shingles = Postings(self._rows.present)
        self._stories = StoryIndex(self._story_policy)
        self._queue: list[int] = []  # heap of ingested_at and sequence, the forgotten until they surface
        self._newest_at: int | None = None

    def __len__(self) -> int:
        return len(self._numbers)

    def recorded(self, origin: str) -> Decision | None:
        """Return the decision on an origin, None where there is none yet."""
        value = self.stored(origin)
        return None if value is None else Decision.decode(value)

    def stored(self, origin: str) -> bytes | None:
        """Return the decision on an origin as it is encoded, None where there is none yet."""
        number = self._numbers.get(origin)
        return None if number is None else self._taken(number)[1]

    def _taken(self, number: int) -> tuple[str, bytes]:
        """Take a decision from the shelf: its origin, and how it is encoded."""
        origin, _, value = self._shelf.get(int(self._rows.get("place", number))).partition(b"\n")
        return origin.decode(), value

    def judge(self, article: CleanArticle, origin: str, ingested_at: int | None) -> Decision:
        """Decide on an article. Changes nothing: `apply` does. A recorded origin keeps its decision."""
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        reading = read_article(article.title, article.text)
        marks = fingerprint(reading)
        before = self._newest(article.article_id, "identity", "unique")
        arrival = _Arrival(article, ingested_at, reading, marks, self._content_key(marks), *before)
        same = self._same_version(arrival)
        if same is not None:
            return self._duplicate(arrival, same, "same_article", "same_content", 1.0, {})
        if arrival.unique is not None:
            return self._unique(arrival, ())
        return self._judge_new(arrival)

    def judge_order(self, order: ForgetArticle, origin: str, ingested_at: int | None) -> Decision:
        """Decide on an order to take an article back; as `judge` does, and what later articles are compared with stays.

        So its own words do not bring it back, under whatever address (docs/adr/0008-forget.md).
        """
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        [identity] = self._newest(order.article_id, "identity")
        return forgetting(
            order, sequence=self._next, versions=identity.versions if identity else 0, ingested_at=ingested_at,
            policy=self._policy_version, pipeline=self._pipeline,
        )  # fmt: skip

    def taken_back(self, decision: Decision) -> tuple[str, Decision] | None:
        """Return origin and decision of the newest order on the article that came after this decision on it."""
        [order] = self._newest(decision.article_id, "order")
        if order is None or order.sequence < decision.sequence:
            return None
        return self._taken(order.sequence)[0], order

    def apply(self, origin: str, decision: Decision) -> None:
        """Take a decision into the state."""
        if origin not in self._numbers:
            self._take(origin, decision.encode(), filed_of(decision, self.policy.probe))

    def restore(self, origin: str, value: bytes) -> None:
        """Take an encoded decision into the state; in any order, any number of times. The first of an origin stays.

        Raises:
            Malformed: `bad_event` when the value is no decision.
        """
        if origin not in self._numbers:
            self._take(origin, value, filed(value, self.policy.probe))

    def _take(self, origin: str, value: bytes, known: Filed) -> None:
        if known.sequence in self._rows:
            # Two workers counted at the same time. The log's order holds: whoever comes later has the next number.
            known = known._replace(sequence=self._next)
            value = Decision.decode(value).model_copy(update={"sequence": self._next}).encode()
        number = known.sequence
        if number < self._next and self._rows.was_present(number):
            self._keyed.purge(number)
            self._shingles.purge(number)
        self._numbers[origin] = number
        self._rows.set(number, {
            "place": self._shelf.put(b"%b\n%b" % (origin.encode(), value)),
            "ingested_at": NO_TIME if known.ingested_at is None else known.ingested_at,
        })  # fmt: skip
        self._next = max(self._next, number + 1)
        self._file(known, number)
        if known.ingested_at is not None:
            heapq.heappush(self._queue, _queued(known.ingested_at, number))
            self._newest_at = max(self._newest_at or 0, known.ingested_at)

    def _file(self, known: Filed, number: int) -> None:
        """Index what later articles are compared with."""
        keys = [_key("identity", known.article_id)]
        if is_forgetting(known):
            self._keyed.add([*keys, _key("order", known.article_id)], number)
            return
        keys.append(_key("version", known.article_id, known.title_hash, known.text_hash))
        if _first_of_its_content(known):
            keys.append(_key("content", known.content))
        if known.verdict is None:
            keys.append(_key("unique", known.article_id))
            self._stories.add(number, known.story_id, known.terms, known.published)
            self._shingles.add(self._keys(known), number)
        self._keyed.add(keys, number)

    def forget(self, origin: str) -> None:
        """Drop a decision and all that was derived from it; an unknown origin changes nothing."""
        number = self._numbers.pop(origin, None)
        if number is None:
            return
        self._shelf.drop(int(self._rows.get("place", number)))
        self._rows.clear(number)
        self._stories.remove(number)

    def expired(self, now_ms: int | None) -> list[str]:
        """Return the origins to forget, oldest first, when a record of this time (ms since 1970 UTC) arrives.

        Those are the ones that came in before the window, counted from the newest record known, and the oldest above
        `max_articles`. None is a record without a time: it expires nothing.
        """
        if now_ms is None:
            return []
        limit = max(now_ms, self._newest_at or 0) - self.policy.window_ms
        surplus = len(self._numbers) - self.policy.max_articles
        found: list[int] = []
        while self._queue and (self._queue[0] < _queued(limit, 0) or len(found) < surplus):
            entry = heapq.heappop(self._queue)
            if self._is_current(entry) and entry not in found[-1:]:
                found.append(entry)
        for entry in found:
            heapq.heappush(self._queue, entry)
        return [self._taken(entry & _NUMBER)[0] for entry in found]

    def shortened_ms(self) -> int | None:
        """Return how far back the memory reaches where `max_articles` cut the window short, None where it did not."""
        if len(self._numbers) < self.policy.max_articles:
            return None
        while self._queue and not self._is_current(self._queue[0]):
            heapq.heappop(self._queue)
        if not self._queue or self._newest_at is None:
            return None
        reach = self._newest_at - (self._queue[0] >> _NUMBER_BITS)
        return reach if reach < self.policy.window_ms else None

    def _is_current(self, entry: int) -> bool:
        number = entry & _NUMBER
        return number in self._rows and int(self._rows.get("ingested_at", number)) == entry >> _NUMBER_BITS

    def _keys(self, known: Filed) -> tuple[int, ...]:
        """The shingles under which an article is found again."""
        return () if known.words < self.policy.min_words or known.bare else known.shingles

    def _content_key(self, marks: Fingerprint) -> str:
        if marks.words >= self.policy.min_words and not marks.bare:
            return marks.text_hash
        return digest((marks.title_hash, marks.text_hash))

    def _at(self, number: int) -> Decision:
        return Decision.decode(self._taken(number)[1])

    def _same_version(self, arrival: _Arrival) -> Decision | None:
        if arrival.identity is None:
            return None
        marks, article_id = arrival.marks, arrival.article.article_id
        return next(self._first("version", (article_id, marks.title_hash, marks.text_hash)), None)

    def _first(self, kind: str, parts: tuple[str, ...]) -> Iterator[Decision]:
        """Yield the decisions filed under a key, the oldest first."""
        passed, count = 0, _FEW
        while True:
            numbers = self._keyed.oldest([_key(kind, *parts)], count).numbers.tolist()
            for number in numbers[passed:]:
                known = self._at(number)
                if _told(kind, known) == parts:
                    yield known
            if len(numbers) < count:
                return
            passed, count = count, count * _FEW

    def _newest(self, article_id: str, *kinds: str) -> list[Decision | None]:
        """Return the newest decision of each kind on an article."""
        found = self._keyed.newest([_key(kind, article_id) for kind in kinds], 1)
        newest: list[Decision | None] = [None] * len(kinds)
        for place, number in zip(found.places.tolist(), found.numbers.tolist(), strict=True):
            known = self._at(number)
            newest[place] = known if known.article_id == article_id else self._searched(article_id, kinds[place])
        return newest

    def _searched(self, article_id: str, kind: str) -> Decision | None:
        """Return the newest decision of a kind, where another article has the same key."""
        count = _FEW
        while True:
            numbers = self._keyed.newest([_key(kind, article_id)], count).numbers.tolist()
            for known in map(self._at, reversed(numbers)):
                if known.article_id == article_id:
                    return known
            if len(numbers) < count:
                return None
            count *= _FEW

    def _judge_new(self, arrival: _Arrival) -> Decision:
        """Judge an article that is not a version of a unique one: copy or not?"""
        same_words = self._same_words(arrival)
        if same_words is not None:
            return self._same_as(arrival, same_words)
        found = [(known, compare(arrival.marks, marks, self.policy)) for known, marks in self._candidates(arrival)]
        copies = [(known, match) for known, match in found if match.relationship in _VERDICTS]
        if copies:
            known, match = max(copies, key=lambda pair: (pair[1].score, -pair[0].sequence))
            verdict = _VERDICTS[match.relationship]
            return self._duplicate(arrival, known, verdict, match.rule, match.score, match.evidence)
        contained = sorted(
            (known.sequence, known.article_id) for known, match in found if match.relationship == "contains"
        )
        return self._unique(arrival, tuple(dict.fromkeys(article_id for _, article_id in contained))[:MAX_RELATED])

    def _same_words(self, arrival: _Arrival) -> Decision | None:
        """Return the earliest decision on the same content whose canonical article is still known."""
        for known in self._first("content", (arrival.content,)):
            if self._newest(known.canonical_id, "unique") != [None]:
                return known
        return None

    def _same_as(self, arrival: _Arrival, known: Decision) -> Decision:
        if known.verdict is None:
            evidence: Evidence = {"words": arrival.marks.words, "canonical_words": arrival.marks.words}
            return self._duplicate(arrival, known, "exact_copy", "same_words", 1.0, evidence)
        return self._duplicate(arrival, known, known.verdict, COPY_OF_COPY, known.score, known.evidence)

    def _candidates(self, arrival: _Arrival) -> list[tuple[Decision, Fingerprint]]:
        """Return the articles that share most of the smallest shingles, the oldest first among equals."""
        marks = arrival.marks
        if marks.words < self.policy.min_words:
            return []
        probe = marks.shingles[: self.policy.probe].tolist()
        ranked = most_frequent(self._shingles.oldest(probe, self.policy.bucket).numbers, self.policy.candidates)
        found = [self._at(number) for number in ranked.tolist()]
        return [(known, sketch) for known in found if (sketch := known.fingerprint) is not None]

    def _duplicate(
        self, arrival: _Arrival, known: Decision, verdict: Verdict, rule: str, score: float, evidence: Evidence
    ) -> Decision:
        versions = arrival.identity.versions if arrival.identity else 0
        counts = (known.version, versions) if verdict == "same_article" else (versions + 1, versions + 1)
        return self._decision(
            arrival, verdict=verdict, rule=rule, canonical_id=known.canonical_id, version=counts[0],
            versions=counts[1], change=None, story_id=known.story_id, score=score, evidence=evidence,
        )  # fmt: skip

    def _unique(self, arrival: _Arrival, related: tuple[str, ...]) -> Decision:
        """A new article, or a new version of a known one. A version stays in its story unless it is another article."""
        article, marks = arrival.article, arrival.marks
        previous = arrival.unique
        version = arrival.identity.versions + 1 if arrival.identity else 1
        change = "new" if version == 1 else self._change(marks, previous)
        terms = self._stories.weigh(counted_terms(arrival.reading, self._story_policy))
        hour = published_hour(article.published_at)
        if previous is not None and change != "replaced":
            story_id, story = previous.story_id, self._stay(previous)
        else:
            story_id, story = self._place(article, version, terms, hour)
        return self._decision(
            arrival, verdict=None, rule=change, canonical_id=article.article_id, version=version, versions=version,
            change=change, story_id=story_id, score=1.0, related=related, sketch=marks.pack(), terms=pack(terms),
            published=hour, story=story, paragraphs=outline(arrival.reading.paragraphs).pack(),
            changes=self._changes(arrival, change),
        )  # fmt: skip

    def _decision(self, arrival: _Arrival, **judged: Any) -> Decision:
        return Decision(
            sequence=self._next, article_id=arrival.article.article_id, ingested_at=arrival.ingested_at,
            text_hash=arrival.marks.text_hash, title_hash=arrival.marks.title_hash, content=arrival.content,
            policy=self._policy_version, pipeline=self._pipeline, **judged,
        )  # fmt: skip

    def _change(self, marks: Fingerprint, previous: Decision | None) -> Change:
        """Name what a new version is to the one before; that one is None where only copies of the identity came."""
        before = previous.fingerprint if previous else None
        if marks.note and (before is None or marks.note != before.note):
            return "corrected"
        if before is None or marks.title_hash == before.title_hash:
            return "revised"
        shared = overlap(marks.shingles, before.shingles, MAX_SHINGLES).jaccard
        return "replaced" if shared < self.policy.replaced_jaccard else "revised"

    def _changes(self, arrival: _Arrival, change: Change) -> Changes | None:
        """Return what a new version changes; None where nothing is known of the one before, or it was taken back."""
        previous = arrival.unique
        if change == "new" or previous is None or not previous.paragraphs or self.taken_back(previous):
            return None
        if change == "replaced":
            return Changes(title=True)
        return changes(
            unpack(previous.paragraphs), arrival.reading.paragraphs, arrival.article.text,
            title=previous.title_hash != arrival.marks.title_hash,
        )  # fmt: skip

    def _stay(self, previous: Decision) -> StoryPlace:
        newest = self._stories.newest(previous.story_id)
        place = self._at(newest).story if newest is not None else previous.story
        return place.model_copy(update={"change": "", "score": 1.0})

    def _place(self, article: CleanArticle, version: int, terms: Terms, hour: int | None) -> tuple[str, StoryPlace]:
        found = self._stories.place(terms, hour)
        if found.story_id is None or found.newest is None:
            # An address that now holds another article opens another story.
            opener = article.article_id if version == 1 else f"{article.article_id} version {version}"
            title = article.title[:MAX_TITLE_CHARS]
            return ids.story_id(opener), StoryPlace(change="opened", title=title, articles=1)
        before = self._at(found.newest).story
        place = StoryPlace(change="joined", score=found.score, title=before.title, articles=before.articles + 1)
        return found.story_id, place


def _key(kind: str, *parts: str) -> int:
    """Return 32 bits under which decisions are filed; others may have the same, so what is found is read again."""
    return xxhash.xxh3_64_intdigest("\n".join((kind, *parts)).encode()) >> 32


def _told(kind: str, known: Decision) -> tuple[str, ...]:
    """Return what a decision was filed by."""
    return (known.content,) if kind == "content" else (known.article_id, known.title_hash, known.text_hash)


def _queued(ingested_at: int, number: int) -> int:
    """Return time and number as one integer, which sorts as they do and takes a third of the memory of a pair."""
    return ingested_at << _NUMBER_BITS | number


def _first_of_its_content(decision: Filed) -> bool:
    """Whether later articles of the same words are judged by this decision."""
    return decision.verdict is None or (decision.verdict in _COPIES and decision.rule != COPY_OF_COPY)


def outcome(
    article: CleanArticle, decision: Decision, origin: str, pipeline: str
) -> tuple[UniqueArticle | DuplicateSeen, StoryUpdate | None]:
    """Return the event that a decision makes of its article, and the story's update where it causes one.

    The same article, decision, origin and pipeline always give the same events.
    """
    if decision.verdict is not None:
        return _duplicate_seen(article, decision, decision.verdict, origin, pipeline), None
    unique = _unique_article(article, decision, origin, pipeline)
    return unique, _story_update(article, decision, unique.event_id, pipeline) if decision.story.change else None


def _duplicate_seen(
    article: CleanArticle, decision: Decision, verdict: Verdict, origin: str, pipeline: str
) -> DuplicateSeen:
    return DuplicateSeen(
        event_id=ids.event_id("DuplicateSeen", origin, pipeline), article_id=article.article_id,
        canonical_id=decision.canonical_id, verdict=verdict, rule=decision.rule, score=decision.score,
        evidence=decision.evidence, policy=decision.policy, source=article.source, url=article.url,
        title=article.title, published_at=article.published_at,
    )  # fmt: skip


def _unique_article(article: CleanArticle, decision: Decision, origin: str, pipeline: str) -> UniqueArticle:
    assert decision.change is not None  # noqa: S101 - `judge` gives every unique article one
    clean = {name: getattr(article, name) for name in CleanArticle.model_fields}
    judged = {
        "event_id": ids.event_id("UniqueArticle", origin, pipeline), "version": decision.version,
        "change": decision.change, "changes": _with_note(article, decision), "story_id": decision.story_id,
        "related": tuple(Relation(relation="contains", article_id=found) for found in decision.related),
    }  # fmt: skip
    return UniqueArticle.model_construct(**(clean | judged))  # validated when they were read, or made here


def _with_note(article: CleanArticle, decision: Decision) -> Changes | None:
    if decision.changes is None or decision.change != "corrected":
        return decision.changes
    return with_note(decision.changes, article.title, article.text)


def _story_update(article: CleanArticle, decision: Decision, cause: str, pipeline: str) -> StoryUpdate:
    story = decision.story
    subject = f"{decision.story_id}\n{article.article_id}\n{cause}"
    return StoryUpdate(
        event_id=ids.event_id("StoryUpdate", subject, pipeline), story_id=decision.story_id,
        article_id=article.article_id, change="opened" if story.change == "opened" else "joined", score=story.score,
        title=story.title, articles=story.articles, cause=cause,
    )  # fmt: skip
