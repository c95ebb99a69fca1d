"""An index from keys to sequence numbers: a table of what is new above sorted arrays of what is older.

A log-structured merge tree in memory (O'Neil et al., "The log-structured merge-tree", Acta Informatica 33, 1996): eight
bytes a posting, where a dict of lists takes a hundred. Forgotten numbers are passed over when it is read and left out
when arrays are merged. What is found depends on what is filed and present, not on the order in which it was filed.
"""

from array import array
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from streams.core.compiled import compiled
from streams.core.pages import Numbers

Packed: TypeAlias = npt.NDArray[np.uint64]  # key << 32 | lower half of the number
Present: TypeAlias = Callable[[Numbers], npt.NDArray[np.bool_]]

YOUNG: Final = 16_384  # postings in the table of what is new: with its chains it fits a processor's second cache
# As many may wait that nobody looked for, as while a state is rebuilt: fewer merges. In a small window the first of
# them are forgotten long before: then they wait no more.
UNREAD: Final = 64 * YOUNG
GROWTH: Final = 16  # each array holds so many times what the one above it does: three of them hold 71 million
# Numbers of one window lie closer together than this. Each time they pass a multiple of it, "oldest" and "newest" take
# the wrong ones of a key with more than are wanted, until the window has moved on: once in 99 days of 500 a second.
_LOW: Final = np.uint64(0xFFFF_FFFF)
_HALF: Final = np.uint64(32)
_BELOW: Final = 0xFFFF_FFFF  # the same for signed numbers
_NUMBER_BITS: Final = 40  # numbers are smaller: 35 years of 1,000 a second
_NUMBER: Final = (1 << _NUMBER_BITS) - 1
_RANGE: Final = 64  # to 128 postings between two starts, on the average: sixteen lines of a processor's cache
_SPARE: Final = 8  # more postings are read at first than are wanted, as some may be forgotten
_NONE: Final = np.zeros(0, np.int64)
_EMPTY: Final = np.zeros(0, np.uint64)
_SLICE: Final = 1 << 20  # postings checked at a time while arrays are merged: bounds the memory for it


class Found(NamedTuple):
    """What is filed under several keys: by place of the key, then number, both ascending."""

    places: Numbers  # which of the keys
    numbers: Numbers


class _Sorted(NamedTuple):
    """Postings in order, and where those of each range of keys begin: a search in all of them would miss the caches."""

    packed: Packed
    starts: npt.NDArray[np.int32]  # of as many ranges of equal width as there are, and the end of the last one
    shift: np.uint64  # from a posting to its range


class _Read(NamedTuple):
    """What the table or one array gives for several keys."""

    places: Numbers
    numbers: Numbers
    cut: Numbers  # the keys of which there is more than was read


class _Table:
    """The young postings by key: chains through them, from the latest one back."""

    def __init__(self) -> None:
        self._heads = np.zeros(1 << (2 * YOUNG - 1).bit_length(), np.int32)  # by the key's lower bits: posting + 1
        self._links = np.zeros(YOUNG, np.int32)  # of each posting: the one before it in its chain + 1
        self.size = 0  # postings in it

    def read(self, young: Packed, keys: Packed, top: int) -> _Read:
        """Take in what came, and return all that is filed under the keys."""
        _linked(young, self.size, self._heads, self._links)
        self.size = len(young)
        return _Read(*_chained(young, keys, self._heads, self._links, top), _NONE)

    def clear(self) -> None:
        """Forget all postings."""
        if self.size:
            self._heads.fill(0)
            self.size = 0


