"""Which names within one article stand for the same thing: surname and full name, acronym and expansion.

A name is joined to another only where there is one candidate; two Khans leave "Khan" by itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from streams.core.names import ACRONYM, fold
from streams.core.people import Form, joined, root_of, same_people
from streams.core.short_names import same_areas, same_organisations, same_peoples

_IN_BRACKETS: Final = re.compile(r" ?[(\[](?:the )?([A-Z][A-Z.&-]{1,9})[)\]]")
_WORD_BREAK: Final = re.compile(r"[\s\-–/]+")
# Types that have acronyms; people have none in news, and NORP is kept apart from its country.
_ABBREVIATED: Final = frozenset(("ORG", "GPE", "LOC", "FAC", "EVENT", "LAW", "PRODUCT", "WORK_OF_ART"))
# A dateline puts an agency in brackets behind a place: "PARIS (AP)".
_DEFINING: Final = _ABBREVIATED - {"GPE", "LOC", "FAC"}
_AREAS: Final = frozenset(("GPE", "LOC"))


def find_aliases(forms: Sequence[Form], defined: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return key -> key of the name it stands for, for the names that stand for another one.

    Args:
        forms: one per key, in order of appearance.
        defined: pairs of (acronym key, expansion key) that the text itself declares; see `declared_acronym`.
    """
    by_key = {f.key: f for f in forms}
    found = joined(same_areas(forms), same_people(forms), same_peoples(forms), _acronyms(forms, by_key, defined))
    found = joined(found, same_organisations(forms, found))
    return {key: root_of(key, found) for key in found}


def declared_acronym(text: str, end: int, type_: str) -> str | None:
    """Return the key of the acronym in brackets that follows a name: "Ministry of Foreign Affairs (MFA)"."""
    if type_ not in _DEFINING or text[end : end + 2] not in (" (", " ["):
        return None
    match = _IN_BRACKETS.match(text, end)
    return fold(match[1]) if match else None


def _acronyms(forms: Sequence[Form], by_key: dict[str, Form], defined: Iterable[tuple[str, str]]) -> dict[str, str]:
    expansions: defaultdict[str, set[str]] = defaultdict(set)
    for acronym, expansion in defined:
        expansions[acronym].add(expansion)
    by_initials: defaultdict[str, set[str]] = defaultdict(set)
    for form in forms:
        if form.type in _ABBREVIATED:
            for initials in _initials(form.name):
                by_initials[initials].add(form.key)
    found: dict[str, str] = {}
    for form in forms:
        if not ACRONYM.fullmatch(form.key):
            continue
        alike = {key for key in by_initials.get(form.key, ()) if _may_abbreviate(form, by_key[key])}
        targets = (expansions.get(form.key) or alike) - {form.key}
        shouted = form.key.casefold()
        if len(targets) == 1:
            found[form.key] = min(targets)
        elif shouted in by_key and len(shouted) > 2:  # "IRAN" of a dateline
            found[form.key] = shouted
    return found


def _may_abbreviate(acronym: Form, name: Form) -> bool:
    """Say whether a name may have this acronym: the US is neither US Senate nor Union Square."""
    first = fold(_WORD_BREAK.split(name.name)[0])
    return (acronym.type in _AREAS) == (name.type in _AREAS) and first != acronym.key


def _initials(name: str) -> set[str]:
    """Return the acronyms that a name of several words can have: of all words, of those with a capital."""
    words = [w for w in _WORD_BREAK.split(name) if w]
    if len(words) < 2:
        return set()
    capitals = "".join(w[0] for w in words if w[0].isupper())
    return {a for a in (capitals, "".join(w[0].upper() for w in words)) if len(a) > 1}
