"""Dates as publishers give them, to ISO 8601 with the publisher's own offset."""

import math
import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

FIRST_YEAR: Final = 1900  # earlier ones are a system's zero date, not a day of publication
MIN_EPOCH: Final = 10**8  # 1973; smaller numbers are years, counts, or compact dates such as 20121231
MIN_EPOCH_MS: Final = 10**11  # as seconds this is the year 5138
MAX_EPOCH_MS: Final = 10**14
LAST_DAY: Final = (
    253_402_214_400,
    253_402_300_800,
)  # seconds to 9999-12-31: a system's "never", not a day of 1978 in ms
MAX_DATE_CHARS: Final = 64  # the longest RFC 2822 date has about 45
FUTURE_TOLERANCE: Final = timedelta(hours=24)  # clocks and zones of publishers are wrong by up to a day
LAST_FETCH: Final = datetime(2100, 1, 1, tzinfo=UTC)  # where no clock is at hand; later is a system's "never"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BARE_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")
_ISO: Final = re.compile(r"\d{4}-?\d{2}-?\d{2}[T ]\s?(\d{2}:?\d{2}.*)", re.IGNORECASE)
_ZONE_WORD: Final = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_SPACED_OFFSET: Final = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
_RFC_2822: Final = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}[\s-]+[A-Za-z]{3,9}[\s-]+\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s+[\w+:-]+)?(?:\s+\(\w+\))?"
)
_EPOCH_DIGITS: Final = re.compile(r"\d{9,17}(?:\.\d{1,9})?")


class Moment(NamedTuple):
    """What was read: ISO 8601 or None, the instant it stands for, and what was odd about it."""

    iso: str | None
    instant: datetime | None
    problem: str | None


_NOTHING: Final = Moment(None, None, None)


def _bad(problem: str) -> Moment:
    return Moment(None, None, problem)


def read_date(value: object, latest: datetime | None = None) -> Moment:
    """Read a date given as ISO 8601, RFC 2822 or an epoch in seconds or milliseconds.

    `latest` is the newest instant that is not "in the future"; None judges nothing. A time without a zone names no
    instant, so only its day is kept.
    """
    if value is None or value == "":
        return _NOTHING
    found = _read(value)
    if found.instant is None:
        return found
    if found.instant.year < FIRST_YEAR:
        return _bad("before 1900")
    if latest is not None and found.instant > latest:
        return _bad("in the future")
    return found


def read_fetched(value: object, ingested_at: int | None) -> Moment:
    """Read when an article was fetched; nobody fetches after the record arrived (`ingested_at` in ms) or after 2099."""
    return read_date(value, latest_allowed(None, ingested_at) or LAST_FETCH)


def latest_allowed(fetched_at: datetime | None, ingested_at: int | None) -> datetime | None:
    """Return the newest credible date of an article: a day after we first knew of it; `ingested_at` in ms."""
    known = [fetched_at] if fetched_at else []
    if ingested_at is not None and 0 < ingested_at < MAX_EPOCH_MS:
        known.append(_EPOCH + timedelta(milliseconds=ingested_at))
    try:
        return min(known) + FUTURE_TOLERANCE if known else None
    except OverflowError:  # nothing is later than the last day of the calendar
        return None


def _read(value: object) -> Moment:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return _bad("wrong type")
    if isinstance(value, str):
        return _text(value.strip())
    return _number(value)


def _number(value: float) -> Moment:
    if abs(value) >= MAX_EPOCH_MS:
        return _bad("number too large")
    if math.isnan(value):
        return _bad("not a number")
    if abs(value) < MIN_EPOCH:
        return _text(str(value)) if isinstance(value, int) else _bad("not a date")
    in_ms = abs(value) >= MIN_EPOCH_MS and not LAST_DAY[0] <= value <= LAST_DAY[1]
    try:
        return _instant(_EPOCH + (timedelta(milliseconds=value) if in_ms else timedelta(seconds=value)))
    except OverflowError:  # datetime counts the years 1 to 9999
        return _bad("before 1900" if value < 0 else "number too large")


def _text(text: str) -> Moment:
    if len(text) > MAX_DATE_CHARS:
        return _bad("not a date")
    try:
        if _BARE_DATE.fullmatch(text):
            return _day(date.fromisoformat(text), None)
        if _ISO.fullmatch(text):
            return _instant(datetime.fromisoformat(_with_offset(text)))
        if _RFC_2822.fullmatch(text):
            return _instant(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return _bad("not a date")
    return _number(float(text)) if _EPOCH_DIGITS.fullmatch(text) else _bad("not a date")


def _with_offset(text: str) -> str:
    return _SPACED_OFFSET.sub("", _ZONE_WORD.sub("+00:00", text))


def _instant(when: datetime) -> Moment:
    if when.tzinfo is None:
        return _day(when.date(), "no time zone")
    # Instants are only compared, so one near the year 1 or 9999 keeps its own offset rather than overflow.
    return Moment(when.isoformat(), when, None)


def _day(day: date, problem: str | None) -> Moment:
    return Moment(day.isoformat(), datetime(day.year, day.month, day.day, tzinfo=UTC), problem)
