"""What a source yields: an article to publish, or why there is none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from streams.contracts.codec import decode_raw
from streams.contracts.errors import Malformed
from streams.contracts.ids import identity
from streams.contracts.topics import MAX_RAW_BYTES

UNREADABLE: Final = "unreadable"


class Place(NamedTuple):
    """How far a source has been read: up to line (or entry) `number` of `path`; the bytes so far hash to `mark`."""

    path: str
    number: int
    mark: int


@dataclass(frozen=True, slots=True)
class Item:
    """One article. `where` is for people, `place` for the journal; `key` is None where it has no identity."""

    where: str
    value: bytes
    key: bytes | None
    place: Place


@dataclass(frozen=True, slots=True)
class Refused:
    """Input that cannot be sent, and why; `code` is the word for it that a dead letter would have."""

    where: str
    reason: str
    code: str = UNREADABLE


def item(where: str, value: bytes, place: Place) -> Item | Refused:
    """Return the article with its key, or refuse it when it is larger than news.raw takes."""
    if len(value) > MAX_RAW_BYTES:
        return Refused(where, too_large(len(value)), "too_large")
    return Item(where, value, keyed(value), place)


def too_large(size: int | None = None, most: int = MAX_RAW_BYTES) -> str:
    """Return the reason for refusing an article of `size` bytes; None where they were not counted."""
    has = f"more than {most}" if size is None else str(size)
    return f"the article has {has} bytes; {most} are allowed"


def keyed(value: bytes) -> bytes | None:
    """Return the article's identity, the key of its record; None when it cannot be told.

    A record without one is published all the same: the pipeline keeps it as a dead letter, with the reason.
    """
    try:
        fields = decode_raw(value, MAX_RAW_BYTES)
        return identity(
            url=_text(fields, "url"), guid=_text(fields, "guid"),
            feed_url=_text(fields, "feed_url"), source=_text(fields, "source"),
        ).encode()  # fmt: skip
    except (Malformed, UnicodeError):  # UnicodeError: half of a surrogate pair, which JSON can escape
        return None


def encoded(fields: Mapping[str, Any]) -> bytes:
    """Return the article as JSON, without the fields that are empty."""
    kept = {name: value for name, value in fields.items() if value}
    return dumped(kept)


def dumped(fields: Mapping[str, Any]) -> bytes:
    """Return the fields as UTF-8 JSON; escaped where they hold half of a surrogate pair."""
    try:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(fields, separators=(",", ":")).encode()


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None
