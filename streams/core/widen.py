"""Marks of a model that stop too early: "Charles J." of "Charles J. Harder", "Pak" of "Pak-Russia".

Rules of form. What is marked in the words that are added belongs to the longer mark.
"""

import re
from collections.abc import Iterable
from typing import Final

from streams.core.english import ADVERBS, DETERMINERS, STOPS
from streams.core.mentions import RawMention
from streams.core.names import fold
from streams.core.nations import COMBINING, COUNTRIES, PEOPLES

_NATIONS: Final = frozenset(("GPE", "LOC", "NORP"))
_ENDS_IN_INITIAL: Final = re.compile(r"\w[ ](?:[A-Z]\.)+$")
_SURNAME: Final = re.compile(r" (?:[A-Z]\. ?)*([A-Z][\w'’-]+)")
_SECOND: Final = re.compile(r"[-–](\w+)")
_NO_NAME: Final = STOPS | DETERMINERS | ADVERBS  # what may begin the next sentence


def widened(text: str, mentions: Iterable[RawMention]) -> list[RawMention]:
    """Return the mentions in the order of the text, each to the end of its name."""
    found: list[RawMention] = []
    added = 0  # where the words end that were added last
    for mention in sorted(mentions):
        if mention.end <= added:
            continue
        whole = mention._replace(end=_end(text, mention))
        found.append(whole)
        added = whole.end if whole != mention else added
    return found


def _end(text: str, mention: RawMention) -> int:
    name = text[mention.start : mention.end]
    if mention.label == "PERSON" and _ENDS_IN_INITIAL.search(name) and (more := _SURNAME.match(text, mention.end)):
        return mention.end if more[1].casefold() in _NO_NAME else more.end()
    if mention.label in _NATIONS and fold(name) in COMBINING and (more := _SECOND.match(text, mention.end)):
        return more.end() if fold(more[1]) in COUNTRIES or fold(more[1]) in PEOPLES else mention.end
    return mention.end
