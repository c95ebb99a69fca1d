"""Labels of a model mended: by tables of countries, by the last word of a name, by what the article says elsewhere.

Rules of form only. No rule knows a person.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from streams.core.mentions import NAME_TYPES, RawMention
from streams.core.names import fold, word_set, words_of
from streams.core.nations import COUNTRIES, NAMES_OF_PEOPLE_TOO, PEOPLES, PERSON_NAMES_TOO, STATES
from streams.core.people import person_words

# A name of two words and more that ends so is one of these, whatever the model calls it of the other types.
_ORG_HEADS: Final = word_set(
    """university college institute foundation committee commission association party department ministry agency
    bureau council parliament senate assembly federation corporation company airlines airways organization
    organisation house congress court police office coalition alliance authority administration league network
    society club center centre roundtable"""
)
_LAW_HEADS: Final = word_set("act amendment constitution treaty")
_SITE_HEADS: Final = word_set("basilica cathedral airport stadium boulevard avenue mosque bridge highway pipeline")
_LINE: Final = re.compile(r" (?:gas|oil) pipeline$", re.IGNORECASE)  # a company is called after one, not gas or oil
_CHAMBERS: Final = word_set("house senate congress parliament")
_NOT_ORG: Final = frozenset(("PERSON", "GPE", "NORP", "WORK_OF_ART"))
_NOT_LAW: Final = frozenset(("EVENT", "PRODUCT", "DATE", "WORK_OF_ART", "ORG", "PERSON", "GPE"))
_NOT_SITE: Final = frozenset(("PERSON", "NORP", "PRODUCT", "WORK_OF_ART"))
_NOT_PEOPLE: Final = frozenset(("PERSON", "GPE", "LOC", "FAC", "PRODUCT", "ORG"))
_NOT_AREA: Final = frozenset(("NORP", "PERSON", "ORG", "FAC", "PRODUCT", "LOC"))
_MAYBE_PERSON: Final = frozenset(("GPE", "LOC", "ORG", "FAC", "PRODUCT", "NORP", "WORK_OF_ART"))
_DOMAIN: Final = re.compile(r"[\w-]{2,}\.(?:gov|com|org|net|edu)", re.IGNORECASE)
_OWNED: Final = re.compile(r"['’]s [A-Z]")  # "Emily's List"
_SITED: Final = re.compile(
    r"(?:\b(?:city|town|village|province|district|county|suburb|capital|region|port|outskirts) of"
    r"|\b(?:north|south|east|west)(?:ern|eastern|western)|\b[Hh]ere in|\bnearby) $"
)
_AS_PRODUCT: Final = re.compile(
    r" (?:vaccines?|missiles?|rockets?|smartphones?|laptops?|drones?|jets?|warplanes?)\b"
    r"(?! (?:to|off|into|past|on|up)\b)"  # "Swift rockets to No. 1"
)
# What stands around the name of a company: "stake in Eustream", "the consultancy Prophet", "Eustream executives".
_AS_COMPANY: Final = re.compile(
    r"\b(?:company|firm|consultancy|operator|maker|giant|start-?up|subsidiary|airline|newspaper|broadcaster|website"
    r"|publisher|nonprofit|charity|think tank|retailer|lender),? $|\b(?:stake in"
    r"|(?:chairman|chairwoman|CEO|chief executive) of) $"
)
_OF_COMPANY: Final = re.compile(
    r" (?:executives?|shareholders|C[EFO]O|[Cc]hief [Ee]xecutive|[Gg]eneral [Mm]anager|[Mm]anaging [Dd]irector)\b"
)
# The same of what the model took for a person: cities have shares and employees, too, and people share pictures.
_SHARES_OF: Final = re.compile(r"\bshares? (?:in|of) $")
_ITS_SHARES: Final = re.compile(
    r" (?:employees|customers|users|subscribers"
    r"|shares(?! (?!(?:rose|fell|were|have|had|are|jumped|dropped|gained|closed|traded|in|of|at)\b)))\b"
)
_YEAR: Final = re.compile(r"(?:the )?(?:1[89]|20)\d\d ")
# Only a person is called so. "Dr Pepper" and the Rev Group are rarer than a surname that the model does not know.
_ADDRESSED: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Sen|Sens|Rep|Reps|Gov|Govs|Prof|Gen|Lt|Col|Sgt|Capt)\.? $")
_LOCATED: Final = re.compile(r"\b(?:in|at|near|across|throughout|outside|inside|from) $", re.IGNORECASE)
_LOOK_BACK: Final = 20  # characters: the longest of those words

Parts = Sequence[list[RawMention]]


def relabelled(texts: Sequence[str], parts: Parts) -> list[list[RawMention]]:
    """Return the mentions of each text with mended labels; what one text says counts for the others, too."""
    mended = _with_companies(texts, [_by_form(t, mentions) for t, mentions in zip(texts, parts, strict=True)])
    mended[0] = _without_headline_words(texts, mended)
    mended[0] = _as_located(texts, mended)
    people = _People(texts, mended)
    return [[people.mended(text, m) for m in mentions] for text, mentions in zip(texts, mended, strict=True)]


def _by_form(text: str, mentions: Iterable[RawMention]) -> list[RawMention]:
    done: list[RawMention] = []
    for mention in mentions:
        done.append(_mended(text, mention, done[-1] if done else None))
    return done


def _mended(text: str, mention: RawMention, before: RawMention | None) -> RawMention:
    start, end, label = mention
    name = text[start:end]
    if label not in NAME_TYPES and label != "DATE":
        is_site = label in ("CARDINAL", "QUANTITY") and _DOMAIN.fullmatch(name)
        return mention._replace(label="PRODUCT") if is_site else mention
    if label == "PERSON" and _AS_PRODUCT.match(text, end):
        return mention._replace(label="PRODUCT")
    if label == "PERSON" and _is_between_nations(name):
        return mention._replace(label="NORP")
    if label == "PERSON" and " " not in name and _SITED.search(text, max(0, start - _LOOK_BACK), start):
        return mention._replace(label="GPE")
    key = fold(name)
    if key in COUNTRIES or key in STATES:
        if label not in _NOT_AREA:
            return mention
        is_place = key not in NAMES_OF_PEOPLE_TOO or label == "NORP" or _follows(text, start, before)
        return mention._replace(label="GPE") if is_place else mention
    if label in _NOT_PEOPLE and key in PEOPLES and key not in PERSON_NAMES_TOO:
        return mention._replace(label="NORP")
    return _by_head(name, mention)


def _is_between_nations(name: str) -> bool:
    """Tell "Indo-Norway" of talks from a double name: one half is a country's name that no person has."""
    halves = name.split("-")
    if len(halves) < 2 or " " in name:
        return False
    return any(fold(half) in COUNTRIES and fold(half) not in NAMES_OF_PEOPLE_TOO for half in halves)


