"""A set of 64-bit hashes as an array, for machine code: open addressing, as the hashes are spread already."""

import numpy as np

from streams.core.compiled import compiled
from streams.core.scan import Hashes

_LEAST = 8  # slots


@compiled
def set_of(hashes: Hashes) -> Hashes:
    """Return the set; at most half of its slots are filled. A hash of 0 is in every set."""
    size = _LEAST
    while size < 2 * len(hashes):
        size *= 2
    slots, last = np.zeros(size, np.uint64), np.uint64(size - 1)
    for wanted in hashes:
        slot = wanted & last
        while slots[slot] and slots[slot] != wanted:
            slot = (slot + np.uint64(1)) & last
        slots[slot] = wanted
    return slots


@compiled
def holds(slots: Hashes, wanted: np.uint64) -> bool:
    """Whether a hash is in the set."""
    last = np.uint64(len(slots) - 1)
    slot = wanted & last
    while slots[slot] and slots[slot] != wanted:
        slot = (slot + np.uint64(1)) & last
    return bool(slots[slot] == wanted)
