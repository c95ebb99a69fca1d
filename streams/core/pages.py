"""Columns of values by sequence number: arrays in pages, so that what is forgotten gives its memory back."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from streams.core.compiled import compiled

Numbers = npt.NDArray[np.int64]

_BITS: Final = 12
PAGE: Final = 1 << _BITS  # rows; 4,096 of 150 bytes are allocated at a time
_GROWTH: Final = 1.25  # of the pages allocated: growing copies them, and what is not used is never touched


class Pages:
    """A row of values for each sequence number that is present. Absent rows read as zeros.

    Args:
        columns: name of each column -> its dtype, as numpy takes it; a sub-array by `("u4", 24)`.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._dtypes = {"present": np.bool_, "known": np.bool_, **columns}  # known: present now or before
        self._place: dict[int, int] = {}  # page -> its place in the arrays
        self._free: list[int] = []
        self._used: list[int] = []  # rows present, by place
        self._first = 0  # the page that the table of places begins with
        self._places: npt.NDArray[np.int32] = np.zeros(1, np.int32)  # page - first -> place; 0 holds the absent
        self._arrays = {name: np.zeros((1, PAGE), kind) for name, kind in self._dtypes.items()}
        self._used.append(PAGE)
        self._closed: set[int] = set()  # pages whose rows are all forgotten
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, number: int) -> bool:
        place = self._place.get(number >> _BITS)
        return place is not None and bool(self._arrays["present"][place, number & PAGE - 1])

    def set(self, number: int, values: Mapping[str, Any]) -> None:
        """Write the row of a number."""
        place = self._place.get(number >> _BITS)
        if place is None:
            place = self._open(number >> _BITS)
        row, present = number & PAGE - 1, self._arrays["present"]
        if not present[place, row]:
            present[place, row] = self._arrays["known"][place, row] = True
            self._used[place] += 1
            self._count += 1
        for name, value in values.items():
            self._arrays[name][place, row] = value

    def get(self, column: str, number: int) -> Any:
        """Return one value; zeros for a number that is absent."""
        place = self._place.get(number >> _BITS, 0)
        return self._arrays[column][place, number & PAGE - 1]

    def gather(self, column: str, numbers: Numbers) -> npt.NDArray[Any]:
        """Return the values of many numbers, in their order; zeros for those that are absent."""
        array = self._arrays[column]
        found: npt.NDArray[Any] = array.reshape(-1, *array.shape[2:]).take(
            _rows(numbers, self._first, self._places), axis=0
        )
        return found

    def was_present(self, number: int) -> bool:
        """Whether a number has a row or had one."""
        return number >> _BITS in self._closed or bool(self.get("known", number))

    def present(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Return which of the numbers have a row."""
        return self.gather("present", numbers)

    def clear(self, number: int) -> None:
        """Take a row out; an absent one changes nothing."""
        if number not in self:
            return
        place = self._place[number >> _BITS]
        for name, array in self._arrays.items():
            if name != "known":
                array[place, number & PAGE - 1] = 0
        self._used[place] -= 1
        self._count -= 1
        if not self._used[place]:
            self._close(number >> _BITS)

    def _open(self, page: int) -> int:
        if not self._free:
            self._grow()
        place = self._place[page] = self._free.pop()
        self._index()
        return place

    def _close(self, page: int) -> None:
        place = self._place.pop(page)
        self._arrays["known"][place] = False
        self._closed.add(page)
        self._free.append(place)
        self._index()

    def _grow(self) -> None:
        count = len(self._used)
        wanted = max(count + 1, int(count * _GROWTH))
        for name, array in self._arrays.items():
            grown = np.zeros((wanted, *array.shape[1:]), array.dtype)
            grown[:count] = array
            self._arrays[name] = grown
        self._free.extend(reversed(range(count, wanted)))
        self._used.extend([0] * (wanted - count))

    def _index(self) -> None:
        """Make the table from page to place anew; once for thousands of rows."""
        self._first = min(self._place, default=0)
        self._places = np.zeros(max(self._place, default=0) - self._first + 1, np.int32)
        for page, place in self._place.items():
            self._places[page - self._first] = place


@compiled
def _rows(numbers: Numbers, first: int, places: npt.NDArray[np.int32]) -> Numbers:
    """Return at which row of the arrays each number stands; of an absent page, at one of the page of zeros."""
    rows = np.empty(len(numbers), np.int64)
    for at, number in enumerate(numbers):
        page = (number >> _BITS) - first
        place = places[page] if 0 <= page < len(places) else 0
        rows[at] = (place << _BITS) | (number & (PAGE - 1))
    return rows
