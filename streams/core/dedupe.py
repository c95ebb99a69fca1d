"""Is this article new, a new version, or a copy? A deterministic fold over news.clean; its state is its decisions.

An article whose identity is known brings the same content (`same_article`) or a new version. Any other is compared
with the articles of the window: equal words make an `exact_copy`, similar words with the same names and figures a
`near_copy`, and a piece of an earlier article is `contained` in it. What is remembered is in `streams/core/memory.py`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from streams.contracts import ids
from streams.contracts.events import (
    Change,
    Changes,
    CleanArticle,
    ForgetArticle,
    Language,
    OverrideArticles,
    Verdict,
)
from streams.core.decision import (
    MAX_TITLE_CHARS,
    Decision,
    GroupPlace,
    StoryPlace,
    SwallowedStory,
    group_place,
    sketch_of,
)
from streams.core.fingerprint import MAX_SHINGLES, Fingerprint, digest, fingerprint, overlap
from streams.core.forget import forgetting
from streams.core.groups import MAX_COUNTED, Joined, alone, recorded, unchanged
from streams.core.matching import DedupePolicy, Evidence, Match, compare, related
from streams.core.memory import COPY_OF_COPY, VERDICTS, Memory
from streams.core.outline import outline, unpack
from streams.core.override import RULE as OVERRIDE
from streams.core.override import Override, is_order, overriding
from streams.core.postings import most_frequent
from streams.core.revision import changes
from streams.core.story_terms import Terms, counted_terms, pack, published_hour
from streams.core.wording import Reading, read_article

__all__ = ["Decision", "DedupePolicy", "DedupeState", "prepare"]

MAX_RELATED: Final = 8  # earlier articles that a longer one contains

POLICY_VERSION: Final = "dedupe/5"  # counts up when the same numbers would give other verdicts, or say more of them


class _Arrival(NamedTuple):
    """An article on trial."""

    article: CleanArticle
    ingested_at: int | None
    reading: Reading
    marks: Fingerprint
    content: str
    identity: Decision | None  # the newest on its article_id
    unique: Decision | None  # the newest of those that made a UniqueArticle
    leaves: bool = False  # an operator said that it is no copy of its group


class DedupeState(Memory):
    """The fold: `judge` decides, `apply` remembers."""

    def judge(self, article: CleanArticle, origin: str, ingested_at: int | None) -> Decision:
        """Decide on an article. Changes nothing: `apply` does. A recorded origin keeps its decision."""
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        order, merge = self._overrides.asking(origin), self._overrides.merge_of(article.article_id)
        arrival = self._arrival(article, _later(ingested_at, order))
        if order is not None and not order.merges:
            arrival = arrival._replace(leaves=True)
        if merge is not None:
            return self._merged(arrival, merge, again=order is not None)
        same = self._same_version(arrival)
        if same is not None and order is not None and order.is_about(self._taken(same.sequence)[0]):
            return self._repeated(arrival, same)
        if same is not None:
            return self._same_again(arrival, same)
        if arrival.unique is not None:
            return self._unique(arrival, (), ())
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

    def judge_override(self, order: OverrideArticles, origin: str, ingested_at: int | None) -> Decision:
        """Decide on an order to split or merge two articles, as `judge` does (docs/adr/0011-overrides.md)."""
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        known, identity = (self._newest(each, "identity")[0] for each in (order.article_id, order.other_id))
        kept = self._canonical(order.article_id if known else order.canonical_id or order.article_id)
        return overriding(
            order, kept, self._overrides.chain(order.other_id), sequence=self._next,
            versions=identity.versions if identity else 0, ingested_at=ingested_at, policy=self._policy_version,
            pipeline=self._pipeline,
        )  # fmt: skip

    def _arrival(self, article: CleanArticle, ingested_at: int | None) -> _Arrival:
        reading = read_article(article.title, article.text)
        marks = fingerprint(reading)
        before = self._newest(article.article_id, "identity", "unique")
        return _Arrival(article, ingested_at, reading, marks, self._content_key(marks), before[0], before[1])

    def _content_key(self, marks: Fingerprint) -> str:
        if marks.words >= self.policy.min_words and not marks.bare:
            return marks.text_hash
        return digest((marks.title_hash, marks.text_hash))

    def _same_version(self, arrival: _Arrival) -> Decision | None:
        return next(
            (known for known in self._of_content(arrival) if self._overrides.canonical(known) is not None), None
        )

    def _of_content(self, arrival: _Arrival) -> Iterator[Decision]:
        """Yield the decisions on the article with the same content, the oldest first."""
        if arrival.identity is not None:
            marks, article_id = arrival.marks, arrival.article.article_id
            yield from self._first("version", (article_id, marks.title_hash, marks.text_hash))

    def _judge_new(self, arrival: _Arrival) -> Decision:
        """Judge an article that is not a version of a unique one: copy or not?"""
        same_words = self._same_words(arrival)
        if same_words is not None:
            return self._same_as(arrival, same_words)
        matched = [(known, match) for known, match in self._related(arrival) if self._compared(arrival, known)]
        linked = [known for known, _ in matched]
        found = [pair for pair in matched if pair[0].verdict is None]
        copies = [(known, match) for known, match in found if match.relationship in VERDICTS]
        if copies:
            known, match = max(copies, key=lambda pair: (pair[1].score, -pair[0].sequence))
            verdict = VERDICTS[match.relationship]
            group = self._grouped(arrival, linked)
            # What is like a piece, or like a copy that was changed much, may not be like the article that we have.
            differs = verdict == "contained" or match.score < self.policy.kept_copies
            sketch = arrival.marks.pack() if differs else ""
            return self._duplicate(arrival, known, verdict, match.rule, match.score, match.evidence, group, sketch)
        contained = sorted((known.sequence, self._copied(known)) for known, _ in found)
        earlier = tuple(dict.fromkeys(article_id for _, article_id in contained))[:MAX_RELATED]
        return self._unique(arrival, earlier, linked)

    def _same_words(self, arrival: _Arrival) -> Decision | None:
        """Return the earliest decision on the same content whose canonical article is still known."""
        for known in self._first("content", (arrival.content,)):
            if self._compared(arrival, known) and self._newest(self._copied(known), "unique") != [None]:
                return known
        return None

    def _same_as(self, arrival: _Arrival, known: Decision) -> Decision:
        group = self._grouped(arrival, [known])
        if known.verdict is None and self._copied(known) != known.article_id:
            return self._duplicate(arrival, known, "near_copy", COPY_OF_COPY, 1.0, {}, group)
        if known.verdict is None:
            evidence: Evidence = {"words": arrival.marks.words, "canonical_words": arrival.marks.words}
            return self._duplicate(arrival, known, "exact_copy", "same_words", 1.0, evidence, group)
        return self._duplicate(arrival, known, known.verdict, COPY_OF_COPY, known.score, known.evidence, group)

    def _same_again(self, arrival: _Arrival, same: Decision) -> Decision:
        """Decide on an article that brings nothing new."""
        group = Joined(unchanged(group_place(arrival.identity or same)))
        return self._duplicate(arrival, same, "same_article", "same_content", 1.0, {}, group)

    def _grouped(self, arrival: _Arrival, linked: Sequence[Decision]) -> Joined:
        own = alone(arrival.article, arrival.reading.substance, self._next)
        before = group_place(arrival.identity) if arrival.identity and not arrival.leaves else None
        return self._groups.place(own, before, linked)

    def _related(self, arrival: _Arrival) -> list[tuple[Decision, Match]]:
        """Return the articles, then the copies, that are or hold the same text, or are held in it."""
        marks, found = arrival.marks, []
        for number in self._candidates(marks):
            sketch = sketch_of(self._taken(number)[1])
            if sketch is None or not related(marks, sketch, self.policy):
                continue
            match = compare(marks, sketch, self.policy)
            if match.relationship != "other":
                found.append((self._at(number), match))
        return found

    def _candidates(self, marks: Fingerprint) -> list[int]:
        """Return articles, then copies, that share most of the smallest shingles, the oldest first among equals."""
        if marks.words < self.policy.min_words:
            return []
        probe = marks.shingles[: self.policy.probe].tolist()
        numbers = self._shingles.oldest(probe, self.policy.bucket).numbers
        copies = self._rows.gather("copy", numbers)
        return [
            *most_frequent(numbers[~copies], self.policy.candidates).tolist(),
            *most_frequent(numbers[copies], self.policy.copies).tolist(),
        ]

    def _duplicate(
        self, arrival: _Arrival, known: Decision, verdict: Verdict, rule: str, score: float, evidence: Evidence,
        group: Joined, sketch: str = "",
    ) -> Decision:  # fmt: skip
        version, versions = self._counts(arrival)
        if verdict == "same_article":
            version, versions = known.version, arrival.identity.versions if arrival.identity else 0
        canonical, story_id = self._copied(known), self._stories.survivor(known.story_id)
        if verdict != "same_article" and canonical not in (known.article_id, known.canonical_id):
            evidence = {**evidence, "merged": known.article_id}  # whose words they are
        return self._decision(
            arrival, verdict=verdict, rule=rule, canonical_id=canonical, version=version, versions=versions,
            change=None, story_id=story_id, score=score, evidence=evidence,
            story=self._reported(story_id, group), sketch=sketch, **recorded(group.place),
        )  # fmt: skip

    def _reported(self, story_id: str, group: Joined) -> StoryPlace:
        """Return what a copy changes in its story: how many newsrooms reported it."""
        newest = self._stories.newest(story_id) if group.unsettling else None
        if newest is None:
            return StoryPlace()
        members = self._stories.members((story_id,), MAX_COUNTED)
        before, after = (self._groups.newsrooms(members, place) for place in (None, group.place))
        if before == after:
            return StoryPlace()
        change = {"change": "reported", "score": 1.0, "independent_sources": after, "merged": ()}
        return self._at(newest).story.model_copy(update=change)

    def _unique(self, arrival: _Arrival, related: tuple[str, ...], linked: Sequence[Decision]) -> Decision:
        """A new article, or a new version of a known one. A version stays in its story unless it is another article."""
        article, marks = arrival.article, arrival.marks
        previous = arrival.unique
        version, versions = self._counts(arrival)
        change = "new" if version == 1 else self._change(marks, previous)
        terms = self._stories.weigh(counted_terms(arrival.reading, self._story_policy))
        group = self._grouped(arrival, linked).place
        hour = published_hour(article.published_at)
        if previous is not None and change != "replaced":
            story_id, story = self._stay(previous)
        else:
            story_id, story = self._place(article, version, terms, hour, group)
        return self._decision(
            arrival, verdict=None, rule=change, canonical_id=article.article_id, version=version, versions=versions,
            change=change, story_id=story_id, score=1.0, related=related, sketch=marks.pack(), terms=pack(terms),
            published=hour, story=story, paragraphs=outline(arrival.reading.paragraphs).pack(),
            changes=self._changes(arrival, change), **recorded(group),
        )  # fmt: skip

    def _decision(self, arrival: _Arrival, **judged: Any) -> Decision:
        return Decision(
            sequence=self._next, article_id=arrival.article.article_id, ingested_at=arrival.ingested_at,
            text_hash=arrival.marks.text_hash, title_hash=arrival.marks.title_hash, content=arrival.content,
            policy=self._policy_version, pipeline=self._pipeline, **judged,
        )  # fmt: skip

    def _counts(self, arrival: _Arrival) -> tuple[int, int]:
        """Return which version an article brings, and how many there are with it."""
        known = arrival.identity.versions if arrival.identity else 0
        if self._overrides and (before := next(self._of_content(arrival), None)) is not None:
            return before.version, known  # a split or merge took its verdict back, not its number
        return known + 1, known + 1

    def _merged(self, arrival: _Arrival, merge: Override, *, again: bool) -> Decision:
        """Call an article a copy because an operator said so; `again`: its record was sent for that."""
        root = self._overrides.root(merge.kept)
        same = next((
            known for known in self._of_content(arrival)
            if known.verdict is not None and self._overrides.root(known.canonical_id) == root
        ), None)  # fmt: skip
        if same is not None and not again:
            return self._same_again(arrival, same)
        version, versions = self._counts(arrival)
        [kept] = self._newest(root, "unique")
        group = self._grouped(arrival, [kept] if kept else [])
        place, decision = self._taken(merge.number)[0], self._at(merge.number)
        reason = {name: value for name, value in decision.evidence.items() if name == "reason"}
        return self._decision(
            arrival, verdict="near_copy", rule=OVERRIDE, canonical_id=root, version=version, versions=versions,
            change=None, story_id=kept.story_id if kept else "", score=1.0, evidence={"order": place, **reason},
            **recorded(group.place),
        )  # fmt: skip

    def _repeated(self, arrival: _Arrival, known: Decision) -> Decision:
        """Decide as before the merge that was undone; the article stays in its story."""
        stays: dict[str, Any] = {}
        if known.verdict is None:
            stays["story_id"], stays["story"] = self._stay(known)
        return known.model_copy(update={
            "sequence": self._next, "ingested_at": arrival.ingested_at, "policy": self._policy_version,
            "pipeline": self._pipeline, **stays,
        })  # fmt: skip

    def _copied(self, known: Decision) -> str:
        """Return what the words of a known article are a copy of."""
        return self._overrides.canonical(known) or known.canonical_id

    def _compared(self, arrival: _Arrival, known: Decision) -> bool:
        """Say whether the words of a known article may make this one a copy."""
        article = arrival.article.article_id
        return not self._overrides or self._overrides.canonical_for(article, known) is not None

    def _canonical(self, article_id: str) -> str:
        """Return what an article is a copy of by the newest verdict on it; itself where it is none, or is not known."""
        if self._overrides.merge_of(article_id) is not None:
            return self._overrides.root(article_id)
        for known in self._latest("identity", article_id):
            if not is_order(known) and (canonical := self._overrides.canonical(known)) is not None:
                return canonical
        return article_id

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

    def _stay(self, previous: Decision) -> tuple[str, StoryPlace]:
        story_id = self._stories.survivor(previous.story_id)
        newest = self._stories.newest(story_id)
        place = self._at(newest).story if newest is not None else previous.story
        return story_id, place.model_copy(update={"change": "", "score": 1.0, "merged": ()})

    def _place(
        self, article: CleanArticle, version: int, terms: Terms, hour: int | None, group: GroupPlace
    ) -> tuple[str, StoryPlace]:
        found = self._stories.place(terms, hour)
        if found.story_id is None or found.newest is None:
            # An address that now holds another article opens another story.
            opener = article.article_id if version == 1 else f"{article.article_id} version {version}"
            title = article.title[:MAX_TITLE_CHARS]
            return ids.story_id(opener), StoryPlace(change="opened", title=title, articles=1)
        before = self._at(found.newest).story
        merged = tuple(
            SwallowedStory(story_id=other.story_id, title=story.title, articles=story.articles)
            for other in found.merged
            for story in (self._at(other.newest).story,)
        )
        members = self._stories.members((found.story_id, *(story.story_id for story in merged)), MAX_COUNTED)
        place = StoryPlace(
            change="joined", score=found.score, title=before.title,
            articles=before.articles + sum(story.articles for story in merged) + 1,
            independent_sources=self._groups.newsrooms(members, group), merged=merged,
        )  # fmt: skip
        return found.story_id, place


def _later(ingested_at: int | None, order: Override | None) -> int | None:
    """Return the time by which a decision is forgotten: one made for an order stays for as long as that."""
    times = [time for time in (ingested_at, order.ingested_at if order else None) if time is not None]
    return max(times, default=None)


def prepare() -> None:
    """Load the machine code that verdicts run (`streams/core/compiled.py`); where there is none yet, it is made."""
    state = DedupeState()
    for number, words in enumerate(("told Anna Berg of", "told Anna Berg of", "heard Jon Dahl say")):
        text = f"Mayor Nils Holm {words} 12 ships, 1,250 tons and U.S. grain in port. " * 8
        article = CleanArticle(
            event_id="", article_id=str(number), url=None, canonical_url=None, guid=None, source="example.org",
            feed_url=None, rights=None, authors=(), published_at=None, modified_at=None, title="Ships in port",
            text=f"{text}\n\n{number} more.", removed=(), problems=(), language=Language(code="en", score=1),
        )  # fmt: skip
        for _ in range(2):  # an article that is filed anew has the indexes merged
            decision = state.judge(article, str(number), number)
            state.forget(str(number))
            state.apply(str(number), decision)
