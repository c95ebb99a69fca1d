"""Which entity speaks: a name, a pronoun or a description, resolved where it is safe, None where not."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from streams.contracts.events import Entity
from streams.core.english import CONJUNCTIONS, COORDINATING, PREPOSITIONS, PRONOUNS, STOPS, words
from streams.core.speech_tokens import MARK, NAME, PERSON, QUOTE, TIME, WORD, Sentence, Token
from streams.core.subjects import Subject, of_office

SPEAKING: Final = frozenset(("PERSON", "ORG", "GPE", "NORP", "FAC", "PRODUCT", "WORK_OF_ART"))
MAX_BACK: Final = 4  # sentences in which a pronoun's name is looked for
MAX_PARAGRAPHS: Final = 2  # and how many paragraphs before its own
MIN_HEADLINE: Final = 3  # tokens
MAX_LEAD: Final = 10  # tokens of titles and descriptions before the name that is a sentence's subject
_LEADING: Final = words("also meanwhile however still later then earlier") | COORDINATING
# "The Obama administration" is not Obama.
_HELD: Final = words(
    """administration officials official lawyers lawyer campaign office aides aide allies ally supporters government
    team ministry spokesman spokeswoman spokesperson executives executive family son daughter wife husband
    authorities lawmakers leaders police adviser advisers"""
)
_SYNONYMS: Final = {
    "lawmaker": ("senator", "representative", "congressman", "congresswoman", "mp"),
    "congressman": ("representative",),
    "congresswoman": ("representative",),
    "attorney": ("lawyer",),
    "lawyer": ("attorney",),
}
# How texts call who was just named, so as not to repeat the name.
_EPITHETS: Final = words(
    """billionaire mogul businessman businesswoman tycoon hopeful candidate contender nominee lawmaker congressman
    congresswoman senator"""
)
_INANIMATE: Final = words(
    """report statement lawsuit suit complaint study survey poll document law policy rule order letter memo ad article
    story post tweet site website page video film book paper newspaper magazine agency company firm bank group party
    court government ministry department office administration committee commission council panel board police
    military army university school team club union company's analysis ruling decision filing bill text note
    organization organisation network channel daily"""
)
_MALE: Final = words("mr sir lord spokesman chairman congressman king prince pope archbishop councilman")
_FEMALE: Final = words("ms mrs miss mme dame lady spokeswoman chairwoman congresswoman queen princess councilwoman")
_PRONOUN_GENDER: Final = {"he": "m", "she": "f"}
_GENDERED: Final = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f"}
_AGE: Final = re.compile(r"(?:the )?\d+-year-old")
_FORMER: Final = frozenset(("former", "ex"))


class Told(NamedTuple):
    """What a sentence leaves behind: its paragraph, its subject or last speaker, and the people that it names.

    `spoke`: the subject is who speaks. `unknown`: somebody speaks last whom it does not name, and whom a pronoun may
    mean. `led`: the people who are not merely named as whose or with whom something is.
    """

    paragraph: int
    subject: int | None
    people: tuple[int, ...]
    led: tuple[int, ...]
    unknown: bool
    spoke: bool = False


class Speakers:
    """The entities of an article, and which of them the text was just about."""

    def __init__(self, tokens: Sequence[Token], entities: Sequence[Entity]) -> None:
        self._tokens = tokens
        self._entities = entities
        self._told: list[Told] = []
        self._genders = self._find_genders()
        self._surnames = _unique(
            (e.name.split()[-1].casefold(), i) for i, e in enumerate(entities) if e.type in (PERSON, "ORG")
        )
        self._roles = self._find_roles()
        self._seats = _unique(
            (_seat(e.name.casefold().split()), i) for i, e in enumerate(entities) if e.type == "ORG" and " " in e.name
        )

    def resolve(self, subject: Subject, sentence: Sentence, paragraph: int, *, closes: bool = False) -> int | None:
        """Return the place of the entity that the subject is, or stands for.

        With `closes`, the subject stands behind the words that it says: who is named in them is not who says them.
        """
        head = self._tokens[subject.head]
        if subject.kind == "pronoun":
            own = sentence._replace(first=subject.head) if closes else sentence
            return self._pronoun(head.text, own, subject.head, paragraph)
        if subject.kind == "name":
            if head.kind == NAME:
                return head.ref if self._entities[head.ref].type in SPEAKING else None
            return self._surnames.get(head.text)
        return self._described(subject, sentence, paragraph)

    def is_anybody(self, subject: Subject | None) -> bool:
        """Say whether a subject that was not resolved may be a person, whom a pronoun may mean from now on."""
        if subject is None:
            return False
        head = self._tokens[subject.head]
        if subject.kind == "pronoun":
            return head.text in _PRONOUN_GENDER
        if subject.kind == "name":
            return head.kind != NAME
        return not (head.text in _INANIMATE or head.text.endswith("s"))

    def may_be_mistyped(self, entity: int) -> bool:
        """Say whether a surname may have been taken for a place or an organisation: "Elonis", not "HHS"."""
        name = self._entities[entity].name
        return not self._is_person(entity) and " " not in name and not name.isupper()

    def subject_of(self, sentence: Sentence, limit: int) -> Subject | None:
        """Return the name or pronoun that is the subject of a sentence; None where it is neither, or not simple."""
        first = self._main_clause(self._behind_dateline(sentence.first, limit), limit)
        for i in range(first, min(limit, first + MAX_LEAD)):
            token = self._tokens[i]
            if token.kind == NAME and self._may_lead(i, limit):
                person = self._leads_to(i, limit)
                return Subject("name", person, person + 1, person) if person >= 0 else None
            if token.kind == WORD and token.text in PRONOUNS:
                return Subject("pronoun", i, i + 1, i)
            if of_office(self._tokens, sentence.first, i):
                continue
            if token.kind not in (NAME, WORD) or token.text in STOPS:
                return None
        return None

    def _behind_dateline(self, first: int, limit: int) -> int:
        """Return where a sentence begins behind "OSLO (AP) - "."""
        for i in range(first, min(limit, first + MAX_LEAD)):
            token = self._tokens[i]
            if token.kind == MARK and token.text in ("-", "–", "—"):
                return i + 1
            if not (token.kind in (NAME, MARK, TIME) or token.capital):
                break
        return first

    def _main_clause(self, first: int, limit: int) -> int:
        """Return where the main clause begins: behind "But in a letter last week, "."""
        i = first
        while i < limit:
            token = self._tokens[i]
            if token.kind == TIME or token.kind == MARK or token.text in _LEADING:
                i += 1
            elif token.kind == WORD and (
                token.text in PREPOSITIONS or token.text in CONJUNCTIONS or _verbal(token.text)
            ):
                comma = next((j for j in range(i, min(limit, i + 30)) if self._tokens[j].text == ","), None)
                if comma is None:
                    break
                i = comma + 1
            else:
                break
        return i

    def told(self, sentence: Sentence, paragraph: int, speaker: int | None, *, unknown: bool) -> None:
        """Remember a sentence; `speaker` is the last one in it that is known."""
        subject = speaker
        if subject is None or not self._is_person(subject):
            found = self.subject_of(sentence, sentence.last)
            if found is not None and (found.kind == "name" or self._tokens[found.head].text in _PRONOUN_GENDER):
                subject = self.resolve(found, sentence, paragraph)
        if subject is not None and self.may_be_mistyped(subject):
            unknown = True
        if self._is_headline(sentence):
            return
        people = self._people(sentence.first, sentence.last)
        led = self._people(sentence.first, sentence.last, leading=True)
        self._told.append(Told(paragraph, subject, people, led, unknown, speaker is not None and subject == speaker))
        del self._told[:-MAX_BACK]

    def _is_person(self, entity: int) -> bool:
        """Say whether an entity is a person: by its type, or by "Ms." where the model erred."""
        return self._entities[entity].type == PERSON or entity in self._genders

    def _find_genders(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for before, token in pairwise(self._tokens):
            if token.kind == NAME and before.kind == WORD and token.ref not in found:
                title = before.text.rstrip(".")
                if gender := "m" if title in _MALE else "f" if title in _FEMALE else "":
                    found[token.ref] = gender
        for i, entity in enumerate(self._entities):
            words = {word for role in entity.roles for word in role.split()}
            if i not in found and words & (_MALE | _FEMALE):
                found[i] = "m" if words & _MALE else "f"
        return found

    def _find_roles(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for i, entity in enumerate(self._entities):
            for role in entity.roles if _person(entity) else ():
                words = role.split()
                found.setdefault(role, set()).add(i)
                if not _FORMER & set(words):
                    found.setdefault(words[-1], set()).add(i)
        return found

    def _may_lead(self, i: int, limit: int) -> bool:
        if self._entities[self._tokens[i].ref].type not in SPEAKING:
            return False
        if i + 1 >= limit:
            return True
        following = self._tokens[i + 1]
        if following.text == "'s" or following.kind == NAME or following.text in _HELD:
            return False
        return not (following.kind == WORD and following.capital)

    def _leads_to(self, i: int, limit: int) -> int:
        """Return the place of the name that a phrase is about, -1 if that is not clear.

        "Democratic nominee Mira Novak" is about her, "GOP nominee Mira Novak" may be, and "Kelmar sued Mira Novak" not.
        """
        entity = self._entities[self._tokens[i].ref]
        if self._is_person(self._tokens[i].ref):
            return i
        for j in range(i + 1, min(limit, i + MAX_LEAD)):
            token = self._tokens[j]
            if token.text == PERSON:
                modifies = entity.type == "NORP" and not entity.name.endswith("s")
                return j if modifies else -1
            if token.kind not in (NAME, WORD) or token.text in STOPS or token.text.endswith("ed"):
                break
        return i

    def _is_headline(self, sentence: Sentence) -> bool:
        """Say whether all words of a line have capitals: a link to another article."""
        row = self._tokens[sentence.first : sentence.last]
        return len(row) > MIN_HEADLINE and all(t.kind == MARK or (t.kind != QUOTE and t.capital) for t in row)

    def _people(self, first: int, last: int, *, leading: bool = False) -> tuple[int, ...]:
        found = (
            token.ref
            for i, token in enumerate(self._tokens[first:last], first)
            if token.kind == NAME and self._is_person(token.ref) and not (leading and self._is_held(i, first, last))
        )
        return tuple(dict.fromkeys(found))

    def _is_held(self, i: int, first: int, last: int) -> bool:
        """Say whether a name stands for whose or with whom something is: "Lee's", "to Gen. Lee"."""
        if i + 1 < last and self._tokens[i + 1].text == "'s":
            return True
        j = i - 1
        while j >= first and self._tokens[j].kind == WORD and self._tokens[j].capital:
            j -= 1
        return j >= first and self._tokens[j].text in PREPOSITIONS

    def _pronoun(self, word: str, sentence: Sentence, head: int, paragraph: int) -> int | None:
        if word == "it":
            before = self._tokens[sentence.first : head]
            return self._it(paragraph) if all(t.kind in (QUOTE, MARK) for t in before) else None
        if word not in _PRONOUN_GENDER:
            return None
        gender = _PRONOUN_GENDER[word]
        found = self._in_reach(gender, sentence, head, paragraph)
        if found is not None:
            self._genders.setdefault(found, gender)
        return found

    def _in_reach(self, gender: str, sentence: Sentence, head: int, paragraph: int) -> int | None:
        """Return the one person that a pronoun can mean; `gender` is empty for "the 40-year-old"."""
        before = self._tokens[sentence.first : head]
        if not any(t.kind == WORD and _GENDERED.get(t.text) == gender for t in before):
            found = self.subject_of(sentence, head)
            subject = self._tokens[found.head].ref if found and found.kind == "name" else None
            people = self._people(sentence.first, head)
            led = self._people(sentence.first, head, leading=True)
            settled, chosen = self._pick(Told(paragraph, subject, people, led, unknown=False), gender)
            if settled:
                return chosen
        for told in reversed(self._told):
            if paragraph - told.paragraph > MAX_PARAGRAPHS:
                break
            settled, chosen = self._pick(told, gender)
            if settled:
                return chosen
        return None

    def _pick(self, told: Told, gender: str) -> tuple[bool, int | None]:
        """Return whether the search ends with this sentence, and the person meant if it is safe to tell."""
        people = dict.fromkeys((*((told.subject,) if told.subject is not None else ()), *told.people))
        fitting = [p for p in people if self._is_person(p) and (not gender or self._genders.get(p, gender) == gender)]
        known = [p for p in fitting if gender and p in self._genders]
        if told.unknown:
            return True, None
        if not fitting:
            return False, None
        if told.subject in fitting and (not known or told.subject in known):
            return True, told.subject
        if len(known) == 1:
            return True, known[0]
        if len(fitting) == 1 and fitting[0] in told.led:
            return True, fitting[0]
        return True, None

    def _it(self, paragraph: int) -> int | None:
        told = self._told[-1] if self._told else None
        if told is None or told.subject is None or not told.spoke or paragraph - told.paragraph > 1:
            return None
        return told.subject if self._entities[told.subject].type == "ORG" else None

    def _described(self, subject: Subject, sentence: Sentence, paragraph: int) -> int | None:
        words = self._tokens[subject.first : subject.head + 1]
        if words[0].text.split(" ")[0] != "the":
            return None
        if subject.last != subject.head + 1:
            return self._office_of(subject)
        if _AGE.fullmatch(words[-1].text) or self._is_epithet(words[-1]):
            return self._in_reach("", sentence, subject.first, paragraph)
        rest = words[1:]
        if not rest or any(w.text == "'s" for w in rest):
            return None
        phrase = " ".join(w.text for w in rest if w.kind == WORD)
        matching = {p for role in _same(phrase) for p in self._roles.get(role, ()) if self._seen(p, words[0].start)}
        if len(matching) == 1:
            return matching.pop()
        near = matching.intersection(self._told[-1].people) if self._told else set()
        if len(near) == 1 and paragraph - self._told[-1].paragraph <= 1:
            return near.pop()
        last = self._last_speaker(paragraph)
        if matching or words[-1].text in _EPITHETS:
            return last if last in matching or not matching else None
        return self._seats.get(phrase) if len(words) == 2 else None

    def _last_speaker(self, paragraph: int) -> int | None:
        told = self._told[-1] if self._told else None
        if told is None or not told.spoke or told.subject is None or paragraph - told.paragraph > 1:
            return None
        return told.subject if self._is_person(told.subject) else None

    def _office_of(self, subject: Subject) -> int | None:
        """Return the one person whose role says the same in other order: army chief, "the chief of army staff"."""
        words = {t.text for t in self._tokens[subject.first : subject.last] if t.kind == WORD}
        roles = [role for role in self._roles if " " in role and words.issuperset(role.split())]
        matching = {p for role in roles for p in self._roles[role]}
        start = self._tokens[subject.first].start
        return matching.pop() if len(matching) == 1 and self._seen(min(matching), start) else None

    def _is_epithet(self, head: Token) -> bool:
        """Say whether the words stand for who was just named: "the Florida Republican"."""
        return (
            head.kind in (NAME, WORD)
            and head.end - head.start > 0
            and (head.text.endswith(("republican", "democrat")) or (head.kind == NAME and head.text == "NORP"))
        )

    def _seen(self, entity: int, before: int) -> bool:
        mentions = self._entities[entity].mentions
        return bool(mentions) and mentions[0].start < before


def _same(phrase: str) -> tuple[str, ...]:
    """Return the roles that a description stands for: a lawmaker is a senator or a representative."""
    *modifiers, head = phrase.split(" ")
    return tuple(" ".join((*modifiers, word)) for word in (head, *_SYNONYMS.get(head, ())))


def _seat(words: Sequence[str]) -> str:
    """Return what an organisation is: "court" in "Ninth Circuit Court of Appeals"."""
    for before, word in pairwise(words):
        if word in ("of", "for"):
            return before
    return words[-1]


def _verbal(word: str) -> bool:
    return word.endswith("ing") and len(word) > 5


def _person(entity: Entity) -> bool:
    return entity.type == PERSON


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return key -> place for the keys that stand for one place only."""
    found: dict[str, int] = {}
    doubled: set[str] = set()
    for key, place in pairs:
        if found.setdefault(key, place) != place:
            doubled.add(key)
    return {key: place for key, place in found.items() if key not in doubled}
