"""Dead letters: a record that cannot be processed, with the reason, kept so that it can be sent again."""

import base64
import hashlib

from streams.contracts import ids
from streams.contracts.codec import Headers, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import DeadLetter, schema_name
from streams.contracts.topics import MAX_RAW_BYTES, TopicSpec
from streams.delivery.origins import lineage
from streams.delivery.records import Output, Record


def dead_letter(
    value: bytes | None, error: Malformed, *, stage: str, origin: str, pipeline: str, attempts: int = 1
) -> DeadLetter:
    """Return the letter for this value. A value beyond the raw limit is described, not carried."""
    value = value or b""
    return DeadLetter(
        event_id=ids.event_id("DeadLetter", origin, pipeline),
        stage=stage,
        reason=error.reason,
        message=error.message,
        attempts=attempts,
        size=len(value),
        sha256=hashlib.sha256(value).hexdigest(),
        raw_base64=base64.b64encode(value).decode("ascii") if 0 < len(value) <= MAX_RAW_BYTES else None,
    )


def as_output(letter: DeadLetter, record: Record, *, origin: str, pipeline: str, topic: TopicSpec) -> Output:
    """Return the record to publish for this letter."""
    headers = Headers(
        schema=schema_name(DeadLetter), origin=origin, ingested_at=lineage(record, origin).ingested_at,
        attempt=letter.attempts, stage=letter.stage, pipeline=pipeline,
    )  # fmt: skip
    return Output(topic=topic, key=origin.encode(), value=encode(letter), headers=headers.encode())