def _follows(text: str, start: int, before: RawMention | None) -> bool:
    """Say whether a place and a comma stand before: "McLean, Virginia"."""
    return before is not None and before.label == "GPE" and text[before.end : start] == ", "


def _by_head(name: str, mention: RawMention) -> RawMention:
    label = mention.label
    words = words_of(name)
    head = words[-1] if words else ""
    if len(words) == 1:
        is_chamber = head in _CHAMBERS and label in _NOT_ORG and name[:1].isupper()
        return mention._replace(label="ORG") if is_chamber else mention
    if label in _NOT_LAW and head in _LAW_HEADS and name[-len(head) :][:1].isupper():
        year = _YEAR.match(name)
        return RawMention(mention.start + (year.end() if year else 0), mention.end, "LAW")
    if label in _NOT_ORG and head in _ORG_HEADS:
        return mention._replace(label="ORG")
    if (label in _NOT_SITE and head in _SITE_HEADS) or (label == "ORG" and _LINE.search(name)):
        return mention._replace(label="FAC")
    return mention._replace(label="ORG") if label == "PERSON" and _OWNED.search(name) else mention


def _without_headline_words(texts: Sequence[str], parts: Parts) -> list[RawMention]:
    """Return the mentions of the first text, the headline, of people without what follows: "Rand Paul Goes"."""
    known: set[tuple[str, ...]] = set()
    for text, mentions in zip(texts[1:], parts[1:], strict=True):
        for m in mentions:
            if m.label == "PERSON":
                words = tuple(person_words(text[m.start : m.end]))
                known |= {words, words[-1:]}
    return [_shortened(texts[0], m, known) if m.label == "PERSON" else m for m in parts[0]]


