"""Operators' corrections: what the resolve fold remembers of an order to split or merge two entities.

An order is a decision like any other, written once under its own place on news.orders, and it never expires. There are
few of them, so they are plain objects; of two on a pair the one that came later holds.
"""

from collections.abc import Callable
from typing import NamedTuple

from streams.core.resolution import Resolution


class _Order(NamedTuple):
    number: int
    pair: frozenset[str]
    splits: bool


class Orders:
    """The orders that are remembered."""

    def __init__(self) -> None:
        self._orders: dict[int, _Order] = {}
        self._splits: list[frozenset[str]] = []  # pairs whose newest order splits them

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, decision: Resolution, number: int) -> None:
        """Take an order in."""
        joined = decision.joined[0]  # what follows tells of the links that it cuts
        pair = frozenset((joined.entity_id, joined.alias_id))
        self._orders[number] = _Order(number, pair, joined.change == "split")
        self._sort()

    def remove(self, number: int) -> None:
        """Drop an order; the number of anything else changes nothing."""
        if self._orders.pop(number, None) is not None:
            self._sort()

    def _sort(self) -> None:
        newest = {order.pair: order for order in sorted(self._orders.values())}
        self._splits = [pair for pair, order in newest.items() if order.splits]

    def part(self, one: str, other: str, root: Callable[[str], str]) -> bool:
        """Say whether an order keeps two entities apart: them, or what else was taken for each of them.

        Args:
            one: an entity_id, nothing else's alias by now.
            other: the same, or a name of one article.
            root: gives what an id was taken for in every article.
        """
        sides = {one, other}
        return any(pair == sides or {root(each) for each in pair} == sides for pair in self._splits)
