"""One mark of a model that holds two names: "Lafayette, Louisiana", "U.S.-Mexico", "Sino-US", "House Democrats".

Rules of form, and the names of countries and states.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from streams.core.mentions import RawMention
from streams.core.names import fold
from streams.core.nations import COMBINING, COUNTRIES, PEOPLES, STATES

_AREAS: Final = frozenset(("GPE", "LOC"))
_NATIONS: Final = _AREAS | {"NORP"}
_COMMA: Final = re.compile(r", (?=[^\W\d_])")
_HYPHEN: Final = re.compile(r"[-–]")
_AND: Final = re.compile(r" (?:and|&) ")
_ALONE: Final = re.compile(r"(?<!and )(?<!& )\b([A-Z]\w+)\b(?! and [A-Z]| & [A-Z])")
_CHAMBERS: Final = frozenset(("house", "senate"))
_PARTIES: Final = frozenset(("democratic", "republican"))
_PARTY_NAMES: Final = frozenset(key for key, usual in PEOPLES.items() if usual in _PARTIES) | {"GOP"}


def split_mentions(text: str, mentions: Iterable[RawMention]) -> list[RawMention]:
    """Return the mentions, those that hold two names as two."""
    whole = list(mentions)
    joined = any(m.label == "ORG" and _AND.search(text, m.start, m.end) for m in whole)
    # Words that stand somewhere without "and" on either side.
    apart = frozenset(m[1] for m in _ALONE.finditer(text)) if joined else frozenset()
    return [part for mention in whole for part in _parts(text, mention, apart)]


def _parts(text: str, mention: RawMention, apart: frozenset[str]) -> list[RawMention]:
    name = text[mention.start : mention.end]
    if mention.label in _AREAS and (cut := _COMMA.search(name)):
        return list(_at(name, mention, cut, mention.label, mention.label))
    if (cut := _HYPHEN.search(name)) and (
        labels := _of_nations(mention.label, fold(name[: cut.start()]), fold(name[cut.end() :]))
    ):
        return list(_at(name, mention, cut, *labels))
    if mention.label == "ORG" and (cut := _AND.search(name)):
        one, other = name[: cut.start()], name[cut.end() :]
        # One is named by itself elsewhere; Johnson & Johnson is not.
        if " " not in one + other and one != other and (one in apart or other in apart):
            return list(_at(name, mention, cut, "ORG", "ORG"))
    if (cut := re.search(" ", name)) and (labels := _of_party(fold(name[: cut.start()]), fold(name[cut.end() :]))):
        return list(_at(name, mention, cut, *labels))
    return [mention]


def _of_nations(label: str, first: str, second: str) -> tuple[str, str] | None:
    """Return the labels of two countries, or of a country or people behind a combining form: "Sino-US"."""
    if first in COUNTRIES and second in COUNTRIES:
        return "GPE", "GPE"
    if first in COMBINING and label in _NATIONS:
        return ("NORP", "GPE") if second in COUNTRIES else ("NORP", "NORP") if second in PEOPLES else None
    return None


def _of_party(first: str, second: str) -> tuple[str, str] | None:
    """Return the labels of a chamber or state and a party: "House Democrats", "Florida Republican"."""
    if second in _PARTY_NAMES and first in _CHAMBERS:
        return "ORG", "ORG" if second == "GOP" else "NORP"
    if second in _PARTY_NAMES and first in STATES:
        return "GPE", "ORG" if second == "GOP" else "NORP"
    if first in _PARTY_NAMES and second in _CHAMBERS:
        return "ORG" if first == "GOP" else "NORP", "ORG"
    return None


def _at(name: str, mention: RawMention, cut: re.Match[str], before: str, behind: str) -> Iterator[RawMention]:
    yield RawMention(mention.start, mention.start + cut.start(), before)
    yield RawMention(mention.start + cut.end(), mention.start + len(name), behind)
