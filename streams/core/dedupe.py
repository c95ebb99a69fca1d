"""Is this article new, a new version, or a copy? A deterministic fold over news.clean; its state is its decisions.

An article whose identity is known brings the same content (`same_article`) or a new version. Any other is compared
with the articles of the window: equal words make an `exact_copy`, similar words with the same names and figures a
`near_copy`.

Everything but the decisions is derived from them, whatever their order, so recovery and life give the same state.
"""

import heapq
from typing import Any, Final, NamedTuple

from streams.contracts import ids
from streams.contracts.events import (
    Change,
    CleanArticle,
    DuplicateSeen,
    ForgetArticle,
    Relation,
    StoryUpdate,
    UniqueArticle,
    Verdict,
)
from streams.core.decision import MAX_TITLE_CHARS, Decision, Filed, StoryPlace, filed
from streams.core.fingerprint import MAX_SHINGLES, Fingerprint, digest, fingerprint, overlap
from streams.core.forget import forgetting, is_forgetting
from streams.core.matching import DedupePolicy, Evidence, compare
from streams.core.postings import Postings
from streams.core.stories import StoryIndex, StoryPolicy, Terms, counted_terms, pack, published_hour
from streams.core.wording import Reading, read_article

__all__ = ["Decision", "DedupePolicy", "DedupeState", "outcome"]

MAX_RELATED: Final = 8  # earlier articles that a longer one contains
COPY_OF_COPY: Final = "same_words_as_copy"  # the words of a near copy again: judged once

POLICY_VERSION: Final = "dedupe/1"  # counts up when the same numbers would give other verdicts


class _Arrival(NamedTuple):
    """An article on trial."""

    article: CleanArticle
    ingested_at: int | None
    reading: Reading
    marks: Fingerprint
    content: str


