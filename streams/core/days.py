"""What day a text means: "on Tuesday", "yesterday", "March 3", against the day on which it was written.

Words of the calendar and the tense of the sentence decide; in doubt there is no day. News style names days within a
week by their weekday, and those of the year of writing without the year (Associated Press Stylebook): so "on Tuesday"
and "March 3" are resolved. The kinds of expression are those of TimeML's TIMEX3 of type DATE with the granularity of a
day (Pustejovsky et al. 2003); only these are resolved, as "last week" is no day.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Final, NamedTuple

from streams.contracts.events import Entity
from streams.core.calendar_words import Expression, read_expression
from streams.core.dates import FIRST_YEAR
from streams.core.speech_tokens import QUOTE, Reading
from streams.core.tense import Tense, follows_verb, tense_at

MAX_DAYS: Final = 500  # of an article; one of 900 words has six
MAX_MENTIONS: Final = 2_000  # of dates and times that are looked at; each costs as much as its sentence is long
NEAR_DAYS: Final = 40  # a date without its year lies within so many days of the day of writing, or its tense tells
OTHER_YEAR_DAYS: Final = 120  # further away the year is given, unless it is that of writing
UNSURE_HOURS: Final = 8  # before so many hours UTC it is still the day before in America
_WEEK: Final = 7
_TIMES: Final = frozenset(("DATE", "TIME"))
# "Sept. 11" and "Jan. 6" mean one day of one year, wherever they stand.
_PROVERBIAL: Final = frozenset(((9, 11), (1, 6)))


class Written(NamedTuple):
    """The day on which a text was written; `sure`: it was that day where the writer sat, so that "today" is it."""

    day: date
    sure: bool


class Dated(NamedTuple):
    """A mention of a day, in the text; `tense` is that of its sentence, which is counted from 0."""

    start: int
    end: int
    day: date
    tense: Tense
    sentence: int


def written_on(published_at: str | None) -> Written | None:
    """Return the publisher's own day of an ISO date; None without one."""
    if published_at is None:
        return None
    try:
        when = datetime.fromisoformat(published_at)
    except ValueError:
        return None
    if not FIRST_YEAR <= when.year < MAXYEAR:  # a year on either side has to exist
        return None
    bare = len(published_at) <= len("2026-04-07")
    return Written(when.date(), sure=bare or bool(when.utcoffset()) or when.hour >= UNSURE_HOURS)


def find_days(text: str, entities: Sequence[Entity], reading: Reading, written: Written | None) -> list[Dated]:
    """Return the mentions of dates and times that name one day, with that day, in order.

    Args:
        text: the body.
        entities: those of the article; mentions of its dates and times are looked at.
        reading: the text's tokens and sentences.
        written: when it was written; without it only dates with their year are resolved.
    """
    mentions = sorted((m.start, m.end) for e in entities if e.type in _TIMES for m in e.mentions)
    starts = [token.start for token in reading.tokens]
    firsts = [sentence.first for sentence in reading.sentences]
    found: list[Dated] = []
    for start, end in mentions[:MAX_MENTIONS]:
        said = read_expression(text, start, end)
        if said is None:
            continue
        at = bisect_right(starts, start) - 1
        place = bisect_right(firsts, at) - 1
        sentence = reading.sentences[place]
        quoted = reading.tokens[at].kind == QUOTE
        tense = "unclear" if quoted else tense_at(reading.tokens, sentence, at)
        if said.days == 0 and not follows_verb(reading.tokens, sentence, at):
            continue  # "as in most places of the world today"
        day = _day(said, written, tense, quoted=quoted)
        if day is not None:
            found.append(Dated(start, end, day, tense, place))
    return found[:MAX_DAYS]


def day_of(text: str, start: int, end: int, written: Written | None) -> date | None:
    """Return the day that a date names by itself, without a sentence around it; None where it names none."""
    said = read_expression(text, start, end)
    return None if said is None else _day(said, written, "unclear", quoted=False)


def _day(said: Expression, written: Written | None, tense: Tense, *, quoted: bool) -> date | None:
    if said.year:
        day = date(said.year, said.month, said.day) if _exists(said.year, said) else None
        return day if day and said.weekday in (None, day.weekday()) else None
    if written is None or quoted:  # who speaks may have spoken on another day
        return None
    if said.days is not None:
        return _near(said.days, written, tense)
    if said.month:
        return _without_year(said, written.day, tense)
    return None if said.weekday is None else _weekday(said.weekday, said.side, written.day, tense)


def _near(days: int, written: Written, tense: Tense) -> date | None:
    """Return the day of "yesterday" and the like; without a verb that tells, "today" and "tomorrow" may be no days."""
    if not written.sure or (days >= 0 and tense == "unclear"):
        return None
    return written.day + timedelta(days)


def _weekday(weekday: int, side: str, written: date, tense: Tense) -> date | None:
    back = timedelta((written.weekday() - weekday) % _WEEK)
    ahead = timedelta((weekday - written.weekday()) % _WEEK)
    # "Last Friday", written on a Saturday, is yesterday to some and a week ago to others; on a Monday it is sure.
    if side == "last":
        return written - (back or timedelta(_WEEK)) if weekday >= written.weekday() else None
    if side == "next":
        return written + (ahead or timedelta(_WEEK)) if weekday <= written.weekday() else None
    if side == "past":
        return written - (back or timedelta(_WEEK))
    if side == "coming":
        return written + (ahead or timedelta(_WEEK))
    if tense == "future":
        return written + ahead
    # Six days ago is tomorrow, where the clock of the event is ahead of the publisher's.
    return written - back if tense == "past" and back.days < _WEEK - 1 else None


def _without_year(said: Expression, written: date, tense: Tense) -> date | None:
    if (said.month, said.day) in _PROVERBIAL:
        return None
    days = [date(year, said.month, said.day) for year in _years(written) if _exists(year, said)]
    if said.weekday is not None:
        days = [day for day in days if day.weekday() == said.weekday]  # of three years hardly two
    if not days:
        return None
    if said.weekday is not None:
        return min(days, key=lambda day: abs((day - written).days))
    if tense == "unclear":
        day = min(days, key=lambda day: abs((day - written).days))
        return day if abs((day - written).days) <= NEAR_DAYS else None
    found = max((d for d in days if d <= written), default=None)
    if tense == "future":
        found = min((d for d in days if d >= written), default=None)
    if found is None or found.year == written.year or abs((found - written).days) <= OTHER_YEAR_DAYS:
        return found
    return None


def _years(written: date) -> Iterator[int]:
    yield from (written.year - 1, written.year, written.year + 1)


def _exists(year: int, said: Expression) -> bool:
    try:
        date(year, said.month, said.day)
    except ValueError:
        return False
    return True
