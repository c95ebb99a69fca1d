"""The topic catalogue as data: one place from which broker settings, client limits, checks and documents derive."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from streams.contracts import events
from streams.contracts.events import Part

KIB: Final = 1_024
MIB: Final = 1_024 * KIB
DAY_MS: Final = 24 * 3_600 * 1_000

MAX_RAW_BYTES: Final = 1 * MIB  # an article of a million characters is not an article
MAX_EVENT_BYTES: Final = 4 * MIB  # room for what the stages add: mentions, removed text, JSON escapes
# Less than the later topics take: what dedupe has called unique must not become too large by what is added behind it.
MAX_CLEAN_BYTES: Final = MAX_EVENT_BYTES - 64 * KIB
MAX_DEAD_BYTES: Final = 2 * MIB  # a raw record in base64 (4/3) and its reason
# Key, headers and batch framing come on top of the value; also lets a slightly oversized raw record reach
# us and be accounted for, instead of failing in somebody else's producer.
ENVELOPE_BYTES: Final = 256 * KIB
DEFAULT_PARTITIONS: Final = 8

Retention = Literal["delete", "compact"]


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic: who may write what to it, for how long and how large."""

    name: str
    partitions: int
    value: type[Part]
    key: str  # what the key holds, for people
    about: str
    writer: str  # the stage, in the words of the pipeline
    max_bytes: int = MAX_EVENT_BYTES  # of the value
    cleanup: Retention = "delete"
    retention_ms: int = 3 * DAY_MS
    also: tuple[type[Part], ...] = ()  # events beside `value`, told apart by the header `schema`

    @property
    def events(self) -> tuple[type[Part], ...]:
        """Every event that stands on the topic."""
        return (self.value, *self.also)

    def config(self) -> dict[str, str]:
        """Return the broker's settings for this topic."""
        return {
            "cleanup.policy": self.cleanup,
            # Compacted topics keep the newest of each key; a tombstone ends a key.
            "retention.ms": "-1" if self.cleanup == "compact" else str(self.retention_ms),
            "max.message.bytes": str(self.max_bytes + ENVELOPE_BYTES),
            # The broker's clock everywhere: a producer's may be wrong, and retention goes by it.
            "message.timestamp.type": "LogAppendTime",
        }


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every topic of one pipeline. A prefix lets several pipelines share a broker."""

    prefix: str = ""
    partitions: int = DEFAULT_PARTITIONS

    def _topic(self, name: str, value: type[Part], **rest: object) -> TopicSpec:
        return TopicSpec(name=f"{self.prefix}news.{name}", value=value, **rest)  # type: ignore[arg-type]

    @property
    def raw(self) -> TopicSpec:
        """What producers publish."""
        return self._topic(
            "raw", events.RawArticle, partitions=self.partitions, key="article identity", writer="producers",
            about="raw articles as published", max_bytes=MAX_RAW_BYTES, retention_ms=14 * DAY_MS,
        )  # fmt: skip

    @property
    def redrive(self) -> TopicSpec:
        """Raw records that go through the pipeline again: of dead letters after a fix, of articles split or merged."""
        return self._topic(
            "redrive", events.RawArticle, partitions=self.partitions, key="origin", writer="an operator",
            about="raw records, sent again under their origin", max_bytes=MAX_RAW_BYTES,
            retention_ms=14 * DAY_MS,
        )  # fmt: skip

    @property
    def clean(self) -> TopicSpec:
        """One partition: one writer, one total order for dedupe."""
        return self._topic(
            "clean", events.CleanArticle, partitions=1, key="article_id", writer="normalise",
            about="validated, cleaned articles in one total order", max_bytes=MAX_CLEAN_BYTES,
            also=(events.ForgetArticle, events.OverrideArticles),
        )  # fmt: skip

    @property
    def unique(self) -> TopicSpec:
        """Articles that are not copies."""
        return self._topic(
            "unique", events.UniqueArticle, partitions=self.partitions, key="article_id", writer="dedupe",
            about="articles that are not copies, with version and story", also=(events.ArticleForgotten,),
        )  # fmt: skip

    @property
    def duplicates(self) -> TopicSpec:
        """One of the three outcomes."""
        return self._topic(
            "duplicates", events.DuplicateSeen, partitions=self.partitions, key="article_id", writer="dedupe",
            about="outcome: copies, each with verdict and evidence", retention_ms=14 * DAY_MS,
        )  # fmt: skip

    @property
    def stories(self) -> TopicSpec:
        """Newest state of each story."""
        return self._topic(
            "stories", events.StoryUpdate, partitions=self.partitions, key="story_id", writer="dedupe",
            about="newest state of each story", cleanup="compact",
        )  # fmt: skip

    @property
    def groups(self) -> TopicSpec:
        """Newest state of each copy group."""
        return self._topic(
            "groups", events.GroupUpdate, partitions=self.partitions, key="group_id", writer="dedupe",
            about="newest state of each copy group", cleanup="compact",
        )  # fmt: skip

    @property
    def decisions(self) -> TopicSpec:
        """Changelog of the dedupe fold; its partition count is that of its source."""
        return self._topic(
            "decisions", events.Part, partitions=1, key="origin", writer="dedupe",
            about="changelog of the dedupe fold: one write-once decision an origin", cleanup="compact",
        )  # fmt: skip

    @property
    def classified(self) -> TopicSpec:
        """Articles with topics."""
        return self._topic(
            "classified", events.ClassifiedArticle, partitions=self.partitions, key="article_id", writer="classify",
            about="unique articles with their IPTC Media Topics", also=(events.ArticleForgotten,),
        )  # fmt: skip

    @property
    def enriched(self) -> TopicSpec:
        """The product."""
        return self._topic(
            "enriched", events.EnrichedArticle, partitions=self.partitions, key="article_id", writer="extract",
            about="outcome: the product, subscribers start here", retention_ms=14 * DAY_MS,
            also=(events.ArticleForgotten,),
        )  # fmt: skip

    @property
    def articles(self) -> TopicSpec:
        """Changelog of the table `articles`."""
        return self._topic(
            "articles", events.ArticleRow, partitions=self.partitions, key="article_id", writer="tabulate",
            about="table `articles`: newest version of each article, without text", cleanup="compact",
        )  # fmt: skip

    @property
    def orders(self) -> TopicSpec:
        """One partition: of two orders on a pair of entities the later one holds."""
        return self._topic(
            "orders", events.OverrideEntities, partitions=1, key="entity_id/entity_id", writer="an operator",
            about="operators' orders on entities", retention_ms=14 * DAY_MS,
        )  # fmt: skip

    @property
    def entities(self) -> TopicSpec:
        """Entities across articles. What holds of a key is in its newest record, so keys may lie in any partition."""
        return self._topic(
            "entities", events.EntityUpdate, partitions=self.partitions, key="entity_id, or entity_id/alias_id",
            writer="resolve", about="newest state of each entity, and of each name that was taken for one",
            cleanup="compact", also=(events.AliasUpdate,),
        )  # fmt: skip

    @property
    def resolutions(self) -> TopicSpec:
        """Changelog of the resolve fold; one partition, as there is one writer."""
        return self._topic(
            "resolutions", events.Part, partitions=1, key="event_id", writer="resolve",
            about="changelog of the resolve fold: one write-once decision an article", cleanup="compact",
        )  # fmt: skip

    @property
    def dead(self) -> TopicSpec:
        """Dead letters of every stage."""
        return self._topic(
            "dead", events.DeadLetter, partitions=1, key="origin", writer="any stage",
            about="outcome: records that cannot be processed, with the reason", max_bytes=MAX_DEAD_BYTES,
            retention_ms=30 * DAY_MS,
        )  # fmt: skip

    def __iter__(self) -> Iterator[TopicSpec]:
        yield from (
            self.raw, self.redrive, self.clean, self.unique, self.duplicates, self.stories, self.groups,
            self.decisions, self.classified, self.enriched, self.articles, self.orders, self.entities,
            self.resolutions, self.dead,
        )  # fmt: skip


STAGES: Final = ("normalise", "dedupe", "classify", "extract", "tabulate", "resolve")
# What comes behind the product makes no outcomes: a dead letter of these stages is about a table or an entity.
AFTER_OUTCOME: Final = frozenset(("tabulate", "resolve"))


def sources_of(catalogue: Catalogue, stage: str) -> tuple[TopicSpec, ...]:
    """Return the topics that a stage reads."""
    sources = {
        "normalise": (catalogue.raw, catalogue.redrive),
        "dedupe": (catalogue.clean,),
        "classify": (catalogue.unique,),
        "extract": (catalogue.classified,),
        "tabulate": (catalogue.enriched,),
        "resolve": (catalogue.enriched, catalogue.orders),
    }
    return sources[stage]
