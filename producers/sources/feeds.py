"""Articles from RSS and Atom documents that are already here: files, folders, standard input. No network."""

import html
import io
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import feedparser
from feedparser.exceptions import ThingsNobodyCaresAboutButMe

from producers.items import Item, Place, Refused, encoded, item
from producers.report import Report
from producers.sources.files import EARLIER
from producers.sources.folders import STDIN, checked, found, open_stdin, shown
from producers.sources.lines import marked

SUFFIXES: Final = (".xml", ".rss", ".atom", ".rdf")
MAX_FEED_BYTES: Final = 16 * 1_024 * 1_024  # the largest real ones carry years of full text in 5 to 10 MiB

Fields = dict[str, Any]


def read_feeds(
    paths: Sequence[str],
    *,
    feed_url: str | None = None,
    source: str | None = None,
    fetched_at: str | None = None,
    done: Mapping[str, Place] | None = None,
    report: Report | None = None,
) -> Iterator[Item | Refused]:
    """Return the entries of feed documents, folders by file name; `-` is standard input.

    `feed_url` (default: the feed's own self link) scopes the guids and resolves relative links. A broken feed gives
    the entries that can be read, and a problem in `report`. What `done` names was published before.

    Raises:
        InputError: at once, when a path is missing or a folder holds no feed.
    """
    checked(paths, SUFFIXES, any_file=True, resumed=done is not None)
    given = {"source": source, "fetched_at": fetched_at}
    reader = _Reader(feed_url, given, dict(done or {}), report if report is not None else Report())
    return (entry for path in paths for entry in reader.read(path))


class _Reader:
    def __init__(
        self, feed_url: str | None, given: Mapping[str, str | None], done: Mapping[str, Place], report: Report
    ) -> None:
        self._feed_url = feed_url
        self._given = given
        self._done = done
        self._report = report

    def read(self, given: str) -> Iterator[Item | Refused]:
        if given == STDIN:
            with open_stdin() as stream:
                yield from self._document(stream.read(MAX_FEED_BYTES + 1), "stdin", "stdin")
            return
        for file in found(Path(given), SUFFIXES, self._report):
            if isinstance(file, Refused):
                yield file
                continue
            where = shown(file.file)
            try:
                with file.file.open("rb") as stream:
                    data = stream.read(MAX_FEED_BYTES + 1)
            except OSError as error:
                yield Refused(where, f"cannot be read: {error.strerror or error}")
                continue
            yield from self._document(data, where, shown(file.file.resolve()))

    def _document(self, data: bytes, where: str, path: str) -> Iterator[Item | Refused]:
        if len(data) > MAX_FEED_BYTES:
            yield Refused(where, f"the feed has more than {MAX_FEED_BYTES} bytes")
            return
        parsed = parse(data, self._feed_url)
        if isinstance(parsed, str):
            yield Refused(where, parsed)
            return
        if problem := _problem(parsed):
            self._report.problem(where, problem)
        yield from self._entries(parsed, where, Place(path, 0, marked(data)))

    def _entries(self, parsed: Any, where: str, document: Place) -> Iterator[Item | Refused]:
        before = self._done.get(document.path)
        published = before.number if before is not None and before.mark == document.mark else 0
        for number, entry in enumerate(parsed.entries, start=1):
            here = f"{where}: entry {number}"
            fields = article(entry, parsed.feed, self._feed_url)
            if number <= published:
                self._report.skip(EARLIER)
            elif not fields.keys() & {"url", "guid", "title", "text", "html", "summary"}:
                yield Refused(here, "the entry is empty")
            else:
                value = encoded({**fields, **self._given})
                yield item(here, value, document._replace(number=number))


def parse(data: bytes, feed_url: str | None) -> Any:
    """Return feedparser's result for a document, or the reason why there is none."""
    headers = {"content-location": feed_url} if feed_url else {}
    try:
        # A stream: feedparser takes plain bytes for the name of a file and would open it.
        parsed = feedparser.parse(io.BytesIO(data), response_headers=headers)
    except Exception as error:  # whatever a hostile document makes the parser raise is that document's fault
        return f"cannot be read as a feed: {type(error).__name__}: {error}"
    if not parsed.get("version") and not parsed.entries:  # an empty document has no version at all
        return "is not a feed (RSS or Atom)"
    return parsed


def article(entry: Any, feed: Any, feed_url: str | None) -> Fields:
    """Return an entry with the field names of RawArticle, without the ones it does not have."""
    fields = {
        "url": _string(entry, "link"),
        "guid": _string(entry, "id"),
        "title": _title(entry),
        **_body(entry),
        "authors": _authors(entry) or _authors(feed),
        "published_at": _when(entry, "published"),
        "modified_at": _when(entry, "updated"),
        "language": _string(feed, "language"),
        "feed_url": feed_url or _self_link(feed),
        "rights": _string(entry, "rights") or _string(feed, "rights"),
    }
    return {name: value for name, value in fields.items() if value}


def _title(entry: Any) -> str | None:
    title = _string(entry, "title")
    if title and "html" in _type(entry.get("title_detail")):
        return html.unescape(re.sub(r"<[^<>]*>", "", title))  # sanitised markup: its tags are whole
    return title


def _body(entry: Any) -> Fields:
    """Return the entry's text under the field that says what it is."""
    contents = [part for part in entry.get("content", []) if part.get("value")]
    page = next((part["value"] for part in contents if "html" in _type(part)), None)
    text = next((part["value"] for part in contents if _type(part) == "text/plain"), None)
    summary = _string(entry, "summary")
    if summary and not page and not text and "html" in _type(entry.get("summary_detail")):
        return {"html": summary}
    return {"html": page, "text": text, "summary": summary}


def _authors(holder: Any) -> list[str]:
    people = [person.get("name") for person in holder.get("authors", [])]
    return list(dict.fromkeys(name for name in people if name))


def _when(entry: Any, name: str) -> str | None:
    """Return a date as ISO 8601 in the zone it was given in, in UTC where only feedparser can read it.

    A date that nobody can read is passed on as it is: the pipeline keeps it as a problem of the article.
    """
    given = _string(entry, name)
    if given is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
        return given
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(given)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if when.tzinfo is not None:
            return when.isoformat()
    return _utc(dict.get(entry, f"{name}_parsed")) or given


def _utc(parsed: time.struct_time | None) -> str | None:
    try:
        return datetime(*parsed[:6], tzinfo=UTC).isoformat() if parsed else None
    except (ValueError, TypeError):
        return None


def _self_link(feed: Any) -> str | None:
    links = (link for link in feed.get("links", []) if link.get("rel") == "self")
    return next((link["href"] for link in links if link.get("href", "").startswith(("http://", "https://"))), None)


def _problem(parsed: Any) -> str | None:
    error = parsed.get("bozo_exception")
    if not parsed.bozo or isinstance(error, ThingsNobodyCaresAboutButMe):
        return None
    return f"the feed is broken; {len(parsed.entries)} entries could be read: {' '.join(str(error).split())}"


def _type(detail: Any) -> str:
    return (detail or {}).get("type") or ""


def _string(holder: Any, name: str) -> str | None:
    # dict.get: feedparser's own answers `updated` with `published`, and warns about it.
    value = dict.get(holder, name)
    return value.strip() or None if isinstance(value, str) else None
