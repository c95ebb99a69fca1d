"""Word vectors of the entity model in 8 MB: spaCy's own table of them takes 32 MB on disk and 80 MB of memory more.

Many words share a vector. A word is known by the low half of spaCy's hash of it; the vectors are already multiplied by
the weights of the layer that reads them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from spacy.vectors import BaseVectors  # type: ignore[import-not-found]

FILE: Final = "vectors.npz"
_HALF: Final = np.uint64(0xFFFFFFFF)

Keys = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]


class WordVectors(BaseVectors):  # type: ignore[misc]
    """A table of vectors, and the words of each row; the vector of an unknown word is zero."""

    def __init__(self, words: Keys, rows: npt.NDArray[np.uint16], table: npt.NDArray[np.float16]) -> None:
        super().__init__()
        # What spaCy asks of any table; nobody knows the words any more.
        self.strings: Any = ()
        self.name, self.mode, self.n_keys = "newswire_words", "default", len(words)
        self._words, self._rows, self._kept = words, rows, table
        self._table = np.concatenate([table.astype(np.float32), np.zeros((1, table.shape[1]), dtype=np.float32)])

    @classmethod
    def made(cls, key2row: dict[int, int], table: Floats) -> "WordVectors":
        """Return the table with spaCy's hashes of words for keys; of words that share a half, the first counts."""
        halves = np.fromiter((key & 0xFFFFFFFF for key in key2row), dtype=np.uint32, count=len(key2row))
        rows = np.fromiter(key2row.values(), dtype=np.uint16, count=len(key2row))
        words, places = np.unique(halves, return_index=True)
        return cls(words, rows[places], table.astype(np.float16))

    @classmethod
    def read(cls, path: Path) -> "WordVectors":
        """Return the table of a file."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["words"], stored["rows"], stored["table"])

    def write(self, path: Path) -> None:
        """Write the table to a file."""
        np.savez(path, words=self._words, rows=self._rows, table=self._kept)

    def get_batch(self, keys: Iterable[int]) -> Floats:
        """Return the vectors of words, given spaCy's hashes."""
        halves = (np.asarray(keys, dtype=np.uint64) & _HALF).astype(np.uint32)
        places = np.minimum(np.searchsorted(self._words, halves), len(self._words) - 1)
        found: Floats = self._table[np.where(self._words[places] == halves, self._rows[places], len(self._kept))]
        return found

    def __getitem__(self, key: int) -> Floats:
        vector: Floats = self.get_batch([key])[0]
        return vector

    def __contains__(self, key: int) -> bool:
        return bool(self[key].any())

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the table."""
        return len(self._kept), self.vectors_length

    @property
    def vectors_length(self) -> int:
        """How many numbers a vector has."""
        return int(self._kept.shape[1])

    def is_full(self) -> bool:
        """Say that no word can be added."""
        return True
