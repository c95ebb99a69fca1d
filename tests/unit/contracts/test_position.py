"""Which of two rows of a key counts."""

import pytest

from streams.contracts.origin import Origin
from streams.contracts.position import POSITION, counts, is_older, position_header, position_of

SOURCE = Origin("source", "life", 0, 5)


@pytest.mark.parametrize(
    ("than", "expected"),
    [
        (None, False),
        (SOURCE, False),
        (SOURCE._replace(offset=6), True),
        (SOURCE._replace(offset=4), False),
        (SOURCE._replace(offset=6, partition=1), False),
        (SOURCE._replace(offset=6, epoch="next"), False),
        (SOURCE._replace(offset=6, topic="other"), False),
    ],
)
def test_only_places_of_one_partition_in_one_life_have_an_order(than: Origin | None, expected: bool) -> None:
    assert is_older(SOURCE, than) is expected


def test_a_header_says_what_was_written() -> None:
    assert position_of(position_header(SOURCE)) == SOURCE


@pytest.mark.parametrize(
    "headers", [None, [], [("other", b"source/life/0/5")], [(POSITION, b"\xff")], [(POSITION, b"")]]
)
def test_a_row_without_a_position_counts_always(headers: list[tuple[str, bytes]] | None) -> None:
    positions = {b"a": SOURCE}
    assert position_of(headers) is None
    assert counts(b"a", headers, positions)
    assert positions == {b"a": SOURCE}


def test_the_newest_row_counts_wherever_it_lies() -> None:
    positions: dict[bytes, Origin] = {}
    older, newer = (position_header(SOURCE._replace(offset=offset)) for offset in (6, 7))
    assert [counts(b"a", each, positions) for each in (older, newer, older, newer)] == [True, True, False, True]
    assert counts(b"b", older, positions), "of another key"
