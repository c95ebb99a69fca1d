"""Sending raw records through the pipeline again, under their origin, as the next attempt: those of dead letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from streams.broker.describe import topic_ids
from streams.cli.errors import UserError
from streams.cli.letterbox import RAW_STAGE, Letter
from streams.cli.progress import Progress
from streams.cli.publish import Publisher, publisher
from streams.cli.scan import Scanner, Span
from streams.contracts.codec import Headers, decode_headers
from streams.contracts.connection import Kafka
from streams.contracts.errors import Malformed
from streams.contracts.events import RawArticle, schema_name
from streams.contracts.origin import Origin, parse_origin
from streams.contracts.topics import Catalogue, TopicSpec

STAGE: Final = "redrive"  # of the header: who wrote the record


@dataclass(frozen=True, slots=True)
class Again:
    """A record to send."""

    letter: Letter
    origin: Origin
    value: bytes | None
    ingested_at: int
    attempt: int


@dataclass(slots=True)
class Plan:
    """What is to be sent, and what is not, with the reason, by origin."""

    again: list[Again] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


async def plan(
    kafka: Kafka, scan: Scanner, catalogue: Catalogue, letters: Sequence[Letter], *, even_superseded: bool
) -> Plan:
    """Decide of each letter whether and as what its record is sent; of several for one origin the newest counts."""
    made = Plan()
    newest: dict[str, Letter] = {}
    for letter in sorted(letters, key=lambda one: (one.headers.attempt, one.written, one.offset)):
        newest[letter.headers.origin] = letter
    attempts: dict[str, int] = {}
    if newest:
        known = {text: letter.headers.attempt for text, letter in newest.items()}
        topics = (catalogue.redrive, catalogue.enriched, catalogue.duplicates, catalogue.dead)
        attempts = await attempts_of(scan, topics, known, min(letter.written for letter in newest.values()))
    due: list[tuple[Letter, Origin]] = []
    for text, letter in newest.items():
        origin, last = parse_origin(text), attempts.get(text, letter.headers.attempt)
        if origin is None or origin.topic != catalogue.raw.name:
            made.skipped.append((text, f"not made of a record of {catalogue.raw.name}: another program wrote it"))
        elif last > letter.headers.attempt and not even_superseded:
            made.skipped.append((text, f"superseded by attempt {last} (--again sends it all the same)"))
        else:
            due.append((letter, origin))
    await _values(kafka, scan, catalogue, due, attempts, made)
    made.again.sort(key=lambda one: one.origin)
    return made


async def attempts_of(
    scan: Scanner, topics: Iterable[TopicSpec], known: Mapping[str, int], first_ms: int
) -> dict[str, int]:
    """Return the highest attempt of each origin that is known or was written to these topics since `first_ms`."""
    spans = await scan.bounds({spec.name: spec.partitions for spec in topics})
    for place, span in spans.items():
        begin = await scan.since(*place, first_ms)
        spans[place] = Span(span.end if begin is None else max(begin, span.begin), span.end)
    found = dict(known)
    async for _, records, _ in scan.batches(spans):
        for record in records:
            try:
                headers = decode_headers(record.headers)
            except Malformed:
                continue
            if headers.origin in found:
                found[headers.origin] = max(found[headers.origin], headers.attempt)
    return found


async def _values(
    kafka: Kafka, scan: Scanner, catalogue: Catalogue, due: Iterable[tuple[Letter, Origin]],
    attempts: Mapping[str, int], made: Plan,
) -> None:  # fmt: skip
    """Add what is due to the plan: the bytes that a letter carries, or those that still lie on the raw topic."""
    raw = catalogue.raw
    epoch = (await topic_ids(kafka, [raw.name])).get(raw.name, "")
    bounds = await scan.bounds({raw.name: raw.partitions})
    for letter, origin in due:
        value = letter.carried if letter.event.stage == RAW_STAGE else None
        ingested_at = letter.headers.ingested_at
        if value is None or ingested_at is None:
            span = bounds.get((origin.topic, origin.partition)) if origin.epoch == epoch else None
            record = await raw_record(scan, origin, span)
            if record is None:
                made.skipped.append((str(origin), f"the letter carries no raw record, and {raw.name} no longer has it"))
                continue
            value, ingested_at = record.value, record.timestamp
        attempt = attempts.get(str(origin), letter.headers.attempt) + 1
        made.again.append(Again(letter, origin, value, ingested_at, attempt))


async def raw_record(scan: Scanner, origin: Origin, span: Span | None) -> Any:
    """Return the record at the origin, None where it has left retention."""
    if span is None or not span.begin <= origin.offset < span.end:
        return None
    wanted = {(origin.topic, origin.partition): Span(origin.offset, origin.offset + 1)}
    async for _, records, _ in scan.batches(wanted):
        for record in records:
            return record
    return None


async def send(kafka: Kafka, catalogue: Catalogue, again: Sequence[Again], *, quiet: bool) -> None:
    """Publish, in the order of the origins, and wait until every record is acknowledged.

    Raises:
        UserError: Kafka refused a record or fell silent.
    """
    try:
        with Progress("records", total=len(again), quiet=quiet) as progress:
            async with publisher(kafka, catalogue.redrive) as out:
                for one in again:
                    await hand_over(
                        out, catalogue, one.origin, one.value, ingested_at=one.ingested_at, attempt=one.attempt,
                        pipeline=one.letter.headers.pipeline,
                    )  # fmt: skip
                    progress.advance()
                await out.delivered()
    except UserError as error:
        raise UserError(f"{error}; run it again: what was sent is skipped as superseded", error.exit_code) from None


async def hand_over(
    out: Publisher, catalogue: Catalogue, origin: Origin, value: bytes | None, *, ingested_at: int, attempt: int,
    pipeline: str,
) -> None:  # fmt: skip
    """Publish a raw record again, under its origin and in the order of its raw partition."""
    headers = Headers(
        schema=schema_name(RawArticle), origin=str(origin), ingested_at=ingested_at, attempt=attempt, stage=STAGE,
        pipeline=pipeline,
    )  # fmt: skip
    topic = catalogue.redrive
    await out.hand_over(
        topic.name, value, key=str(origin).encode(), headers=headers.encode(),
        partition=origin.partition % topic.partitions,
    )  # fmt: skip
