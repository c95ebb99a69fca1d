"""Whether what a sentence dates lies behind or ahead of it, by the verb that stands nearest.

Word lists of verbs and their forms, as English grammars list them; no tagger. What they do not tell is not told.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from streams.core.english import DETERMINERS, words
from streams.core.speech_tokens import WORD, Sentence, Token

Tense = Literal["past", "future", "unclear"]

_PAST: Final = words(
    """was were had did said told came went took made gave got found left lost won began held met sent spent brought
    thought fell rose grew drew threw flew knew spoke broke chose wrote rode drove stood understood sat ran shot struck
    bought sold built fought caught taught sought heard paid became overcame saw felt kept led fled bled dealt meant
    slept swept wept woke wore tore swore bore stole froze hid bit slid shook forgot withdrew underwent arose awoke
    beat bound clung dug fed ground hung laid lay lent lit rang sang sank shone shrank spun sprang stuck stung swam
    swung undertook didn't wasn't weren't hadn't"""
)
# The same in the present and in the past: a modal verb before them would tell.
_BOTH: Final = words("hit put set cut let shut hurt quit cost cast split spread read bid shed rid burst")
_NOT_PAST: Final = words(
    """need indeed speed feed breed bleed exceed proceed succeed seed weed greed creed hundred sacred naked wicked
    red bed united unprecedented so-called red-hot embed shed sped hatred kindred rugged ragged crooked aged"""
)
_AHEAD: Final = words("will 'll shall won't")
_PLANNED: Final = words("scheduled expected due slated planned planning upcoming")
_MAYBE: Final = words("would could may might should can must cannot couldn't wouldn't shouldn't can't")
_PRESENT: Final = words("is are has have am says say isn't aren't hasn't haven't wants want does do doesn't don't")
# What follows these with "to" happened together with them: "declined to comment", not "agreed to meet".
_AT_ONCE: Final = words(
    """tried declined refused failed began started sought managed continued helped went came moved rushed voted appeared
    had"""
)
_ONCE: Final = words("was were had been wasn't weren't")
_OPENING: Final = 4  # tokens: "A vote on Tuesday will"
_CLOSE: Final = 4  # tokens: "passed a bill today"
_BEFORE_VERB: Final = 3  # tokens between an auxiliary and its verb: "will not be", "was later also"


def tense_at(tokens: Sequence[Token], sentence: Sentence, at: int) -> Tense:
    """Return what the nearest verb before the token, or else the first one behind it, tells of its time."""
    infinitive = False
    for i in range(at - 1, sentence.first - 1, -1):
        told = "infinitive" if _is_infinitive(tokens, i, at) else _told(tokens, sentence, i)
        if told == "infinitive":
            infinitive = True
        elif told is not None:
            at_once = tokens[i].text in _AT_ONCE
            return "unclear" if infinitive and told == "past" and not at_once else told
    return "unclear" if infinitive else _behind(tokens, sentence, at)


def follows_verb(tokens: Sequence[Token], sentence: Sentence, at: int) -> bool:
    """Say whether the token opens its sentence or stands close behind a verb that is past or ahead: "said today"."""
    near = range(at - 1, max(sentence.first, at - _CLOSE) - 1, -1)
    return at - sentence.first < _CLOSE or any(_told(tokens, sentence, i) in ("past", "future") for i in near)


def _behind(tokens: Sequence[Token], sentence: Sentence, at: int) -> Tense:
    for i in range(at + 1, sentence.last):
        told = _told(tokens, sentence, i)
        if told == "future" and at - sentence.first >= _OPENING:
            return "unclear"  # "images of the service Tuesday will be shown"; "On Tuesday it will" is sure
        if told is not None and told != "infinitive":
            return told
    return "unclear"


def _is_infinitive(tokens: Sequence[Token], i: int, at: int) -> bool:
    """Say whether "to" and a verb stand here: "agreed to meet", and not "went to the city"."""
    token, following = tokens[i], tokens[i + 1]
    if token.text != "to" or token.kind != WORD or i + 1 >= at:
        return False
    return following.kind == WORD and not following.capital and following.text not in DETERMINERS


def _told(tokens: Sequence[Token], sentence: Sentence, i: int) -> Tense | Literal["infinitive"] | None:
    token = tokens[i]
    if token.kind != WORD:
        return None
    text = token.text
    if text in _AHEAD:
        return "future"
    if text in _MAYBE or text in _PRESENT:
        return "unclear"
    if text in _PLANNED:
        return "unclear" if any(t.text in _ONCE for t in _before(tokens, sentence, i)) else "future"
    if text == "set" and i + 1 < sentence.last and tokens[i + 1].text in ("to", "for"):
        return "unclear" if any(t.text in _ONCE for t in _before(tokens, sentence, i)) else "future"
    if text in _PAST:
        return "past"
    if text in _BOTH or (text.endswith("ed") and len(text) > 3 and text not in _NOT_PAST):
        return _of_group(tokens, sentence, i)
    return None


def _of_group(tokens: Sequence[Token], sentence: Sentence, i: int) -> Tense | Literal["infinitive"]:
    """Return the tense of a verb that may be a participle, by its auxiliary: "will be killed", "to be held"."""
    passive = False
    for token in _before(tokens, sentence, i):
        if token.text in _ONCE:
            return "past"
        if token.text in _AHEAD:
            return "future"
        if token.text in _MAYBE or token.text in ("is", "are", "being"):
            return "unclear"
        if token.text == "to":
            return "infinitive"
        if token.kind != WORD or token.text in _PAST:
            break
        passive = passive or token.text == "be"
    return "unclear" if passive else "past"


def _before(tokens: Sequence[Token], sentence: Sentence, i: int) -> Iterator[Token]:
    yield from (tokens[j] for j in range(i - 1, max(sentence.first, i - _BEFORE_VERB) - 1, -1))
