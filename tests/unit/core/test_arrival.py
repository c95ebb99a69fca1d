import pytest

from streams.core.arrival import arrivals

WINDOW = 72


@pytest.mark.parametrize(
    ("named", "arrived"),
    [
        ([], []),
        ([1], [1]),
        ([1, 2, 100, 300], [1, 2, 100, 300]),  # gaps are borne out by what follows
        ([1, 2, 9_000, 3], [1, 2, 3, 3]),
        ([9_000, 1, 2], [1, 1, 2]),
        ([1, 9_000], [1, 9_000]),  # nothing behind it speaks against it
        ([1, 74, 2], [1, 74, 2]),  # within the window of both
        ([1, 75, 2], [1, 2, 2]),
        ([300, 200, 100], [200, 200, 100]),
        ([1, None, 9_000, None, 2], [1, None, 9_000, None, 2]),
        ([None, 1, 9_000, 2], [None, 1, 2, 2]),
    ],
)
def test_a_time_stands_unless_both_neighbours_speak_against_it(
    named: list[int | None], arrived: list[int | None]
) -> None:
    found = list(arrivals(enumerate(named), WINDOW))
    assert found == list(enumerate(arrived))
