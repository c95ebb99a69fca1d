"""A raw record, read tolerantly: what is needed must be right, what is optional may be odd and is then noted."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from streams.contracts.errors import Malformed
from streams.contracts.events import Problem, RawArticle
from streams.core import clean_text

MAX_VALUE_CHARS: Final = 200  # of a problem's value, as the contract says
MAX_UNKNOWN_FIELDS: Final = 10  # more of them say nothing new

_KNOWN: Final = frozenset(RawArticle.model_fields)
_BODIES: Final = ("text", "html", "summary")
_TYPE_NAMES: Final = {dict: "an object", list: "an array", bool: "true or false", str: "a string"}
_BETWEEN_AUTHORS: Final = re.compile(r"\s*[,;]\s+and\s+|\s*[,;]\s+|\s+and\s+|\s*;\s*", re.IGNORECASE)
_BY: Final = re.compile(r"^by:?\s+", re.IGNORECASE)


class RawFields(NamedTuple):
    """The fields of a raw record: safe strings, None where absent; dates as they were given."""

    url: str | None
    guid: str | None
    source: str | None
    title: str
    text: str | None
    html: str | None
    summary: str | None
    authors: tuple[str, ...]
    published_at: object
    modified_at: object
    fetched_at: object
    language: str | None
    feed_url: str | None
    rights: str | None
    problems: tuple[Problem, ...]


def problem(field: str, what: str, value: object) -> Problem:
    """Note something odd, with the given value as text that can be stored and shown."""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    name, text = (clean_text.safe(part[:MAX_VALUE_CHARS])[0] for part in (field, shown))
    return Problem(field=name, problem=what, value=text)


def read_fields(record: Mapping[str, Any]) -> RawFields:
    """Read the fields of a decoded record.

    Raises:
        Malformed: `bad_field`, `no_identity`, `no_title` or `no_text`.
    """
    problems: list[Problem] = []
    url = _needed(record, "url", problems)
    guid = _optional(record, "guid", problems) if url else _needed(record, "guid", problems)
    if not (url or guid):
        raise Malformed("no_identity", "give the article a url, or a guid and a source")
    title = _needed(record, "title", problems)
    if title is None:
        raise Malformed("no_title", "the title is missing or empty")
    bodies = _read_bodies(record, problems)
    rest = {name: _optional(record, name, problems) for name in ("source", "language", "feed_url", "rights")}
    authors = _authors(record.get("authors"), problems)
    problems += _unknown(record)
    dates = {name: record.get(name) for name in ("published_at", "modified_at", "fetched_at")}
    return RawFields(
        url=url, guid=guid, title=title, authors=authors, problems=tuple(problems), **bodies, **rest, **dates
    )


def split_authors(names: str) -> tuple[str, ...]:
    """Return the names of a byline such as "By A. One, B. Two and C. Three"."""
    found = _BETWEEN_AUTHORS.split(_BY.sub("", clean_text.one_line(names)))
    return tuple(dict.fromkeys(name.strip(" ,;") for name in found if name.strip(" ,;")))


def _needed(record: Mapping[str, Any], name: str, problems: list[Problem]) -> str | None:
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Malformed("bad_field", f"{name} must be a string, not {_kind(value)}")
    return _string(name, value, problems)


def _optional(record: Mapping[str, Any], name: str, problems: list[Problem]) -> str | None:
    value = record.get(name)
    if isinstance(value, str):
        return _string(name, value, problems)
    if value is not None:
        problems.append(problem(name, _oddness(value), value))
    return None


def _read_bodies(record: Mapping[str, Any], problems: list[Problem]) -> dict[str, str | None]:
    given = {name: record.get(name) for name in _BODIES}
    if not any(isinstance(value, str) for value in given.values()):
        wrong = next((name for name, value in given.items() if value is not None), None)
        if wrong:
            raise Malformed("bad_field", f"{wrong} must be a string, not {_kind(given[wrong])}")
        raise Malformed("no_text", "give the article a text, html or summary")
    return {name: _optional(record, name, problems) for name in _BODIES}


def _string(name: str, value: str, problems: list[Problem]) -> str | None:
    text, odd = clean_text.safe(value)
    problems += [problem(name, what, text) for what in odd]
    if name in _BODIES:
        return text if text.strip() else None  # spaces at the start of a line may set paragraphs apart
    return text.strip() or None


def _authors(value: object, problems: list[Problem]) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return split_authors(_string("authors", value, problems) or "")
    if not isinstance(value, list):
        problems.append(problem("authors", _oddness(value), value))
        return ()
    problems += [problem("authors", _oddness(name), name) for name in value if not isinstance(name, str)]
    given = [_string("authors", name, problems) for name in value if isinstance(name, str)]
    return tuple(dict.fromkeys(name for name in (_BY.sub("", clean_text.one_line(n or "")) for n in given) if name))


def _unknown(record: Mapping[str, Any]) -> Iterator[Problem]:
    names = [name for name in record if name not in _KNOWN]
    for name in names[:MAX_UNKNOWN_FIELDS]:
        yield problem(name, "unknown field", record[name])


def _oddness(value: object) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "not a number"
    if isinstance(value, float) and math.isinf(value):
        return "number too large"
    return "wrong type"


def _kind(value: object) -> str:
    return _TYPE_NAMES.get(type(value), "a number")
