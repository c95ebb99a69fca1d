"""An index from keys to sequence numbers: a table of what is new above sorted arrays of what is older.

A log-structured merge tree in memory (O'Neil et al., "The log-structured merge-tree", Acta Informatica 33, 1996): eight
bytes a posting, where a dict of lists takes a hundred. Forgotten numbers are passed over when it is read and left out
when arrays are merged. What is found depends on what is filed and present, not on the order in which it was filed.
"""

from array import array
from bisect import insort
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from streams.core.pages import Numbers

Packed: TypeAlias = npt.NDArray[np.uint64]  # key << 32 | lower half of the number
Present: TypeAlias = Callable[[Numbers], npt.NDArray[np.bool_]]

YOUNG: Final = 65_536  # postings in the table of what is new; sorting them takes some 5 ms
UNREAD: Final = 16 * YOUNG  # as many may wait that nobody looked for, as while a state is rebuilt: fewer merges
GROWTH: Final = 8  # each array holds so many times what the one above it does: three of them hold 37 million
# Numbers of one window lie closer together than this. Each time they pass a multiple of it, "oldest" and "newest" take
# the wrong ones of a key with more than are wanted, until the window has moved on: once in 99 days of 500 a second.
_LOW: Final = np.uint64(0xFFFF_FFFF)
_HALF: Final = np.uint64(32)
_NUMBER_BITS: Final = 48  # of a number beside its key's place; dedupe gives numbers of 40
_NUMBER: Final = (1 << _NUMBER_BITS) - 1
_SPARE: Final = 8  # more postings are read at first than are wanted, as some may be forgotten
_NONE: Final = np.zeros(0, np.int64)
_SLICE: Final = 1 << 20  # postings checked at a time while arrays are merged: bounds the memory for it


class Found(NamedTuple):
    """What is filed under several keys: by place of the key, then number, both ascending."""

    places: Numbers  # which of the keys
    numbers: Numbers


class _Read(NamedTuple):
    """What one table or array gives for several keys."""

    places: Numbers
    numbers: Numbers
    cut: Numbers  # the keys of which there is more than was read


