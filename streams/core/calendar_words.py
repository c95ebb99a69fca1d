"""The words of the calendar in English: what an expression of time says, before anybody knows when it was written."""

import re
from datetime import date
from typing import Final, NamedTuple

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAY: Final = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
MONTH: Final = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_NTH: Final = r"(?P<{}>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<{}>(?:19|20)\d\d)"
_NO_MORE: Final = r"(?![\d%]|[-–/](?:\d|[A-Z])|,\d)"  # "March 3-5", "May 60%", "June 3,000"
_DAY: Final = re.compile(
    rf"\b(?P<month>{MONTH})\s{_NTH.format('day')}(?!\d)(?:(?:,|,?\s(?:in|of))?\s{_YEAR.format('year')})?{_NO_MORE}"
    rf"|\b(?:the\s)?{_NTH.format('day2')}\s(?:of\s)?(?P<month2>{MONTH})\b(?:,?\s{_YEAR.format('year2')})?{_NO_MORE}"
    r"|\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?!\d)",
    re.IGNORECASE,
)
_WEEKDAY: Final = re.compile(rf"\b{WEEKDAY}\b(?!s\b)", re.IGNORECASE)
_NEAR: Final = re.compile(
    r"(?P<today>\btoday\b|\btonight\b|\bthis\s(?:morning|afternoon|evening)\b)"
    r"|(?P<yesterday>(?<!day before )\byesterday\b|\blast\snight\b)|(?P<tomorrow>(?<!day after )\btomorrow\b)"
    r"|(?<![-.\d])(?<!or )(?<!to )\b(?P<ago>two|three|four|five|six|2|3|4|5|6)\sdays\sago\b",
    re.IGNORECASE,
)
_COUNTS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
# Days with a name of their own, and days that come again.
_NAMED: Final = re.compile(
    r"\b(?:super|black|good|ash|fat|cyber|palm|easter|bloody|giving|holy|any|every|each|some|most|alternate|a|one"
    r"|first|second|third|fourth|of|several|many|two|three|both)\s$",
    re.IGNORECASE,
)
_PERIOD: Final = re.compile(r"\b(?:months|weeks|years|days|quarter|half|week)\b(?!\sago$)", re.IGNORECASE)
_LOOK: Final = 24  # characters around an expression


class Expression(NamedTuple):
    """What an expression of time says.

    `days`: of a word such as "yesterday", to be added to the day of writing. `month`, `day`, `year`: of a date, 0
    where it does not say. `weekday`: 0 for Monday, None where none is named. `side`: "last" or "next" where it says
    so. `range`: it is one end of a stretch of time, or a part of it.
    """

    days: int | None = None
    weekday: int | None = None
    month: int = 0
    day: int = 0
    year: int = 0
    side: str = ""


def read_expression(text: str, start: int, end: int) -> Expression | None:
    """Return what a mention of a time says; None where it names no single day, or none that words alone tell.

    Ambiguous figures ("3/4/2012"), days of a named kind ("Black Friday"), several days ("March 3-5", "Tuesdays", "the
    three months to March 31"), and possessives ("today's youth", "Friday's game") are none.
    """
    if (after := text[end : end + 2])[:1] in ("'", "’") and after[1:].lower() == "s":
        return None
    if _PERIOD.search(text, start, end):
        return None
    found = _in_full(text, start, end)
    weekdays = list(_WEEKDAY.finditer(text, start, end))
    if found is None and not weekdays:
        return _near(text, start, end)
    if len(weekdays) > 1 or (found is None and _is_special(text, weekdays[0])):
        return None
    weekday = WEEKDAYS.index(weekdays[0][0].lower()) if weekdays else None
    if found is not None:
        return found._replace(weekday=weekday)
    side = _side(text, weekdays[0].start(), weekdays[0].end())
    return None if side is None else Expression(weekday=weekday, side=side)


def _in_full(text: str, start: int, end: int) -> Expression | None:
    found = list(_DAY.finditer(text, start, min(len(text), end + 1)))
    if len(found) != 1:
        return None
    match = found[0]
    if match["iso"]:
        return _checked(*map(int, match["iso"].split("-")))
    month = _MONTHS.index((match["month"] or match["month2"])[:3].lower()) + 1
    return _checked(int(match["year"] or match["year2"] or 0), month, int(match["day"] or match["day2"]))


def _checked(year: int, month: int, day: int) -> Expression | None:
    try:
        date(year or 2000, month, day)  # a leap year
    except ValueError:
        return None
    return Expression(year=year, month=month, day=day)


def _near(text: str, start: int, end: int) -> Expression | None:
    found = _NEAR.search(text, max(0, start - len("this ")), end)
    if found is None or found.end() <= start:
        return None
    if found["ago"]:
        return Expression(days=-_COUNTS.get(found["ago"].lower(), 0) or -int(found["ago"]))
    return Expression(days=0 if found["today"] else -1 if found["yesterday"] else 1)


def _is_special(text: str, weekday: re.Match[str]) -> bool:
    before, after = text[max(0, weekday.start() - _LOOK) : weekday.start()], text[weekday.end() : weekday.end() + _LOOK]
    # "Friday of last week", "Monday through Friday", "two weeks ago Tuesday", "a week from Monday"
    return bool(_NAMED.search(before) or _ELSEWHERE_AFTER.match(after) or _ELSEWHERE_BEFORE.search(before))


_ELSEWHERE_AFTER: Final = re.compile(
    r"s\b|['’]s|\snight\s(?:live|football)\b|(?:\s(?:night|morning|afternoon|evening))?(?:,?\s(?:of\slast|of\sthis|of\snext|a\sweek|two\sweeks"
    rf"|last|next|before|after\snext)\b|\s?[-–/]\s?{WEEKDAY}|\s(?:through|thru|to)\s|-to-)",
    re.IGNORECASE,
)
_ELSEWHERE_BEFORE: Final = re.compile(
    r"(?:\bago\s(?:on\s|last\s)?|\b(?:from|through|thru)\s|\bweek\sof\s|[a-z]\s?[-–/]\s?|\bto\s)$", re.IGNORECASE
)
_SIDES: Final = re.compile(
    r"\b(?P<past>(?:this\s)?past|last)\s$|\b(?P<next>next|this\scoming|coming)\s$", re.IGNORECASE
)


def _side(text: str, start: int, end: int) -> str | None:
    found = _SIDES.search(text, max(0, start - _LOOK), start)
    if found is None:
        return ""
    if found["past"]:
        return "last" if found["past"].lower() == "last" else "past"
    return "next" if found["next"].lower() == "next" else "coming"
