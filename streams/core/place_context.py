"""Names of places weighed against each other: one article's places lie in few countries, and near each other.

The scores are log odds, set by reason: what is certain to a reader weighs more than any difference of size.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.core.gazetteer import Gazetteer, Kind

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int32]

# What a candidate gains where all speaks for it. Half of it comes with HALF of another place's weight: one neighbour is
# much, ten are little more.
SAME_COUNTRY: Final = 4.0
SAME_STATE: Final = 4.0
NEAR: Final = 5.0
AROUND: Final = 2.0
AMONG_COUNTRIES: Final = 3.0  # of a seat of government: where countries are named, so are their capitals
HALF: Final = 0.5
NEAR_KM: Final = 80.0  # an hour's drive: what local news is about
AROUND_KM: Final = 1_000.0  # a neighbouring country
# A place that the gazetteer does not have competes with all candidates: as likely as a village of 20,000 that nothing
# else speaks for. So a hamlet is a link only where something does.
UNKNOWN: Final = 6.0
TEMPERATURE: Final = 1.3  # evidence overlaps (what is near is in the same state too): odds are less than their sum says
ROUNDS: Final = 6  # shares hardly move after them
EARTH_KM: Final = 6_371.0
_COUNTRY: Final = int(Kind.COUNTRY)
_LARGE: Final = (_COUNTRY, int(Kind.ADMIN1), int(Kind.CONTINENT))  # a middle says nothing of what is near


class Toponym(NamedTuple):
    """A name that stands for a place: the rows that it may mean, how likely each is, its weight for others."""

    rows: Rows
    prior: Floats
    weight: float


class Anchor(NamedTuple):
    """Something beside the names that tells where an article belongs: a country or state, one of several rows."""

    rows: tuple[int, ...]
    weight: float


def weigh(toponyms: Sequence[Toponym], anchors: Sequence[Anchor], gazetteer: Gazetteer) -> list[Floats]:
    """Return how likely each row of each toponym is, given what is likely of the others.

    What a toponym's shares lack to 1 is the share of places that the gazetteer does not have. It begins with each name
    by itself; each round takes the mean shares of the two rounds before, so that names that pull each other to and fro
    come to rest.
    """
    rows = np.concatenate([t.rows for t in toponyms])
    prior = np.concatenate([t.prior for t in toponyms])
    sizes = [len(t.rows) for t in toponyms]
    owner = np.repeat(np.arange(len(toponyms)), sizes)
    weight = np.repeat([t.weight for t in toponyms], sizes)
    starts = np.cumsum([0, *sizes[:-1]])
    others = owner[:, None] != owner[None, :]
    countries, states = gazetteer.countries[rows], gazetteer.admin1[rows]
    kernels = (
        (SAME_COUNTRY, _same(countries) & others, _anchored(countries, anchors, gazetteer.countries)),
        (SAME_STATE, _same(states) & others, _anchored(states, anchors, gazetteer.admin1)),
        (AMONG_COUNTRIES, _among_countries(rows, gazetteer) & others, np.zeros(len(rows))),
        *((gain, kernel * others, np.zeros(len(rows))) for gain, kernel in _nearness(rows, gazetteer)),
    )
    share = before = _shares(prior, owner, starts)
    for _ in range(ROUNDS):
        mass = (share + before) / 2 * weight
        score = prior.copy()
        for gain, kernel, anchored in kernels:
            support = kernel @ mass + anchored
            score += gain * support / (support + HALF)
        before, share = share, _shares(score, owner, starts)
    return np.split(share, starts[1:])


def _same(divisions: Rows) -> Flags:
    same: Flags = (divisions[:, None] == divisions[None, :]) & (divisions >= 0)[:, None]
    return same


def _among_countries(rows: Rows, gazetteer: Gazetteer) -> Flags:
    among: Flags = gazetteer.capitals[rows][:, None] & (gazetteer.kinds[rows] == _COUNTRY)[None, :]
    return among


def _anchored(divisions: Rows, anchors: Sequence[Anchor], column: Rows) -> Floats:
    """Return what the anchors weigh for each row: where it lies in the division that the anchor is, or lies in."""
    found = np.zeros(len(divisions))
    for anchor in anchors:
        for row in anchor.rows:
            if column[row] >= 0:
                found += anchor.weight / len(anchor.rows) * (divisions == column[row])
    return found


def _nearness(rows: Rows, gazetteer: Gazetteer) -> tuple[tuple[float, Floats], tuple[float, Floats]]:
    """Return how near rows are to each other, 1 where they are one point: in the region, and in the world."""
    lat, lon = np.radians(gazetteer.lat[rows]), np.radians(gazetteer.lon[rows])
    points = np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    chord = np.sqrt(np.maximum(0, 2 - 2 * (points.T @ points))) * EARTH_KM
    kinds = gazetteer.kinds[rows]
    small = (kinds != _LARGE[0]) & (kinds != _LARGE[1]) & (kinds != _LARGE[2])
    near = np.exp(-chord / NEAR_KM) * (small[:, None] & small[None, :])
    around = np.exp(-chord / AROUND_KM)
    return (NEAR, np.nan_to_num(near)), (AROUND, np.nan_to_num(around))


def _shares(score: Floats, owner: npt.NDArray[np.intp], starts: npt.NDArray[np.intp]) -> Floats:
    top = np.maximum(np.maximum.reduceat(score, starts), UNKNOWN)
    likely = np.exp((score - top[owner]) / TEMPERATURE)
    total = np.add.reduceat(likely, starts) + np.exp((UNKNOWN - top) / TEMPERATURE)
    shares: Floats = likely / total[owner]
    return shares


def decades(population: Floats, people: float) -> Floats:
    """Return the natural logarithm of a population; `people` are added, as below it size is chance."""
    logarithm: Floats = np.log(population + people)
    return logarithm


def three_decimals(share: float) -> float:
    """Return the share as a score, rounded down: what is not quite sure never becomes 1."""
    return math.floor(1_000 * share) / 1_000
