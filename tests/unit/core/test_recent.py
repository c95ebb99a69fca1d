"""Values kept for as long as they are asked for."""

from streams.core.recent import Recent


def test_what_was_not_asked_for_for_longest_is_made_anew() -> None:
    made = list[int]()

    def make(number: int) -> str:
        made.append(number)
        return str(number)

    recent = Recent(2, make)
    for number in (1, 2, 1, 3, 1):
        assert recent.get(number) == str(number)
    assert made == [1, 2, 3], "1 was asked for since 2 was"
    recent.get(2)
    assert made == [1, 2, 3, 2]


def test_what_is_dropped_is_made_anew() -> None:
    made = list[int]()
    recent = Recent(2, made.append)
    recent.get(1)
    recent.drop(1)
    recent.drop(7)
    recent.get(1)
    assert made == [1, 1]
