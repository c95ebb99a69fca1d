"""An article's words as a comparison sees them: without house style, byline, dateline, agency header and footer."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from streams.core.scan import Flags, Hashes, Places, scan


class Wording(NamedTuple):
    """The words of one text, and which of them are figures and names."""

    hashes: Hashes  # of each word, 64 bits
    figures: Places  # at which of the words figures stand
    names_at: Places  # at which names stand: words written with a capital letter and never without
    telling: Flags  # of each word, whether it says something about the subject


class Reading(NamedTuple):
    """An article as it is compared."""

    heading: Wording
    body: Wording
    note: str  # the paragraph that says what was corrected, "" where there is none
    substance: "Substance"  # the text that is compared, and what was left out of it


def read_article(title: str, text: str) -> Reading:
    """Return the words of headline and text, without what each outlet adds around them."""
    parts = parted(text)
    return Reading(read(title), read(parts.text), correction_note(title, text), parts)


def read(text: str) -> Wording:
    """Return the words of a text; equal for texts that differ in case, quotes, punctuation or spacing only."""
    hashes, figures, capitals, telling = scan(text)
    return Wording(hashes, figures.nonzero()[0], _names(hashes, capitals), telling)


def _names(hashes: Hashes, capital: Flags) -> Places:
    """Return at which of the words with a capital letter those stand that are nowhere without."""
    places, others = capital.nonzero()[0], np.sort(hashes[~capital])
    if not len(others):
        return places
    found = others.searchsorted(hashes[places])
    never: Places = places[others[np.minimum(found, len(others) - 1)] != hashes[places]]
    return never


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs that hold anything, stripped."""
    return [part for part in map(str.strip, text.split("\n")) if part]


MAX_HEADER_LINES: Final = 5  # byline, agency, two dates, a place
MAX_HEADER_CHARS: Final = 120  # a longer paragraph is reporting, whatever its first words are
MAX_FOOTER_LINES: Final = 8  # credits, copyright, links: more than that is another text
MAX_FOOTER_CHARS: Final = 400  # terms of use are long
_DATELINE_CHARS: Final = 120  # a dateline ends within them


class Substance(NamedTuple):
    """A text without the lines that each outlet adds, and these lines."""

    text: str
    header: tuple[str, ...] = ()  # byline, agency, dates
    dateline: str = ""  # at the beginning of the first paragraph that is kept
    credits: str = ""  # at the end of the last one
    footer: tuple[str, ...] = ()  # credits, copyright, links


def substance(text: str) -> str:
    """Return the text without the lines that each outlet adds: byline, dateline, agency header, credits, footer.

    A text that consists of such lines only is returned whole.
    """
    return parted(text).text


def parted(text: str) -> Substance:
    """Return what `substance` does, and what it leaves out."""
    parts = paragraphs(text)
    start, end = 0, len(parts)
    while start < min(end, MAX_HEADER_LINES) and _is_header(parts[start]):
        start += 1
    while end > max(start, len(parts) - MAX_FOOTER_LINES) and _is_footer(parts[end - 1]):
        end -= 1
    kept = parts[start:end]
    if not kept:
        return Substance(text)
    lead = kept[0]
    kept[0] = _without_dateline(lead)
    dateline = lead[: len(lead) - len(kept[0])]
    last = kept[-1]
    kept[-1] = _without_credits(last)
    ending = last[len(kept[-1]) :]
    return Substance("\n\n".join(kept), tuple(parts[:start]), dateline, ending, tuple(parts[end:]))


_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_WEEKDAY: Final = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_AGENCY: Final = (
    r"(?:(?:The )?Associated Press|AP|Thomson Reuters(?: Foundation)?|Reuters?|AFP|Agence France-Presse|UPI|Xinhua"
    r"|TASS|dpa|ANSA|EFE|Kyodo(?: News)?|Yonhap|PTI|ANI|IANS|Bloomberg(?: News)?|CNN(?: Business)?|CBS News|NPR"
    r"|PRNewswire|Business Wire|GLOBE NEWSWIRE|The Canadian Press|CP|AAP|PA|Interfax|Anadolu|AA)"
)
_DASH: Final = r"\s*[-–—]+\s+"
_PLACE: Final = r"(?:[A-Z][^()\n]{0,70}?)?"


