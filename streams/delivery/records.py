"""What goes through the pump, as plain data."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from streams.contracts.codec import HeaderList
from streams.contracts.topics import TopicSpec


@dataclass(frozen=True, slots=True)
class Record:
    """One record as Kafka gave it. `timestamp` in ms since 1970 UTC, the broker's."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: HeaderList


@dataclass(frozen=True, slots=True)
class Output:
    """One record to publish."""

    topic: TopicSpec
    key: bytes
    value: bytes
    headers: HeaderList


@dataclass(frozen=True, slots=True)
class TableWrite:
    """One change of the stage's table; a value of None deletes the key."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Handled:
    """What a stage decided about one record: what to publish, what to remember, and one word for the log."""

    outcome: str
    outputs: tuple[Output, ...] = ()
    writes: tuple[TableWrite, ...] = ()
    article_id: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


Decide = Callable[[Record], Handled | Awaitable[Handled]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the pipeline: reads `source`, decides record by record.

    `decide` raises Malformed for a record that is itself at fault; any other exception stops the worker.
    A stage with a table decides at once (not awaitable): its writes must fall while the record is current.
    """

    name: str
    source: TopicSpec
    decide: Decide
    origin: Callable[[Record], str]
