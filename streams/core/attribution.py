"""Where a sentence attributes words to somebody: "Lee said", "said Lee", "adding", "according to Lee"."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.core.cues import (
    ACCORDING,
    ADDRESSING,
    CUES,
    DOUBTFUL,
    JUDGING,
    NAMING,
    NOUNS,
    PARTICLES,
    Cue,
)
from streams.core.english import ARTICLES, DETERMINERS, PREPOSITIONS, PRONOUNS, RELATIVES, words
from streams.core.speech_tokens import MARK, NAME, QUOTE, TIME, WORD, Sentence, Token
from streams.core.subjects import Subject, phrase_after, phrase_before, subject_before

MAX_QUOTED_AS: Final = 16  # tokens between "quoted" and "as saying"
_SPEECHES: Final = words("statement letter tweet message report memo email interview speech post")
_OURSELVES: Final = words("i we you")  # outside of marks they are the author and the reader
_SPEAKERS: Final = _SPEECHES | words(
    """spokesman spokeswoman spokesperson spokesmen official officials source sources lawyer lawyers police analyst
    analysts expert experts witness witnesses researchers authorities minister president"""
)
_QUOTING: Final = words("quoted quotes quoting cited cites citing")
_TELLING: Final = frozenset((*CUES, "according", "per"))  # with other words no attribution begins
_HELD: Final = ARTICLES | words("this that his her its their")


class Attribution(NamedTuple):
    """A cue and its subject; tokens from `left` up to `right`, not included.

    `inverted`: the subject stands behind the cue. `joined`: the subject is that of the verb before, "and said".
    """

    cue: Cue
    first: int
    last: int
    left: int
    right: int
    subject: Subject | None
    inverted: bool
    joined: bool


def attributions(tokens: Sequence[Token], sentence: Sentence) -> list[Attribution]:
    """Return the attributions of a sentence in order, without overlap."""
    found: list[Attribution] = []
    free_from = sentence.first
    for i in range(sentence.first, sentence.last):
        if i < free_from or tokens[i].kind != WORD or tokens[i].text not in _TELLING:
            continue
        made = _attribution(tokens, sentence, i, free_from)
        if made is not None:
            found.append(made)
            free_from = made.right
    return found


def _attribution(tokens: Sequence[Token], sentence: Sentence, i: int, free_from: int) -> Attribution | None:
    word = tokens[i].text
    if word == "according" or (word == "per" and _opens_clause(tokens, sentence, i)):
        return _according(tokens, sentence, i)
    cue = CUES.get(word)
    if cue is None or _is_other(tokens, sentence, i, cue):
        return None
    if cue.form == "ing":
        return _participle(tokens, sentence, i, cue, free_from)
    return _inverted(tokens, sentence, i, cue) or _plain(tokens, sentence, i, cue, free_from)


def _is_other(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue) -> bool:
    """Say whether the word is no verb of speech here: "the said report", "pointed at", "models called 'T'"."""
    following = tokens[i + 1].text if i + 1 < sentence.last else ""
    if cue.base in PARTICLES and following != PARTICLES[cue.base]:
        return True
    if cue.base in NAMING and i + 1 < sentence.last and tokens[i + 1].kind == QUOTE:
        return True
    before = tokens[i - 1] if i > sentence.first else None
    if before is None or before.kind != WORD or cue.form == "ing":
        return False
    return before.text in _HELD or (
        before.text in PREPOSITIONS and before.text not in ("after", "before", "since", "to")
    )


def _opens_clause(tokens: Sequence[Token], sentence: Sentence, i: int) -> bool:
    return (i == sentence.first or tokens[i - 1].text == ",") and i + 1 < sentence.last and tokens[i + 1].kind == NAME


def _according(tokens: Sequence[Token], sentence: Sentence, i: int) -> Attribution | None:
    start = i + 1
    if tokens[i].text == "according":
        if start >= sentence.last or tokens[start].text != "to":
            return None
        start += 1
    after = phrase_after(tokens, start, sentence.last)
    if after is None:
        return None
    subject = after.subject
    if subject.kind == "description" or (after.end < sentence.last and tokens[after.end].text == "'s"):
        subject = subject._replace(kind="description")
    return Attribution(ACCORDING, i, start, i, after.end, subject, inverted=True, joined=False)


def _participle(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue, free_from: int) -> Attribution | None:
    """Return the attribution by "saying" or "is saying"; the subject of the first is that of the sentence."""
    if i == sentence.first or not (cue.zero or cue.that or cue.to or cue.base in JUDGING):
        return None
    before = tokens[i - 1]
    if before.text == "as" and (quoted := _quoted_as(tokens, sentence, i)) is not None:
        return Attribution(cue, i, i + 1, quoted.first, i + 1, quoted, inverted=False, joined=False)
    look = subject_before(tokens, free_from, i)
    if i + 1 < sentence.last and tokens[i + 1].text == ":" and not look.passive:
        return Attribution(cue, i, i + 1, i, i + 1, None, inverted=False, joined=True)
    if look.passive and look.subject is not None:  # "is also vowing"
        return Attribution(cue, i, i + 1, look.at, i + 1, look.subject, inverted=False, joined=False)
    if before.kind == NAME and look.subject is not None:
        free = look.at <= sentence.first or tokens[look.at - 1].text in (",", "with", "and", "despite")
        subject = look.subject if free else look.subject._replace(kind="description")
        return Attribution(cue, i, i + 1, look.at, i + 1, subject, inverted=False, joined=False)
    if look.at > sentence.first and tokens[look.at - 1].text in ("after", "before", "by", "while", "when"):
        return Attribution(cue, i, i + 1, look.at - 1, i + 1, None, inverted=False, joined=True)
    if before.kind == QUOTE or before.text in (",", "—", "–", "as", "and") or before.text in _SPEECHES:
        left = i - 1 if before.kind != QUOTE and before.text not in _SPEECHES else i
        return Attribution(cue, i, i + 1, left, i + 1, None, inverted=False, joined=True)
    return None


def _quoted_as(tokens: Sequence[Token], sentence: Sentence, i: int) -> Subject | None:
    """Return who says it in "quoted Lee as saying" and "Lee was quoted by the agency as saying"."""
    for j in range(i - 2, max(sentence.first, i - MAX_QUOTED_AS) - 1, -1):
        if tokens[j].text in _QUOTING:
            look = subject_before(tokens, sentence.first, j)
            if look.passive:
                return look.subject
            return phrase_before(tokens, j + 1, i - 2) if j < i - 2 else None
    return None


def _inverted(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue) -> Attribution | None:
    """Return the attribution by "said Lee", behind a quotation, a clause, or at the very beginning."""
    if cue.base in ADDRESSING or cue.form == "base":
        return None
    comma = i - 1 >= sentence.first and tokens[i - 1].text == "," and tokens[i - 1].kind == MARK
    at = i - 2 if comma else i - 1
    quoted = at >= sentence.first and tokens[at].kind == QUOTE
    opens = i == sentence.first
    if quoted and not comma and not tokens[at].text and at > sentence.first:
        quoted = False  # "who directed 'Rain' said"
    if not (quoted or opens or tokens[i - 1].text == ",") or not (cue.zero or cue.that or quoted):
        return None
    after = phrase_after(tokens, i + 1, sentence.last)
    if after is None or (after.subject.kind == "pronoun" and not quoted):
        return None
    if opens and not (after.end < sentence.last and tokens[after.end].text in (":", ",")):
        return None
    if not quoted and not (_speaks(tokens, after.subject) and _rests(tokens, after.end, sentence.last)):
        return None
    return Attribution(cue, i, i + 1, i, after.end, after.subject, inverted=True, joined=False)


def _speaks(tokens: Sequence[Token], subject: Subject) -> bool:
    """Say whether a phrase behind "..., said" is who said it, and not what was said: "a man left"."""
    return subject.kind == "name" or tokens[subject.head].text in _SPEAKERS


def _rests(tokens: Sequence[Token], i: int, last: int) -> bool:
    """Say whether no verb can follow: the phrase before `i` ends the clause, or something describes it."""
    if i >= last:
        return True
    token = tokens[i]
    return token.kind in (MARK, TIME, QUOTE) or token.text in PREPOSITIONS or token.text in ("who", "and")


def _plain(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue, free_from: int) -> Attribution | None:
    relative = i > sentence.first and tokens[i - 1].text in RELATIVES
    look = subject_before(tokens, sentence.first if relative else free_from, i)
    if look.denied:
        return None
    if look.passive or (cue.form == "past" and i + 1 < sentence.last and tokens[i + 1].text == "by"):
        return _by_agent(tokens, sentence, i, cue)
    if look.subject is not None and tokens[look.subject.head].text in _OURSELVES:
        return None
    behind_quote = look.subject is not None and look.at > sentence.first and tokens[look.at - 1].kind == QUOTE
    if not behind_quote:
        if cue.base in NOUNS and cue.form != "past" and not _told(tokens, sentence, i, look.subject, cue):
            return None
        if cue.base in DOUBTFUL and not _words_follow(tokens, sentence, i, cue):
            return None
    if look.subject is None and not look.joined and cue.base != "say" and not _beside_quote(tokens, sentence, i):
        return None
    left = look.at - 1 if look.joined else look.at
    return Attribution(cue, i, i + 1, left, i + 1, look.subject, inverted=False, joined=look.joined)


def _by_agent(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue) -> Attribution | None:
    """Return the attribution by "was described by Lee as"."""
    if cue.base not in JUDGING or i + 1 >= sentence.last or tokens[i + 1].text != "by":
        return None
    after = phrase_after(tokens, i + 2, sentence.last)
    if after is None:
        return None
    return Attribution(cue, i, i + 1, i, after.end, after.subject, inverted=True, joined=False)


def _told(tokens: Sequence[Token], sentence: Sentence, i: int, subject: Subject | None, cue: Cue) -> bool:
    """Say whether a word that is a noun too tells speech here: somebody before it, and words behind it."""
    if subject is None:
        return False
    if i + 1 >= sentence.last:
        return tokens[i - 1].kind == NAME
    following = tokens[i + 1]
    if tokens[i - 1].kind == WORD and tokens[i - 1].text.endswith("ed"):
        return False  # "repeated claims that"
    if following.text == "to" and cue.to:
        return True
    if subject.kind == "description" and cue.form == "base":
        plural = tokens[subject.head].text.endswith("s")
        return plural and (following.text == "that" or following.text in DETERMINERS | PRONOUNS)
    if cue.base == "state" and subject.kind == "description" and tokens[subject.first].text not in DETERMINERS:
        return False  # "swing states that"
    if following.kind == MARK:
        quoted = i + 2 < sentence.last and tokens[i + 2].kind == QUOTE
        return quoted or subject.kind != "description"
    if following.kind == QUOTE or following.text in ("that", "out"):
        return True
    if following.text in ("in", "on"):
        return subject.kind != "description"
    return following.kind == NAME or following.text in DETERMINERS or following.text in PRONOUNS


def _words_follow(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue) -> bool:
    if i + 1 >= sentence.last:
        return True
    following = tokens[i + 1]
    if following.kind in (QUOTE, MARK):
        return True
    if cue.base == "charge" and following.text == "with":
        return False
    if following.kind == WORD and (following.text in PREPOSITIONS or following.text in ("that", "later", "then")):
        return True
    if following.kind == TIME:
        return _rests(tokens, i + 2, sentence.last) or tokens[i + 2].text == "that"
    return cue.base == "add" and following.kind == WORD and following.text in PRONOUNS


def _beside_quote(tokens: Sequence[Token], sentence: Sentence, i: int) -> bool:
    if i + 1 < sentence.last and tokens[i + 1].kind == QUOTE:
        return True
    return i + 2 < sentence.last and tokens[i + 1].text in (",", ":") and tokens[i + 2].kind == QUOTE