class Postings:
    """For each key of 32 bits the numbers filed under it.

    Args:
        present: says which numbers are still there; the others are passed over.
    """

    def __init__(self, present: Present) -> None:
        self._present = present
        self._young = array("Q")  # packed, unsorted
        self._due = YOUNG  # so many of them are looked at whether they may wait
        self._table = _Table()  # the same by key, as far as it was read
        self._older: list[_Sorted] = []  # the smaller ones first
        self._top = 0  # the highest number filed

    def __len__(self) -> int:
        """How many postings are held; those of forgotten numbers, too, until arrays are merged."""
        return len(self._young) + sum(len(older.packed) for older in self._older)

    def add(self, keys: Sequence[int], number: int) -> None:
        """File a number under keys, once under each."""
        self._top = max(self._top, number)
        low = number & _BELOW
        self._young.extend([key << 32 | low for key in keys])
        if len(self._young) >= self._due:
            self._due += YOUNG
            if self._table.size or len(self._young) >= UNREAD or not self._present(self._first_waiting())[0]:
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
        low = np.uint64(number & _BELOW)
        self._older = [_sorted(older.packed[older.packed & _LOW != low]) for older in self._older]

    def _find(self, keys: Sequence[int], count: int, *, last: bool) -> Found:
        if len(self._young) > YOUNG:
            self._settle()
        asked = np.array(keys, np.uint64)
        young, look = np.frombuffer(self._young, np.uint64) if self._young else _EMPTY, count + _SPARE
        newer = self._table.read(young, asked, self._top)
        while True:
            reads = [newer, *(_Read(*_read(*older, asked, look, last, self._top)) for older in self._older)]
            places = np.concatenate([read.places for read in reads])
            numbers = np.concatenate([read.numbers for read in reads])
            present = self._present(numbers)
            if not _lacking(reads, present, len(keys), count):
                return _chosen((places << _NUMBER_BITS | numbers)[present], len(keys), count, last)
            look *= GROWTH

    def _first_waiting(self) -> Numbers:
        return _numbers(np.array(self._young[:1], np.uint64), self._top)

    def _settle(self) -> None:
        """Sort the young postings and merge them down, each array into the next where it has become too large."""
        carried = np.sort(np.frombuffer(self._young, np.uint64)) if self._young else _EMPTY
        self._young = array("Q")
        self._due = YOUNG
        self._table.clear()
        room = YOUNG
        for level, older in enumerate(self._older):
            room *= GROWTH
            carried = self._merged(older.packed, carried)
            if len(carried) <= room:
                self._older[level] = _sorted(carried)
                return
            self._older[level] = _sorted(_EMPTY)
        self._older.append(_sorted(carried))

    def _merged(self, one: Packed, other: Packed) -> Packed:
        """Return both, sorted, each posting once, without the forgotten numbers."""
        both = _in_order(one, other)
        kept = 0
        for start in range(0, len(both), _SLICE):
            part = both[start : start + _SLICE]
            part = part[self._present(_numbers(part, self._top))]
            both[kept : kept + len(part)] = part
            kept += len(part)
        return both if kept == len(both) else both[:kept].copy()


