"""Records of the outcome topics as `newswire reconcile` keeps them; JSON is not parsed where headers and bytes do."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Final

from streams.cli.ledger import Entry, Notes
from streams.cli.scan import Place
from streams.contracts.events import OUTCOMES, ArticleForgotten, schema_name
from streams.contracts.origin import parse_origin
from streams.contracts.topics import AFTER_OUTCOME
from streams.core.reconcile import DUPLICATE, ENRICHED, KINDS

DIGEST_BYTES: Final = 16  # two contents of one outcome are never taken for the same
BEHIND: Final = frozenset(stage.encode() for stage in AFTER_OUTCOME)
KIND_OF_SCHEMA: Final = {
    schema_name(model).partition("/")[0].encode(): number for number, model in enumerate(OUTCOMES.values())
}
FORGOTTEN: Final = schema_name(ArticleForgotten).partition("/")[0].encode()

TABLE_LETTER: Final = "table letters"
ELSEWHERE: Final = "outcomes of records that other programs wrote"
UNREADABLE: Final = "records that are no outcomes"

# In a string of the JSON these quotes are escaped; as keys they stand once at the top, before anything nested has them.
_VERSION: Final = re.compile(rb'"version": ?(\d{1,18})')
_CANONICAL: Final = re.compile(rb'"canonical_id": ?"([^"\\]{1,64})"')


def notes_of(place: Place, records: Sequence[Any], raw: str) -> Notes:
    """Return what a batch of an outcome topic says; `raw` is the name of the raw topic."""
    notes = Notes([], [], [])
    for record in records:
        try:
            _note(notes, record, raw)
        except (KeyError, ValueError):
            notes.aside.append((UNREADABLE, f"{place[0]}/{place[1]}/{record.offset}"))
    return notes


def _note(notes: Notes, record: Any, raw: str) -> None:
    headers = dict(record.headers)
    schema = headers["schema"].partition(b"/")[0]
    if schema == FORGOTTEN:
        notes.forgotten.append((record.key or b"", record.offset))
        return
    origin = parse_origin(headers["origin"].decode())
    if origin is None or record.value is None:
        raise ValueError("neither an origin nor a value")
    place = f"{record.topic}/{record.partition}/{record.offset}"
    if headers["stage"] in BEHIND:
        notes.aside.append((TABLE_LETTER, place))
    elif origin.topic != raw:
        notes.aside.append((ELSEWHERE, place))
    else:
        kind = KIND_OF_SCHEMA[schema]
        article, version = _subject(KINDS[kind], record)
        digest = hashlib.blake2b(record.value, digest_size=DIGEST_BYTES).digest()
        ingested = int(headers["ingested_at"] or 0)
        entry = Entry(
            origin, kind, int(headers["attempt"]), headers["pipeline"].decode(), digest, record.offset,
            record.timestamp, ingested, article, version,
        )  # fmt: skip
        notes.entries.append(entry)


def _subject(kind: str, record: Any) -> tuple[bytes, int]:
    """Return the article that the outcome is about, and its version."""
    if kind == ENRICHED:
        return record.key or b"", int(_first(_VERSION, record.value))
    return (_first(_CANONICAL, record.value), 0) if kind == DUPLICATE else (b"", 0)


def _first(pattern: "re.Pattern[bytes]", value: bytes) -> bytes:
    found = pattern.search(value)
    if found is None:
        raise ValueError(f"no {pattern.pattern!r}")
    return found[1]
