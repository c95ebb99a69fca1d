"""Where a sentence attributes words to somebody: "Lee said", "said Lee", "adding", "according to Lee"."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.core.speech import CUES, DOUBTFUL, JUDGING, NAMING, PARTICLES, TRANSITIVE, Cue
from streams.core.speech_tokens import MARK, NAME, QUOTE, TIME, WORD, Sentence, Token
from streams.core.subjects import (
    BE,
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    Subject,
    phrase_after,
    phrase_before,
    subject_before,
)

MAX_TO_CLAUSE: Final = 16  # tokens between a verb and its "that" or "to": addressee, place and time
MAX_PHRASES: Final = 4  # "on Sunday in an interview with reporters in Oslo"
_ACCORDING: Final = Cue("according to", "prep", True, False, False, False)
_SPEECHES: Final = frozenset("statement letter tweet message report memo email interview speech post".split())
_PLACED: Final = frozenset("in on at during after before via to from with by for of".split())
_AT_ONCE: Final = frozenset(("vow", "promise", "pledge", "threaten", "demand", "propose"))


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
        if i < free_from or tokens[i].kind != WORD:
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
    return before.text in ("the", "a", "an", "this", "that", "his", "her", "its", "their") or (
        before.text in PREPOSITIONS and before.text not in ("after", "before", "since")
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
    return Attribution(_ACCORDING, i, start, i, after.end, subject, inverted=True, joined=False)


def _participle(
    tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue, free_from: int
) -> Attribution | None:
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
    for j in range(i - 2, max(sentence.first, i - MAX_TO_CLAUSE) - 1, -1):
        if tokens[j].text in ("quoted", "quotes", "cited", "quoting", "citing"):
            look = subject_before(tokens, sentence.first, j)
            if look.passive:
                return look.subject
            return phrase_before(tokens, j + 1, i - 2) if j < i - 2 else None
    return None


def _inverted(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue) -> Attribution | None:
    """Return the attribution by "said Lee", behind a quotation, a clause, or at the very beginning."""
    if cue.base in ("tell", "inform", "remind", "assure") or cue.form == "base":
        return None
    comma = i - 1 >= sentence.first and tokens[i - 1].text == "," and tokens[i - 1].kind == MARK
    at = i - 2 if comma else i - 1
    quoted = at >= sentence.first and tokens[at].kind == QUOTE
    opens = i == sentence.first
    if not (quoted or opens or tokens[i - 1].text == ",") or not (cue.zero or cue.that or quoted):
        return None
    after = phrase_after(tokens, i + 1, sentence.last)
    if after is None or (after.subject.kind == "pronoun" and not quoted):
        return None
    if opens and not (after.end < sentence.last and tokens[after.end].text in (":", ",")):
        return None
    if not quoted and (after.subject.kind != "name" or not _rests(tokens, after.end, sentence.last)):
        return None
    return Attribution(cue, i, i + 1, i, after.end, after.subject, inverted=True, joined=False)


def _rests(tokens: Sequence[Token], i: int, last: int) -> bool:
    """Say whether no verb can follow: the phrase before `i` ends the clause, or something describes it."""
    if i >= last:
        return True
    token = tokens[i]
    return token.kind in (MARK, TIME, QUOTE) or token.text in PREPOSITIONS or token.text in ("who", "and")


def _plain(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue, free_from: int) -> Attribution | None:
    look = subject_before(tokens, free_from, i)
    if look.denied:
        return None
    if look.passive:
        return _by_agent(tokens, sentence, i, cue)
    if cue.noun and cue.form != "past" and not _told(tokens, sentence, i, look.subject, cue):
        return None
    if cue.base in DOUBTFUL and not _words_follow(tokens, sentence, i, cue):
        return None
    if look.subject is None and not look.joined and cue.base != "say" and not _beside_quote(tokens, sentence, i):
        return None
    left = look.at - 1 if look.joined else look.at
    return Attribution(cue, i, i + 1, left, i + 1, look.subject, inverted=False, joined=look.joined)


def _by_agent(tokens: Sequence[Token], sentence: Sentence, i: int, cue: Cue) -> Attribution | None:
    """Return the attribution by "was described by Lee as"."""
    if i + 1 >= sentence.last or tokens[i + 1].text != "by":
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
    after = i + 1 < sentence.last and (
        tokens[i + 1].kind == QUOTE
        or (i + 2 < sentence.last and tokens[i + 1].text in (",", ":") and tokens[i + 2].kind == QUOTE)
    )
    return after or (i > sentence.first and tokens[i - 1].kind == QUOTE)


def skip_circumstances(tokens: Sequence[Token], i: int, last: int) -> int:
    """Return the place behind "on Sunday in an interview with reporters": time, place, occasion."""
    for _ in range(MAX_PHRASES):
        start = i
        while i < last and (tokens[i].kind == TIME or (tokens[i].kind == WORD and tokens[i].text in _TIMES)):
            i += 1
        if i + 1 < last and tokens[i].kind == WORD and tokens[i].text in _PLACED:
            j = i + 1
            while j < last and j - i < 8 and _in_phrase(tokens, j, i + 1):
                j += 1
            i = j if j > i + 1 else i
        if i == start:
            break
    return i


_TIMES: Final = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday yesterday today earlier later recently again also
    repeatedly publicly flatly bluntly simply afterward afterwards last week month year""".split()
)


def _in_phrase(tokens: Sequence[Token], i: int, first: int) -> bool:
    token = tokens[i]
    if token.kind in (TIME, QUOTE) or token.text == "'s":
        return True
    if token.kind == NAME:
        return i == first or tokens[i - 1].kind != NAME
    if token.kind != WORD or token.text in _CLAUSE_OPENERS or token.text in PREPOSITIONS:
        return False
    if i > first and token.text in DETERMINERS and tokens[i - 1].text not in PREPOSITIONS:
        return False
    return True


_CLAUSE_OPENERS: Final = PRONOUNS | RELATIVES | CONJUNCTIONS | BE | frozenset(("there", "to"))


def clause_start(tokens: Sequence[Token], told: Attribution, last: int) -> int | None:
    """Return where the clause begins that follows a cue; None where none does."""
    i, cue = told.right, told.cue
    if i >= last or (told.inverted and cue.form != "prep"):
        return None
    if cue.form == "prep":
        return i + 1 if tokens[i].text == "," else None
    if tokens[i].kind == QUOTE or tokens[i].text in (":", "."):
        return None
    if cue.base == "call":
        return _word_within(tokens, i, last, ("to",)) if tokens[i].text == "on" else None
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


_THAT: Final = ("that", "whether", "why", "how")


def _word_within(tokens: Sequence[Token], i: int, last: int, words: tuple[str, ...]) -> int | None:
    for j in range(i, min(last, i + MAX_TO_CLAUSE)):
        if tokens[j].kind == MARK or tokens[j].text in BE or (j > i and tokens[j].text in ("he", "she", "they", "it")):
            return None
        if tokens[j].kind == WORD and tokens[j].text in words:
            return j
    return None


def _infinitive(tokens: Sequence[Token], i: int, last: int, cue: Cue) -> int | None:
    limit = i + 1 if cue.base in _AT_ONCE else i + 10
    start = skip_circumstances(tokens, i, last) if cue.base in _AT_ONCE and tokens[i].text != "to" else i
    for j in range(start, min(last, limit if start == i else start + 1)):
        if tokens[j].kind in (MARK, QUOTE):
            return None
        if tokens[j].text == "to" and (cue.base in _AT_ONCE or j > i):
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


_FINITE: Final = frozenset(
    "is are was were has have had will would can could may might should must do does did he she they it we".split()
)
