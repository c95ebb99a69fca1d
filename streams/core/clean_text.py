"""Characters, white space and paragraphs of plain text."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from textwrap import dedent
from typing import Final

# Lines of hand-wrapped wire copy are shorter than this; a paragraph a line is longer, at least somewhere.
MAX_WRAP_CHARS: Final = 100
MIN_WRAP_CHARS: Final = 45  # nobody wraps narrower; a text of shorter lines is a list
# Wire copy is wrapped raggedly: some lines end this many characters before the next word would not fit.
RAGGED_CHARS: Final = 14
WRAPPED_SHARE: Final = 0.6  # of the line breaks of a text must look like wrapping before any of them is undone
KEY_CHARS: Final = 40  # the first look at a text to be compared

_LINE_ENDS: Final = re.compile("\r\n?|[\u0085\u2028]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NONCHARACTERS: Final = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
# Zero-width space, joiner and no-break space, soft hyphen, marks and embeddings of writing direction.
_INVISIBLE: Final = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Joiners are letters in Arabic, Indic and emoji sequences, which all lie above U+0600; elsewhere they are litter.
_STRAY_JOINERS: Final = re.compile("(?<![\u0600-\u1fff\u2600-\u27ff\ufe0f\U00010000-\U0010ffff])[\u200c\u200d]")
_NOT_PLAIN_SPACE: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# All that the patterns above look for: most texts have nothing of it, and one look is enough to see that.
_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_UNTIDY: Final = re.compile(
    "[\u00a0\u00ad\u061c\u1680\u2000-\u200f\u202a-\u202f\u205f-\u2064\u2066-\u2069\u3000\ufeff]"
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NOT_READ: Final = re.compile(r"[\W_]+")
_SENTENCE_ENDS: Final = frozenset(".!?:;…。！？؟।")
_CLOSERS: Final = "\"'”’»)]"


def _c1_table() -> dict[int, str]:
    """C1 controls are Windows-1252 read as Latin-1; browsers read them so too (WHATWG encoding standard)."""
    return {code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", " ") for code in range(0x80, 0xA0)}


_CONTROL_TABLE: Final = {code: " " for code in (*range(0x20), 0x7F) if code not in (0x09, 0x0A)} | _c1_table()


def safe(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without characters that cannot be stored or shown, and what was wrong with it."""
    if not _UNSAFE.search(text):
        return text, ()
    problems = []
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    if _SURROGATES.search(text):
        problems.append("lone surrogates")
        text = _SURROGATES.sub("\ufffd", text)
    if _CONTROLS.search(text):
        problems.append("control characters")
        text = text.translate(_CONTROL_TABLE)
    return _NONCHARACTERS.sub("\ufffd", text), tuple(problems)


def resolve_entities(text: str) -> str:
    """Return plain text with its HTML entities resolved; only those that end in a semicolon are meant."""
    if "&" not in text:
        return text
    return safe(_ENTITY.sub(lambda found: html.unescape(found.group()), text))[0]


def tidy(text: str) -> str:
    """Return the text in NFC, without invisible characters, with plain spaces; its lines stay as they are."""
    if text.isascii():
        return text
    if _UNTIDY.search(text):
        text = _NOT_PLAIN_SPACE.sub(" ", _STRAY_JOINERS.sub("", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return tidy text with every run of white space as one space."""
    return " ".join(tidy(text).split())


def key(text: str) -> str:
    """Return the letters and digits of a text, lower-case: two texts with one key read the same."""
    return _NOT_READ.sub("", text.casefold())


def reads_as(text: str, wanted: str) -> bool:
    """Tell whether a text has this key."""
    # A long text need not be read to its end to see that it has another.
    return wanted.startswith(key(text[:KEY_CHARS])) and key(text) == wanted


def ends_sentence(text: str) -> bool:
    """Tell whether the text ends with a mark that ends a sentence or announces one."""
    return text.rstrip(_CLOSERS)[-1:] in _SENTENCE_ENDS


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of safe plain text, each on one line, none empty.

    Hand-wrapped lines are joined again; otherwise every line is a paragraph, but for one that runs on in small
    letters within a block between blank lines.
    """
    text = tidy(text)
    if text.startswith((" ", "\t")) or "\n " in text or "\n\t" in text:
        text = dedent(text)
    lines = text.split("\n")
    joined = _unwrap(lines) if _is_wrapped(lines) else _by_line(lines)
    return [p for p in (" ".join(part.split()) for part in joined) if p]


def _by_line(lines: Sequence[str]) -> Iterator[str]:
    has_blanks = "" in lines[1:-1]
    part = ""
    for line in lines:
        if part and has_blanks and _runs_on(part, line.strip()):
            part = f"{part} {line.strip()}"
            continue
        yield part
        part = line.strip()
    yield part


def _runs_on(before: str, line: str) -> bool:
    return line[:1].islower() and not ends_sentence(before)


def _is_wrapped(lines: Sequence[str]) -> bool:
    width = max(map(len, lines))
    if not MIN_WRAP_CHARS <= width <= MAX_WRAP_CHARS:
        return False
    breaks = [pair for pair in pairwise(lines) if all(pair) and not _opens(pair[1])]
    if not breaks:
        return False
    wrapped = sum(_could_not_fit(*pair, width) and not ends_sentence(pair[0]) for pair in breaks)
    return wrapped >= WRAPPED_SHARE * len(breaks)


def _opens(line: str) -> bool:
    """Tell whether a line is indented more than others are: the start of a paragraph."""
    return line.startswith(("  ", "\t"))


def _could_not_fit(before: str, line: str, width: int) -> bool:
    first_word = line.split(maxsplit=1)[0]
    return len(before) + 1 + len(first_word) > width - RAGGED_CHARS


def _unwrap(lines: Sequence[str]) -> Iterator[str]:
    width = max(map(len, lines))
    marked = "" in lines[1:-1] or any(map(_opens, lines))
    part, before = "", ""
    for line in lines:
        starts = not line or not before or _opens(line)
        if not (starts or marked):
            # Nothing sets paragraphs apart but their short last lines.
            starts = ends_sentence(before) and not _could_not_fit(before, line, width)
        if starts:
            yield part
            part = line.strip()
        else:
            part = _join(part, line.strip())
        before = line
    yield part


def _join(part: str, line: str) -> str:
    torn = part.endswith("-") and part[-2:-1].isalpha() and line[:1].islower()
    return part + line if torn else f"{part} {line}"
