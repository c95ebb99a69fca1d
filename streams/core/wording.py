"""An article's words as a comparison sees them: without house style, byline, dateline, agency header and footer."""

import re
import struct
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

Hashes: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.intp]


class Wording(NamedTuple):
    """The words of one text, and which of them are figures and names."""

    text: str  # the words in order, a space between: case-folded, "three" as 3; characters where a script has no spaces
    hashes: Hashes  # of each word, 64 bits
    figures: Places  # at which of the words figures stand
    names_at: Places  # at which names stand: words written with a capital letter and never without
    telling: npt.NDArray[np.bool_]  # of each word, whether it says something about the subject

    @property
    def words(self) -> tuple[str, ...]:
        """The words in order."""
        return tuple(self.text.split())


class Reading(NamedTuple):
    """An article as it is compared."""

    heading: Wording
    body: Wording
    note: str  # the paragraph that says what was corrected, "" where there is none


FUNCTION_WORDS: Final = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "against",
        "ago",
        "all",
        "almost",
        "also",
        "although",
        "am",
        "an",
        "and",
        "another",
        "any",
        "are",
        "around",
        "as",
        "at",
        "back",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "either",
        "else",
        "even",
        "ever",
        "every",
        "few",
        "for",
        "from",
        "further",
        "get",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "however",
        "i",
        "if",
        "in",
        "inside",
        "instead",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "later",
        "least",
        "less",
        "like",
        "made",
        "make",
        "many",
        "may",
        "me",
        "meanwhile",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "near",
        "neither",
        "never",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "often",
        "on",
        "once",
        "only",
        "or",
        "other",
        "others",
        "our",
        "out",
        "over",
        "own",
        "per",
        "perhaps",
        "rather",
        "same",
        "she",
        "should",
        "since",
        "so",
        "some",
        "still",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "though",
        "through",
        "thus",
        "to",
        "too",
        "toward",
        "towards",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "without",
        "would",
        "yes",
        "yet",
        "you",
        "your",
    ]
)
_NUMERALS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_HOUSE_STYLE: Final = {
    **{word: str(value) for value, word in enumerate(_NUMERALS, start=1)},
    **dict.fromkeys(("percent", "pct"), ""),  # one figure is printed as "5%", "5 percent" and "5 pct"
}

_PLAIN, _FIGURE, _CAPITAL = range(3)  # what is known of a word beside its hash
_TELLS: Final = 4  # a bit above the three
_FACTS: Final = struct.Struct("<QQ")  # hash, and one of the three with the bit
MAX_CHUNKS: Final = 131_072  # remembered; then it starts anew
_NO_WORD: Final = ".,;:!?'\"“”‘’()[]-–—…"  # no word begins or ends with one of them
MAX_CHUNK_CHARS: Final = 24  # a longer one hardly comes again; in scripts without spaces it is a sentence

