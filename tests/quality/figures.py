"""Figures with their counts and 95 % intervals, for the card. Figures are shares of 1.

Of cases that are independent of each other `share` takes Wilson's interval ("Probable inference, the law of succession,
and statistical inference", JASA 22, 1927), which is right for none or all of few cases, too. Where an article brings
several cases, `ratio` and `f1` draw articles with replacement (percentile intervals as in Efron and Tibshirani, "An
introduction to the bootstrap", 1993).
"""

from collections.abc import Callable, Iterable
from math import sqrt
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

SAMPLES: Final = 2_000
SEED: Final = 20_260_407
CONFIDENCE: Final = 95.0
_Z: Final = 1.959964  # of a normal distribution 95 % lie so many deviations around the mean
Floats: TypeAlias = npt.NDArray[np.float64]


class Figure(NamedTuple):
    """What was measured: a share of 1, of how many cases, and its interval (none where there is no sample)."""

    value: float
    of: int
    low: float | None = None
    high: float | None = None

    def told(self, spec: str = ".1%", counts: str = "") -> str:
        """Return it as tables have it: the value, and in brackets `counts` (where given) and the interval."""
        interval = "" if self.low is None or self.high is None else f"{self.low:{spec}} to {self.high:{spec}}"
        inside = "; ".join(filter(None, (counts, interval)))
        return f"{self.value:{spec}} ({inside})" if inside else f"{self.value:{spec}}"


def share(right: int, count: int) -> Figure:
    """Return the share of cases that are right; no case is none."""
    if not count:
        return Figure(0.0, 0)
    value, square = right / count, _Z * _Z
    middle = (value + square / (2 * count)) / (1 + square / count)
    half = _Z * sqrt(value * (1 - value) / count + square / (4 * count * count)) / (1 + square / count)
    return Figure(value, count, max(0.0, middle - half), min(1.0, middle + half))


def ratio(pairs: Iterable[tuple[float, ...]]) -> Figure:
    """Return what is right of what is counted, given both for each article."""
    return drawn(pairs, lambda sums: divided(sums[:, 0], sums[:, 1]), count=lambda sums: sums[1])


def f1(triples: Iterable[tuple[float, ...]]) -> Figure:
    """Return the harmonic mean of precision and recall, given right, found and wanted for each article."""
    return drawn(triples, lambda sums: divided(2 * sums[:, 0], sums[:, 1] + sums[:, 2]), count=lambda sums: sums[2])


def drawn(
    rows: Iterable[tuple[float, ...]],
    measure: Callable[[Floats], Floats],
    *,
    count: Callable[[Floats], float],
) -> Figure:
    """Return a measure of the sums of rows, a row an article, with the interval by drawing articles."""
    # Equal rows are drawn together, which is the same and cheaper.
    table, times = np.unique(np.array(list(rows), dtype=np.float64), axis=0, return_counts=True)
    weights = np.random.default_rng(SEED).multinomial(times.sum(), times / times.sum(), SAMPLES)
    sums = times @ table
    low, high = np.percentile(measure(weights @ table), [(100 - CONFIDENCE) / 2, (100 + CONFIDENCE) / 2])
    return Figure(float(measure(sums[None, :])[0]), round(count(sums)), float(low), float(high))


def divided(one: Floats, other: Floats) -> Floats:
    """Return one by the other; by nothing it is none."""
    return np.divide(one, other, out=np.zeros_like(one), where=other > 0)
