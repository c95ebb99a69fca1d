"""Counting outcomes: which raw records have one, read from the topics alone, by `origin`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from streams.client import Received
from streams.contracts.errors import Malformed
from streams.contracts.topics import Catalogue, TopicSpec

OUTCOMES: Final = ("enriched", "duplicates", "dead")


def outcome_topics(catalogue: Catalogue) -> dict[str, TopicSpec]:
    """Return the topics that hold the three outcomes, by their name in the summary."""
    return {"enriched": catalogue.enriched, "duplicates": catalogue.duplicates, "dead": catalogue.dead}


@dataclass(slots=True)
class Tally:
    """Outcomes by origin, as (partition, offset) of the raw record. A repeated record counts once."""

    catalogue: Catalogue
    found: dict[str, set[tuple[int, int]]] = field(default_factory=lambda: {name: set() for name in OUTCOMES})
    repeats: int = 0

    def add(self, received: Received) -> str | None:
        """Count one record of an outcome topic; return which outcome, or None where it is not new or not ours."""
        name = next(name for name, topic in outcome_topics(self.catalogue).items() if topic.name == received.topic.name)
        try:
            position = raw_position(received.headers.origin, self.catalogue.raw.name)
        except (Malformed, ValueError):  # some other program wrote it
            return None
        if position is None:
            return None
        if position in self.found[name]:
            self.repeats += 1
            return None
        self.found[name].add(position)
        return name

    def counts(self, of: set[tuple[int, int]]) -> dict[str, int]:
        """Return how many of these raw records have each outcome."""
        return {name: len(positions & of) for name, positions in self.found.items()}

    def missing(self, expected: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the raw records that have no outcome yet."""
        have = set().union(*self.found.values())
        return sorted(set(expected) - have)


def raw_position(origin: str, raw: str) -> tuple[int, int] | None:
    """Return (partition, offset) of the raw record, or None where the origin is not on the raw topic."""
    topic, _epoch, partition, offset = origin.rsplit("/", 3)
    return (int(partition), int(offset)) if topic == raw else None


def summary(published: int, counts: dict[str, int], missing: int) -> str:
    """Return the line that says what became of everything."""
    return (
        f"published {published} = enriched {counts['enriched']} + duplicates {counts['duplicates']}"
        f" + dead {counts['dead']}, missing {missing}"
    )
