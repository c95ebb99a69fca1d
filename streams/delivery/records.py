"""What goes through the pump, as plain data."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

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
    """One change of the stage's table or changelog; a value of None deletes the key."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Handled:
    """What a stage decided about one record: what to publish, what to remember, and one word for the log.

    `first` goes to the stage's changelog, and is on the broker before `outputs` leave; `writes` go to its table.
    """

    outcome: str
    outputs: tuple[Output, ...] = ()
    writes: tuple[TableWrite, ...] = ()
    article_id: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    first: tuple[TableWrite, ...] = ()


Decide = Callable[[Record], Handled | Awaitable[Handled]]


class Ahead(Protocol):
    """What the pump needs of a changelog (`streams.delivery.changelog`)."""

    @property
    def topic(self) -> str:
        """Name of the log."""
        ...

    async def prepare(self, wanted: Callable[[], bool]) -> bool:
        """Make the stage's state complete before a record of a new generation is decided; no: not wanted any more."""
        ...

    def promise(self, count: int) -> None:
        """Note how many records a decision will append."""
        ...

    async def append(self, change: TableWrite) -> Awaitable[Any]:
        """Publish a record; what comes back is its delivery."""
        ...

    def appended(self, delivered: Any) -> None:
        """Check a delivery, in the order of `append`."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the pipeline: reads `sources`, decides record by record.

    `decide` raises Malformed for a record that is itself at fault; any other exception stops the worker.
    A stage with a table or a changelog decides at once (not awaitable): its writes must fall while the record is
    current.
    """

    name: str
    sources: tuple[TopicSpec, ...]
    decide: Decide
    origin: Callable[[Record], str]
    changelog: Ahead | None = None
