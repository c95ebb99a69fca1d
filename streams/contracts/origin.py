"""The header `origin`: which raw record an event is made of."""

from typing import Final, NamedTuple

_AGAIN: Final = "#"  # never in the name of a topic, nor in its id


class Origin(NamedTuple):
    """A position on a topic; the epoch is the topic's id at the broker, so that a recreated topic has another."""

    topic: str
    epoch: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.epoch}/{self.partition}/{self.offset}"


def parse_origin(text: str) -> Origin | None:
    """Return the origin that is written as `topic/epoch/partition/offset`, None where it is no such thing."""
    parts = text.rsplit("/", 3)
    if len(parts) != 4 or not (parts[0] and parts[1] and _is_number(parts[2]) and _is_number(parts[3])):
        return None
    return Origin(parts[0], parts[1], int(parts[2]), int(parts[3]))


def attempt_key(origin: str, attempt: int) -> str:
    """Return the key of the decision on an attempt; the first one's is the origin itself."""
    return origin if attempt <= 1 else f"{origin}{_AGAIN}{attempt}"


def origin_and_attempt(key: str) -> tuple[str, int]:
    """Return what `attempt_key` made a key of."""
    origin, again, attempt = key.rpartition(_AGAIN)
    return (origin, int(attempt)) if again and _is_number(attempt) else (key, 1)


def _is_number(text: str) -> bool:
    """Say whether this is how an offset is written; no topic ever comes to one of more than 18 digits."""
    return text.isascii() and text.isdigit() and len(text) <= 18