def _any_of(*patterns: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


_HEADER: Final = _any_of(
    r"(?:(?i:written|reported|story|words) )?[Bb][Yy]:?\s+[A-Z@][^.!?]*[^.!?]",  # By Jane Doe and John Roe
    rf"\(?{_AGENCY}\)?",
    r"(?i:(?:first |last )?(?:published|updated|posted|modified)\b[^!?]*)",  # Updated 5 May 2020, 10:30
    rf"(?:{_WEEKDAY},?\s+)?(?:\d{{1,2}}\s+)?{_MONTH}\.?\s+\d[\d,\s:.|apmAPMGMTESTUTC-]*",  # Tuesday, May 5, 2020
)
_DATELINE: Final = _any_of(
    rf"{_PLACE}\(\s*{_AGENCY}\s*\)(?:\s*[-–—]+)?\s*",  # NEW YORK, May 5 (Reuters) -
    rf"{_PLACE}/{_AGENCY}/(?:\s*[-–—]+)?\s*",  # LONDON, May 5 /PRNewswire/ --
    rf"{_AGENCY}{_DASH}",  # CNN —
    rf"[A-Z][A-Z .'’/-]{{2,40}}(?:,\s[A-Z][\w.]{{1,15}})?(?:,\s{_MONTH}\.?\s\d{{1,2}})?{_DASH}",  # PARIS, May 5 --
)
_OPENING: Final = r"[(\[*_—–-]*\s*"
_FOOTER: Final = _any_of(
    _OPENING + r"(?:additional |with |further )?(?:report(?:ing|ed)|writing|written) (?:and \w+ )?by\b",
    _OPENING + r"(?:additional |with |further )?(?:editing|edited|compiled|translated) (?:and \w+ )?by\b",
    _OPENING + r"(?:copyright\b|©|\(c\)|follow .{1,80} on (?:twitter|facebook|instagram|x)\b)",
    _OPENING + r"(?:the post .{1,200} appeared first on|(?:read|see) (?:more|also)|click here|our standards)\b",
    _OPENING + r"(?:related(?: \w+)?:|sign up (?:for|to)\b|subscribe (?:to|now)\b|last news$)",
    r".{0,120}\b(?:all rights reserved|may not be (?:published|reproduced|republished))\b",
    r".{1,200}\bcontributed to this (?:report|story|article)\b",
    rf"{_OPENING}{_AGENCY}(?:\s\w)?$",
    r"[\W_]*$",
    flags=re.IGNORECASE,
)
_CREDITS: Final = _any_of(
    r"\s*[(\[](?:additional |further )?(?:report|writ|edit)ing by [^()\[\]]{1,300}[)\]]\s*$",
    r"\s+REUTERS?(?: [A-Z])?\s*$",
    flags=re.IGNORECASE,
)


def _is_header(line: str) -> bool:
    return len(line) <= MAX_HEADER_CHARS and _HEADER.fullmatch(line) is not None


def _is_footer(line: str) -> bool:
    return len(line) <= MAX_FOOTER_CHARS and _FOOTER.match(line) is not None


def _without_dateline(lead: str) -> str:
    found = _DATELINE.match(lead[:_DATELINE_CHARS])
    return lead[found.end() :] if found else lead


def _without_credits(last: str) -> str:
    # The tail only: in a long paragraph the search would start anew at every space.
    cut = max(0, len(last) - MAX_FOOTER_CHARS)
    return last[:cut] + _CREDITS.sub("", last[cut:])


_THIS: Final = r"this (?:article|story|report|post|headline)\b"
_NOTE: Final = _any_of(
    _OPENING
    + r"(?:corrections?|corrected|corrects?|clarifications?|refiles)\b(?:\s*[:;—–-]|\s+(?:to|and|appended)\b|$)",
    r"[(\[*_—–-]+\s*corrects\b",  # (Corrects spelling of name in second paragraph)
    _OPENING + r"editor[’']?s[’']? note\b.{0,300}\b(?:correct|amend|error|incorrect|misstat|updated)",
    r".{0,60}\b(?:earlier|previous) version of " + _THIS,
    rf".{{0,60}}\b{_THIS} (?:has been|was) (?:corrected|amended|updated to correct)\b",
    flags=re.IGNORECASE,
)
_NOTE_LINES: Final = 3  # notes stand at the top or at the foot


def correction_note(title: str, text: str) -> str:
    """Return the paragraph that says what was corrected, "" where there is none."""
    parts = paragraphs(text)
    edges = parts if len(parts) <= 2 * _NOTE_LINES else parts[:_NOTE_LINES] + parts[-_NOTE_LINES:]
    return _first_note((title, *edges))


def _first_note(lines: Iterable[str]) -> str:
    return next((line for line in lines if _NOTE.match(line)), "")
