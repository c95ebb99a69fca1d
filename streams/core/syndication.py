"""Which news agency wrote an article: by its publisher, dateline, byline, credit lines and copyright line.

An agency that is only mentioned ("told Reuters"), that took the photograph, or that contributed to a report, wrote
nothing. Only lines at the top and at the foot are looked at, and of a paragraph only its first words.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.core.wording import Substance


class _Agency(NamedTuple):
    name: str
    names: tuple[str, ...]  # as datelines and credits give them
    sources: tuple[str, ...]  # publisher ids and domains, in lower case


_AGENCIES: Final = (
    _Agency("AAP", ("AAP", "Australian Associated Press"), ("aap.com.au",)),
    _Agency("AFP", ("AFP", "Agence France-Presse", "Agence France Presse"), ("afp.com",)),
    _Agency("ANI", ("ANI",), ("aninews.in",)),
    _Agency("ANSA", ("ANSA",), ("ansa.it",)),
    _Agency("AP", ("AP", "Associated Press", "AP News"), ("apnews.com", "ap.org")),
    _Agency("Anadolu", ("AA", "Anadolu", "Anadolu Agency", "Anadolu Ajansı"), ("aa.com.tr",)),
    _Agency("Bloomberg", ("Bloomberg", "Bloomberg News", "Bloomberg L.P"), ("bloomberg.com", "bloomberglaw.com")),
    _Agency("Business Wire", ("Business Wire", "BUSINESS WIRE"), ("businesswire.com",)),
    _Agency("CNN", ("CNN", "CNN Business", "CNN Wire", "Cable News Network", "CNN Newsource"), ("cnn.com",)),
    _Agency("CP", ("CP", "Canadian Press"), ("thecanadianpress.com",)),
    _Agency("EFE", ("EFE", "Agencia EFE"), ("efe.com",)),
    _Agency("GlobeNewswire", ("GLOBE NEWSWIRE", "GlobeNewswire"), ("globenewswire.com",)),
    _Agency("IANS", ("IANS",), ("ians.in",)),
    _Agency("Interfax", ("Interfax",), ("interfax.com", "interfax.ru")),
    _Agency("Kyodo", ("Kyodo", "Kyodo News"), ("kyodonews.net", "kyodonews.jp")),
    _Agency("PA", ("PA", "PA Media", "Press Association"), ("pa.media", "pressassociation.com")),
    _Agency("PR Newswire", ("PRNewswire", "PR Newswire", "PRNEWSWIRE"), ("prnewswire.com", "prnewswire.co.uk")),
    _Agency("PTI", ("PTI", "Press Trust of India"), ("ptinews.com",)),
    _Agency(
        "Reuters",
        ("Reuters", "Reuter", "Thomson Reuters", "Thomson/Reuters", "Thomson Reuters Foundation"),
        ("reuters.com", "thomsonreuters.com", "trust.org"),
    ),
    _Agency("TASS", ("TASS", "Itar-Tass", "ITAR-TASS"), ("tass.com", "tass.ru")),
    _Agency("UPI", ("UPI", "United Press International"), ("upi.com",)),
    _Agency("Xinhua", ("Xinhua", "Xinhua News Agency"), ("xinhuanet.com", "news.cn")),
    _Agency("Yonhap", ("Yonhap", "Yonhap News Agency"), ("yna.co.kr", "yonhapnews.co.kr")),
    _Agency("dpa", ("dpa", "Deutsche Presse-Agentur"), ("dpa.com", "dpa-international.com")),
)
_CANONICAL: Final = {name.casefold(): agency.name for agency in _AGENCIES for name in agency.names}
_SOURCES: Final = {
    **{name.casefold(): agency.name for agency in _AGENCIES for name in agency.names if len(name) > 2},
    **{source: agency.name for agency in _AGENCIES for source in agency.sources},
    "ap": "AP",
}
_SHORT: Final = 5  # letters: "pa" and "cp" are words and places; only capitals name an agency

TOP_PARAGRAPHS: Final = 4  # beside byline and header: captions of photographs stand above a dateline
TAIL_PARAGRAPHS: Final = 3
TOP_CHARS: Final = 600  # in which the dateline begins, captions above it included
FOOT_CHARS: Final = 900
_BREAK: Final = "\n\n"
HEAD_CHARS: Final = 120  # of a paragraph: a dateline or byline ends within them
MARK_CHARS: Final = 75  # in which the name begins
OPENING_CHARS: Final = 12  # signs and the first word
MAX_BYLINE_CHARS: Final = 40
TAIL_CHARS: Final = 400  # of a paragraph that credits somebody
MAX_AUTHORS: Final = 3  # beside an agency; pages that list more list their staff, or everybody on the page


def _spelled(name: str) -> str:
    """Return a pattern of the name in its own writing and, where it is no short word, in capitals."""
    written = {name, name.upper()} if len(name) > _SHORT else {name}
    return "|".join(re.escape(form).replace(r"\ ", r"\s") for form in sorted(written))


_LONGEST_FIRST: Final = sorted((name for agency in _AGENCIES for name in agency.names), key=len, reverse=True)
_NAME: Final = rf"(?:[Tt]he\s|THE\s)?(?P<name>{'|'.join(map(_spelled, [*_LONGEST_FIRST, 'REUTERS', 'REUTER']))})"
_STAFF: Final = r"(?:\s(?i:staff|writers?|reporters?|correspondents?|news agency|newswire|in [A-Z]\w+))*"

_DATELINE: Final = re.compile(
    rf"(?:[^\W\d_][^()\n]{{0,70}})?\(\s*{_NAME}(?:\s\w+)?\s*\)\s*[^\w\s]"  # PARIS, May 5 (Reuters) -
    rf"|(?:[^\W\d_][^()\n]{{0,70}}\s)?/{_NAME.replace('?P<name>', '?P<slashed>')}/(?!\w)"  # LONDON /PRNewswire/ --
)
_IN_DATELINE: Final = re.compile(rf"(?:^/?|\(\s*|\s/){_NAME}(?:\s*[)/]|\s*[-–—])")
_BYLINE: Final = re.compile(
    rf"(?:[Bb][Yy]:?\s+|(?i:written|reported|story|words)\s[Bb]y:?\s+){_NAME}{_STAFF}\W*$"  # By Reuters Staff
    rf"|[Bb][Yy]:?\s+[^.!?]*(?:,|\s[|/–—-]|\()\s*{_NAME.replace('?P<name>', '?P<last>')}{_STAFF}\W*$"  # By Jane Roe, AP
)
_ALONE: Final = re.compile(rf"\W*(?:(?i:source|credits?|from)\s?:\s*)?{_NAME}{_STAFF}(?:\s[a-z]{{1,2}})?\W*$")
_WRITERS: Final = r"(?i:\s(?:staff\s)?(?:writers?|reporters?|journalists?|correspondents?)\b)"
_THIS: Final = r"[Tt]his\s(?:\w+\s)?(?:report|story|article|dispatch|content|material)"
_CREDIT: Final = re.compile(
    rf"\W*(?i:copyright|©|\(c\))\W*(?:(?i:\(c\)|©|copyright)\s*)?(?:19|20)\d\d(?:[-–]\d+)?[\s,]*(?i:by\s)?{_NAME}(?![/\w]|\s?Photo)"
    rf"|\W*{_NAME.replace('?P<name>', '?P<own>')}{_WRITERS}.{{0,300}}?\bcontributed\b"  # AP's way to end its reports
    rf"|\W*{_THIS}\s(?:by|from|comes\sfrom|(?:was|is)\s(?:\w+\s)?(?:reported|written|produced|published|provided"
    rf"|distributed)\sby)\s{_NAME.replace('?P<name>', '?P<this>')}\b"
)
# Nobody else ends reports so: "(Reporting by Jane Roe; Editing by John Doe)".
_REUTERS: Final = re.compile(
    r"\W*(?:(?:additional\s)?(?:reporting|writing)(?:\sand\s\w+)?\sby\b.{2,300}?[;.]\s*(?:\w+\s)?(?:editing|writing)\b"
    r"|(?:reporting|writing)(?:\sand\s\w+)?\sby\b.{2,300}?[;,]\sedit)",
    re.IGNORECASE,
)
# What a line of credits begins with: nearly all paragraphs are told by this.
_SIGNS: Final = " ([*_-–—.|•"
_OPENINGS: Final = frozenset(
    word[:2].casefold()
    for word in ("copyright", "©", "c)", "this", "the", "reporting", "writing", "additional", *_LONGEST_FIRST)
) | {f"©{sign}" for sign in " 12"}
_FOOT_SIGNS: Final = (
    "contributed",
    "opyright",
    "©",
    "(c)",
    "eporting by ",
    "riting by ",
    "his report",
    "his story",
    "his article",
)
_WIRE_MARK: Final = re.compile(r"\sREUTERS?(?:\s[A-Z])?\s*$", re.IGNORECASE)


def agency_of_source(source: str) -> str:
    """Return the agency that a publisher is, by its id or domain; "" for every other publisher."""
    return _SOURCES.get(source.casefold().removeprefix("the ").strip(), "")


def agency_named(name: str) -> str:
    """Return the agency's usual name, "" for a name that is none of a known agency."""
    found = _ALONE.match(name)
    return _canonical(found) if found else ""


