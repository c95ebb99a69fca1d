"""What every stage knows, and how it reads and writes records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from streams.contracts import ids
from streams.contracts.codec import Headers, decode, decode_headers, encode
from streams.contracts.events import Event, schema_name
from streams.contracts.topics import Catalogue, TopicSpec
from streams.delivery.origins import carried, position
from streams.delivery.records import Output, Record

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Context:
    """The topics, the version of everything that decides, and the ids of the topics at the broker."""

    catalogue: Catalogue
    pipeline: str
    epochs: Mapping[str, str]

    def own_position(self, record: Record) -> str:
        """Return the origin of a raw record: where it lies. What its headers say is not believed."""
        return position(record, self.epochs)

    def origin(self, record: Record) -> str:
        """Return the origin of a record that an earlier stage wrote."""
        return carried(record, self.epochs)

    def read(self, model: type[E], record: Record) -> tuple[E, Headers]:
        """Decode an event between stages.

        Raises:
            Malformed: `bad_event` or `null_value`.
        """
        return decode(model, record.value), decode_headers(record.headers)

    def pipeline_after(self, headers: Headers) -> str:
        """Return the version of events that are made of a record with these headers."""
        return ids.pipeline_after(self.pipeline, headers.pipeline)

    def write(
        self, event: Event, *, to: TopicSpec, key: str, stage: str, origin: str, ingested_at: int | None,
        attempt: int = 1, pipeline: str | None = None,
    ) -> Output:  # fmt: skip
        """Encode an event for its topic; `pipeline` is the version that its event_id was made with, if not our own."""
        return self.write_bytes(
            encode(event), type(event), to=to, key=key, stage=stage, origin=origin, ingested_at=ingested_at,
            attempt=attempt, pipeline=pipeline,
        )  # fmt: skip

    def write_bytes(
        self, value: bytes, model: type[Event], *, to: TopicSpec, key: str, stage: str, origin: str,
        ingested_at: int | None, attempt: int = 1, pipeline: str | None = None,
    ) -> Output:  # fmt: skip
        """Wrap an event that is encoded already."""
        headers = Headers(
            schema=schema_name(model), origin=origin, ingested_at=ingested_at, attempt=attempt, stage=stage,
            pipeline=pipeline or self.pipeline,
        )  # fmt: skip
        return Output(topic=to, key=key.encode(), value=value, headers=headers.encode())
