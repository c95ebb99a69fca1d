"""A text as a row of words, marks, names and quotations, cut into sentences: what the rules of speech are about.

A quotation is one token, whatever stands in it, and a name is one. So `"Will it rain?" she said` is one sentence.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.contracts.events import Entity
from streams.core.english import PRONOUNS
from streams.core.mentions import NAME_TYPES
from streams.core.quotation import Quoted, find_quoted

WORD: Final = "w"
MARK: Final = "p"
NAME: Final = "n"
TIME: Final = "t"  # dates, numbers, amounts
QUOTE: Final = "q"
PERSON: Final = "PERSON"
BREAK: Final = "b"  # between paragraphs
MIN_SURNAME: Final = 4  # characters; shorter ones are words of many languages
MAX_SENTENCE: Final = 200  # tokens; longer ones are cut, so that no step costs more than so many

_TOKEN: Final = re.compile(
    r"[A-Z]?[a-z]++(?![\w’'&@.-])"  # most words: the rest of the pattern would give the same, and takes longer
    r"|\n\s*|['’][sS]\b|[^\W\d_]\.(?:[^\W\d_]\.)*"
    r"|(?=[A-Zv][a-z]{1,5}\.)(?:Mrs?|Ms|Drs?|Gens?|Sens?|Reps?|Govs?|Lt|Col|Capt|Sgt|Adm|Prof|Rev|St|Jr|Sr|No|Inc|Corp|Co"
    r"|Vs|Ltd|Maj|Cmdr|Brig|Pres|Amb|Supt|Det|Atty|Sec|Asst|Dept|Hon|Mme|Messrs|Insp|Cpl|Pvt|Fr|Dir|Mgr|Adv|Eng"
    r"|Jan|Feb|Aug|Sept|Oct|Nov|Dec|Calif|Fla|Ga|Tex|Pa|Mass|Ariz|Wis|Va|Wash|Ore|Ill|Mich|Minn|Tenn|Ky|La|Conn"
    r"|Del|Md|Nev|vs|Mt|Ft)\."
    r"|\w+(?:(?:[’'&@-]|\.(?![A-Z]))\w+)*|[^\w\s]"
)
_NO_NAME: Final = re.compile(r"[A-Z]-[A-Z][A-Za-z.]*|.*-year-old")
_INVISIBLE: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_SENTENCE_END: Final = frozenset(".!?")
_INNER: Final = frozenset(".,!?…")
_MAY_END: Final = frozenset((MARK, QUOTE))
_STOPPED: Final = frozenset((".", "…"))
_ASKED: Final = frozenset("!?")
_NO_CAPITAL_NEEDED: Final = frozenset((QUOTE, NAME, TIME))


class Token(NamedTuple):
    """A word, mark, name or quotation.

    `text` is that of a word, in lower case, or of a mark; of a quotation the mark that it ends with, if any; of a
    name the type of its entity. `ref` is the entity's or quotation's place in its row; -1 for others.
    """

    kind: str
    start: int
    end: int
    text: str
    ref: int
    capital: bool


class Sentence(NamedTuple):
    """Tokens from `first` up to `last`, not included; `opens` says whether a paragraph begins with it."""

    first: int
    last: int
    opens: bool


class Reading(NamedTuple):
    """A text with its quotations, tokens and sentences: what speech, days and lead are read from."""

    quoted: list[Quoted]
    tokens: list[Token]
    sentences: list[Sentence]


def read_text(text: str, entities: Sequence[Entity]) -> Reading:
    """Return the text's quotations, tokens and sentences; a name, date or quotation is one token."""
    quoted = find_quoted(text)
    tokens = tokens_of(text, entities, quoted)
    return Reading(quoted, tokens, sentences_of(tokens))


def tokens_of(text: str, entities: Sequence[Entity], quoted: Sequence[Quoted]) -> list[Token]:
    """Return the tokens of a text; names within a quotation are left out."""
    pieces = [(q.start, q.end, QUOTE, i) for i, q in enumerate(quoted)]
    pieces += [
        (m.start, m.end, NAME if entity.type in NAME_TYPES else TIME, i)
        for i, entity in enumerate(entities)
        for m in entity.mentions
    ]
    tokens: list[Token] = []
    at = 0
    for start, end, kind, ref in sorted(pieces, key=lambda p: (p[0], p[2] != QUOTE, -p[1])):
        if start < at:
            continue
        _words(text, at, start, tokens)
        tokens.append(_piece(text, start, end, kind, ref, entities, tokens))
        at = end
    _words(text, at, len(text), tokens)
    return _with_surnames(tokens, entities)


