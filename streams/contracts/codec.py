"""Bytes to events and back. Kafka carries raw bytes; only this module knows what is in them."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from streams.contracts.errors import Malformed
from streams.contracts.events import Part

MAX_DEPTH: Final = 64  # articles are flat; the parser's own limit depends on the caller's stack, this one does not
MAX_INT_DIGITS: Final = 19  # what fits into 64 bits; longer ones cost quadratic time to parse
HeaderList = list[tuple[str, bytes]]
E = TypeVar("E", bound=Part)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Headers:
    """What travels beside every record. `ingested_at` in ms since 1970 UTC, None where no clock was at hand."""

    schema: str
    origin: str
    ingested_at: int | None
    attempt: int
    stage: str
    pipeline: str

    def encode(self) -> HeaderList:
        """Return the headers as Kafka takes them."""
        when = "" if self.ingested_at is None else str(self.ingested_at)
        pairs = (
            ("schema", self.schema), ("origin", self.origin), ("ingested_at", when), ("attempt", str(self.attempt)),
            ("stage", self.stage), ("pipeline", self.pipeline),
        )  # fmt: skip
        return [(name, value.encode()) for name, value in pairs]


def decode_headers(pairs: Iterable[tuple[str, bytes]] | None) -> Headers:
    """Read the headers of a record that one of our stages wrote.

    Raises:
        Malformed: `bad_event` when one is missing or unreadable: some other program wrote to our topic.
    """
    try:
        found = {name: value.decode() for name, value in pairs or ()}
        when = found["ingested_at"]
        return Headers(
            schema=found["schema"], origin=found["origin"], ingested_at=int(when) if when else None,
            attempt=int(found["attempt"]), stage=found["stage"], pipeline=found["pipeline"],
        )  # fmt: skip
    except (KeyError, ValueError, AttributeError) as error:
        raise Malformed("bad_event", f"header missing or unreadable: {error}") from None


def encode(event: Part) -> bytes:
    """Return the event as UTF-8 JSON; the same event always gives the same bytes."""
    return event.model_dump_json().encode()


def decode(model: type[E], value: bytes | None) -> E:
    """Read an event that one of our stages wrote.

    Raises:
        Malformed: `null_value` or `bad_event`.
    """
    if value is None:
        raise Malformed("null_value", "the record has no value")
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        raise _malformed(error) from None


def decode_as(adapter: TypeAdapter[T], value: bytes) -> T:
    """Read what one of our stages remembers, where it is no event.

    Raises:
        Malformed: `bad_event`.
    """
    try:
        return adapter.validate_json(value)
    except ValidationError as error:
        raise _malformed(error) from None


def _malformed(error: ValidationError) -> Malformed:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the record"
    return Malformed("bad_event", f"not a {error.title}: {where}: {first['msg']}")


def decode_raw(value: bytes | None, max_bytes: int) -> dict[str, Any]:
    """Read a raw record as a JSON object, whatever it holds; numbers too long to be meant become infinity.

    Raises:
        Malformed: `null_value`, `too_large`, `not_utf8`, `not_json`, `not_object` or `too_deep`.
    """
    if value is None:
        raise Malformed("null_value", "the record has no value")
    if len(value) > max_bytes:
        raise Malformed("too_large", f"the value has {len(value)} bytes; {max_bytes} are allowed")
    parsed = _parse(_utf8(value))
    if not isinstance(parsed, dict):
        raise Malformed("not_object", f"expected a JSON object, got {_kind(parsed)}")
    if _deeper_than(parsed, MAX_DEPTH):
        raise Malformed("too_deep", f"the JSON is nested more than {MAX_DEPTH} levels deep")
    return parsed


def _utf8(value: bytes) -> str:
    try:
        return value.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("not_utf8", f"byte {error.start} is not UTF-8: {error.reason}") from None


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_int)
    except RecursionError:
        raise Malformed("too_deep", f"the JSON is nested more than {MAX_DEPTH} levels deep") from None
    except ValueError as error:
        raise Malformed("not_json", str(error)) from None


def _int(digits: str) -> float:
    return int(digits) if len(digits) <= MAX_INT_DIGITS else math.inf


def _kind(parsed: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(parsed), "null")


def _deeper_than(parsed: object, limit: int) -> bool:
    level: list[object] = [parsed]
    for _ in range(limit + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()
