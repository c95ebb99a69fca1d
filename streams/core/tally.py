"""Counts of 32-bit keys in one array: eight bytes a slot, where a dict takes a hundred bytes a key.

Open addressing with linear probing (Knuth, The Art of Computer Programming, volume 3, section 6.4). A slot holds its
key above a mark and the count; a key that is counted down to nothing keeps its slot until the array grows.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from streams.core.compiled import compiled
from streams.core.pages import Numbers

Slots: TypeAlias = npt.NDArray[np.uint64]
Keys: TypeAlias = npt.NDArray[np.uint64]

_LEAST: Final = 1_024  # slots
_KEY: Final = np.uint64(32)
_USED: Final = np.uint64(1 << 31)  # a free slot is 0
_COUNT: Final = np.uint64((1 << 31) - 1)
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # keys that differ in few bits fall far apart
_ONE: Final = np.uint64(1)


class Tally:
    """How often each key was added, less how often it was taken away."""

    def __init__(self) -> None:
        self._slots: Slots = np.zeros(_LEAST, np.uint64)
        self._used = 0

    def add(self, keys: Keys) -> None:
        """Count each key once more; one that stands twice, twice."""
        if 3 * (self._used + len(keys)) > 2 * len(self._slots):
            self._grow(len(keys))
        self._used += _added(self._slots, keys)

    def take(self, keys: Keys) -> None:
        """Count each key once less. Only what was added may be taken away."""
        _taken(self._slots, keys)

    def counts(self, keys: Keys) -> Numbers:
        """Return the count of each key, 0 for one that was never added."""
        return _counts(self._slots, keys)

    def _grow(self, more: int) -> None:
        """Make room for so many keys that are new: up to half of the slots, two thirds before there is more room."""
        counted = self._slots[self._slots & _COUNT != 0]
        size = len(self._slots)
        while size < 2 * (len(counted) + more):
            size *= 2
        self._slots = np.zeros(size, np.uint64)
        _filled(self._slots, counted)
        self._used = len(counted)


@compiled
def _slot(slots: Slots, key: np.uint64) -> np.uint64:
    """Return where the key stands, or the free slot where it would."""
    last = np.uint64(len(slots) - 1)
    at = ((key * _SPREAD) >> _KEY) & last
    while slots[at] and slots[at] >> _KEY != key:
        at = (at + _ONE) & last
    return at


@compiled
def _added(slots: Slots, keys: Keys) -> int:
    """Count the keys once more; return how many slots that took."""
    new = 0
    for key in keys:
        at = _slot(slots, key)
        if not slots[at]:
            slots[at] = key << _KEY | _USED
            new += 1
        slots[at] += _ONE
    return new


@compiled
def _taken(slots: Slots, keys: Keys) -> None:
    for key in keys:
        slots[_slot(slots, key)] -= _ONE


@compiled
def _counts(slots: Slots, keys: Keys) -> Numbers:
    found = np.empty(len(keys), np.int64)
    for place, key in enumerate(keys):
        found[place] = np.int64(slots[_slot(slots, key)] & _COUNT)
    return found


@compiled
def _filled(slots: Slots, counted: Slots) -> None:
    for value in counted:
        slots[_slot(slots, value >> _KEY)] = value
