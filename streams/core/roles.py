"""What a person is, where the text says it beside the name: "Gen. Lee", "Lee, the prime minister".

Word lists of offices, not of people. Only the simple forms; a role that is told otherwise is not found.
"""

import re
from itertools import pairwise
from typing import Final

from streams.core.names import ACRONYM, word_set

LOOK_AROUND: Final = 80  # characters; longer titles than this are not simple
MAX_ROLES: Final = 3
MAX_SKIPPED: Final = 4  # words between the comma and the office: "Pakistan's longest-serving prime minister"

_ABBREVIATIONS: Final = {
    "gen": "general", "lt": "lieutenant", "col": "colonel", "capt": "captain", "maj": "major",
    "sgt": "sergeant", "adm": "admiral", "cmdr": "commander", "brig": "brigadier", "sen": "senator",
    "gov": "governor", "rep": "representative", "pres": "president", "sec": "secretary", "amb": "ambassador",
    "prof": "professor", "supt": "superintendent", "insp": "inspector", "rev": "reverend",
    "pm": "prime minister",
}  # fmt: skip


_HONORIFICS: Final = word_set("mr mrs ms miss dr sir dame mx mme messrs hon honourable honorable")
_RANKS: Final = word_set(
    "general lieutenant colonel captain major sergeant admiral commander brigadier marshal corporal"
)
_OFFICES: Final = _RANKS | word_set(
    """president premier minister chancellor secretary senator representative congressman congresswoman
    governor mayor king queen prince princess emir sultan pope archbishop bishop cardinal reverend chief head
    director chairman chairwoman chairperson chair ceo cfo cto founder cofounder manager editor spokesman
    spokeswoman spokesperson ambassador envoy judge justice attorney lawyer prosecutor professor coach speaker
    leader lawmaker mp commissioner inspector treasurer superintendent sheriff officer undersecretary whip
    economist analyst counsel agent candidate nominee columnist correspondent commentator actor actress author
    journalist reporter publisher activist historian scientist partner banker executive teacher headteacher doctor nurse
    engineer astronomer biologist ecologist geologist physicist chemist epidemiologist psychologist farmer fisherman
    architect artist musician composer conductor novelist poet writer photographer filmmaker librarian imam rabbi priest
    pastor researcher curator organiser organizer"""
)
_MODIFIERS: Final = word_set(
    """prime foreign interior exterior defence defense finance home health education energy trade transport
    labour labor agriculture economy environment oil information planning state deputy vice former ex acting
    interim senior chief executive army navy police military party opposition parliamentary majority minority
    house crown first assistant associate managing general secretary attorney press district national security
    central bank team director inspector lieutenant major brigadier field justice co commerce treasury transportation
    agricultural budget culture sports tourism science technology water railways aviation housing communications
    immigration development campaign special presidential political privacy financial operating marketing medical
    legal investment solicitor surgeon veterans church human rights external internal election electoral union labor
    trade civil youth women public affairs corporate regional provincial federal permanent principal honorary retired
    founding"""
)
_PORTFOLIO: Final = (
    r"(?:staff|state|mission|police|army|naval|air|general|defen[cs]e|foreign|affairs|interior|finance|home|health"
    r"|education|energy|trade|transport|labou?r|agriculture|justice|economy|environment|information|commerce|war"
    r"|security|national|intelligence|culture|operations|communications|external|internal|development)"
)
# "Secretary of State", "chief of army staff": one office of several words.
_OFFICE_OF: Final = re.compile(
    rf"\b(?:chief|secretary|minister|director|head|undersecretary) (?:of|for) (?:the )?{_PORTFOLIO}"
    rf"(?: (?:and )?{_PORTFOLIO}){{0,2}}\b",
    re.IGNORECASE,
)
# Words that change an office and may stand before a country or body: "former Florida Gov.".
_FAR_MODIFIERS: Final = frozenset(("former", "ex", "acting", "interim", "then", "outgoing"))
MAX_BETWEEN: Final = 3  # words of that country or body
_PLURALS: Final = {
    "judges": "judge", "justices": "justice", "reps": "representative", "sens": "senator", "govs": "governor",
    "senators": "senator", "representatives": "representative", "governors": "governor", "presidents": "president",
    "generals": "general", "ministers": "minister",
}  # fmt: skip
# They open a title and say nothing of the office.
_OPENING: Final = word_set("freshman fellow veteran longtime outgoing incoming")
_TITLE_WORDS: Final = _HONORIFICS | _OFFICES | _MODIFIERS | _OPENING
_INCOMPLETE: Final = frozenset(("officer", "executive"))  # a role only behind a modifier: "chief executive officer"
_AFTER_OFFICE: Final = frozenset(("of", "at", "for", "and", "in", "with", "from", "who"))
_DETERMINERS: Final = frozenset(("the", "a", "an", "his", "her", "its", "their", "our"))
_CLAUSE_END: Final = re.compile(r"[,.;:()\n\u2013\u2014\"“”]")
# Words that are names too are no title when they open a name: "Major Garrett", "King Vidor".
_NAMES_TOO: Final = word_set("major king prince justice head bishop cardinal marshal judge banker imam rabbi")


