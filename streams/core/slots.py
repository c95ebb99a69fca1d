"""Figures and names in plain text: which of them two texts share, and which one has in the place of another.

What `streams/core/fingerprint.py` counts of their hashes is told here with the words around.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from streams.core.fingerprint import MAX_NAMES, MAX_NUMBERS, complete_up_to, distinct, slots, surroundings
from streams.core.scan import Hashes, Places
from streams.core.tokens import Placed, placed
from streams.core.wording import Wording

WORDS_BEFORE: Final = 2  # those whose hashes stand for the surroundings
WORDS_AFTER: Final = 1


class Slot(NamedTuple):
    """A figure or a name where it stands: two words before it, or before the run of names, and one after."""

    before: str
    value: str  # as written: "three" is a figure
    after: str

    @property
    def text(self) -> str:
        """The three together."""
        return f"{self.before}{self.value}{self.after}"


class Pair(NamedTuple):
    """A place that both texts have."""

    earlier: Slot
    later: Slot


class Slots(NamedTuple):
    """The figures, or the names, of two texts. What only one text has was cut or added, as copies are."""

    same: tuple[Pair, ...]
    other: tuple[Pair, ...]  # in equal surroundings another one
    only_earlier: tuple[Slot, ...]
    only_later: tuple[Slot, ...]
    sampled: bool  # there are more: those were looked at whose hashes are smallest

    @property
    def conflict(self) -> float:
        """The share of common places that hold another one, 0 where none is common."""
        return len(self.other) / (len(self.same) + len(self.other)) if self.other else 0.0


class _Side(NamedTuple):
    hashes: Hashes  # of each, in the order of the text
    slots: dict[int, Slot]  # by hash, the first of each


def figures_and_names(earlier: str, earlier_body: Wording, later: str, later_body: Wording) -> tuple[Slots, Slots]:
    """Compare the figures and the names of two texts, given as compared (`substance`) and as read."""
    one, other = (_sides(text, body) for text, body in ((earlier, earlier_body), (later, later_body)))
    return _compared(one[0], other[0], MAX_NUMBERS), _compared(one[1], other[1], MAX_NAMES)


def _sides(text: str, body: Wording) -> tuple[_Side, _Side]:
    found, (numbers, names) = placed(text), slots(body)
    single = ((at, at) for at in body.figures.tolist())
    return _side(found, body.figures, single, numbers), _side(found, body.names_at, _runs(body.names_at), names)


def _side(text: Placed, places: Places, runs: Iterable[tuple[int, int]], hashes: Hashes) -> _Side:
    found: dict[int, Slot] = {}
    for at, (first, last), key in zip(places.tolist(), runs, hashes.tolist(), strict=True):
        if key not in found:
            found[key] = _slot(text, at, first, last)
    return _Side(hashes, found)


def _runs(names: Places) -> list[tuple[int, int]]:
    """Return for each name the first and the last word of the run of names that it stands in."""
    gaps = np.flatnonzero(np.diff(names) > 1) + 1
    return [(int(run[0]), int(run[-1])) for run in np.split(names, gaps) for _ in run.tolist()]


def _slot(text: Placed, at: int, first: int, last: int) -> Slot:
    start = text.spans[max(0, first - WORDS_BEFORE)][0]
    end = text.spans[min(len(text.spans) - 1, last + WORDS_AFTER)][1]
    begins, ends = text.spans[at]
    return Slot(_spaced(text.text[start:begins]), text.text[begins:ends], _spaced(text.text[ends:end]))


def _spaced(text: str) -> str:
    """Return the text on one line; a paragraph's end is a space like others."""
    words = " ".join(text.split())
    return f"{' ' * text[:1].isspace()}{words}{' ' * text[-1:].isspace()}" if words else " " * bool(text)


def _compared(earlier: _Side, later: _Side, size: int) -> Slots:
    """As `fingerprint.exchanged` counts: above the smaller sketch's end nothing is looked at."""
    sketches = [distinct(side.hashes) for side in (earlier, later)]
    limit = complete_up_to(sketches[0][:size], sketches[1][:size], size)
    one, other = ({key: slot for key, slot in side.slots.items() if key <= limit} for side in (earlier, later))
    same = tuple(Pair(slot, other[key]) for key, slot in one.items() if key in other)
    left = {key: slot for key, slot in one.items() if key not in other}
    right = _by_surroundings({key: slot for key, slot in other.items() if key not in one})
    exchanged: list[Pair] = []
    alone: list[Slot] = []
    for around, found in _by_surroundings(left).items():
        rest = right.get(around, [])
        exchanged += (Pair(*pair) for pair in zip(found, rest, strict=False))
        alone += found[len(rest) :]
        right[around] = rest[len(found) :]
    return Slots(
        same, tuple(exchanged), tuple(alone), tuple(slot for rest in right.values() for slot in rest),
        sampled=len(one) < len(earlier.slots) or len(other) < len(later.slots),
    )  # fmt: skip


def _by_surroundings(found: dict[int, Slot]) -> dict[int, list[Slot]]:
    grouped: defaultdict[int, list[Slot]] = defaultdict(list)
    keys = surroundings(np.fromiter(found, np.uint64, len(found))).tolist()
    for around, slot in zip(keys, found.values(), strict=True):
        grouped[around].append(slot)
    return grouped
