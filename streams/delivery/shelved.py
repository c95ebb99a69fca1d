"""A mapping whose values lie on local disk: what a stage's table holds, and a worker's memory should not."""

from collections.abc import Iterator, MutableMapping
from typing import Final

from streams.core.shelf import Shelf

_NOTHING: Final = -1  # place of a value of None, which Faust writes before it deletes the key


class Shelved(MutableMapping[bytes, bytes | None]):
    """Keys in memory, values on a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._places: dict[bytes, int] = {}

    def __getitem__(self, key: bytes) -> bytes | None:
        place = self._places[key]
        return None if place == _NOTHING else self._shelf.get(place)

    def __setitem__(self, key: bytes, value: bytes | None) -> None:
        before = self._places.get(key, _NOTHING)
        self._places[key] = _NOTHING if value is None else self._shelf.put(value)
        self._drop(before)

    def __delitem__(self, key: bytes) -> None:
        self._drop(self._places.pop(key))

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def clear(self) -> None:
        """Delete every key, without reading the values."""
        for place in self._places.values():
            self._drop(place)
        self._places.clear()

    def _drop(self, place: int) -> None:
        if place != _NOTHING:
            self._shelf.drop(place)
