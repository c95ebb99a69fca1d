"""A decision of the dedupe fold: written once for an origin, and all that the fold needs to remember of the article."""

import struct
from typing import Final, NamedTuple

from pydantic import Field
from pydantic_core import from_json

from streams.contracts.codec import decode, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import Change, Changes, Part, Score, Verdict
from streams.core.fingerprint import Fingerprint, smallest, unpack

MAX_TITLE_CHARS: Final = 200  # of the headline that names a story; longer ones are cut, the article keeps its own


class StoryPlace(Part):
    """Where an article stands in its story at the moment it arrives."""

    change: str = Field("", description='"opened", "joined", or "" where the article changes nothing in it')
    score: Score = 1.0
    title: str = Field("", description="headline of the article that opened the story")
    articles: int = Field(0, description="articles in the story, this one included")


class Decision(Part):
    """The verdict on one origin: what its event says beyond the article itself, and what later verdicts build on.

    A decision without a verdict makes a UniqueArticle, one with a verdict a DuplicateSeen. Only the first carries
    sketches, and so can be recognised again when its words come back changed.
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
    policy: str
    pipeline: str

    def encode(self) -> bytes:
        """Return the decision as the changelog keeps it; the same decision always gives the same bytes."""
        return encode(self)

    @classmethod
    def decode(cls, value: bytes) -> "Decision":
        """Read a decision from the changelog.

        Raises:
            Malformed: `bad_event` when it is not one.
        """
        return decode(cls, value)

    @property
    def fingerprint(self) -> Fingerprint | None:
        """The fingerprint to compare with; None for a duplicate."""
        return unpack(self.sketch, self.text_hash, self.title_hash) if self.sketch else None


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
    words: int  # 0 for a duplicate
    bare: bool
    shingles: tuple[int, ...]  # the smallest; none for a duplicate


def filed_of(decision: Decision, shingles: int) -> Filed:
    """Return what is filed of a decision, with so many of its smallest shingles."""
    return Filed(
        decision.sequence, decision.article_id, decision.ingested_at, decision.verdict, decision.rule,
        decision.story_id, decision.text_hash, decision.title_hash, decision.content, decision.terms,
        decision.published, *_smallest_of(decision.sketch, shingles),
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
        return Filed(
            told["sequence"], told["article_id"], told["ingested_at"], told["verdict"], told["rule"],
            told["story_id"], told["text_hash"], told["title_hash"], told["content"], told.get("terms", ""),
            told.get("published"), *_smallest_of(told.get("sketch", ""), shingles),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise Malformed("bad_event", f"not a Decision: {type(error).__name__}: {error}") from None