def title_length(name: str) -> int:
    """Return how many characters of titles open the name: 4 in "Dr. Lee". The last word is never a title."""
    length = reached = 0
    words = name.split(" ")
    for word, following in pairwise(words):
        plain = _word(word)
        if plain not in _TITLE_WORDS or not following[:1].isupper():
            break
        reached += len(word) + 1
        # A modifier counts only with its office, and a doubtful office only behind a modifier.
        if plain in _HONORIFICS or (plain in _OFFICES and (plain not in _NAMES_TOO or reached > len(word) + 1)):
            length = reached
    return length


def is_title_word(word: str) -> bool:
    """Say whether a word is part of titles: an honorific, a rank, an office or what stands before one."""
    return _word(word) in _TITLE_WORDS


def roles_around(text: str, start: int, end: int) -> list[str]:
    """Return the roles right before and right after a name, in lower case, abbreviations written out."""
    # "After meeting with the president, Lee said": only between two commas is the name that of the office.
    parted = text.startswith(", ", max(0, start - 2)) and not _CLAUSE_END.match(text, end) and end < len(text)
    return ([] if parted else _roles_before(text, start)) + _role_after(text, end)


def _roles_before(text: str, start: int) -> list[str]:
    window = text[max(0, start - LOOK_AROUND) : start]
    line = window.rsplit("\n", 1)[-1]
    if not line.endswith(" "):
        return []
    words = _split(line)
    if len(line) == LOOK_AROUND:
        del words[:1]  # the window may begin within a word
    found: list[str] = []
    while words and len(found) < MAX_ROLES:
        words = _without_honorifics(words)
        first = _office_start(words)
        if first == len(words):
            break
        far = _far_modifier(words[:first])
        found.insert(0, _written([*far, *words[first:]]))
        words = words[:first]
    return found


def _split(line: str) -> list[str]:
    """Return the words of a line; an office of several words that are joined by "of" is one."""
    whole = _OFFICE_OF.sub(lambda m: m[0].replace(" ", "_"), line.replace("-", " "))
    return whole.split()


def _far_modifier(words: list[str]) -> list[str]:
    """Return "former" where it stands before the country or body of the office: "former Florida Gov."."""
    for word in reversed(words[-MAX_BETWEEN - 1 :]):
        if _word(word) in _FAR_MODIFIERS and word != words[-1]:
            return [word]
        if not word[:1].isupper() or word[-1:] in ",;:)" or (word[-1:] == "." and not ACRONYM.fullmatch(word)):
            break
    return []


def _without_honorifics(words: list[str]) -> list[str]:
    while words and _word(words[-1]) in _HONORIFICS:
        words = words[:-1]
    return words


def _office_start(words: list[str]) -> int:
    """Return where the office that ends the row of words begins; the row's length where it ends in none."""
    last = len(words) - 1
    if last < 0 or not _is_office(words[last]):
        return len(words)
    first = last
    while first > 0 and _modifies(words, first - 1) and not _ends_clause(words[first - 1]):
        first -= 1
    if first == last and _word(words[last]) in _INCOMPLETE:
        return len(words)
    if _splits(words, first, last):
        return last
    return first


def _modifies(words: list[str], i: int) -> bool:
    plain = _word(words[i])
    return plain in _MODIFIERS or (plain == "white" and _word(words[i + 1]) == "house")


def _splits(words: list[str], first: int, last: int) -> bool:
    """Tell "army chief Gen." from "secretary general": an abbreviated rank is a role by itself."""
    abbreviated = words[last].lower().rstrip(".,") in _ABBREVIATIONS and words[last].endswith(".")
    return abbreviated and first < last and _word(words[last - 1]) not in _RANKS


def _role_after(text: str, end: int) -> list[str]:
    if text[end : end + 2] != ", ":
        return []
    window = text[end + 2 : end + 2 + LOOK_AROUND]
    cut = _CLAUSE_END.search(window)
    words = _split(window[: cut.start()] if cut else window)
    for i, word in enumerate(words[: MAX_SKIPPED + 2]):
        if (_word(word) in _OFFICES or "_" in word) and not _goes_on(words, i):
            first = i
            while first > 0 and _modifies(words, first - 1):
                first -= 1
            return [] if first == i and _word(word) in _INCOMPLETE else [_written(words[first : i + 1])]
        is_passed = _word(word) in _MODIFIERS | _DETERMINERS or word[:1].isupper() or word.endswith(("'s", "’s"))
        if not is_passed and i > 0:
            return []
    return []


def _goes_on(words: list[str], i: int) -> bool:
    """Say whether more is told than the office: ", President Lee said" is about somebody else."""
    return i + 1 < len(words) and words[i + 1].lower() not in _AFTER_OFFICE


def _is_office(word: str) -> bool:
    plain = _word(word)
    is_abbreviation = word.lower().rstrip(".,") in _ABBREVIATIONS
    return (plain in _OFFICES or "_" in plain or plain in _ABBREVIATIONS.values()) and (
        is_abbreviation or not _ends_clause(word)
    )


def _ends_clause(word: str) -> bool:
    return word[-1] in ".;:!?)" and word.lower().rstrip(".") not in _ABBREVIATIONS


def _word(word: str) -> str:
    plain = word.lower().strip(".,")
    return _ABBREVIATIONS.get(plain) or _PLURALS.get(plain, plain)


def _written(words: list[str]) -> str:
    return " ".join(_word(w) for w in words).replace("_", " ")
