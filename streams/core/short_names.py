"""Which names of organisations, peoples and countries in an article are one: rules of form, and tables of countries.

"Treasury" is the Treasury Department, "Times" the New York Times that was named before it, "Justice Department" the
Department of Justice, "U.S." the United States; "Russians" are "Russian", and neither is Russia.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from streams.core.names import word_set, words_of
from streams.core.nations import COMBINING, COUNTRIES, PEOPLES, STATES
from streams.core.people import Form, root_of

_COMPANY_FORM: Final = frozenset(
    ("inc", "corp", "ltd", "llc", "plc", "co", "limited", "corporation", "company", "gmbh")
)
# What may be left out behind a name: "Goldman" does not stand for Goldman Sachs by its form, "Treasury" does.
_KINDS: Final = word_set(
    """department ministry group company corporation holdings bank airlines airways news foundation institute
    motors industries technologies university newspaper magazine agency campaign administration"""
)
# Chambers that many countries and states have: "House" is not the White House, "Senate" not the state's.
_CHAMBERS: Final = frozenset(("house", "senate", "congress", "parliament", "assembly", "government"))
_BODIES: Final = frozenset(("department", "ministry", "office", "bureau"))
_BODY_OF: Final = re.compile(r"(department|ministry|office|bureau) (?:of|for) (?:the )?(.+)")
_NAMED_ALIKE: Final = {"GOP": "republican party"}
_PLACED: Final = frozenset(("ORG", "FAC"))
_AREAS: Final = frozenset(("GPE", "LOC"))
# The capital is called by its district, and shares its name with a state.
_CAPITAL: Final = {"DC": "washington", "washington dc": "washington", "district of columbia": "washington"}
_STATE_OF_THAT_NAME: Final = frozenset(("wash.", "washington state"))
MAX_WORDS: Final = 8  # of an organisation's name that shorter ones are looked for in


def same_organisations(forms: Sequence[Form], found: Mapping[str, str]) -> dict[str, str]:
    """Return key -> key of the fuller name, for organisations and buildings; `found` is what is known already."""
    placed = [f for f in forms if f.type in _PLACED]
    by_key = {f.key: f for f in forms}
    same = _by_company_form(placed, by_key) | _by_body(placed, by_key)
    same |= {short: full for short, full in _NAMED_ALIKE.items() if short in by_key and full in by_key}
    known = {**same, **found}
    longer: defaultdict[tuple[str, ...], dict[str, bool]] = defaultdict(dict)
    for form in placed:
        for short, anywhere in _shorter(words_of(form.key)):
            longer[short][form.key] = anywhere
    for form in placed:
        if form.key in known:
            continue
        candidates = longer.get(tuple(words_of(form.key)), {})
        roots = {
            root_of(key, known) for key, anywhere in candidates.items() if anywhere or by_key[key].first < form.first
        } - {form.key}
        if len(roots) == 1:
            same[form.key] = known[form.key] = roots.pop()
    return same


def same_peoples(forms: Sequence[Form]) -> dict[str, str]:
    """Return key -> key of the first name of that people: "Democrats" are "Democratic", "Slovaks" are "Slovak".

    A combining form is never the first: "Sino" is "Chinese" wherever that stands.
    """
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    for form in sorted(forms, key=lambda each: each.key in COMBINING):
        if form.type == "NORP":
            usual = PEOPLES.get(form.key) or COMBINING.get(form.key) or form.key.removesuffix("s")
            root = first.setdefault(usual, form.key)
            if root != form.key:
                same[form.key] = root
    return same


def same_areas(forms: Sequence[Form]) -> dict[str, str]:
    """Return key -> key of the first name of that country or state: "UK" is Britain, "Ky." Kentucky."""
    areas = [f for f in forms if f.type in _AREAS]
    capital = {} if any(f.key in _STATE_OF_THAT_NAME for f in areas) else _CAPITAL
    first: dict[str, str] = {}
    same: dict[str, str] = {}
    for form in areas:
        usual = capital.get(form.key) or COUNTRIES.get(form.key) or STATES.get(form.key)
        root = first.setdefault(usual or form.key, form.key)
        if root != form.key:
            same[form.key] = root
    return same


def _by_company_form(forms: Sequence[Form], by_key: Mapping[str, Form]) -> dict[str, str]:
    """Return short -> full name of a company: "Apple" is "Apple Inc."."""
    found: dict[str, str] = {}
    for form in forms:
        short, _, last = form.key.rpartition(" ")
        if last.rstrip(".") in _COMPANY_FORM and short:
            other = by_key.get(short.rstrip(","))
            if other and other.type == "ORG" and other.key not in found:
                found[other.key] = form.key
    return found


def _by_body(forms: Sequence[Form], by_key: Mapping[str, Form]) -> dict[str, str]:
    """Return "X Department" -> "Department of X"."""
    turned = {}
    for form in forms:
        if match := _BODY_OF.fullmatch(form.key):
            other = f"{match[2]} {match[1]}"
            if other in by_key:
                turned[other] = form.key
    return turned


def _shorter(words: list[str]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield shorter names of an organisation, and whether they may stand before it."""
    if not 1 < len(words) <= MAX_WORDS:
        return
    opening = _country_words(words)
    for count in range(1, len(words)):
        rest = words[count:]
        if count == opening or rest[0] not in _CHAMBERS or len(rest) > 1:
            yield tuple(rest), count == opening
    if words[-1] in _KINDS:
        yield tuple(words[:-1]), False
    for at in (opening, 0):
        if words[at + 1 : at + 2] == ["of"]:
            yield (words[at],), words[at] in _CHAMBERS
        if not opening:
            break


def _country_words(words: list[str]) -> int:
    """Return how many words of a country's name or adjective open the name; 0 where none do."""
    for count in (3, 2, 1):
        opening = " ".join(words[:count])
        if count < len(words) and (opening in _OPENINGS):
            return count
    return 0


_OPENINGS: Final = frozenset(" ".join(words_of(key)) for key in (*COUNTRIES, *PEOPLES)) | {"u s", "u k", "u n"}