def _with_surnames(tokens: list[Token], entities: Sequence[Entity]) -> list[Token]:
    """Return the tokens where a surname that the model did not mark is a name too, if one person has it."""
    people: dict[str, int] = {}
    for i, entity in enumerate(entities):
        surname = entity.name.split()[-1].lower()
        if entity.type == PERSON and len(surname) >= MIN_SURNAME and not _NO_NAME.fullmatch(entity.name):
            people[surname] = -1 if surname in people else i
    for i, token in enumerate(tokens):
        if token.capital and token.kind == WORD and (ref := people.get(token.text, -1)) >= 0:
            following = tokens[i + 1] if i + 1 < len(tokens) else None
            if following is None or (following.kind != NAME and not (following.kind == WORD and following.capital)):
                tokens[i] = token._replace(kind=NAME, ref=ref, text=PERSON)
    return tokens


def _piece(
    text: str, start: int, end: int, kind: str, ref: int, entities: Sequence[Entity], before: Sequence[Token]
) -> Token:
    if kind == QUOTE:
        return Token(kind, start, end, _last_mark(text, start, end), ref, text[start].isupper())
    type_ = entities[ref].type
    # "the Florida Republican" is no name, nor is "R-Ga." behind one; "the 40-year-old" is somebody and no time
    described = type_ == PERSON and before and before[-1].text in ("the", "a", "an")
    if described or _NO_NAME.fullmatch(text, start, end):
        return Token(WORD, start, end, text[start:end].lower(), -1, capital=False)
    return Token(kind, start, end, type_, ref, text[start].isupper())


def _last_mark(text: str, start: int, end: int) -> str:
    inner = text[max(start + 1, end - 6) : end].rstrip("\"”'’» ")
    return inner[-1] if inner and inner[-1] in _INNER else ""


def _words(text: str, start: int, end: int, tokens: list[Token]) -> None:
    add, make = tokens.append, Token._make  # a thousand times an article: `Token(...)` takes twice as long
    for match in _TOKEN.finditer(text, start, end):
        word = match[0]
        at, behind = match.span()
        if word.isalpha():  # most are
            add(make((WORD, at, behind, word.lower(), -1, word[0].isupper())))
            continue
        first = word[0]
        if first in _INVISIBLE:
            continue
        if first == "\n":
            kind = BREAK
        elif first.isalnum() or len(word) > 1:
            kind = WORD
        elif word in "'’" and text[at - 1 : at] in ("s", "S"):
            add(Token(WORD, at, behind, "'s", -1, capital=False))
            continue
        else:
            kind = MARK
        lowered = word.lower().replace("’", "'") if kind == WORD else word
        if kind == WORD and "'" in lowered and (pronoun := lowered.split("'", 1)[0]) in PRONOUNS:
            lowered = pronoun  # "she's"
        add(make((kind, at, behind, lowered, -1, first.isupper())))


def sentences_of(tokens: Sequence[Token]) -> list[Sentence]:
    """Cut the row of tokens into sentences."""
    found: list[Sentence] = []
    first, opens = 0, True
    last = len(tokens) - 1
    for i, token in enumerate(tokens):
        kind = token.kind
        if kind == BREAK:
            if i > first:
                found.append(Sentence(first, i, opens))
            first, opens = i + 1, True
        elif i - first >= MAX_SENTENCE or i == last or (kind in _MAY_END and _ends(tokens, i)):
            found.append(Sentence(first, i + 1, opens))
            first, opens = i + 1, False
    if first < len(tokens):
        found.append(Sentence(first, len(tokens), opens))
    return found


def _ends(tokens: Sequence[Token], i: int) -> bool:
    """Say whether a mark or quotation that is not the last token ends a sentence."""
    token = tokens[i]
    following = tokens[i + 1]
    starts = following.capital or following.kind in _NO_CAPITAL_NEEDED
    if token.kind == QUOTE:
        return starts if token.text in _STOPPED else token.text in _ASKED and following.kind == QUOTE
    return token.text in _SENTENCE_END and starts
