"""Names across articles: which are short, which may be one person's or one organisation's in full, by spelling alone.

Within an article `streams/core/people.py` joins names by what the article itself says. Here nothing is said: a name
that may be the same is a candidate, and what decides is evidence (`streams/core/entity_evidence.py`).
"""

from functools import lru_cache
from typing import Final

from streams.core.given_names import FULL_FORMS
from streams.core.names import ACRONYM, fold, words_of
from streams.core.people import person_words

_GENERATION: Final = frozenset(("jr", "sr", "ii", "iii", "iv"))
_ADDRESS: Final = frozenset(("mr", "mrs", "ms", "miss"))  # "Mrs. Novak" is kept apart from Novak within an article
_LEGAL_FORM: Final = frozenset(("inc", "ltd", "limited", "plc", "corp", "corporation", "co", "llc", "gmbh", "ag", "sa"))
_SMALL: Final = frozenset(("of", "the", "and", "for", "in", "on", "de", "du", "des", "la", "le"))
_PART: Final = frozenset(
    (
        "central", "greater", "upper", "lower", "northern", "southern", "eastern", "western", "northeast", "northwest",
        "southeast", "southwest", "upstate", "downtown",
    )
)  # fmt: skip
_WHOLE: Final = frozenset(("of", "the", "state", "states", "republic", "america", "united", "people's"))
MIN_SPELT: Final = 5  # letters of a given name that may be spelt otherwise: shorter ones are other names
MIN_ACRONYM: Final = 2  # letters
_AL: Final = ("al-", "el-")  # "Assad" is "al-Assad"


@lru_cache(maxsize=65_536)
def person_name(name: str) -> tuple[str, ...]:
    """Return the words of a person's name in small letters, without address, accents and "Jr."."""
    words = person_words(name)
    return tuple(words[1:] if len(words) > 1 and words[0] in _ADDRESS else words)


def is_short(name: str) -> bool:
    """Say whether many people may be called so: one word, or initials and a surname."""
    words = person_name(name)
    return len(words) < 2 or all(len(word) == 1 for word in words[:-1])


def family(name: str) -> str:
    """Return the surname; the name itself where it is one word."""
    words = person_name(name)
    last = words[-1] if words else ""
    return next((last[len(a) :] for a in _AL if last.startswith(a) and len(last) > len(a)), last)


def first_word(name: str) -> str:
    """Return the given name; in some languages it is the family's."""
    words = person_name(name)
    return words[0] if words else ""


def fits(short: str, full: str) -> bool:
    """Say whether a short name may stand for a full one: the surname, or initials that agree and the surname."""
    if family(short) != family(full):
        return False
    given, others = person_name(short)[:-1], person_name(full)[:-1]
    return all(any(other.startswith(initial) for other in others) for initial in given)


def may_be_one(one: str, other: str) -> bool:
    """Say whether two full names of one surname may be one person's."""
    if family(one) != family(other) or _generation(one) != _generation(other):
        return False
    short, long = sorted((person_name(one), person_name(other)), key=len)
    if 2 < len(short) < len(long):
        return False  # George W. Bush, George H. W. Bush: who gives middle names gives all of them
    return _within(short, long) or _within(long, short) or is_spelt_otherwise(one, other)


def is_spelt_otherwise(one: str, other: str) -> bool:
    """Say whether two names differ in the spelling of one given name only: "Sergey" and "Sergei"."""
    words = person_name(one), person_name(other)
    if len(words[0]) != len(words[1]) or words[0][-1] != words[1][-1]:
        return False
    differing = [pair for pair in zip(*words, strict=True) if pair[0] != pair[1]]
    return len(differing) == 1 and _one_edit(*differing[0])


def _one_edit(one: str, other: str) -> bool:
    """Say whether one letter was put in, left out or exchanged, behind the first one."""
    short, long = sorted((one, other), key=len)
    if len(short) < MIN_SPELT or short[0] != long[0] or len(long) - len(short) > 1:
        return False
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[at:] == long[at + 1 :] or short[at + 1 :] == long[at + 1 :]


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Say whether the words of one name stand in the other in order; initials and short forms stand for theirs."""
    rest = iter(long)
    return all(any(_same_word(word, other) for other in rest) for word in short)


def _same_word(word: str, other: str) -> bool:
    return word == other or (len(word) == 1 and other.startswith(word)) or other in FULL_FORMS.get(word, ())


def _generation(name: str) -> str:
    words = words_of(name)
    return words[-1] if words and words[-1] in _GENERATION else ""


def is_part_of_place(one: str, other: str) -> bool:
    """Say whether a place is named as a part of another, or in another sense: "Northern California", "Mexico City"."""
    short, long = sorted((words_of(fold(one)), words_of(fold(other))), key=len)
    if short[:1] != long[:1] and not _PART.isdisjoint((*short[:1], *long[:1])):
        return True
    return len(short) < len(long) and set(short) < set(long) and not set(long) - set(short) <= _WHOLE


@lru_cache(maxsize=65_536)
def acronym(name: str) -> str:
    """Return an acronym without dots; "" for any other name."""
    plain = " ".join(name.split())
    return fold(plain) if ACRONYM.fullmatch(plain) and len(fold(plain)) >= MIN_ACRONYM else ""


@lru_cache(maxsize=65_536)
def initials(name: str) -> tuple[str, ...]:
    """Return the acronyms that an organisation's full name can have; none where it is one word."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if len(words) < 2 or acronym(name):
        return ()
    weighty = "".join(word[0].upper() for word in words if word.casefold() not in _SMALL)
    whole = "".join(word[0].upper() for word in words)
    return tuple(dict.fromkeys(each for each in (weighty, whole) if len(each) > 1))


@lru_cache(maxsize=65_536)
def company(name: str) -> str:
    """Return an organisation's name in small letters without its legal form: "Apple Inc." is "apple"."""
    words = words_of(fold(name))
    while len(words) > 1 and words[-1] in _LEGAL_FORM:
        words.pop()
    return " ".join(words)
