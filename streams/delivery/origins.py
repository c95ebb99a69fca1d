"""Where a record began: the raw record that it was made of."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from streams.contracts.codec import decode_headers
from streams.contracts.errors import Malformed
from streams.contracts.origin import Origin, parse_origin
from streams.delivery.records import Record

FIRST_ATTEMPT: Final = 1


class Lineage(NamedTuple):
    """What a record carries of the raw record that it was made of. `ingested_at` in ms since 1970 UTC."""

    origin: str
    ingested_at: int | None
    attempt: int
    pipeline: str | None = None  # version of what wrote the record; None where it begins here


def place(record: Record, epochs: Mapping[str, str]) -> Origin:
    """Return where a record lies; the epoch is the topic's id, so that a recreated topic has another."""
    return Origin(record.topic, epochs.get(record.topic, "-"), record.partition, record.offset)


def position(record: Record, epochs: Mapping[str, str]) -> str:
    """Return where a record lies as `topic/epoch/partition/offset`."""
    return str(place(record, epochs))


def carried(record: Record, epochs: Mapping[str, str]) -> str:
    """Return the origin that an earlier stage wrote, or the record's own position where some other program wrote it."""
    try:
        return decode_headers(record.headers).origin
    except Malformed:
        return position(record, epochs)


def own_lineage(record: Record, epochs: Mapping[str, str]) -> Lineage:
    """Return the lineage of a record that begins here, whatever its headers say."""
    return Lineage(position(record, epochs), record.timestamp, FIRST_ATTEMPT)


def redriven(record: Record, raw: str) -> Lineage:
    """Return the lineage of a record on news.redrive, from its headers; `raw` is the name of the raw topic.

    Raises:
        Malformed: `bad_event` when the headers do not name a raw record, its time, and an attempt after the first.
    """
    headers = decode_headers(record.headers)
    origin = parse_origin(headers.origin)
    if origin is None or origin.topic != raw:
        raise Malformed("bad_event", f"the header origin names no record of {raw}: {headers.origin[:80]!r}")
    if headers.ingested_at is None or headers.attempt <= FIRST_ATTEMPT:
        raise Malformed("bad_event", "a record that is sent again needs ingested_at and an attempt above 1")
    return Lineage(headers.origin, headers.ingested_at, headers.attempt)


def lineage(record: Record, origin: str) -> Lineage:
    """Return the lineage of a record whose origin the stage knows.

    A record that is its own origin begins here: its headers are somebody else's.
    """
    if not (origin.startswith(f"{record.topic}/") and origin.endswith(f"/{record.partition}/{record.offset}")):
        try:
            headers = decode_headers(record.headers)
            return Lineage(origin, headers.ingested_at, headers.attempt, headers.pipeline)
        except Malformed:
            pass
    return Lineage(origin, record.timestamp, FIRST_ATTEMPT)
