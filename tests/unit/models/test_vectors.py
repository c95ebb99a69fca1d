from pathlib import Path

import numpy as np

from streams.models.vectors import WordVectors

TABLE = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
KEYS = {(7 << 32) + 1: 0, 2: 1, 3: 1}


def test_words_have_the_vectors_of_their_rows() -> None:
    vectors = WordVectors.made(KEYS, TABLE)
    np.testing.assert_array_equal(vectors.get_batch(list(KEYS)), [[1, 2], [3, 4], [3, 4]])
    assert vectors.shape == (2, 2)


def test_an_unknown_word_has_none() -> None:
    vectors = WordVectors.made(KEYS, TABLE)
    np.testing.assert_array_equal(vectors.get_batch([0, 9, 2**64 - 1]), np.zeros((3, 2)))
    assert 2 in vectors
    assert 9 not in vectors


def test_a_table_comes_back_from_its_file(tmp_path: Path) -> None:
    vectors = WordVectors.made(KEYS, TABLE)
    vectors.write(tmp_path / "vectors.npz")
    read = WordVectors.read(tmp_path / "vectors.npz")
    np.testing.assert_array_equal(read.get_batch([1, 2, 3, 4]), vectors.get_batch([1, 2, 3, 4]))


def test_the_file_of_the_same_table_is_the_same(tmp_path: Path) -> None:
    for name in ("one.npz", "other.npz"):
        WordVectors.made(KEYS, TABLE).write(tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
