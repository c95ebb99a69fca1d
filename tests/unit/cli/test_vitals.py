"""What is seen of a stage from outside, on Faust's own objects."""

import faust
from faust.types import TP

from streams.cli.vitals import unread


def test_rows_are_unread_until_the_recovery_of_a_table_is_complete() -> None:
    app = faust.App("t", broker="kafka://127.0.0.1:1", store="memory://")
    assert unread(app) == 0, "it has not begun"
    recovery = app.tables.recovery
    partition = TP("news.articles", 0)
    recovery.active_highwaters[partition], recovery.active_offsets[partition] = 9, 4
    assert unread(app) == 0, "none is going on"
    app.rebalancing = recovery.in_recovery = True
    assert unread(app) == 5
    recovery.active_offsets[partition] = 9
    assert unread(app) == 1, "the partitions are not taken over yet"
    app.rebalancing = recovery.in_recovery = False
    assert unread(app) == 0
