"""Where a record began: the raw record that it was made of."""

from collections.abc import Mapping

from streams.contracts.codec import decode_headers
from streams.contracts.errors import Malformed
from streams.delivery.records import Record


def position(record: Record, epochs: Mapping[str, str]) -> str:
    """Return `topic/epoch/partition/offset`; the epoch is the topic's id, so that a recreated topic has another."""
    return f"{record.topic}/{epochs.get(record.topic, '-')}/{record.partition}/{record.offset}"


def carried(record: Record, epochs: Mapping[str, str]) -> str:
    """Return the origin that an earlier stage wrote, or the record's own position where some other program wrote it."""
    try:
        return decode_headers(record.headers).origin
    except Malformed:
        return position(record, epochs)
