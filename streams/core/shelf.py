"""Where the fold keeps what it seldom needs: values by the places that a shelf gives them."""

from typing import Protocol


class Shelf(Protocol):
    """Keeps values outside the indexes; one on disk leaves their memory free."""

    def put(self, value: bytes) -> int:
        """Keep a value; return its place, 0 or more."""
        ...

    def get(self, place: int) -> bytes:
        """Return the value that was put at a place."""
        ...

    def drop(self, place: int) -> None:
        """Give the room of a place back."""
        ...


class MemoryShelf:
    """Values in memory: for some ten thousand articles, and for tests."""

    def __init__(self) -> None:
        self._values: dict[int, bytes] = {}
        self._next = 0

    def put(self, value: bytes) -> int:
        """Keep a value; return its place."""
        place, self._next = self._next, self._next + 1
        self._values[place] = value
        return place

    def get(self, place: int) -> bytes:
        """Return the value that was put at a place."""
        return self._values[place]

    def drop(self, place: int) -> None:
        """Give the room of a place back."""
        del self._values[place]