_MARKS: Final = "".join(chr(c) for c in range(0x300, 0x11000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Han and kana.
_UNSPACED: Final = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e80-\u0edf\u1000-\u109f\u1780-\u17df\u2e80-\u2fdf\u3005-\u3007"
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_NUMBER: Final = r"\d+(?:[.,]\d+)*"
_INITIALS: Final = r"(?:\.[^\W\d_](?!\w))+"  # after a letter: U.S. is printed as US, too
# Above the Latin letters and beside punctuation and symbols. Most chunks have none of it and take the fast way.
_BEYOND_LATIN: Final = re.compile("[\u0300-\u1fff\u2c00-\U0010ffff]")
_LATIN_TOKEN: Final = re.compile(rf"[^\W\d_](?:\w+|{_INITIALS})?|{_NUMBER}")
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|[^\W\d_](?:{_INITIALS}|(?:(?![{_UNSPACED}])[\w{_MARKS}])*)|{_NUMBER}")
_CHUNK: Final = re.compile(r"\S+")  # what `str.split` gives, with its place
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def read_article(title: str, text: str) -> Reading:
    """Return the words of headline and text, without what each outlet adds around them."""
    return Reading(read(title), read(substance(text)), correction_note(title, text))


class _Chunks(dict[str, tuple[str, bytes]]):
    """What stands between two spaces -> its words, separated by spaces, and the facts of each: news repeats itself.

    No token reaches over a space. Words and facts are found together, and a chunk and its words are one string mostly:
    what an article costs is the memory that is touched for each of its words.
    """

    def __missing__(self, chunk: str) -> tuple[str, bytes]:
        core = chunk.strip(_NO_WORD)
        found = self[core] if core != chunk else _read_chunk(chunk)
        if len(chunk) <= MAX_CHUNK_CHARS:
            if len(self) >= MAX_CHUNKS:
                self.clear()
            self[chunk] = found
        return found


def _read_chunk(chunk: str) -> tuple[str, bytes]:
    if chunk.isascii() and chunk.isalpha():
        words, facts = _word(chunk)  # one token, which needs no search
    else:
        tokens = _tokens_of(chunk).findall(chunk)
        found = [known for known in map(_word, tokens) if known[0]]
        words, facts = " ".join([word for word, _ in found]), b"".join([facts for _, facts in found])
    return chunk if words == chunk else words, facts


def _tokens_of(chunk: str) -> re.Pattern[str]:
    return _TOKEN if _BEYOND_LATIN.search(chunk) else _LATIN_TOKEN


def _word(token: str) -> tuple[str, bytes]:
    """Return the word that a token writes and its facts, "" and none where it writes none."""
    first, kind = token[0], _PLAIN
    if first.isdigit():
        word, kind = _figure(token), _FIGURE
    else:
        word = token.replace(".", "").casefold()
        if word in _HOUSE_STYLE:
            word, kind = _HOUSE_STYLE[word], _FIGURE
        elif first.isupper() and len(token) > 1 and word not in FUNCTION_WORDS:
            kind = _CAPITAL
    if not word:
        return "", b""
    told = kind | _TELLS if tells(word) else kind
    return word, _FACTS.pack(xxhash.xxh3_64_intdigest(word.encode("utf-8", "surrogatepass")), told)


_CHUNKS: Final = _Chunks()


def read(text: str) -> Wording:
    """Return the words of a text; equal for texts that differ in case, quotes, punctuation or spacing only."""
    chunks = _chunks_of(text)
    words = " ".join([words for words, _ in chunks if words])
    hashes, told = _facts([facts for _, facts in chunks])
    kinds = told & np.uint64(_TELLS - 1)
    figures, names = np.flatnonzero(kinds == _FIGURE), _names(hashes, kinds == _CAPITAL)
    return Wording(words, hashes, figures, names, (told & np.uint64(_TELLS)).astype(bool))


class Paragraphed(NamedTuple):
    """The words of all paragraphs of a text, without dateline and credits wherever they stand."""

    hashes: Hashes  # of each word, as in `Wording`
    telling: npt.NDArray[np.bool_]
    ends: Places  # of each paragraph: at which word the next one begins
    header: int  # how many paragraphs at the beginning only the outlet adds
    footer: int  # how many at the end


def read_paragraphs(text: str) -> Paragraphed:
    """Return the words of a text by paragraphs, for those who say which of them changed."""
    found = [
        b"".join([facts for _, facts in _chunks_of(_without_credits(_without_dateline(part)))])
        for part in paragraphs(text)
    ]
    hashes, told = _facts(found)
    ends = np.cumsum([len(facts) // _FACTS.size for facts in found], dtype=np.intp)
    parts = parted(text)
    return Paragraphed(hashes, (told & np.uint64(_TELLS)).astype(bool), ends, len(parts.header), len(parts.footer))


def _chunks_of(text: str) -> list[tuple[str, bytes]]:
    return list(map(_CHUNKS.__getitem__, _plain(text).split()))


def _facts(found: Iterable[bytes]) -> tuple[Hashes, Hashes]:
    """Return of each word its hash, and what else is known of it."""
    facts = np.frombuffer(b"".join(found), "<u8").reshape(-1, 2)
    return facts[:, 0].astype(np.uint64), facts[:, 1]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("per cent", "percent")


class Placed(NamedTuple):
    """A text as its words are read from it, and where they stand there."""

    text: str  # in Unicode's form NFKC
    words: tuple[str, ...]  # those of `read`
    spans: tuple[tuple[int, int], ...]  # of each word: text[start:end] is how it is written


def placed(text: str) -> Placed:
    """Return the words that `read` finds, and where each of them stands; slower, for those who have to show them."""
    plain = _plain(text)
    found = [
        (word, (chunk.start() + token.start(), chunk.start() + token.end()))
        for chunk in _CHUNK.finditer(plain)
        for token in _tokens_of(chunk[0]).finditer(chunk[0])
        if (word := _word(token[0])[0])
    ]
    return Placed(plain, tuple(word for word, _ in found), tuple(span for _, span in found))


def _names(hashes: Hashes, capital: npt.NDArray[np.bool_]) -> Places:
    """Return at which of the words with a capital letter those stand that are nowhere without."""
    places, others = np.flatnonzero(capital), np.sort(hashes[~capital])
    if not len(others):
        return places
    found = others.searchsorted(hashes[places])
    never: Places = places[others[np.minimum(found, len(others) - 1)] != hashes[places]]
    return never


def _figure(token: str) -> str:
    return token.replace(",", "" if _GROUPED.fullmatch(token) else ".")


def tells(word: str) -> bool:
    """Whether a word says something about the subject: not a function word, a figure or a stray letter."""
    return word not in FUNCTION_WORDS and (len(word) > 2 or not word.isascii()) and not word[0].isdigit()


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
_NOTE_LINES: Final = 3  # notes stand at the top or at the foot


def correction_note(title: str, text: str) -> str:
    """Return the paragraph that says what was corrected, "" where there is none."""
    parts = paragraphs(text)
    edges = parts if len(parts) <= 2 * _NOTE_LINES else parts[:_NOTE_LINES] + parts[-_NOTE_LINES:]
    return _first_note((title, *edges))


def _first_note(lines: Iterable[str]) -> str:
    return next((line for line in lines if _NOTE.match(line)), "")
