"""Which names of people within one article are one person's: surname, initials, short forms, a name left out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from streams.core.given_names import FULL_FORMS
from streams.core.names import words_of

_GENERATION: Final = frozenset(("jr", "sr", "ii", "iii", "iv"))
_ARTICLES: Final = ("al-", "el-")  # of Arabic family names: "Assad" is "al-Assad"
# What a person's surname may be taken for by the model.
_MAYBE_PERSON: Final = frozenset(("ORG", "PRODUCT", "WORK_OF_ART", "FAC"))
# People of one surname; with more, no name is unambiguous, and comparing all pairs would cost too much.
MAX_NAMESAKES: Final = 64
MAX_WORDS: Final = 6  # of a person's name; of a longer one only the last words are compared


class Form(NamedTuple):
    """One name as it is written, wherever it stands in the article.

    `key` is equal for spellings that differ in case, dots or article only; `first` orders by appearance.
    """

    key: str
    type: str
    name: str
    first: int


def root_of(key: str, found: Mapping[str, str]) -> str:
    """Return what a key stands for in the end."""
    seen = {key}
    while (following := found.get(key)) is not None and following not in seen:
        key = following
        seen.add(key)
    return key


def joined(*steps: Mapping[str, str]) -> dict[str, str]:
    """Return all of the steps in one, of which the earlier ones hold: no name comes to stand for itself."""
    found: dict[str, str] = {}
    for step in steps:
        for key, target in step.items():
            if key not in found and root_of(target, found) != key:
                found[key] = target
    return found


def same_people(forms: Sequence[Form]) -> dict[str, str]:
    """Return key -> key of the name of the same person that says more."""
    full = [f for f in forms if f.type == "PERSON" and len(person_words(f.key)) > 1]
    found = _longer_names(full)
    found |= _first_words(full, found)
    names = _Names(full, found)
    for form in forms:
        words = person_words(form.key)
        if len(words) != 1 or not (form.type == "PERSON" or form.type in _MAYBE_PERSON):
            continue
        root = names.only_one(words[0], form)
        # What the model calls an organisation is the person only if the person was introduced before.
        if root is not None and (form.type == "PERSON" or names.appeared[root] < form.first):
            found[form.key] = root
    return found


def person_words(key: str) -> list[str]:
    """Return the words of a person's name without "Jr."."""
    words = words_of(key)[-MAX_WORDS:]
    while len(words) > 1 and words[-1] in _GENERATION:
        words.pop()
    return words


class _Names:
    """Full names by each of their words."""

    def __init__(self, full: Iterable[Form], found: Mapping[str, str]) -> None:
        self.appeared: dict[str, int] = {}
        self._by_place: tuple[defaultdict[str, set[str]], ...] = tuple(defaultdict(set) for _ in range(3))
        for form in full:
            root = root_of(form.key, found)
            self.appeared[root] = min(form.first, self.appeared.get(root, form.first))
            first, *middle, last = person_words(form.key)
            # Families come first in some languages: "Yoon" is Yoon Suk-yeol.
            for known, words in zip(self._by_place, (_with_bare(last), [first], middle), strict=True):
                for word in words:
                    known[word].add(root)

    def only_one(self, word: str, form: Form) -> str | None:
        """Return the person that one word names: by the last, else the first, else a middle one of the name.

        Of two, it is the one who was called so before the other was introduced.
        """
        roots: set[str] = next((known[word] for known in self._by_place if word in known), set())
        if len(roots) > 1:
            earliest = min(roots, key=lambda r: self.appeared[r])
            before = self.appeared[earliest] < form.first
            if before and all(form.first < self.appeared[r] for r in roots if r != earliest):
                return earliest
        return min(roots) if len(roots) == 1 else None


def _with_bare(last: str) -> list[str]:
    return [last, *(last[len(a) :] for a in _ARTICLES if last.startswith(a) and len(last) > len(a))]


def _longer_names(full: Sequence[Form]) -> dict[str, str]:
    """Return shorter -> longer full name of the same person: "Qamar Bajwa" is "Qamar Javed Bajwa"."""
    found: dict[str, str] = {}
    families: defaultdict[str, list[Form]] = defaultdict(list)
    for form in full:
        families[person_words(form.key)[-1]].append(form)
    for namesakes in families.values():
        if len(namesakes) > MAX_NAMESAKES:
            continue
        for form in namesakes:
            longer = [o for o in namesakes if o is not form and _says_more(o, form)]
            # All candidates must be one person: the longest one has to contain the others.
            best = max(longer, key=lambda o: (len(person_words(o.key)), len(o.name), -o.first), default=None)
            if best and all(o is best or _is_within(o, best) for o in longer):
                found[form.key] = best.key
    return found


def _says_more(long: Form, short: Form) -> bool:
    if not _is_within(short, long) or _is_son(long, short):
        return False
    if not _is_within(long, short):
        return True
    return (len(long.name), -long.first) > (len(short.name), -short.first)


def _is_son(one: Form, other: Form) -> bool:
    """Say whether one of the names has a "Jr.", and came after the other: father and son are both there."""
    later = max(one, other, key=lambda f: f.first)
    earlier = min(one, other, key=lambda f: f.first)
    return _generation(later) is not None and _generation(later) != _generation(earlier)


def _generation(form: Form) -> str | None:
    last = words_of(form.key)[-1]
    return last if last in _GENERATION else None


def _is_within(short: Form, long: Form) -> bool:
    """Say whether the words of one name stand in the other in order; an initial or short form stands for its word."""
    rest = iter(person_words(long.key))
    return all(any(_same_word(word, other) for other in rest) for word in person_words(short.key))


def _same_word(word: str, other: str) -> bool:
    return word == other or (len(word) == 1 and other.startswith(word)) or other in FULL_FORMS.get(word, ())


def _first_words(full: Sequence[Form], found: Mapping[str, str]) -> dict[str, str]:
    """Return shorter -> longer name that begins with it: "Shah Mahmoud" is "Shah Mahmoud Qureshi"."""
    longer: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for form in full:
        words = person_words(form.key)
        for count in range(2, len(words)):
            longer[tuple(words[:count])].add(root_of(form.key, found))
    names = ((form.key, longer.get(tuple(person_words(form.key)), set())) for form in full if form.key not in found)
    return {key: min(roots) for key, roots in names if len(roots) == 1 and key not in roots}