class DedupeState:
    """What the fold remembers. Only `apply` and `forget` change it."""

    def __init__(
        self, policy: DedupePolicy | None = None, stories: StoryPolicy | None = None, pipeline: str = ""
    ) -> None:
        self.policy = policy or DedupePolicy()
        self._story_policy = stories or StoryPolicy()
        self._policy_version = f"{self.policy.version}+{self._story_policy.version}"
        self._pipeline = pipeline
        self._decisions: dict[str, bytes] = {}  # by origin
        self._origins: dict[int, str] = {}  # by sequence number
        self._next = 0
        self._identities: Postings[str] = Postings()  # all decisions of an article_id
        self._versions: Postings[int] = Postings()  # those of one content of it
        self._uniques: Postings[str] = Postings()  # those that made a UniqueArticle
        self._orders: Postings[str] = Postings()  # those on orders to take the article back
        self._contents: Postings[str] = Postings()
        self._shingles: Postings[int] = Postings()
        self._stories = StoryIndex(self._story_policy)
        self._queue: list[tuple[int, int]] = []  # heap of (ingested_at, sequence), the forgotten until they surface
        self._newest_at: int | None = None

    def __len__(self) -> int:
        return len(self._decisions)

    def recorded(self, origin: str) -> Decision | None:
        """Return the decision on an origin, None where there is none yet."""
        value = self._decisions.get(origin)
        return None if value is None else Decision.decode(value)

    def stored(self, origin: str) -> bytes | None:
        """Return the decision on an origin as it is encoded, None where there is none yet."""
        return self._decisions.get(origin)

    def judge(self, article: CleanArticle, origin: str, ingested_at: int | None) -> Decision:
        """Decide on an article. Changes nothing: `apply` does. A recorded origin keeps its decision."""
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        reading = read_article(article.title, article.text)
        marks = fingerprint(reading)
        arrival = _Arrival(article, ingested_at, reading, marks, self._content_key(marks))
        same = self._same_version(arrival)
        if same is not None:
            return self._duplicate(arrival, same, "same_article", "same_content", 1.0, {})
        if article.article_id in self._uniques:
            return self._unique(arrival, ())
        return self._judge_new(arrival)

    def judge_order(self, order: ForgetArticle, origin: str, ingested_at: int | None) -> Decision:
        """Decide on an order to take an article back; as `judge` does, and what later articles are compared with stays.

        So its own words do not bring it back, under whatever address (docs/adr/0008-forget.md).
        """
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        identity = self._newest(self._identities, order.article_id)
        return forgetting(
            order, sequence=self._next, versions=identity.versions if identity else 0, ingested_at=ingested_at,
            policy=self._policy_version, pipeline=self._pipeline,
        )  # fmt: skip

    def taken_back(self, decision: Decision) -> tuple[str, Decision] | None:
        """Return origin and decision of the newest order on the article that came after this decision on it."""
        orders = self._orders.get(decision.article_id)
        if not orders or orders[-1] < decision.sequence:
            return None
        return self._origins[orders[-1]], self._at(orders[-1])

    def apply(self, origin: str, decision: Decision) -> None:
        """Take a decision into the state."""
        self.restore(origin, decision.encode())

    def restore(self, origin: str, value: bytes) -> None:
        """Take an encoded decision into the state; in any order, any number of times. The first of an origin stays.

        Raises:
            Malformed: `bad_event` when the value is no decision.
        """
        if origin in self._decisions:
            return
        known = filed(value, self.policy.probe)
        if known.sequence in self._origins:
            # Two workers counted at the same time. The log's order holds: whoever comes later has the next number.
            known = known._replace(sequence=self._next)
            value = Decision.decode(value).model_copy(update={"sequence": self._next}).encode()
        number = known.sequence
        self._decisions[origin] = value
        self._origins[number] = origin
        self._next = max(self._next, number + 1)
        self._identities.add(known.article_id, number)
        if is_forgetting(known):
            self._orders.add(known.article_id, number)
        else:
            self._file(known, number)
        if known.ingested_at is not None:
            heapq.heappush(self._queue, (known.ingested_at, number))
            self._newest_at = max(self._newest_at or 0, known.ingested_at)

    def _file(self, known: Filed, number: int) -> None:
        """Index what later articles are compared with."""
        self._versions.add(_version_key(known.article_id, known.title_hash, known.text_hash), number)
        if _first_of_its_content(known):
            self._contents.add(known.content, number)
        if known.verdict is None:
            self._uniques.add(known.article_id, number)
            self._stories.add(number, known.story_id, known.terms, known.published)
            self._shingles.add_all(self._keys(known), number)

    def forget(self, origin: str) -> None:
        """Drop a decision and all that was derived from it; an unknown origin changes nothing."""
        value = self._decisions.pop(origin, None)
        if value is None:
            return
        known = filed(value, self.policy.probe)
        number = known.sequence
        del self._origins[number]
        self._identities.remove(known.article_id, number)
        self._orders.remove(known.article_id, number)
        self._versions.remove(_version_key(known.article_id, known.title_hash, known.text_hash), number)
        self._contents.remove(known.content, number)
        self._uniques.remove(known.article_id, number)
        self._stories.remove(number)
        for shingle in self._keys(known):
            self._shingles.remove(shingle, number)

    def expired(self, now_ms: int | None) -> list[str]:
        """Return the origins to forget, oldest first, when a record of this time (ms since 1970 UTC) arrives.

        Those are the ones that came in before the window, counted from the newest record known, and the oldest above
        `max_articles`. None is a record without a time: it expires nothing.
        """
        if now_ms is None:
            return []
        limit = max(now_ms, self._newest_at or 0) - self.policy.window_ms
        surplus = len(self._decisions) - self.policy.max_articles
        found: list[tuple[int, int]] = []
        while self._queue and (self._queue[0][0] < limit or len(found) < surplus):
            entry = heapq.heappop(self._queue)
            if self._is_current(entry) and entry not in found[-1:]:
                found.append(entry)
        for entry in found:
            heapq.heappush(self._queue, entry)
        return [self._origins[number] for _, number in found]

    def _is_current(self, entry: tuple[int, int]) -> bool:
        ingested_at, number = entry
        origin = self._origins.get(number)
        return origin is not None and filed(self._decisions[origin], 0).ingested_at == ingested_at

    def _keys(self, known: Filed) -> tuple[int, ...]:
        """The shingles under which an article is found again."""
        return () if known.words < self.policy.min_words or known.bare else known.shingles

    def _content_key(self, marks: Fingerprint) -> str:
        if marks.words >= self.policy.min_words and not marks.bare:
            return marks.text_hash
        return digest((marks.title_hash, marks.text_hash))

    def _at(self, number: int) -> Decision:
        return Decision.decode(self._decisions[self._origins[number]])

    def _same_version(self, arrival: _Arrival) -> Decision | None:
        marks = arrival.marks
        known = self._versions.get(_version_key(arrival.article.article_id, marks.title_hash, marks.text_hash))
        return self._at(known[0]) if known else None

    def _judge_new(self, arrival: _Arrival) -> Decision:
        """Judge an article that is not a version of a unique one: copy or not?"""
        same_words = self._same_words(arrival)
        if same_words is not None:
            return self._same_as(arrival, same_words)
        found = [(known, compare(arrival.marks, marks, self.policy)) for known, marks in self._candidates(arrival)]
        copies = [(known, match) for known, match in found if match.relationship == "copy"]
        if copies:
            known, match = max(copies, key=lambda pair: (pair[1].score, -pair[0].sequence))
            return self._duplicate(arrival, known, "near_copy", match.rule, match.score, match.evidence)
        contained = sorted(
            (known.sequence, known.article_id) for known, match in found if match.relationship == "contains"
        )
        return self._unique(arrival, tuple(dict.fromkeys(article_id for _, article_id in contained))[:MAX_RELATED])

    def _same_words(self, arrival: _Arrival) -> Decision | None:
        """Return the earliest decision on the same content whose canonical article is still known."""
        for number in self._contents.get(arrival.content):
            known = self._at(number)
            if known.canonical_id in self._uniques:
                return known
        return None

    def _same_as(self, arrival: _Arrival, known: Decision) -> Decision:
        if known.verdict is None:
            evidence: Evidence = {"words": arrival.marks.words, "canonical_words": arrival.marks.words}
            return self._duplicate(arrival, known, "exact_copy", "same_words", 1.0, evidence)
        return self._duplicate(arrival, known, "near_copy", COPY_OF_COPY, known.score, known.evidence)

    def _candidates(self, arrival: _Arrival) -> list[tuple[Decision, Fingerprint]]:
        """Return the articles that share most of the smallest shingles, the oldest first among equals."""
        marks = arrival.marks
        if marks.words < self.policy.min_words or marks.bare:
            return []
        hits: dict[int, int] = {}
        for shingle in marks.shingles[: self.policy.probe].tolist():
            for number in self._shingles.get(shingle)[: self.policy.bucket]:
                hits[number] = hits.get(number, 0) + 1
        ranked = sorted(hits, key=lambda number: (-hits[number], number))[: self.policy.candidates]
        found = [self._at(number) for number in ranked]
        return [(known, sketch) for known in found if (sketch := known.fingerprint) is not None]

    def _duplicate(
        self, arrival: _Arrival, known: Decision, verdict: Verdict, rule: str, score: float, evidence: Evidence
    ) -> Decision:
        identity = self._newest(self._identities, arrival.article.article_id)
        versions = identity.versions if identity else 0
        counts = (known.version, versions) if verdict == "same_article" else (versions + 1, versions + 1)
        return self._decision(
            arrival, verdict=verdict, rule=rule, canonical_id=known.canonical_id, version=counts[0],
            versions=counts[1], change=None, story_id=known.story_id, score=score, evidence=evidence,
        )  # fmt: skip

    def _unique(self, arrival: _Arrival, related: tuple[str, ...]) -> Decision:
        """A new article, or a new version of a known one. A version stays in its story unless it is another article."""
        article, marks = arrival.article, arrival.marks
        identity = self._newest(self._identities, article.article_id)
        previous = self._newest(self._uniques, article.article_id)
        version = identity.versions + 1 if identity else 1
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
            published=hour, story=story,
        )  # fmt: skip

    def _decision(self, arrival: _Arrival, **judged: Any) -> Decision:
        return Decision(
            sequence=self._next, article_id=arrival.article.article_id, ingested_at=arrival.ingested_at,
            text_hash=arrival.marks.text_hash, title_hash=arrival.marks.title_hash, content=arrival.content,
            policy=self._policy_version, pipeline=self._pipeline, **judged,
        )  # fmt: skip

    def _newest(self, index: Postings[str], article_id: str) -> Decision | None:
        numbers = index.get(article_id)
        return self._at(numbers[-1]) if numbers else None

    def _change(self, marks: Fingerprint, previous: Decision | None) -> Change:
        """Name what a new version is to the one before; that one is None where only copies of the identity came."""
        before = previous.fingerprint if previous else None
        if marks.note and (before is None or marks.note != before.note):
            return "corrected"
        if before is None or marks.title_hash == before.title_hash:
            return "revised"
        shared = overlap(marks.shingles, before.shingles, MAX_SHINGLES).jaccard
        return "replaced" if shared < self.policy.replaced_jaccard else "revised"

    def _stay(self, previous: Decision) -> StoryPlace:
        newest = self._stories.newest(previous.story_id)
        place = self._at(newest).story if newest is not None else previous.story
        return place.model_copy(update={"change": "", "score": 1.0})

    def _place(self, article: CleanArticle, version: int, terms: Terms, hour: int | None) -> tuple[str, StoryPlace]:
        found = self._stories.place(terms, hour)
        newest = self._stories.newest(found.story_id) if found.story_id else None
        if found.story_id is None or newest is None:
            # An address that now holds another article opens another story.
            opener = article.article_id if version == 1 else f"{article.article_id} version {version}"
            title = article.title[:MAX_TITLE_CHARS]
            return ids.story_id(opener), StoryPlace(change="opened", title=title, articles=1)
        before = self._at(newest).story
        place = StoryPlace(change="joined", score=found.score, title=before.title, articles=before.articles + 1)
        return found.story_id, place


def _version_key(article_id: str, title_hash: str, text_hash: str) -> int:
    """Return a hash of one content of one identity; 64 bits, as a dict of numbers is smaller than one of strings."""
    return int(digest((article_id, title_hash, text_hash))[:16], 16)


def _first_of_its_content(decision: Filed) -> bool:
    """Whether later articles of the same words are judged by this decision."""
    return decision.verdict is None or (decision.verdict == "near_copy" and decision.rule != COPY_OF_COPY)


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
        "change": decision.change, "story_id": decision.story_id,
        "related": tuple(Relation(relation="contains", article_id=found) for found in decision.related),
    }  # fmt: skip
    return UniqueArticle.model_construct(**(clean | judged))  # validated when they were read, or made here


def _story_update(article: CleanArticle, decision: Decision, cause: str, pipeline: str) -> StoryUpdate:
    story = decision.story
    subject = f"{decision.story_id}\n{article.article_id}\n{cause}"
    return StoryUpdate(
        event_id=ids.event_id("StoryUpdate", subject, pipeline), story_id=decision.story_id,
        article_id=article.article_id, change="opened" if story.change == "opened" else "joined", score=story.score,
        title=story.title, articles=story.articles, cause=cause,
    )  # fmt: skip
