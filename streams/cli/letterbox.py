"""Dead letters as they lie on news.dead: reading them, and choosing some."""

import argparse
import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from streams.cli.scan import Scanner, Span
from streams.cli.tail import position
from streams.contracts.codec import Headers, decode, decode_headers
from streams.contracts.errors import REASONS, Malformed
from streams.contracts.events import DeadLetter
from streams.contracts.topics import STAGES, TopicSpec

RAW_STAGE: Final = "normalise"  # its letters carry the raw record; those of later stages an event made of it


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter; `written` is the broker's time in ms since 1970 UTC."""

    headers: Headers
    event: DeadLetter
    offset: int
    written: int

    @property
    def carried(self) -> bytes | None:
        """The bytes that the letter carries; None when they were too many, or none, or are damaged."""
        if self.event.raw_base64 is None:
            return None
        value = base64.b64decode(self.event.raw_base64)
        return value if hashlib.sha256(value).hexdigest() == self.event.sha256 else None

    def as_json(self) -> dict[str, Any]:
        """Return all but the bytes."""
        return {
            "origin": self.headers.origin,
            **self.event.model_dump(exclude={"raw_base64"}),
            "carried": self.event.raw_base64 is not None,
            "written": moment(self.written),
            "ingested_at": self.headers.ingested_at,
            "pipeline": self.headers.pipeline,
        }


@dataclass(frozen=True, slots=True)
class Filter:
    """Which letters are meant; what is None or empty does not restrict. `since` in ms since 1970 UTC."""

    stage: str | None = None
    reason: str | None = None
    message: str | None = None
    since: int | None = None
    origins: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Say whether every letter passes."""
        return self == Filter()

    def __call__(self, letter: Letter) -> bool:
        """Say whether a letter passes."""
        return (
            self.stage in (None, letter.event.stage)
            and self.reason in (None, letter.event.reason)
            and (self.message is None or self.message.casefold() in letter.event.message.casefold())
            and (self.since is None or letter.written >= self.since)
            and (not self.origins or any(is_origin(letter, given) for given in self.origins))
        )


def is_origin(letter: Letter, given: str) -> bool:
    """Say whether a letter is meant by what a person gives: origin, the end of one (`2/17`), or event_id."""
    origin = letter.headers.origin
    return given in (origin, letter.event.event_id) or origin.endswith(f"/{given}")


def add_filters(sub: argparse.ArgumentParser) -> None:
    """Add the arguments that a Filter is made of."""
    sub.add_argument("--stage", choices=STAGES, help="only letters of this stage")
    sub.add_argument("--reason", choices=REASONS, metavar="REASON", help="only this reason, e.g. no_text")
    sub.add_argument("--message", metavar="TEXT", help="only where the message contains this, in any case")
    sub.add_argument("--since", help="only those written since: 30m, 2h, 3d, or ISO 8601")


def filter_from(arguments: argparse.Namespace, origins: Sequence[str] = ()) -> Filter:
    """Return the filter that the arguments ask for."""
    since = None if arguments.since in (None, "earliest") else position(arguments.since)
    time_ms = 2**62 if since == "latest" else since
    assert time_ms is None or isinstance(time_ms, int)  # noqa: S101 - the two words are dealt with
    return Filter(arguments.stage, arguments.reason, arguments.message, time_ms, tuple(origins))


async def read_letters(scan: Scanner, dead: TopicSpec, chosen: Filter) -> list[Letter]:
    """Return the letters that are meant, oldest first. What is no letter is passed over: reconcile counts it."""
    spans = await scan.bounds({dead.name: dead.partitions})
    if chosen.since is not None:
        for (topic, partition), span in spans.items():
            first = await scan.since(topic, partition, chosen.since)
            spans[topic, partition] = Span(span.end if first is None else max(first, span.begin), span.end)
    found: list[Letter] = []
    async for _, records, _ in scan.batches(spans):
        found += filter(chosen, _letters(records))
    return found


def _letters(records: Iterable[Any]) -> Iterable[Letter]:
    for record in records:
        try:
            yield Letter(
                decode_headers(record.headers), decode(DeadLetter, record.value), record.offset, record.timestamp
            )
        except Malformed:
            continue


def moment(time_ms: int) -> str:
    """Return a time as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(time_ms // 1_000, UTC).isoformat().replace("+00:00", "Z")