def _as_located(texts: Sequence[str], parts: Parts) -> list[RawMention]:
    """Return the mentions of the headline, people as places where the text says that something is in them."""
    located = {
        fold(text[m.start : m.end]): m.label
        for text, mentions in zip(texts[1:], parts[1:], strict=True)
        for m in mentions
        if m.label in ("GPE", "LOC") and _LOCATED.search(text, max(0, m.start - _LOOK_BACK), m.start)
    }
    return [
        m._replace(label=located.get(fold(texts[0][m.start : m.end]), m.label)) if m.label == "PERSON" else m
        for m in parts[0]
    ]


def _shortened(title: str, mention: RawMention, known: set[tuple[str, ...]]) -> RawMention:
    name = title[mention.start : mention.end]
    words = name.split(" ")
    if tuple(person_words(name)) in known or tuple(words_of(name)) != tuple(person_words(name)):
        return mention
    for count in range(len(words) - 1, 0, -1):
        if tuple(words_of(" ".join(words[:count]))) in known:
            return mention._replace(end=mention.start + len(" ".join(words[:count])))
    return mention


def _with_companies(texts: Sequence[str], parts: Parts) -> list[list[RawMention]]:
    """Return the mentions, places and people that the article calls companies as organisations."""
    companies: set[str] = set()
    people: set[str] = set()
    for text, mentions in zip(texts, parts, strict=True):
        for m in mentions:
            if m.label == "PERSON" and len(words := person_words(text[m.start : m.end])) > 1:
                people.add(words[-1])
            elif m.label in ("PERSON", "GPE", "LOC") and _is_company(text, m):
                companies.add(fold(text[m.start : m.end]))
    companies -= people | COUNTRIES.keys() | STATES.keys()

    def mended(text: str, m: RawMention) -> RawMention:
        is_company = m.label in ("PERSON", "GPE", "LOC") and fold(text[m.start : m.end]) in companies
        return m._replace(label="ORG") if is_company else m

    return [[mended(text, m) for m in mentions] for text, mentions in zip(texts, parts, strict=True)]


def _is_company(text: str, mention: RawMention) -> bool:
    before, behind = (max(0, mention.start - _LOOK_BACK), mention.start), mention.end
    if _AS_COMPANY.search(text, *before) or _OF_COMPANY.match(text, behind):
        return True
    return mention.label == "PERSON" and bool(_SHARES_OF.search(text, *before) or _ITS_SHARES.match(text, behind))


class _People:
    """Surnames that an article tells to be some: by a full name before, by how they are addressed."""

    def __init__(self, texts: Sequence[str], parts: Parts) -> None:
        self._introduced: set[str] = set()  # last words of full names; grows as `mended` goes on
        self._addressed: set[str] = set()
        self._single: set[str] = set()
        for text, mentions in zip(texts, parts, strict=True):
            for mention in mentions:
                if mention.label not in NAME_TYPES:
                    continue
                words = words_of(text[mention.start : mention.end])
                if len(words) == 1 and _is_addressed(text, mention.start):
                    self._addressed.add(words[0])
                if len(words) == 1 and mention.label == "PERSON":
                    self._single.add(words[0])

    def mended(self, text: str, mention: RawMention) -> RawMention:
        """Return the mention with the label that it has in this article; mentions come in order."""
        words = person_words(text[mention.start : mention.end])
        if mention.label == "PERSON":
            if len(words) > 1:
                self._introduced.add(words[-1])
            return mention
        if mention.label not in _MAYBE_PERSON or not words:
            return mention
        return mention._replace(label="PERSON") if self._is_person(text, mention, words) else mention

    def _is_person(self, text: str, mention: RawMention, words: list[str]) -> bool:
        name = text[mention.start : mention.end]
        if len(words) == 1:
            if words[0] in self._addressed:
                return True
            known = fold(name) in COUNTRIES or fold(name) in STATES or fold(name) in PEOPLES
            return (
                mention.label in ("GPE", "LOC", "NORP")
                and words[0] in self._introduced
                and not known
                and not name.isupper()
                and not _LOCATED.search(text, max(0, mention.start - _LOOK_BACK), mention.start)
            )
        # "Carly Fiorina", where "Ms. Fiorina" or a person called Fiorina stands elsewhere.
        is_name = len(words) <= 3 and all(w.isalpha() and w[:1].isupper() for w in name.replace(".", "").split())
        is_known = words[-1] in self._addressed or (words[-1] in self._single and words[0] not in self._single)
        if is_name and is_known and mention.label in ("ORG", "GPE"):
            self._introduced.add(words[-1])
            return True
        return False


def _is_addressed(text: str, start: int) -> bool:
    return bool(_ADDRESSED.search(text, max(0, start - _LOOK_BACK), start))
