"""The gazetteer as the core sees it: rows of places, found by a folded name; `streams/models/gazetteer.py` loads it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

MAX_NAME_CHARS: Final = 100  # the longest name in the gazetteer has 90; what is longer names no place
_KEPT: Final = re.compile(r"[^a-z0-9]+")
_DROPPED: Final = re.compile(r"[.'’ʻʼ`´]+")
FULL_WORDS: Final = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}


class Kind(IntEnum):
    """What a row is; the number stands in the artefact."""

    COUNTRY = 0
    ADMIN1 = 1  # state, province
    ADMIN2 = 2  # county, district
    CITY = 3
    CONTINENT = 4


# GeoNames' own classes: A is an administrative division or a country, P a populated place, L a region.
FEATURE_CLASSES: Final = {
    Kind.COUNTRY: "A", Kind.ADMIN1: "A", Kind.ADMIN2: "A", Kind.CITY: "P", Kind.CONTINENT: "L",
}  # fmt: skip


class Found(NamedTuple):
    """The rows that a name may mean; `own` says of each whether it is the place's name or another one for it."""

    rows: npt.NDArray[np.int32]
    own: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """Places in columns, one row each; -1 stands for none.

    Keys are sorted as bytes: `keys[key_starts[i]:key_starts[i + 1]]` is the i-th, its rows stand in
    `postings[posting_starts[i]:posting_starts[i + 1]]` as 2 * row + (1 where it is the place's own name).
    Names of rows lie in `names` the same way.
    """

    ids: npt.NDArray[np.uint32]
    kinds: npt.NDArray[np.uint8]
    countries: npt.NDArray[np.int32]  # row of the country, for a country its own
    admin1: npt.NDArray[np.int32]  # row of the state or province, for one its own
    admin2: npt.NDArray[np.int32]
    population: npt.NDArray[np.uint32]  # of a division the sum of its places
    lat: npt.NDArray[np.float64]  # degrees; NaN where not known
    lon: npt.NDArray[np.float64]
    capitals: npt.NDArray[np.bool_]  # seats of national governments
    keys: bytes
    key_starts: memoryview
    posting_starts: memoryview
    postings: npt.NDArray[np.uint32]
    names: bytes
    name_starts: memoryview
    codes: Mapping[int, str]  # row of a country or a state -> ISO 3166-1 or ISO 3166-2
    country_rows: Mapping[str, int]  # ISO 3166-1 -> row
    demonyms: Mapping[str, int]  # folded demonym -> row of the country
    abbreviations: Mapping[str, tuple[int, ...]]  # folded, as written behind a place: "la" -> Louisiana
    regions: Mapping[str, tuple[int, ...]]  # folded names of countries and large states: what is looked for in a text

    def name(self, row: int) -> str:
        """Return GeoNames' name of the place."""
        return self.names[self.name_starts[row] : self.name_starts[row + 1]].decode()

    def find(self, key: str) -> Found | None:
        """Return the places that have this folded name; None where there are none."""
        wanted = key.encode()
        low, high = 0, len(self.key_starts) - 1
        while low < high:
            middle = (low + high) // 2
            if self.keys[self.key_starts[middle] : self.key_starts[middle + 1]] < wanted:
                low = middle + 1
            else:
                high = middle
        if low == len(self.key_starts) - 1 or self.keys[self.key_starts[low] : self.key_starts[low + 1]] != wanted:
            return None
        entries = self.postings[self.posting_starts[low] : self.posting_starts[low + 1]]
        return Found((entries >> 1).astype(np.int32), (entries & 1).astype(np.bool_))


@lru_cache(maxsize=8_192)
def place_key(name: str) -> str:
    """Return the key of a name: "St. Paul's" and "saint pauls" are one; case, accents and hyphens do not count."""
    if len(name) > MAX_NAME_CHARS:
        return ""
    plain = name if name.isascii() else _without_accents(name)
    words = _KEPT.sub(" ", _DROPPED.sub("", plain.casefold())).split()
    if len(words) > 1 and words[0] in FULL_WORDS:
        words[0] = FULL_WORDS[words[0]]
    return " ".join(words)


def _without_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