def _sorted(packed: Packed) -> _Sorted:
    """Add to sorted postings where each range of keys begins."""
    bits = max(1, (len(packed) // _RANGE).bit_length() - 1)
    shift = np.uint64(64 - bits)
    return _Sorted(packed, _starts(packed, 1 << bits, shift), shift)


def most_frequent(numbers: Numbers, most: int) -> Numbers:
    """Return the numbers that are found most often, the lowest first among equals."""
    return _most_frequent(np.sort(numbers), most)


@compiled
def _most_frequent(ordered: Numbers, most: int) -> Numbers:
    distinct, hits = np.empty(len(ordered), np.int64), np.zeros(len(ordered), np.int64)
    count = 0
    for at, number in enumerate(ordered):
        if at == 0 or number != ordered[at - 1]:
            distinct[count] = number
            count += 1
        hits[count - 1] += 1
    chosen = np.empty(min(most, count), np.int64)
    for place in range(len(chosen)):
        best = 0
        for at in range(count):
            if hits[at] > hits[best]:
                best = at
        chosen[place], hits[best] = distinct[best], 0
    return chosen


def _lacking(reads: Sequence[_Read], present: npt.NDArray[np.bool_], keys: int, count: int) -> bool:
    """Whether a key has fewer numbers than are wanted because a reading was cut short."""
    start = 0
    for read in reads:
        end = start + len(read.numbers)
        if len(read.cut) and (np.bincount(read.places[present[start:end]], minlength=keys)[read.cut] < count).any():
            return True
        start = end
    return False


@compiled
def _number(packed: np.uint64, top: int) -> int:
    """Return the number of which a posting holds the lower half; none is above the top."""
    return top - ((top - int(packed & _LOW)) & _BELOW)


@compiled
def _numbers(postings: Packed, top: int) -> Numbers:
    found = np.empty(len(postings), np.int64)
    for at, packed in enumerate(postings):
        found[at] = _number(packed, top)
    return found


@compiled
def _linked(young: Packed, start: int, heads: npt.NDArray[np.int32], links: npt.NDArray[np.int32]) -> None:
    """Take the postings from here on into the chains."""
    last = np.uint64(len(heads) - 1)
    for at in range(start, len(young)):
        slot = (young[at] >> _HALF) & last
        links[at] = heads[slot]
        heads[slot] = at + 1


@compiled
def _chained(
    young: Packed, keys: Packed, heads: npt.NDArray[np.int32], links: npt.NDArray[np.int32], top: int
) -> tuple[Numbers, Numbers]:
    """Return the postings of the keys: places of the keys, and numbers."""
    last = np.uint64(len(heads) - 1)
    places, numbers = np.empty(64, np.int64), np.empty(64, np.int64)
    count = 0
    for place, key in enumerate(keys):
        at = heads[key & last]
        while at:
            packed = young[at - 1]
            if packed >> _HALF == key:
                if count == len(places):
                    places, numbers = _doubled(places), _doubled(numbers)
                places[count], numbers[count] = place, _number(packed, top)
                count += 1
            at = links[at - 1]
    return places[:count], numbers[:count]


@compiled
def _doubled(values: Numbers) -> Numbers:
    larger = np.empty(2 * len(values), np.int64)
    for at in range(len(values)):  # a slice would be assigned as fast, and compiled in two seconds
        larger[at] = values[at]
    return larger


@compiled
def _starts(packed: Packed, ranges: int, shift: np.uint64) -> npt.NDArray[np.int32]:
    """Return where the postings of each range begin, and where those of the last one end."""
    starts = np.empty(ranges + 1, np.int32)
    at = 0
    for place in range(ranges):
        while at < len(packed) and packed[at] >> shift < place:
            at += 1
        starts[place] = at
    starts[ranges] = len(packed)
    return starts


@compiled
def _read(
    packed: Packed, starts: npt.NDArray[np.int32], shift: np.uint64, keys: Packed, look: int, last: bool, top: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Return at most so many postings of each key, the first or the last, and of which keys there are more."""
    firsts, ends, cut = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64), np.empty(len(keys), np.int64)
    cuts, total = 0, 0
    for place, key in enumerate(keys):
        within = (key << _HALF) >> shift
        low, high = int(starts[within]), int(starts[within + np.uint64(1)])
        start = _first_from(packed, key << _HALF, low, high)
        if start == high or packed[start] >> _HALF != key:
            continue
        end = _first_from(packed, (key + np.uint64(1)) << _HALF, start, high) if key < _LOW else high
        if end - start > look:
            cut[cuts] = place
            cuts += 1
            start, end = (end - look, end) if last else (start, start + look)
        firsts[place], ends[place] = start, end
        total += end - start
    places, numbers = np.empty(total, np.int64), np.empty(total, np.int64)
    count = 0
    for place in range(len(keys)):
        for at in range(firsts[place], ends[place]):
            places[count], numbers[count] = place, _number(packed[at], top)
            count += 1
    return places, numbers, cut[:cuts]


def _chosen(found: Numbers, keys: int, count: int, last: bool) -> Found:
    """Return the first or last numbers of each key, each once, ascending; given as place and number in one."""
    found.sort()
    return Found(*_ends_of_runs(found, keys, count, last))


@compiled
def _ends_of_runs(found: Numbers, keys: int, count: int, last: bool) -> tuple[Numbers, Numbers]:
    places, numbers = np.empty(len(found), np.int64), np.empty(len(found), np.int64)
    total, at = 0, 0
    for place in range(keys):
        first = total
        while at < len(found) and found[at] >> _NUMBER_BITS == place:
            number = found[at] & _NUMBER
            if (total - first < count or last) and (total == first or number != numbers[total - 1]):
                places[total], numbers[total] = place, number
                total += 1
            at += 1
        surplus = total - first - count
        if surplus > 0:
            for kept in range(first, first + count):
                numbers[kept] = numbers[kept + surplus]
            total = first + count
    return places[:total], numbers[:total]


@compiled
def _first_from(packed: Packed, least: np.uint64, low: int, high: int) -> int:
    """Return where the first posting of at least this stands between two places, or the second of them."""
    while low < high:
        middle = (low + high) >> 1
        if packed[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _in_order(one: Packed, other: Packed) -> Packed:
    """Merge two sorted arrays; what stands in both, or twice in one, stands in the result once."""
    both = np.empty(len(one) + len(other), np.uint64)
    in_one, in_other, count = 0, 0, 0
    while in_one < len(one) or in_other < len(other):
        if in_other == len(other) or (in_one < len(one) and one[in_one] <= other[in_other]):
            packed = one[in_one]
            in_one += 1
        else:
            packed = other[in_other]
            in_other += 1
        if count == 0 or packed != both[count - 1]:
            both[count] = packed
            count += 1
    return both[:count]
