"""Names that an article marks once and has again without a mark: the model overlooked them, and they are the same.

A surname counts as soon as its person is named in full. Rules of form only: a word that the article has in small
letters, too, or one that belongs to a longer name, is left alone.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from streams.core.mentions import NAME_TYPES, RawMention
from streams.core.names import word_set, words_of
from streams.core.nations import COUNTRIES, PEOPLES, STATES
from streams.core.people import person_words
from streams.core.roles import is_title_word

MAX_PER_WORD: Final = 8  # names that begin with one word; bounds the work where thousands do
MIN_CHARS: Final = 3  # of a single word that is no acronym
_TOKEN: Final = re.compile(r"[^\W\d_][^\W_]*")
_REPEATED: Final = NAME_TYPES - {"LANGUAGE", "EVENT", "WORK_OF_ART", "LAW", "LOC", "FAC", "PRODUCT"}
_SHORT_NAMES: Final = word_set(
    """times post journal herald tribune guardian telegraph gazette chronicle observer monitor mirror globe sun
    star mail standard examiner bulletin inquirer dispatch court"""
)
_WORDS_BEFORE: Final = re.compile(r"([^\W_][\w.'’-]*) $")
_WORDS_BEHIND: Final = re.compile(r" ([^\W_][\w'’-]*)")
_LOOK_BACK: Final = 30  # characters; a longer word is no title
_OPENS: Final = frozenset('.!?:"“”‘\n—–([|')

Known = list[tuple[str, str, bool]]
"""Names, the longest first, their labels, and whether they are one only behind "the"."""
Names = Mapping[str, Known]
"""First word of a name -> the names that begin with it."""


def with_repeats(texts: Sequence[str], parts: Sequence[list[RawMention]]) -> list[list[RawMention]]:
    """Return the mentions of each text and those of the same names that have no mark, in order."""
    names = _names(texts, parts)
    if not names:
        return list(parts)
    return [_with(text, mentions, names) for text, mentions in zip(texts, parts, strict=True)]


def _names(texts: Sequence[str], parts: Sequence[list[RawMention]]) -> Names:
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    surnames: dict[str, None] = {}
    for text, mentions in zip(texts, parts, strict=True):
        for mention in mentions:
            name = text[mention.start : mention.end]
            if mention.label in NAME_TYPES:
                votes[name][mention.label] += 1
            if mention.label == "PERSON" and len(person_words(name)) > 1:
                surnames[_surname(name)] = None
    tokens: set[str] = set().union(*map(_TOKEN.findall, texts))
    labels: dict[str, str] = {name: max(counts, key=counts.__getitem__) for name, counts in votes.items()}
    for surname in surnames:
        if surname not in labels and not _is_nation(surname):
            labels[surname] = "PERSON"
    found: defaultdict[str, Known] = defaultdict(list)
    for name, label in labels.items():
        first = _TOKEN.match(name)
        if label in _REPEATED and first and _may_repeat(name, tokens):
            found[first[0]].append((name, label, False))
    for name, label in labels.items():
        if label == "ORG" and " " in name and _is_short_name(last := name.rsplit(" ", 1)[1]) and last not in found:
            found[last].append((last, label, True))
    return {first: sorted(known, key=lambda n: (-len(n[0]), n[0]))[:MAX_PER_WORD] for first, known in found.items()}


def _surname(name: str) -> str:
    """Return the last word of a person's name as it is written, without "Jr."."""
    last = person_words(name)[-1]
    return next(word for word in reversed(name.replace(",", " ").split()) if last in words_of(word))


def _is_short_name(word: str) -> bool:
    """Say whether "the Times" is a name where one ends so; "the Ministry" is none to the annotators."""
    return word.casefold() in _SHORT_NAMES and word[:1].isupper() and not word.isupper()


def _is_nation(name: str) -> bool:
    key = name.casefold()
    return key in COUNTRIES or key in STATES or key in PEOPLES


def _may_repeat(name: str, tokens: set[str]) -> bool:
    if " " in name:
        return name[:1].isupper() and not name.isupper()
    if name.isupper():
        return len(name) > 1
    small = name.casefold()
    return len(name) >= MIN_CHARS and name[:1].isupper() and not (small in tokens and small.islower())


def _with(text: str, mentions: list[RawMention], names: Names) -> list[RawMention]:
    starts = [m.start for m in mentions]
    added: list[RawMention] = []
    free_from = 0
    for token in _TOKEN.finditer(text):
        if token[0] not in names or (at := token.start()) < free_from:
            continue
        i = bisect_right(starts, at)
        before = mentions[i - 1] if i else None
        following = mentions[i] if i < len(mentions) else None
        if before is not None and before.end > at:
            continue
        limit = following.start if following else len(text)
        for name, label, is_short in names[token[0]]:
            end = at + len(name)
            if is_short and text[at - 4 : at] not in ("the ", "The "):
                continue
            last = max(filter(None, (before, added[-1] if added else None)), default=None)
            if end <= limit and text.startswith(name, at) and _stands_alone(text, at, end, label, last, following):
                added.append(RawMention(at, end, label))
                free_from = end
                break
    return sorted([*mentions, *added])


def _stands_alone(
    text: str, start: int, end: int, label: str, before: RawMention | None, following: RawMention | None
) -> bool:
    """Say whether the words are a name of their own, and not part of a longer one."""
    if text[end : end + 1].isalnum() or (text[end : end + 1] in ("-", "–") and text[end + 1 : end + 2].islower()):
        return False
    if text[start - 1 : start] not in ("", " ", "\n", "\t", '"', "“", "‘", "(", "[", "—", "–", "\u00a0", "#", "/"):
        return False
    return _free_before(text, start, label, before) and _free_behind(text, end, label, following)


def _free_before(text: str, start: int, label: str, before: RawMention | None) -> bool:
    if before is not None and before.end == start - 1 and text[before.end : start] == " ":
        return before.label not in NAME_TYPES or (before.label != label and label != "PERSON")
    word = _WORDS_BEFORE.search(text, max(0, start - _LOOK_BACK), start)
    if word is None or not word[1][:1].isupper() or is_title_word(word[1]):
        return True
    opens = text[: word.start()].rstrip(" ")[-1:] if word.start() else ""
    # "But Novak": the first word of a sentence has a capital anyway.
    return (not opens or opens in _OPENS) and word[1].casefold().strip(".") in _OPENERS


def _free_behind(text: str, end: int, label: str, following: RawMention | None) -> bool:
    if following is not None and following.start == end + 1 and text[end : end + 1] == " ":
        return label != "PERSON" or following.label not in ("PERSON", "ORG")
    word = _WORDS_BEHIND.match(text, end)
    if word is None or not word[1][:1].isupper():
        return True
    return label != "PERSON" and is_title_word(word[1])


_OPENERS: Final = word_set(
    """the a an but and or so yet for as if when while though although after before since because meanwhile then
    still also even both in on at by with from to of that this these those what how why who where did does is
    was will would could should can may might has have had do not no yes like unlike under over against about
    among according per earlier later now today once until despite during his her their its our my your he she
    they it we you i there here only just perhaps maybe"""
)
