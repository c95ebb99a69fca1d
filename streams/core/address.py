"""Whom "Mr. Novak" and "Mrs. Novak" name, where a surname is that of two: told by given names, or by the form alone.

Lists of common given names that are of men or of women everywhere, no surnames.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from streams.core.names import word_set
from streams.core.people import Form, person_words, root_of
from streams.core.roles import is_title_word

_WOMEN: Final = word_set(
    """alexandra alice amanda amy angela anna anne barbara betty caroline catherine chelsea christine cindy claire
    cynthia deborah debbie diana diane donna dorothy elena elizabeth ellen emily emma eva fatima florence frances
    gina grace hannah heather helen hillary irene ivanka jane janet jennifer jessica jill joyce judith julia julie
    karen kate katherine kathleen kimberly laura linda lisa louise lucy margaret maria martha mary megan melania
    melissa michelle mira monica nancy natalie nicole nikki olga olivia pamela patricia rachel rebecca rosa ruth
    sally samantha sandra sara sarah sharon sophia sophie stephanie susan tatiana teresa theresa tina vanessa
    victoria virginia wendy yvonne zoe"""
)
_MEN: Final = word_set(
    """aaron abdul adam ahmed alan albert alexander andrew anthony arthur benjamin bernard bernie bill bob boris brad
    brian bruce carl carlos charles christopher chuck colin craig daniel dave david dennis donald douglas edward
    emmanuel eric frank fred gary george gerald gordon greg gregory harold harry henry howard hugo ian igor ivan
    jack jacob james jason jeff jeffrey jerry jim joe joel john jonathan jorge jose joseph juan keith kenneth
    kevin larry lawrence leonard luis marco mario mark martin matthew michael mike mitch mohammed muhammad
    narendra nicholas oleg oscar patrick paul pedro peter petr philip ralph raymond richard rick robert roger
    ronald russell ryan samuel scott sergei sergey simon stanley stephen steve steven ted thomas tim timothy todd
    tom tony victor vincent vladimir walter wayne william"""
)
_ADDRESS: Final = re.compile(r"\b(?:(?P<man>Mr)|(?P<woman>Mrs|Ms|Miss))\.? $")
_COUPLE: Final = re.compile(r"\b(?P<title>[A-Z][a-z]+)\.? and Mrs\.? $")
_LOOK_BACK: Final = 30  # characters

MAN: Final = "Mr."
WOMAN: Final = "Mrs."


def address_before(text: str, start: int) -> str:
    """Return MAN or WOMAN where a name is addressed so, else nothing."""
    match = _ADDRESS.search(text, max(0, start - _LOOK_BACK), start)
    return "" if match is None else MAN if match["man"] else WOMAN


def is_wife(text: str, start: int) -> bool:
    """Say whether a name is that of a couple of which the man came first: "President and Mrs. Novak"."""
    match = _COUPLE.search(text, max(0, start - _LOOK_BACK), start)
    return match is not None and is_title_word(match["title"])


class Addressed:
    """People of one surname, told apart by how they are addressed."""

    def __init__(self, forms: Iterable[Form], aliases: Mapping[str, str]) -> None:
        self._known: defaultdict[str, dict[str, str]] = defaultdict(dict)  # surname -> person -> address
        for form in forms:
            words = person_words(form.key)
            if form.type == "PERSON" and len(words) > 1:
                root = root_of(form.key, aliases)
                self._known[words[-1]][root] = self._known[words[-1]].get(root) or _address_of(words[0])

    def whom(self, key: str, address: str, *, wife: bool) -> str | None:
        """Return the key of the person, a key of its own if it is none of those named in full; None if unknown."""
        known = self._known.get(key)
        if not known or not address:
            return None
        fitting = [person for person, other in known.items() if other == address]
        open_ = [] if wife else [person for person, other in known.items() if not other]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting and len(open_) == 1:
            return open_[0]
        return None if fitting or open_ else f"{address.lower()} {key}"


def _address_of(given: str) -> str:
    if given in _WOMEN:
        return WOMAN
    return MAN if given in _MEN else ""