def credited(substance: Substance, authors: Sequence[str], source: str) -> str:
    """Return the agency whose article this is, "" where none is credited."""
    return agency_of_source(source) or _by_dateline(substance) or _by_lines(substance) or _by_authors(authors)


def _by_dateline(substance: Substance) -> str:
    found = _IN_DATELINE.search(substance.dateline) if substance.dateline else None
    return _canonical(found)


def _by_lines(substance: Substance) -> str:
    return _by_top(substance) or _by_foot(substance)


def _by_top(substance: Substance) -> str:
    header, text = substance.header, substance.text
    # Looking for signs before patterns: most articles have none, and every one is read.
    starts = text[:TOP_CHARS]
    if not header and "(" not in starts and "/" not in starts and text.find(_BREAK, 0, HEAD_CHARS) < 0:
        return ""
    above = ""
    for line in (*header, *_first(text)):
        found = _in_head(line, above)
        if found:
            return found
        above = line
    return ""


def _by_foot(substance: Substance) -> str:
    text, credit_line = substance.text, substance.credits
    if credit_line and _WIRE_MARK.fullmatch(credit_line):
        return "Reuters"
    for line in (*substance.footer, credit_line):
        if line and (found := _in_foot(line)):
            return found
    end = text[-FOOT_CHARS:]
    if text.rfind(_BREAK, -HEAD_CHARS - len(_BREAK)) < 0 and not any(sign in end for sign in _FOOT_SIGNS):
        return ""
    last, *others = _last(text)
    return _in_foot(last) or next((found for found in map(_in_tail, others) if found), "")


