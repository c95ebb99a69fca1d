"""What a text says about its places in so many words: "Paris, Texas", "Selma, Ala.", "Washington state"."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from streams.core.gazetteer import FULL_WORDS, Gazetteer, Kind, place_key

_CONTAINERS: Final = int(Kind.ADMIN2)  # countries and divisions: the kinds up to this one
_LOOK: Final = 60  # characters behind a mention: ", " and a name of four words
_WORD: Final = r"[^\W\d_][\w’'-]*\.?"
_BEHIND: Final = re.compile(rf"(?:, | \(| ?\[|,? in (?:the )?)({_WORD}(?:[ .]?{_WORD}){{0,3}})")
_SPLIT: Final = re.compile(r"[^\W\d_][\w’'-]*(?:\.(?=[^\W\d_]\.))*\.?")
_LIST_GOES_ON: Final = re.compile(r",? (?:and|or|&) |, [A-Z]\w+(?:,| and)")
_OWNER: Final = re.compile(rf"({_WORD}(?: {_WORD})?)['’]s? (?:[a-z-]+ ){{0,3}}$")
_STATE_BEHIND: Final = re.compile(r" (?:state|province|oblast|region)\b", re.IGNORECASE)
_STATE_BEFORE: Final = re.compile(r"\b(?:state|province|region) of $", re.IGNORECASE)
_CAPITALISED: Final = re.compile(r"[A-Z][^\W\d_]*(?:['’.-][^\W\d_]+)*\.?")
_MARKED: Final = re.compile(r", ?([A-Z][A-Za-z]{1,5}\.|(?:[A-Z]\.){2,3}|[A-Z]{2,3})(?!\w)")
_MAX_WORDS: Final = 4


class Marked(NamedTuple):
    """What the words around a mention say: rows that contain the place, and whether a list may have been meant."""

    containers: tuple[int, ...]
    sure: bool


def containers_behind(text: str, end: int, levels: frozenset[int], gazetteer: Gazetteer) -> Marked | None:
    """Return what contains the place, as the words behind its mention say; None where they say nothing.

    `levels` are the kinds of the rows that the mention itself may mean: in "Georgia, Texas and Ohio" both are states,
    and it is a list; in "Ontario, California" both may be, and it is none.
    """
    match = _BEHIND.match(text, end, end + _LOOK)
    if match is None:
        return None
    words = list(_SPLIT.finditer(match[1]))[:_MAX_WORDS]
    for count in range(len(words), 0, -1):
        name = match[1][: words[count - 1].end()]
        rows = container_rows(name, gazetteer)
        if rows:
            level = {int(gazetteer.kinds[row]) for row in rows}
            goes_on = _LIST_GOES_ON.match(text, match.start(1) + len(name))
            if level & levels and goes_on:
                return None
            return Marked(rows, not level & levels)
    return None


def containers_before(text: str, start: int, gazetteer: Gazetteer) -> Marked | None:
    """Return what contains the place, as the possessive before its mention says: "Ukraine's eastern Donetsk"."""
    first = max(0, start - _LOOK)
    if text.find("'", first, start) < 0 and text.find("’", first, start) < 0:  # mostly, and quicker than the pattern
        return None
    match = _OWNER.search(text, first, start)
    if match is None:
        return None
    rows = container_rows(match[1], gazetteer) or container_rows(match[1].split()[-1], gazetteer)
    return Marked(rows, False) if rows else None


def container_rows(name: str, gazetteer: Gazetteer) -> tuple[int, ...]:
    """Return the countries and divisions that a name behind a place may mean: "Texas", "Tex.", "TX", "Lamar County"."""
    key = place_key(name)
    if not name[:1].isupper() or not key:
        return ()
    short = gazetteer.abbreviations.get(key, ()) if is_abbreviated(name) else ()
    if short:
        return short
    found = gazetteer.find(key)
    if found is None:
        return ()
    return tuple(found.rows[gazetteer.kinds[found.rows] <= _CONTAINERS].tolist())


def is_abbreviated(name: str) -> bool:
    """Say whether a name is written as an abbreviation: "Ala.", "N.Y.", "TX"."""
    return name.endswith(".") or (len(name) <= 3 and name.isupper())


def is_division(text: str, start: int, end: int) -> bool:
    """Say whether the words around a mention call it a state: "Washington state", "the state of Georgia"."""
    behind = _STATE_BEHIND.match(text, end)
    return behind is not None or _STATE_BEFORE.search(text, max(0, start - 20), start) is not None


def regions_named(text: str, covered: frozenset[int], gazetteer: Gazetteer) -> dict[tuple[int, ...], int]:
    """Return how often a text names a country, one of its people, or a large state, outside of the mentions.

    Args:
        text: any text.
        covered: where mentions begin whose words say nothing here: places, which are counted by themselves, and people.
        gazetteer: its regions and demonyms are looked for.

    The keys are rows, several where the name means any of them.
    """
    counts: dict[tuple[int, ...], int] = {}
    for rows in _regions(text, covered, gazetteer):
        counts[rows] = counts.get(rows, 0) + 1
    for match in _MARKED.finditer(text):
        rows = gazetteer.abbreviations.get(place_key(match[1]), ())
        if rows and match.start(1) not in covered:
            counts[rows] = counts.get(rows, 0) + 1
    return counts


def _regions(text: str, covered: frozenset[int], gazetteer: Gazetteer) -> Iterator[tuple[int, ...]]:
    words = list(_CAPITALISED.finditer(text))
    openings = _openings(gazetteer)
    at = 0
    while at < len(words):
        step = 1
        if _may_open(words[at][0], openings) and words[at].start() not in covered:
            for count in range(min(3, _run(text, words, at)), 0, -1):
                key = place_key(
                    text[words[at].start() : words[at + count - 1].end()].removesuffix("'s").removesuffix("’s")
                )
                rows = gazetteer.regions.get(key)
                if rows is None and key in gazetteer.demonyms:
                    rows = (gazetteer.demonyms[key],)
                if rows is not None:
                    yield rows
                    step = count
                    break
        at += step


@lru_cache(maxsize=4)
def _openings(gazetteer: Gazetteer) -> frozenset[str]:
    """Return the words with which names of regions and peoples begin, as keys have them."""
    first = {key.partition(" ")[0] for key in (*gazetteer.regions, *gazetteer.demonyms)}
    return frozenset((*first, *(short for short, full in FULL_WORDS.items() if full in first)))


def _may_open(word: str, openings: frozenset[str]) -> bool:
    """Say whether a name that begins with this word, or with what it is the possessive of, may be in the gazetteer."""
    if place_key(word).partition(" ")[0] in openings:
        return True
    owner = word.removesuffix("'s").removesuffix("’s")
    return owner != word and place_key(owner).partition(" ")[0] in openings


def _run(text: str, words: list[re.Match[str]], at: int) -> int:
    """Return how many capitalised words follow each other from here, with one space between them, three at most."""
    length = 1
    while (
        length < 3
        and at + length < len(words)
        and text[words[at + length - 1].end() : words[at + length].start()] == " "
    ):
        length += 1
    return length
