"""One member reads everything."""

import pytest

from streams.delivery.assignor import gathered

SPREAD = {"a": {"enriched": [0, 2], "orders": []}, "b": {"enriched": [1], "orders": [0]}, "c": {}}


@pytest.mark.parametrize(("held", "chosen"), [({}, "a"), ({"b": 3}, "b"), ({"b": 1, "c": 4}, "c"), ({"x": 9}, "a")])
def test_all_partitions_go_to_the_one_that_has_most_already(held: dict[str, int], chosen: str) -> None:
    given = gathered(SPREAD, held)
    assert given[chosen] == {"enriched": [0, 1, 2], "orders": [0]}
    assert [given[other] for other in SPREAD if other != chosen] == [{"enriched": [], "orders": []}] * 2


def test_it_does_not_matter_in_which_order_members_are_given() -> None:
    turned = dict(reversed(SPREAD.items()))
    assert gathered(turned, {}) == gathered(SPREAD, {})