def _in_foot(line: str) -> str:
    return _in_tail(line) or (_canonical(_ALONE.match(line)) if len(line) <= HEAD_CHARS else "")


def _first(text: str) -> list[str]:
    """Return the beginnings of the first paragraphs, one character longer than what is looked at."""
    found: list[str] = []
    start = 0
    while start >= 0 and len(found) < TOP_PARAGRAPHS:
        end = text.find(_BREAK, start)
        found.append(text[start : start + HEAD_CHARS + 1 if end < 0 else min(end, start + HEAD_CHARS + 1)])
        start = end + len(_BREAK) if end >= 0 else end
    return found


def _last(text: str) -> list[str]:
    """Return the beginnings of the last paragraphs, the last one first."""
    found: list[str] = []
    end = len(text)
    while end >= 0 and len(found) < TAIL_PARAGRAPHS:
        start = text.rfind(_BREAK, 0, end)
        begin = start + len(_BREAK) if start >= 0 else 0
        found.append(text[begin : min(end, begin + TAIL_CHARS)])
        end = start
    return found


def _in_head(line: str, above: str) -> str:
    found = _DATELINE.match(line) if line.find("(", 0, MARK_CHARS) >= 0 or line.find("/", 0, MARK_CHARS) >= 0 else None
    if found is None and len(line) <= HEAD_CHARS:
        # A line that is the agency's name alone stands below the author's name; below a caption it is a photographer's.
        found = _BYLINE.match(line) or (_ALONE.match(line) if len(above) <= MAX_BYLINE_CHARS else None)
    return _canonical(found)


def _in_tail(line: str) -> str:
    if line[:OPENING_CHARS].lstrip(_SIGNS)[:2].casefold() not in _OPENINGS:
        return ""
    return "Reuters" if _REUTERS.match(line) else _canonical(_CREDIT.match(line))


def _by_authors(authors: Sequence[str]) -> str:
    if not authors or len(authors) > MAX_AUTHORS:
        return ""
    for author in reversed(authors):
        _, _, last = author.rpartition(",")
        found = _canonical(_ALONE.match(last.strip()))
        if found:
            return found
    return ""


def _canonical(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    name = next(name for name in found.groups() if name)
    return _CANONICAL[re.sub(r"\s", " ", name).casefold()]
