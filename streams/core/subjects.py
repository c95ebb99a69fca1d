"""Who does what a verb says, as the sentence tells it: a name, a pronoun, or a description. English, by word order."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from streams.core.english import (
    ARTICLES,
    BE,
    COORDINATING,
    DENYING,
    DETERMINERS,
    OPENING,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    STOPS,
    is_adverb,
    words,
)
from streams.core.speech_tokens import MARK, NAME, PERSON, QUOTE, TIME, WORD, Token

MAX_PHRASE: Final = 14  # tokens of a noun phrase before its head
MAX_APPOSITION: Final = 60  # tokens between a name and its verb: "Lee, who has been the minister since May, said"
MAX_BRACKET: Final = 12  # tokens in brackets
MAX_COMMAS: Final = 8  # within it

Kind = Literal["name", "pronoun", "description"]


class Subject(NamedTuple):
    """Tokens from `first` up to `last`, not included, and the one that decides."""

    kind: Kind
    first: int
    last: int
    head: int


# "Secretary of State Mira Novak" is she; "a friend of Mira Novak" is not.
OFFICES_OF: Final = words(
    "secretary president speaker minister director chancellor chairman chairwoman chief head leader undersecretary"
)
_GOING: Final = words("went goes gone")
_PAUSES: Final = frozenset(",;:(—–")


class Before(NamedTuple):
    """What stands before a verb: the subject, or none; whether the verb is passive or denied; where it all begins."""

    subject: Subject | None
    passive: bool
    denied: bool
    joined: bool  # "and said", with the subject of the verb before
    at: int


def subject_before(tokens: Sequence[Token], first: int, verb: int) -> Before:
    """Look for the subject of the verb at `verb` in the sentence that begins at `first`."""
    i, passive, denied = verb - 1, False, False
    while i >= first and (tokens[i].kind == TIME or (tokens[i].kind == WORD and is_adverb(tokens[i].text))):
        passive = passive or (tokens[i].text in BE and tokens[i].kind == WORD)
        denied = denied or tokens[i].text in DENYING
        i -= 1
    subject: Subject | None = None
    joined = False
    if i < first:
        return Before(None, passive, denied, False, i + 1)
    token = tokens[i]
    if token.kind == MARK and token.text == ")" and (opening := _opening_bracket(tokens, first, i)) is not None:
        return subject_before(tokens, first, opening)._replace(passive=passive, denied=denied)
    if token.kind == MARK and token.text in (",", "—", "–", "-", ")"):
        subject = _before_comma(tokens, first, i)
    elif token.kind == QUOTE and token.text == "," and i > first and tokens[i - 1].kind == WORD:
        subject = _before_comma(tokens, first, i)  # "Lee, host of 'Good Morning,' said"
    elif token.text == "to" and i - 2 > first and tokens[i - 1].text == "on" and tokens[i - 2].text in _GOING:
        return subject_before(tokens, first, i - 2)  # "Lee went on to say"
    elif token.kind == WORD and token.text == "to":
        denied = True  # "to say" is not said yet; "went on to say" is rare
    elif token.kind == WORD and token.text in ("and", "but", "or"):
        joined = True
    elif token.kind == WORD and token.text in RELATIVES:
        subject = _antecedent(tokens, first, i)
    elif token.text == "'s" and i > first and tokens[i - 1].kind == NAME:
        subject = phrase_before(tokens, first, i - 1)  # a name that ends so: "Marten's said"
    elif token.kind in (NAME, WORD):
        subject = phrase_before(tokens, first, i)
    return Before(subject, passive, denied, joined, subject.first if subject else i + 1)


def _opening_bracket(tokens: Sequence[Token], first: int, closing: int) -> int | None:
    """Return the place of the bracket's partner: "Lee (R-AR) said"."""
    for i in range(closing - 1, max(first, closing - MAX_BRACKET), -1):
        if tokens[i].text == "(":
            return i
    return None


