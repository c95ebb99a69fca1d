"""A mapping on a shelf does what a dict does, and gives room back."""

import random

import pytest

from streams.core.shelf import MemoryShelf
from streams.delivery.shelved import Shelved

SEED = 7


def test_it_does_what_a_dict_does() -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    shelf = MemoryShelf()
    shelved, plain = Shelved(shelf), dict[bytes, bytes | None]()
    for number in range(2_000):
        key = b"%d" % chance.randrange(20)
        match chance.randrange(4):
            case 0:
                assert shelved.pop(key, b"none") == plain.pop(key, b"none")
            case 1:
                shelved[key] = plain[key] = None
            case _:
                shelved.update({key: b"%d" % number})
                plain.update({key: b"%d" % number})
        assert (key in shelved, len(shelved)) == (key in plain, len(plain))
    assert dict(shelved) == plain
    assert len(shelf._values) == sum(value is not None for value in plain.values()), "room was not given back"
    shelved.clear()
    assert not shelved
    assert not shelf._values
    with pytest.raises(KeyError):
        del shelved[b"1"]
