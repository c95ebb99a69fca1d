"""Roles that a text tells at a distance: "Novak met his Danish counterpart, Holm", "a statement by his Office".

Only where one reading is left: one person in the sentence, one office of the country.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from streams.core.names import fold
from streams.core.nations import ADJECTIVES, COUNTRIES, PEOPLES

_OFFICE: Final = (
    r"(?:(?:deputy|vice) )?(?:prime minister|premier|president|chancellor"
    r"|(?:foreign|defen[cs]e|interior|finance|trade|energy|health) (?:minister|secretary)"
    r"|secretary of state|army chief)"
)
_DESCRIBED: Final = re.compile(
    rf"(?<![\w-])(?P<nation>[A-Z][a-z]+(?: [A-Z][a-z]+)?)(?:['’]s)? (?P<office>{_OFFICE})\b(?P<behind> [A-Z])?"
)
_COUNTERPART: Final = re.compile(
    r"\b(?:his|her|their) (?P<nation>[A-Z][a-z]+(?: [A-Z][a-z]+)?) counterpart(?P<behind>,? )?"
)
_BY_OFFICE: Final = re.compile(
    r"\bstatement (?:by|from|issued by|released by) (?:the )?(?P<office>Prime Minister|President|Premier|Chancellor"
    r"|Foreign Minister)['’]s [Oo]ffice\b"
)
_SENTENCE_END: Final = re.compile(r"[.!?][\"”’)]*(?=\s+[\"“‘(A-Z])|\n")
_OF_THAT: Final = re.compile(r"\b(?:after|following|during|at) the(?:ir)? (?:meeting|talks)\b")
_ABBREVIATION: Final = re.compile(r"\b(?:[A-Z]|Gen|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Lt|Col|St)$")
_SAME_OFFICE: Final = {"premier": "prime minister"}


class Named(NamedTuple):
    """A mention of a person, and the key of whom."""

    start: int
    end: int
    person: str


Sentence: TypeAlias = tuple[int, int, list[Named]]
"""Start, end, and who is named in it."""


def told_roles(text: str, people: Sequence[Named], roles: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return person -> roles that are told at a distance.

    Args:
        text: the body.
        people: mentions of people in it, in order.
        roles: person -> the roles beside the name, as far as there are any.
    """
    if not (_tells(text, "counterpart", _COUNTERPART) or _tells(text, "ffice", _BY_OFFICE)):
        return {}
    offices = _offices(text)
    found: defaultdict[str, list[str]] = defaultdict(list)
    sentences = list(_sentences(text, people))
    for i, (start, end, named) in enumerate(sentences):
        persons = {n.person for n in named}
        if (match := _BY_OFFICE.search(text, start, end)) and len(persons) == 1:
            found[min(persons)].append(match["office"].lower())
        if match := _COUNTERPART.search(text, start, end):
            following = sentences[i + 1] if i + 1 < len(sentences) else None
            for person, role in _as_counterparts(text, match, named, following, offices, roles):
                found[person].append(role)
    return dict(found)


def _tells(text: str, word: str, pattern: re.Pattern[str]) -> bool:
    """Say whether a pattern with a word in it matches anywhere; few texts have the word."""
    return word in text and pattern.search(text) is not None


def _sentences(text: str, people: Sequence[Named]) -> Iterator[Sentence]:
    start = i = 0
    ends = [m.end() for m in _SENTENCE_END.finditer(text) if not _ABBREVIATION.search(text, m.start() - 4, m.start())]
    for end in [*ends, len(text)]:
        named = []
        while i < len(people) and people[i].start < end:
            named.append(people[i])
            i += 1
        if text[start:end].strip():
            yield start, end, named
        start = end


def _country(nation: str) -> str | None:
    key = fold(nation)
    return PEOPLES.get(key) or ADJECTIVES.get(COUNTRIES.get(key, ""))


def _offices(text: str) -> dict[str, set[str]]:
    """Return adjective of the country -> its offices that are told without a name: "the Russian foreign minister"."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for match in _DESCRIBED.finditer(text):
        if match["behind"] is None and (country := _country(match["nation"])):
            found[country].add(_SAME_OFFICE.get(match["office"], match["office"]))
    return found


def _as_counterparts(
    text: str,
    match: re.Match[str],
    named: Sequence[Named],
    following: Sentence | None,
    offices: Mapping[str, set[str]],
    roles: Mapping[str, Sequence[str]],
) -> Iterable[tuple[str, str]]:
    before = {n.person for n in named if n.end <= match.start()}
    if len(before) != 1:
        return
    one = min(before)
    own = [r for r in roles.get(one, ()) if re.fullmatch(_OFFICE, r)]
    if not own:
        country = _country(match["nation"])
        others = {office for nation, told in offices.items() if nation != country for office in told}
        if country is None or len(others) != 1:
            return
        own = [min(others)]
        yield one, own[0]
    other = _counterpart(text, match, named, following, one)
    if other is not None and not roles.get(other):
        yield other, own[0]


def _counterpart(
    text: str, match: re.Match[str], named: Sequence[Named], following: Sentence | None, one: str
) -> str | None:
    """Return who is named right behind; else the only one of the next sentence, if that is about the same meeting."""
    if match["behind"] and (beside := [n for n in named if n.start == match.end()]):
        return beside[0].person
    if following is None or any(n.start >= match.end() for n in named):
        return None
    start, end, people = following
    persons = {n.person for n in people} - {one}
    return min(persons) if len(persons) == 1 and _OF_THAT.search(text, start, end) else None