def _antecedent(tokens: Sequence[Token], first: int, relative: int) -> Subject | None:
    i = relative - 1
    comma = i > first and tokens[i].kind == MARK and tokens[i].text == ","
    if comma:
        i -= 1
    if i < first or tokens[relative].text == "that" or tokens[i].kind not in (NAME, WORD):
        return None
    return phrase_before(tokens, first, i, 0 if comma else 1)


def phrase_before(tokens: Sequence[Token], first: int, last: int, depth: int = 3) -> Subject | None:
    """Return the noun phrase that ends with the token `last`; "officials in Moscow" are the officials."""
    head = tokens[last]
    if head.kind == WORD and head.text in PRONOUNS:
        return Subject("pronoun", last, last + 1, last)
    if head.kind == WORD and (
        head.text in STOPS or head.text in OPENING or not (head.text[0].isalpha() or head.text.endswith("-year-old"))
    ):
        return None
    start = _phrase_start(tokens, first, last)
    before = start - 1
    if head.text == PERSON and before >= first and tokens[last - 1].text == "ORG" and last > start:
        depth = 0  # "ambassador to the United Nations Mira Novak" is she
    of_state = before > first and last > start and of_office(tokens, first, before)
    if head.text == PERSON and of_state:
        depth = 0
    if depth and before > first and tokens[before].kind == WORD and tokens[before].text in PREPOSITIONS:
        outer = tokens[before - 1]
        if outer.kind == NAME or (outer.kind == WORD and outer.text not in STOPS and not is_adverb(outer.text)):
            found = phrase_before(tokens, first, before - 1, depth - 1)
            if found is not None and found.kind != "pronoun":
                return found._replace(last=last + 1)
    # "Josh Lee and Mira Novak said": the first of them, as the names are told
    if tokens[before].text == "and" and before > first and tokens[before - 1].kind == NAME and head.kind == NAME:
        return phrase_before(tokens, first, before - 1, 0) or Subject("name", start, last + 1, last)
    return Subject(_kind(tokens, start, last), start, last + 1, last)


def _phrase_start(tokens: Sequence[Token], first: int, last: int) -> int:
    i = last
    while i - 1 >= first and last - i < MAX_PHRASE:
        token = tokens[i - 1]
        if token.kind == NAME or token.text in ("'s", "CARDINAL", "ORDINAL"):
            i -= 1
        elif token.kind == WORD and token.text not in STOPS and not is_adverb(token.text):
            i -= 1
            if token.text in DETERMINERS:
                break
        else:
            break
    return i


def _before_comma(tokens: Sequence[Token], first: int, comma: int) -> Subject | None:
    """Return the subject where a comma stands before the verb: "Lee, the minister, said", "the minister, Lee, said"."""
    end, lowest = comma, max(first, comma - MAX_APPOSITION)
    other: Subject | None = None  # an organisation, or a description
    for _ in range(MAX_COMMAS):
        start = _segment_start(tokens, lowest, end)
        subject = _opening_name(tokens, start, end)
        if subject is not None and tokens[subject.head].text == PERSON:
            return subject
        if end < comma and other is None:
            other = subject or _opening_phrase(tokens, start, end)
        if start <= lowest or tokens[start - 1].kind == QUOTE:
            break
        named = tokens[start - 2] if start - 2 >= first else None
        if named is not None and named.text == PERSON:
            return phrase_before(tokens, first, start - 2)
        end = start - 1
    return other


def _segment_start(tokens: Sequence[Token], lowest: int, end: int) -> int:
    i = end
    while i > lowest and tokens[i - 1].text not in _PAUSES:
        i -= 1
    return i


def _opening_name(tokens: Sequence[Token], start: int, end: int) -> Subject | None:
    """Return the name at the beginning of a stretch, behind its titles: "Rep. Darrell Issa"."""
    i = start
    while i < end and tokens[i].kind == WORD and (_may_introduce(tokens[i]) or of_office(tokens, start, i)):
        i += 1
    while i + 1 < end and tokens[i].kind == NAME and tokens[i + 1].kind == NAME:
        i += 1
    if i < end and tokens[i].kind == NAME and (i + 1 == end or _may_follow(tokens[i + 1])):
        return Subject("name", start, i + 1, i)
    return None


