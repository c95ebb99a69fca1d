"""What is seen of a stage from outside, on Faust's own objects."""

import faust
from faust.types import TP

from streams.cli.vitals import unread


def test_rows_are_unread_until_the_recovery_of_a_table_is_complete() -> None:
    recovery = faust.App("t", broker="kafka://127.0.0.1:1", store="memory://").tables.recovery
    partition = TP("news.articles", 0)
    recovery.active_highwaters[partition], recovery.active_offsets[partition] = 9, 4
    assert unread(recovery) == 0, "none is going on"
    recovery.in_recovery = True
    assert unread(recovery) == 5
    recovery.active_offsets[partition] = 9
    assert unread(recovery) == 1, "Faust has not said yet that it is complete"
    assert unread(None) == 0
