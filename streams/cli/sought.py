"""Articles as a person names them: an address, an article_id or an origin on Kafka, or a file, a line of it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from producers.errors import InputError
from producers.items import Item, Refused
from producers.sources.files import LINES, SUFFIXES, read_files
from streams.cli.enrich import fetched_at
from streams.cli.errors import UserError
from streams.contracts.errors import Malformed
from streams.contracts.events import CleanArticle
from streams.contracts.origin import parse_origin
from streams.core.explain import Recorded

Normalise = Callable[[bytes | None, str, int | None], CleanArticle]  # of a value, its origin and its time of arrival

ORIGIN_END: Final = re.compile(r"[0-9]{1,18}/[0-9]{1,18}")  # partition/offset


@dataclass(frozen=True, slots=True)
class Sought:
    """An article that was found; what stands on Kafka has an origin, and an outcome once it is through."""

    given: str
    article: CleanArticle
    arrived_at: int | None  # ms since 1970 UTC
    origin: str = ""
    recorded: Recorded | None = None
    remarks: tuple[str, ...] = ()


def is_on_file(given: str) -> bool:
    """Say whether a file is meant, there or not.

    Raises:
        UserError: it is neither a file nor anything that stands on Kafka.
    """
    if "://" in given:
        return False
    if _file_of(given) is not None:
        return True
    if _is_uuid(given) or ORIGIN_END.fullmatch(given) or parse_origin(given):
        return False
    name = re.sub(r":\d+$", "", given)
    if name.lower().endswith(SUFFIXES):
        raise UserError(f"{given}: no such file")
    raise UserError(f"{given}: neither a file, nor an address, an article_id or an origin (partition/offset)")


def from_file(given: str, normalise: Normalise, mapping: Mapping[str, str], source: str | None) -> Sought:
    """Read one article from a file.

    Raises:
        UserError: it cannot be read, holds several, or its article is dead.
    """
    file, line = _file_of(given) or (given, None)
    if Path(file).is_dir():
        raise UserError(f"{given}: a folder: name one file in it")
    try:
        entry = _entry(given, read_files([file], mapping=mapping, source=source), file, line)
    except InputError as error:
        raise UserError(str(error)) from None
    if isinstance(entry, Refused):
        raise UserError(f"{entry.where}: {entry.code}: {entry.reason}")
    try:
        article = normalise(entry.value, "file/-/0/0", None)
    except Malformed as error:
        raise UserError(f"{given} is dead: {error}") from None
    return Sought(given, article, fetched_at(entry.value))


def _entry(given: str, entries: Iterator[Item | Refused], file: str, line: int | None) -> Item | Refused:
    if line is None:
        found = list(islice(entries, 2))
        if not found:
            raise UserError(f"{given}: holds no article")
        if len(found) > 1:
            raise UserError(f"{given}: holds more than one article: say which line, {given}:1 for the first")
        return found[0]
    if not file.lower().endswith(LINES):
        raise UserError(f"{given}: {file} is one article: leave the line away")
    entry = next((entry for entry in entries if entry.where.endswith(f":{line}")), None)
    if entry is None:
        raise UserError(f"{given}: there is no such line, or it is blank")
    return entry


def _file_of(given: str) -> tuple[str, int | None] | None:
    """Return the file that is there, and the line in it that was asked for; None where there is no such file."""
    if _exists(given):
        return given, None
    name, _, line = given.rpartition(":")
    return (name, int(line)) if name and re.fullmatch(r"[0-9]{1,18}", line) and _exists(name) else None


def _exists(name: str) -> bool:
    try:
        return bool(name) and Path(name).exists()
    except OSError:  # no name that a file could have
        return False


def _is_uuid(given: str) -> bool:
    try:
        return str(UUID(given)) == given
    except ValueError:
        return False
