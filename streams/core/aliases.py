"""Which names within one article stand for the same thing: surname and full name, acronym and expansion.

A name is joined to another only where there is one candidate; two Khans leave "Khan" by itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

ACRONYM: Final = re.compile(r"[A-Z](?:\.?[A-Z&]){1,6}\.?")
_IN_BRACKETS: Final = re.compile(r" ?[(\[](?:the )?([A-Z][A-Z.&-]{1,9})[)\]]")
_WORD_BREAK: Final = re.compile(r"[\s\-–/]+")
_GENERATION: Final = frozenset(("jr", "sr", "ii", "iii", "iv"))
_COMPANY_FORM: Final = frozenset(
    ("inc", "corp", "ltd", "llc", "plc", "co", "limited", "corporation", "company", "gmbh")
)
# Types that have acronyms; people have none in news, and NORP is kept apart from its country.
_ABBREVIATED: Final = frozenset(("ORG", "GPE", "LOC", "FAC", "EVENT", "LAW", "PRODUCT", "WORK_OF_ART"))
# A dateline puts an agency in brackets behind a place: "PARIS (AP)".
_DEFINING: Final = _ABBREVIATED - {"GPE", "LOC", "FAC"}
_MAYBE_PERSON: Final = frozenset(("ORG", "PRODUCT", "WORK_OF_ART", "FAC"))
# People of one surname; with more, no name is unambiguous, and comparing all pairs would cost too much.
MAX_NAMESAKES: Final = 64


class Form(NamedTuple):
    """One name as it is written, wherever it stands in the article.

    `key` is equal for spellings that differ in case, dots or article only; `first` orders by appearance.
    """

    key: str
    type: str
    name: str
    first: int


def fold(name: str) -> str:
    """Return the key of a name: case, leading article, dots of acronyms do not count; "US" is not "us"."""
    plain = " ".join(name.replace("’", "'").split())
    if ACRONYM.fullmatch(plain):
        return plain.replace(".", "")
    return plain.casefold().removeprefix("the ")


def find_aliases(forms: Sequence[Form], defined: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return key -> key of the name it stands for, for the names that stand for another one.

    Args:
        forms: one per key, in order of appearance.
        defined: pairs of (acronym key, expansion key) that the text itself declares; see `declared_acronym`.
    """
    by_key = {f.key: f for f in forms}
    found = _people(forms) | _companies(forms, by_key) | _acronyms(forms, by_key, defined)
    return {key: _root(key, found) for key in found}


def declared_acronym(text: str, end: int, type_: str) -> str | None:
    """Return the key of the acronym in brackets that follows a name: "Ministry of Foreign Affairs (MFA)"."""
    if type_ not in _DEFINING or text[end : end + 2] not in (" (", " ["):
        return None
    match = _IN_BRACKETS.match(text, end)
    return fold(match[1]) if match else None


def _root(key: str, found: dict[str, str]) -> str:
    seen = {key}
    while (following := found.get(key)) is not None and following not in seen:
        key = following
        seen.add(key)
    return key


def _people(forms: Sequence[Form]) -> dict[str, str]:
    full = [f for f in forms if f.type == "PERSON" and len(_words(f)) > 1]
    found = _longer_names(full)
    by_last: defaultdict[str, set[str]] = defaultdict(set)
    by_first: defaultdict[str, set[str]] = defaultdict(set)
    appeared: dict[str, int] = {}
    for form in full:
        words = _words(form)
        root = _root(form.key, found)
        by_last[words[-1]].add(root)
        by_first[words[0]].add(root)
        appeared[root] = min(form.first, appeared.get(root, form.first))
    for form in forms:
        words = _words(form)
        if len(words) != 1 or not (form.type == "PERSON" or form.type in _MAYBE_PERSON):
            continue
        # Families come first in some languages: "Yoon" is Yoon Suk-yeol.
        roots = by_last.get(words[0]) or by_first.get(words[0]) or set()
        # What the model calls an organisation is the person only if the person was introduced before.
        if len(roots) == 1 and (form.type == "PERSON" or appeared[min(roots)] < form.first):
            found[form.key] = min(roots)
    return found


def _longer_names(full: Sequence[Form]) -> dict[str, str]:
    """Return shorter -> longer full name of the same person: "Qamar Bajwa" is "Qamar Javed Bajwa"."""
    found: dict[str, str] = {}
    families: defaultdict[str, list[Form]] = defaultdict(list)
    for form in full:
        families[_words(form)[-1]].append(form)
    for namesakes in families.values():
        if len(namesakes) > MAX_NAMESAKES:
            continue
        for form in namesakes:
            longer = [o for o in namesakes if len(o.name) > len(form.name) and _is_within(_words(form), _words(o))]
            # All candidates must be one person: the longest one has to contain the others.
            best = max(longer, key=lambda o: (len(o.name), -o.first), default=None)
            if best and all(o is best or _is_within(_words(o), _words(best)) for o in longer):
                found[form.key] = best.key
    return found


def _is_within(short: list[str], long: list[str]) -> bool:
    """Say whether the words of one name stand in the other in order; an initial stands for its word."""
    rest = iter(long)
    return all(any(_same_word(word, other) for other in rest) for word in short)


def _same_word(word: str, other: str) -> bool:
    return word == other or (len(word) == 1 and other.startswith(word))


def _companies(forms: Sequence[Form], by_key: dict[str, Form]) -> dict[str, str]:
    """Return short -> full name of a company: "Apple" is "Apple Inc."."""
    found: dict[str, str] = {}
    for form in forms:
        short, _, last = form.key.rpartition(" ")
        if form.type == "ORG" and last.rstrip(".") in _COMPANY_FORM and short:
            other = by_key.get(short.rstrip(","))
            if other and other.type == "ORG" and other.key not in found:
                found[other.key] = form.key
    return found


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
        targets = (expansions.get(form.key) or by_initials.get(form.key) or set()) - {form.key}
        shouted = form.key.casefold()
        if len(targets) == 1:
            found[form.key] = min(targets)
        elif shouted in by_key and len(shouted) > 2:  # "IRAN" of a dateline
            found[form.key] = shouted
    return found


def _initials(name: str) -> set[str]:
    """Return the acronyms that a name of several words can have: of all words, of those with a capital."""
    words = [w for w in _WORD_BREAK.split(name) if w]
    if len(words) < 2:
        return set()
    capitals = "".join(w[0] for w in words if w[0].isupper())
    return {a for a in (capitals, "".join(w[0].upper() for w in words)) if len(a) > 1}


def _words(form: Form) -> list[str]:
    words = form.key.casefold().replace(".", " ").replace(",", " ").split()
    while len(words) > 1 and words[-1] in _GENERATION:
        words.pop()
    return words
