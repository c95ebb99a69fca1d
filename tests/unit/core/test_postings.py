"""The index of sequence numbers."""

import random

from streams.core.postings import Postings


def test_filing_under_several_keys_is_filing_under_each() -> None:
    rng = random.Random(5)
    one: Postings[int] = Postings()
    other: Postings[int] = Postings()
    for _ in range(400):
        number, keys = rng.randrange(60), [rng.randrange(40) for _ in range(rng.randrange(6))]
        one.add_all(keys, number)
        for key in keys:
            other.add(key, number)
    assert len(one) == len(other)
    for key in range(40):
        assert list(one.get(key)) == list(other.get(key)) == sorted(set(other.get(key)))


def test_a_number_filed_twice_stands_once() -> None:
    index: Postings[str] = Postings()
    large = 10**9
    index.add_all(["a", "a"], large)
    index.add_all(["a"], int(str(large)))  # an equal number that is another object
    assert list(index.get("a")) == [large]
    index.remove("a", large)
    assert "a" not in index
