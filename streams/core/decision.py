"""A decision of the dedupe fold: written once for an origin, and all that the fold needs to remember of the article."""

import struct
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import xxhash
from pydantic import Field
from pydantic_core import from_json

from streams.contracts.codec import decode
from streams.contracts.errors import Malformed
from streams.contracts.events import Change, Changes, Part, Score, Verdict
from streams.core.fingerprint import Fingerprint, smallest, unpack

_NOTHING: Final[dict[str, Any]] = {}
_SKETCH: Final = b'"sketch":"'
MAX_TITLE_CHARS: Final = 200  # of the headline that names a story; longer ones are cut, the article keeps its own


class SwallowedStory(Part):
    """A story that became a part of another one, as it was before."""

    story_id: str
    title: str
    articles: int


class StoryPlace(Part):
    """Where an article stands in its story at the moment it arrives."""

    change: str = Field("", description='"opened", "joined", or "" where the article changes nothing in it')
    score: Score = 1.0
    title: str = Field("", description="headline of the article that opened the story")
    articles: int = Field(0, description="articles in the story, this one included")
    independent_sources: int = Field(1, description="newsrooms that reported the story themselves")
    merged: tuple[SwallowedStory, ...] = Field((), description="stories that this article made a part of its own")


class GroupPlace(Part):
    """The copy group of an article as it stands when the article arrives; without copies it is a group of one."""

    canonical_id: str = Field(description="article that opened the group, and names it")
    change: str = Field("", description='"opened", "joined", "merged", or "" where the article changes nothing in it')
    since: int = Field(0, description="sequence number of its earliest article")
    original_id: str = Field(description="article of the agency, or else the one that was published first")
    original_source: str = ""
    original_at: int | None = Field(None, description="seconds since 1970 UTC, of its publication")
    agency: str = Field("", description="agency that a member credits")
    articles: int = Field(1, description="distinct articles in the group, this one included")
    added: tuple[str, ...] = Field((), description="articles that are in the group from now on")
    merged: tuple[str, ...] = Field((), description="canonical_ids of the groups that it has swallowed now")

    @property
    def newsroom(self) -> str:
        """Who reported what the group says: the agency, or whoever had it first."""
        return self.agency or self.original_source or self.canonical_id


class Decision(Part):
    """The verdict on one origin: what its event says beyond the article itself, and what later verdicts build on.

    A decision without a verdict makes a UniqueArticle, one with a verdict a DuplicateSeen. The first carries sketches,
    and so can be recognised again when its words come back changed; so does a near copy that differs much from its
    original, but only groups go by that.
    """

    sequence: int = Field(description="position in the total order of decisions")
    article_id: str
    ingested_at: int | None = Field(description="ms since 1970 UTC, of the raw record")
    verdict: Verdict | None
    rule: str
    canonical_id: str
    version: int
    versions: int = Field(description="distinct contents of the identity, this one included")
    change: Change | None
    story_id: str
    score: Score
    evidence: dict[str, str | int | float] = Field({}, description="what a copy was recognised by")
    related: tuple[str, ...] = Field((), description="article_ids of earlier articles that this one contains")
    text_hash: str
    title_hash: str
    content: str = Field(description="hash that copies share: of the text, with the title where the text says little")
    sketch: str = Field("", description="packed fingerprint")
    paragraphs: str = Field("", description="packed outline, which the next version is compared with")
    changes: Changes | None = Field(None, description="to the version before, without the correction note")
    terms: str = Field("", description="packed story terms")
    published: int | None = Field(None, description="hours since 1970 UTC")
    story: StoryPlace = StoryPlace()
    group: GroupPlace | None = Field(None, description="copy group; null for an article that stands alone")
    source: str = Field("", description="publisher, of an article that stands alone")
    agency: str = Field("", description="news agency that it credits")
    published_at: int | None = Field(None, description="seconds since 1970 UTC, likewise")
    policy: str
    pipeline: str

    def encode(self) -> bytes:
        """Return the decision as the changelog keeps it, without what is as by default.

        The same decision always gives the same bytes.
        """
        return self.model_dump_json(exclude_defaults=True).encode()

    @classmethod
    def decode(cls, value: bytes) -> "Decision":
        """Read a decision from the changelog.

        Raises:
            Malformed: `bad_event` when it is not one.
        """
        return decode(cls, value)

    @property
    def fingerprint(self) -> Fingerprint | None:
        """The fingerprint to compare with; None for most duplicates."""
        return unpack(self.sketch, self.text_hash, self.title_hash) if self.sketch else None