def of_office(tokens: Sequence[Token], first: int, i: int) -> bool:
    """Say whether the word is that of "Secretary of State"."""
    return tokens[i].text == "of" and i > first and tokens[i - 1].text in OFFICES_OF


def _may_introduce(token: Token) -> bool:
    """Say whether a word may open a phrase before its name: "But the", "Rep."."""
    if token.text in COORDINATING or token.text == "the":
        return True
    return token.capital and token.text not in STOPS and token.text not in DETERMINERS


def _may_follow(token: Token) -> bool:
    """Say whether a phrase may go on like this behind its name: "Lee of the ministry", not "Wired senior writer"."""
    return token.kind in (TIME, MARK) or token.text in PREPOSITIONS or token.text in ("who", "and")


def _opening_phrase(tokens: Sequence[Token], start: int, end: int) -> Subject | None:
    i = start
    while i < end and (tokens[i].kind == NAME or (tokens[i].kind == WORD and tokens[i].text not in STOPS)):
        i += 1
    return phrase_before(tokens, start, i - 1) if i > start else None


class After(NamedTuple):
    """A subject behind its verb, and where its phrase ends."""

    subject: Subject
    end: int


def phrase_after(tokens: Sequence[Token], start: int, last: int) -> After | None:
    """Return the noun phrase that begins at `start`; its last name decides: "said Cedar Lodge manager Mira Novak"."""
    i, head = start, -1
    while i < min(last, start + MAX_PHRASE):
        token = tokens[i]
        if token.kind == NAME:
            head = i
        elif of_office(tokens, start, i) and _person_follows(tokens, i + 1, last):
            pass
        elif token.kind != WORD or token.text in STOPS or is_adverb(token.text):
            if token.text != "'s":
                break
        elif i > start and token.text in DETERMINERS:
            break
        i += 1
    if i == start:
        if start < last and tokens[start].kind == WORD and tokens[start].text in PRONOUNS:
            return After(Subject("pronoun", start, start + 1, start), start + 1)
        return None
    named = _named_behind(tokens, i, last)
    if tokens[i - 1].text != PERSON and named is not None:
        return After(Subject("name", start, named + 1, named), named + 1)
    if tokens[i - 1].kind == NAME or (head >= 0 and tokens[i - 1].capital):
        head = i - 1 if tokens[i - 1].kind == NAME else head
        return After(Subject(_kind(tokens, start, head), start, i, head), i)
    if tokens[i - 1].text == "'s":
        return None
    return After(Subject(_kind(tokens, start, i - 1), start, i, i - 1), i)


def _person_follows(tokens: Sequence[Token], i: int, last: int) -> bool:
    """Say whether a person is named behind an office: "State Mira Novak"."""
    for token in tokens[i : min(last, i + 4)]:
        if token.text == PERSON:
            return True
        if token.kind == MARK or not (token.capital or token.text == "the"):
            break
    return False


def _named_behind(tokens: Sequence[Token], i: int, last: int) -> int | None:
    """Return where the name is that says who a description is: "the head teacher, Mira Novak"."""
    if i + 1 < last and tokens[i].text == "," and tokens[i].kind == MARK and tokens[i + 1].text == PERSON:
        closed = i + 2 >= last or tokens[i + 2].kind in (MARK, QUOTE)
        return i + 1 if closed else None
    return None


def _kind(tokens: Sequence[Token], start: int, head: int) -> Kind:
    """Tell a name from a description; "the Kentucky Republican" is somebody, "Republicans" are they."""
    if tokens[head].text == "NORP" and tokens[start].text in ARTICLES:
        return "description"
    return "name" if tokens[head].kind == NAME or (tokens[head].capital and head > start) else "description"
