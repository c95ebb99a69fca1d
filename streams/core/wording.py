"""An article's words as a comparison sees them.

House style does not count, nor what only the outlet adds: byline, dateline, agency header and footer, galleries.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from streams.core.compiled import compiled
from streams.core.gallery import is_gallery
from streams.core.scan import CAPITAL, FIGURE, TELLS, Facts, Flags, Hashes, Places, Scanned, scan

_LEAST_SLOTS: Final = 8  # of a set of hashes


class Wording(NamedTuple):
    """The words of one text, and which of them are figures and names."""

    hashes: Hashes  # of each word, 64 bits
    figures: Places  # at which of the words figures stand
    names_at: Places  # at which names stand: words written with a capital letter and never without
    telling: Flags  # of each word, whether it says something about the subject


class Paragraphs(NamedTuple):
    """The words of all paragraphs of a text, those too that only the outlet adds."""

    hashes: Hashes  # of each word, as in `Wording`
    facts: Facts  # of each word, as in `scan.Scanned`
    ends: Places  # of each paragraph: at which word the next one begins
    header: int  # how many paragraphs at the beginning only the outlet adds
    footer: int  # how many at the end


class Reading(NamedTuple):
    """An article as it is compared."""

    heading: Wording
    body: Wording
    note: str  # the paragraph that says what was corrected, "" where there is none
    paragraphs: Paragraphs
    substance: "Substance"  # the text that is compared, and what was left out of it


def read_article(title: str, text: str) -> Reading:
    """Return the words of headline and text, without what each outlet adds around them, and all by paragraphs."""
    parts = paragraphs(text)
    start, end = _edges(parts)
    lines, substance, first, last = parts, Substance(text), 0, len(parts)
    if start < end:
        first, last = start, end
        kept, dateline, ending = _trimmed(parts[start:end])
        lines = [*parts[:start], *kept, *parts[end:]]
        substance = _substance(parts, start, end, kept, dateline, ending)
    words = scan("\n".join((title, *lines)))  # at once: half of what a headline costs is to begin
    ends = words.lines[title.count("\n") :]  # of the headline, and of each paragraph
    head = int(ends[0])
    passed_over = [slice(ends[at], ends[at + 1]) for at in range(first, last) if lines[at] in substance.captions]
    return Reading(
        _wording(words, 0, head), _wording(words, int(ends[first]), int(ends[last]), passed_over),
        _note_in(title, parts),
        Paragraphs(words.hashes[head:], words.facts[head:], ends[1:] - head, first, len(parts) - last), substance,
    )  # fmt: skip


def read(text: str) -> Wording:
    """Return the words of a text; equal for texts that differ in case, quotes, punctuation or spacing only."""
    words = scan(text)
    return _wording(words, 0, len(words.hashes))


def _wording(words: Scanned, start: int, end: int, passed_over: Sequence[slice] = ()) -> Wording:
    hashes, facts = words.hashes[start:end], words.facts[start:end]
    if passed_over:
        kept = np.ones(len(words.hashes), np.bool_)
        for part in passed_over:
            kept[part] = False
        hashes, facts = hashes[kept[start:end]], facts[kept[start:end]]
    return Wording(hashes, *_told_apart(hashes, facts))


@compiled
def _told_apart(hashes: Hashes, facts: Facts) -> tuple[Places, Places, Flags]:
    """Return at which words figures and names stand, and which words tell something."""
    small = _set_of(hashes[facts & CAPITAL == 0])
    figures, names = np.empty(len(hashes), np.intp), np.empty(len(hashes), np.intp)
    telling = np.empty(len(hashes), np.bool_)
    figure_count, name_count = 0, 0
    for at, fact in enumerate(facts):
        telling[at] = fact & TELLS
        if fact & FIGURE:
            figures[figure_count] = at
            figure_count += 1
        elif fact & CAPITAL and not _holds(small, hashes[at]):
            names[name_count] = at
            name_count += 1
    return figures[:figure_count], names[:name_count], telling


@compiled
def _set_of(hashes: Hashes) -> Hashes:
    """Return the set; at most half of its slots are filled. A hash of 0 is in every set."""
    size = _LEAST_SLOTS
    while size < 2 * len(hashes):
        size *= 2
    slots, last = np.zeros(size, np.uint64), np.uint64(size - 1)
    for wanted in hashes:
        slot = wanted & last
        while slots[slot] and slots[slot] != wanted:
            slot = (slot + np.uint64(1)) & last
        slots[slot] = wanted
    return slots


@compiled
def _holds(slots: Hashes, wanted: np.uint64) -> bool:
    """Whether a hash is in the set."""
    last = np.uint64(len(slots) - 1)
    slot = wanted & last
    while slots[slot] and slots[slot] != wanted:
        slot = (slot + np.uint64(1)) & last
    return bool(slots[slot] == wanted)


def read_paragraph(part: str) -> Paragraphs:
    """Return the words of one paragraph as it is written."""
    words = scan(part)
    return Paragraphs(words.hashes, words.facts, words.lines, 0, 0)


def variants(part: str) -> tuple[str, ...]:
    """Return a paragraph with and without dateline and credits; none where it has neither."""
    cut = _without_dateline(part)
    found = tuple(dict.fromkeys((part, cut, _without_credits(part), _without_credits(cut))))
    return found if len(found) > 1 else ()


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
    captions: tuple[str, ...] = ()  # of picture galleries; pages about one person share them


def substance(text: str) -> str:
    """Return the text without what each outlet adds: byline, dateline, agency header, credits, footer, galleries.

    A text that consists of such lines only is returned whole.
    """
    return parted(text).text


def parted(text: str) -> Substance:
    """Return what `substance` does, and what it leaves out."""
    parts = paragraphs(text)
    start, end = _edges(parts)
    if start == end:
        return Substance(text)
    return _substance(parts, start, end, *_trimmed(parts[start:end]))


def _substance(
    parts: Sequence[str], start: int, end: int, kept: Sequence[str], dateline: str, ending: str
) -> Substance:
    captions = tuple(part for part in kept if is_gallery(part))
    if len(captions) == len(kept):
        captions = ()  # of a page of pictures they are the text
    prose = [part for part in kept if part not in captions]
    return Substance("\n\n".join(prose), tuple(parts[:start]), dateline, ending, tuple(parts[end:]), captions)


def _edges(parts: Sequence[str]) -> tuple[int, int]:
    """Return where the substance begins and ends; twice the same where there is none."""
    start, end = 0, len(parts)
    while start < min(end, MAX_HEADER_LINES) and _is_header(parts[start]):
        start += 1
    while end > max(start, len(parts) - MAX_FOOTER_LINES) and _is_footer(parts[end - 1]):
        end -= 1
    return start, end


def _trimmed(kept: list[str]) -> tuple[list[str], str, str]:
    """Return the paragraphs without dateline and credits, and these."""
    lead = _without_dateline(kept[0])
    kept, dateline = [lead, *kept[1:]], kept[0][: len(kept[0]) - len(lead)]
    last = _without_credits(kept[-1])
    return [*kept[:-1], last], dateline, kept[-1][len(last) :]


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


_AGENCY_TAIL: Final = 12  # " REUTERS X ", the longest credit that is not in brackets


def _is_header(line: str) -> bool:
    return len(line) <= MAX_HEADER_CHARS and _HEADER.fullmatch(line) is not None


def _is_footer(line: str) -> bool:
    return len(line) <= MAX_FOOTER_CHARS and _FOOTER.match(line) is not None


def _without_dateline(lead: str) -> str:
    found = _DATELINE.match(lead[:_DATELINE_CHARS])
    return lead[found.end() :] if found else lead


def _without_credits(last: str) -> str:
    if last[-1:] not in ")]" and "reuter" not in last[-_AGENCY_TAIL:].lower():
        return last  # mostly; the search costs as much as all the words of a paragraph
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
_NOTE_WORDS: Final = ("correct", "clarif", "refile", "amend", "error", "misstat", "updated", "version of")
_NOTE_CHARS: Final = 400  # no pattern above looks further
_NOTE_LINES: Final = 3  # notes stand at the top or at the foot


def correction_note(title: str, text: str) -> str:
    """Return the paragraph that says what was corrected, "" where there is none."""
    return _note_in(title, paragraphs(text))


def _note_in(title: str, parts: list[str]) -> str:
    edges = parts if len(parts) <= 2 * _NOTE_LINES else parts[:_NOTE_LINES] + parts[-_NOTE_LINES:]
    return _first_note((title, *edges))


def _first_note(lines: Iterable[str]) -> str:
    return next((line for line in lines if _may_note(line) and _NOTE.match(line)), "")


def _may_note(line: str) -> bool:
    """Whether one of the words that every note has is in it: hardly a line has one, and patterns cost more."""
    start = line[:_NOTE_CHARS].lower()
    return any(word in start for word in _NOTE_WORDS)