class Postings:
    """For each key of 32 bits the numbers filed under it.

    Args:
        present: says which numbers are still there; the others are passed over.
    """

    def __init__(self, present: Present) -> None:
        self._present = present
        self._young = array("Q")  # packed, unsorted
        self._table: dict[int, list[int]] = {}  # the same by key, as far as it was read
        self._tabled = 0
        self._older: list[Packed] = []  # sorted, the smaller ones first
        self._top = 0  # the highest number filed

    def __len__(self) -> int:
        """How many postings are held; those of forgotten numbers, too, until arrays are merged."""
        return len(self._young) + sum(map(len, self._older))

    def add(self, keys: Sequence[int], number: int) -> None:
        """File a number under keys, once under each."""
        self._top = max(self._top, number)
        low = number & 0xFFFF_FFFF
        self._young.extend([key << 32 | low for key in keys])
        if len(self._young) >= (YOUNG if self._tabled else UNREAD):
            self._settle()

    def oldest(self, keys: Sequence[int], count: int) -> Found:
        """Return the first `count` numbers under each key."""
        return self._find(keys, count, last=False)

    def newest(self, keys: Sequence[int], count: int) -> Found:
        """Return the last `count` numbers under each key."""
        return self._find(keys, count, last=True)

    def purge(self, number: int) -> None:
        """Take a number out wherever it is filed: for one that is filed anew after it was forgotten.

        Reads everything.
        """
        self._settle()
        low = np.uint64(number & 0xFFFF_FFFF)
        self._older = [packed[packed & _LOW != low] for packed in self._older]

    def _find(self, keys: Sequence[int], count: int, *, last: bool) -> Found:
        look = count + _SPARE
        while True:
            reads = self._reads(keys, look, last=last)
            if not reads:
                return Found(_NONE, _NONE)
            places = np.concatenate([read.places for read in reads])
            numbers = np.concatenate([read.numbers for read in reads])
            present = self._present(numbers)
            if not _lacking(reads, present, len(keys), count):
                return _chosen(places[present], numbers[present], len(keys), count, last=last)
            look *= GROWTH

    def _reads(self, keys: Sequence[int], look: int, *, last: bool) -> list[_Read]:
        """Return what the table and the arrays hold of the keys; those that hold nothing are left out."""
        reads = [self._read_table(keys, look, last=last)]
        if self._older:
            lows = np.array(keys, np.uint64) << _HALF
            reads += [self._read(packed, lows, look, last=last) for packed in self._older]
        return [read for read in reads if read is not None]

    def _read_table(self, keys: Sequence[int], look: int, *, last: bool) -> _Read | None:
        table, wanted = self._tabulated(), slice(-look, None) if last else slice(look)
        places: list[int] = []
        numbers: list[int] = []
        cut: list[int] = []
        for place, filed in enumerate(map(table.get, keys)):
            if filed is not None:
                chosen = filed[wanted]
                numbers += chosen
                places += [place] * len(chosen)
                if len(filed) > look:
                    cut.append(place)
        return _Read(np.array(places), np.array(numbers), np.array(cut, np.int64)) if places else None

    def _tabulated(self) -> dict[int, list[int]]:
        """Return the young postings by key; the numbers of each ascend."""
        if len(self._young) > self._tabled + YOUNG:
            self._settle()
        table = self._table
        for packed in self._young[self._tabled :]:
            key, number = packed >> 32, self._number(packed)
            filed = table.setdefault(key, [])
            if filed and filed[-1] > number:
                insort(filed, number)
            else:
                filed.append(number)
        self._tabled = len(self._young)
        return table

    def _number(self, packed: int) -> int:
        return self._top - (self._top - packed & 0xFFFF_FFFF)

    def _read(self, packed: Packed, lows: Packed, look: int, *, last: bool) -> _Read | None:
        left, right = packed.searchsorted(lows), packed.searchsorted(lows | _LOW, "right")
        size = right - left
        hit = size.nonzero()[0]
        if not len(hit):
            return None
        taken = np.minimum(size[hit], look)
        first = right[hit] - taken if last else left[hit]
        at = np.arange(taken.sum()) + np.repeat(first - taken.cumsum() + taken, taken)
        low = (packed[at] & _LOW).astype(np.int64)
        return _Read(hit.repeat(taken), self._top - (self._top - low & 0xFFFF_FFFF), (size > look).nonzero()[0])

    def _settle(self) -> None:
        """Sort the young postings and merge them down, each array into the next where it has become too large."""
        carried = np.sort(np.frombuffer(self._young, np.uint64))
        self._young, self._table, self._tabled = array("Q"), {}, 0
        room = YOUNG
        for level, packed in enumerate(self._older):
            room *= GROWTH
            self._older[level] = carried = self._merged(packed, carried)
            if len(carried) <= room:
                return
            self._older[level] = packed[:0]
        self._older.append(carried)

    def _merged(self, one: Packed, other: Packed) -> Packed:
        """Return both, sorted, each posting once, without the forgotten numbers."""
        both = np.sort(np.concatenate((one, other)))
        kept = np.ones(len(both), np.bool_)
        np.not_equal(both[1:], both[:-1], out=kept[1:])
        for start in range(0, len(both), _SLICE):
            part = slice(start, start + _SLICE)
            low = (both[part] & _LOW).astype(np.int64)
            kept[part] &= self._present(self._top - (self._top - low & 0xFFFF_FFFF))
        return both[kept]


def _lacking(reads: Sequence[_Read], present: npt.NDArray[np.bool_], keys: int, count: int) -> bool:
    """Whether a key has fewer numbers than are wanted because a reading was cut short."""
    start = 0
    for read in reads:
        end = start + len(read.numbers)
        if len(read.cut) and (np.bincount(read.places[present[start:end]], minlength=keys)[read.cut] < count).any():
            return True
        start = end
    return False


def _chosen(places: Numbers, numbers: Numbers, keys: int, count: int, *, last: bool) -> Found:
    """Return the first or last numbers of each key."""
    if len(numbers) <= 1:
        return Found(places, numbers)
    packed = places << _NUMBER_BITS | numbers  # sorted as one array: a third of the time of two
    packed.sort()
    kept = np.ones(len(packed), np.bool_)
    np.not_equal(packed[1:], packed[:-1], out=kept[1:])
    if not kept.all():
        packed = packed[kept]
    places, numbers = packed >> _NUMBER_BITS, packed & _NUMBER
    bounds = places.searchsorted(np.arange(keys + 1))
    if (bounds[1:] - bounds[:-1]).max() <= count:
        return Found(places, numbers)
    at = np.arange(len(places))
    kept = at >= bounds[places + 1] - count if last else at < bounds[places] + count
    return Found(places[kept], numbers[kept])
