"""The clause that tells what somebody says: where it begins behind "said", "vowed" and "told reporters on Sunday"."""

from collections.abc import Sequence
from typing import Final

from streams.core.attribution import Attribution
from streams.core.cues import AT_ONCE, TRANSITIVE, Cue
from streams.core.english import (
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    TIMES,
    words,
)
from streams.core.speech_tokens import MARK, NAME, QUOTE, TIME, WORD, Token
from streams.core.subjects import phrase_after

MAX_TO_CLAUSE: Final = 16  # tokens between a verb and its "that" or "to": addressee, place and time
MAX_ADDRESSEE: Final = 10  # tokens between "urged" and "to"
MAX_PHRASES: Final = 4  # "on Sunday in an interview with reporters in Oslo"
MAX_PHRASE: Final = 8  # tokens of each
_PLACED: Final = words("in on at during after before via to from with by for of")
_CLAUSE_OPENERS: Final = PRONOUNS | RELATIVES | CONJUNCTIONS | BE | words("there to")
_THAT: Final = words("that whether why how")
_FINITE: Final = AUXILIARIES | PRONOUNS
_JOINING: Final = words("and but")
_TO: Final = words("to")
_OTHERS: Final = words("he she they it")


def skip_circumstances(tokens: Sequence[Token], i: int, last: int) -> int:
    """Return the place behind "on Sunday in an interview with reporters": time, place, occasion."""
    for _ in range(MAX_PHRASES):
        start = i
        while i < last and (tokens[i].kind == TIME or (tokens[i].kind == WORD and tokens[i].text in TIMES)):
            i += 1
        if i + 1 < last and tokens[i].kind == WORD and tokens[i].text in _PLACED:
            j = i + 1
            while j < last and j - i < MAX_PHRASE and _in_phrase(tokens, j, i + 1):
                j += 1
            i = j if j > i + 1 else i
        if i == start:
            break
    return i


def _in_phrase(tokens: Sequence[Token], i: int, first: int) -> bool:
    token = tokens[i]
    if token.kind in (TIME, QUOTE) or token.text == "'s":
        return True
    if token.kind == NAME:
        return i == first or tokens[i - 1].kind != NAME
    if token.kind != WORD or token.text in _CLAUSE_OPENERS or token.text in PREPOSITIONS:
        return False
    return i == first or token.text not in DETERMINERS or tokens[i - 1].text in PREPOSITIONS


def clause_start(tokens: Sequence[Token], told: Attribution, last: int) -> int | None:
    """Return where the clause begins that follows a cue; None where none does."""
    i, cue = told.right, told.cue
    if i >= last or (told.inverted and cue.form != "prep"):
        return None
    if cue.form == "prep":
        return i + 1 if tokens[i].text == "," else None
    if (
        tokens[i].text == ","
        and i + 2 < last
        and tokens[i + 1].text in _JOINING
        and tokens[told.left - 1].kind == QUOTE
    ):
        return i + 2  # "'No,' he said, and the port would close"
    if tokens[i].kind == QUOTE or tokens[i].text in (":", "."):
        return None
    if cue.base == "call":
        return _word_within(tokens, i, last, _TO) if tokens[i].text == "on" else None
    if cue.that and (found := _that(tokens, i, last, cue)) is not None:
        return found
    if cue.to and (found := _infinitive(tokens, i, last, cue)) is not None:
        return found
    return _bare_clause(tokens, i, last, cue) if cue.zero else None


def _that(tokens: Sequence[Token], i: int, last: int, cue: Cue) -> int | None:
    """Return where "that" is, if it can be the verb's: behind addressee, place and time."""
    if cue.base == "deny":
        return i if tokens[i].text == "that" else None
    if cue.zero and cue.base != "tell":
        at = skip_circumstances(tokens, i, last)
        return at if at < last and tokens[at].text in _THAT else None
    return _word_within(tokens, i, last, _THAT)


def _word_within(tokens: Sequence[Token], i: int, last: int, wanted: frozenset[str]) -> int | None:
    for j in range(i, min(last, i + MAX_TO_CLAUSE)):
        if tokens[j].kind == MARK or tokens[j].text in BE or (j > i and tokens[j].text in _OTHERS):
            return None
        if tokens[j].kind == WORD and tokens[j].text in wanted:
            return j
    return None


def _infinitive(tokens: Sequence[Token], i: int, last: int, cue: Cue) -> int | None:
    limit = i + 1 if cue.base in AT_ONCE else i + MAX_ADDRESSEE
    start = skip_circumstances(tokens, i, last) if cue.base in AT_ONCE and tokens[i].text != "to" else i
    for j in range(start, min(last, limit if start == i else start + 1)):
        if tokens[j].kind in (MARK, QUOTE):
            return None
        if tokens[j].text == "to" and (cue.base in AT_ONCE or j > i):
            return j - 1 if j > start and tokens[j - 1].text == "not" else j
    return None


def _bare_clause(tokens: Sequence[Token], i: int, last: int, cue: Cue) -> int | None:
    if cue.base == "tell":
        after = phrase_after(tokens, i, last)
        if after is None:
            return None
        i = after.end
    i = skip_circumstances(tokens, i, last)
    if i >= last or tokens[i].kind in (QUOTE, MARK) or tokens[i].text in BE:
        return None
    if (tokens[i].text in _PLACED and tokens[i].text != "in") or tokens[i].text in CONJUNCTIONS:
        return None
    if cue.base in TRANSITIVE and not any(t.text in _FINITE for t in tokens[i : min(last, i + MAX_TO_CLAUSE)]):
        return None
    return i
