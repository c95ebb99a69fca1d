"""When the records of a file arrived: no broker's clock says it, only their own `fetched_at`, which may be wrong."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def arrivals(records: Iterable[tuple[T, int | None]], window_ms: int) -> Iterator[tuple[T, int | None]]:
    """Yield each record with the time at which it arrived, given the time that it names; ms since 1970 UTC.

    One time that is much too late would empty dedupe's memory, and keep it empty for all that come behind. Records
    stand in the order in which they came: one that names a time later by more than the window than both its
    neighbours came with the later of them.
    """
    ahead = iter(records)
    before: int | None = None
    current = next(ahead, None)
    while current is not None:
        following = next(ahead, None)
        record, own = current
        time = _arrival(own, before, following[1] if following else None, window_ms)
        yield record, time
        before = before if time is None else time
        current = following


def _arrival(own: int | None, before: int | None, after: int | None, window_ms: int) -> int | None:
    if own is None or after is None:
        return own
    latest = after if before is None else max(before, after)
    return own if own - latest <= window_ms else latest
