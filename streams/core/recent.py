"""Values that are costly to make, kept for as long as they are asked for."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """What was asked for last, by number.

    Args:
        limit: values kept.
        make: makes the value of a number.
    """

    def __init__(self, limit: int, make: Callable[[int], T]) -> None:
        self._limit, self._make = limit, make
        self._kept: dict[int, T] = {}  # the one that was not asked for for longest is first

    def get(self, number: int) -> T:
        """Return a value, made anew where it is not kept."""
        found = self._kept.pop(number) if number in self._kept else self._make(number)
        if len(self._kept) >= self._limit:
            del self._kept[next(iter(self._kept))]
        self._kept[number] = found
        return found

    def drop(self, number: int) -> None:
        """Keep a value no longer."""
        self._kept.pop(number, None)