def sketch_of(value: bytes) -> Fingerprint | None:
    """Return the fingerprint of an encoded decision, without the hashes of its words.

    Nothing else of it is read: of a handful of candidates mostly none is a copy.
    """
    start = value.find(_SKETCH)  # in a text the quotation marks would be escaped
    if start < 0:
        return None
    start += len(_SKETCH)
    return unpack(value[start : value.index(b'"', start)], "", "")


class Filed(NamedTuple):
    """What the indexes of the fold hold of a decision."""

    sequence: int
    article_id: str
    ingested_at: int | None
    verdict: str | None
    rule: str
    story_id: str
    text_hash: str
    title_hash: str
    content: str
    terms: str
    published: int | None
    words: int  # 0 for a duplicate that is not compared with
    bare: bool
    shingles: tuple[int, ...]  # the smallest; none for a duplicate
    group_hash: int
    newsroom_hash: int
    changed_groups: tuple[int, ...]  # their hashes
    swallowed: tuple[str, ...] = ()  # stories that became a part of its story


def group_key(canonical_id: str) -> int:
    """Return 32 bits for a copy group; others may have the same."""
    return xxhash.xxh3_64_intdigest(canonical_id.encode()) >> 32


def newsroom_key(newsroom: str) -> int:
    """Return 32 bits for a newsroom, whatever the case of its name."""
    return xxhash.xxh3_64_intdigest(newsroom.casefold().encode()) >> 32


def group_place(decision: Decision) -> GroupPlace:
    """Return the group of a decision as it recorded it; a group of one for an article that stood alone."""
    if decision.group is not None:
        return decision.group
    return GroupPlace(
        canonical_id=decision.canonical_id, since=decision.sequence, original_id=decision.canonical_id,
        original_source=decision.source, original_at=decision.published_at, agency=decision.agency,
    )  # fmt: skip


def _smallest_of(sketch: str, shingles: int) -> tuple[int, bool, tuple[int, ...]]:
    return smallest(sketch, shingles) if sketch else (0, False, ())


def filed(value: bytes, shingles: int) -> Filed:
    """Read of an encoded decision what is filed, with so many of its smallest shingles.

    A fifth of what `Decision.decode` costs: a million decisions are read before a worker goes on.

    Raises:
        Malformed: `bad_event` when it is no decision.
    """
    try:
        told = from_json(value, cache_strings="keys")
        merged = told.get("story", _NOTHING).get("merged", ())
        return Filed(
            told["sequence"], told["article_id"], told["ingested_at"], told["verdict"], told["rule"],
            told["story_id"], told["text_hash"], told["title_hash"], told["content"], told.get("terms", ""),
            told.get("published"), *_smallest_of(told.get("sketch", ""), shingles), *_filed_group(told),
            tuple(each["story_id"] for each in merged),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise Malformed("bad_event", f"not a Decision: {type(error).__name__}: {error}") from None


def filed_of(decision: Decision, shingles: int) -> Filed:
    """Return what `filed` reads of the same decision; no text is parsed for one that was just made."""
    place = group_place(decision)
    changed = _changed(place.canonical_id, place.added, place.merged, decision.article_id) if place.change else ()
    return Filed(
        decision.sequence, decision.article_id, decision.ingested_at, decision.verdict, decision.rule,
        decision.story_id, decision.text_hash, decision.title_hash, decision.content, decision.terms,
        decision.published, *_smallest_of(decision.sketch, shingles), group_key(place.canonical_id),
        newsroom_key(place.newsroom), changed, tuple(story.story_id for story in decision.story.merged),
    )  # fmt: skip


def _changed(canonical_id: str, added: Iterable[str], merged: Iterable[str], article_id: str) -> tuple[int, ...]:
    """Return the hashes of the groups that a decision changes; its own says where the article itself stands."""
    others = (name for name in (*added, *merged) if name not in (canonical_id, article_id))
    return (group_key(canonical_id), *map(group_key, others))


def _filed_group(told: dict[str, Any]) -> tuple[int, int, tuple[int, ...]]:
    place = told.get("group")
    if place is None:
        canonical = told["canonical_id"]
        return group_key(canonical), newsroom_key(told.get("agency") or told.get("source") or canonical), ()
    canonical = place["canonical_id"]
    newsroom = newsroom_key(place.get("agency") or place.get("original_source") or canonical)
    if not place.get("change"):
        return group_key(canonical), newsroom, ()
    changed = _changed(canonical, place.get("added", ()), place.get("merged", ()), told["article_id"])
    return group_key(canonical), newsroom, changed
