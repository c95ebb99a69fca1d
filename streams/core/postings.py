"""An index from keys to sequence numbers that does not remember in which order it was filled."""

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Postings(Generic[K]):
    """For each key the numbers filed under it, ascending. Most keys have one number; it stands without a list."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[K, int | list[int]] = {}

    def add(self, key: K, number: int) -> None:
        """File a number; a second time changes nothing."""
        present = self._found.get(key)
        if present is None:
            self._found[key] = number
        elif isinstance(present, int):
            if present != number:
                self._found[key] = sorted((present, number))
        elif number > present[-1]:
            present.append(number)
        elif present[bisect_left(present, number)] != number:
            insort(present, number)

    def add_all(self, keys: Iterable[K], number: int) -> None:
        """File a number under several keys; one lookup for a key that is new, as most are while a state is rebuilt."""
        setdefault = self._found.setdefault
        for key in keys:
            present = setdefault(key, number)
            if present is number:
                continue
            if isinstance(present, list) and present[-1] < number:
                present.append(number)
            else:
                self.add(key, number)

    def remove(self, key: K, number: int) -> None:
        """Take a number out; one that is not there changes nothing."""
        present = self._found.get(key)
        if isinstance(present, list):
            at = bisect_left(present, number)
            if at < len(present) and present[at] == number:
                del present[at]
            if len(present) == 1:
                self._found[key] = present[0]
        elif present == number:
            del self._found[key]

    def get(self, key: K) -> Sequence[int]:
        """Return the numbers filed under a key, oldest first."""
        present = self._found.get(key)
        if present is None:
            return ()
        return (present,) if isinstance(present, int) else present

    def count(self, key: K) -> int:
        """Return how many numbers are filed under a key."""
        present = self._found.get(key)
        if present is None:
            return 0
        return 1 if isinstance(present, int) else len(present)

    def __contains__(self, key: K) -> bool:
        return key in self._found

    def __len__(self) -> int:
        return len(self._found)
