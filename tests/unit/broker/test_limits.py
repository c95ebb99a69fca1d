"""What a worker makes of a broker's limits and of topics that differ."""

import pytest

from streams.broker.admin import MIN_REPLICAS, Mismatch, _replicas
from streams.broker.limits import session_problem


@pytest.mark.parametrize(("seconds", "fits"), [(5.9, False), (6.0, True), (300.0, True), (301.0, False)])
def test_the_session_timeout_must_be_one_that_the_broker_allows(seconds: float, fits: bool) -> None:
    problem = session_problem(seconds, 6_000, 300_000)
    assert (problem is None) == fits
    assert problem is None or "NEWSWIRE_SESSION_SECONDS" in problem


@pytest.mark.parametrize(
    ("setting", "expected", "actual", "fatal"),
    [
        ("topic", "news.raw", "", True),
        ("partitions", "8", "4", True),
        ("cleanup.policy", "compact", "delete", True),
        ("message.timestamp.type", "LogAppendTime", "CreateTime", True),
        ("retention.ms", "1000", "999", True),
        ("retention.ms", "1000", "1001", False),
        ("retention.ms", "1000", "-1", False),
        ("retention.ms", "-1", "1000", True),
        ("retention.ms", "1000", "", True),
        ("max.message.bytes", "1000", "999", True),
        ("max.message.bytes", "1000", "2000", False),
        (MIN_REPLICAS, "1", "2", True),
        (MIN_REPLICAS, "2", "1", False),
    ],
)
def test_what_may_lose_records_is_fatal_and_more_room_is_not(
    setting: str, expected: str, actual: str, fatal: bool
) -> None:
    mismatch = Mismatch("news.raw", setting, expected, actual)
    assert mismatch.fatal == fatal
    assert "news.raw" in str(mismatch)
    assert fatal or "more does no harm" in str(mismatch) or setting == MIN_REPLICAS


@pytest.mark.parametrize(
    ("replicas", "needed", "says"),
    [
        (1, "2", "no record would be acknowledged"),
        (3, "1", "may be on one broker and go with it; set 2"),
        (1, "1", None),
        (2, "1", None),  # one of the two must be enough, or each stop of a broker stops the pipeline
        (3, "2", None),
    ],
)
def test_an_acknowledged_record_is_to_outlive_a_broker_where_there_are_three(
    replicas: int, needed: str, says: str | None
) -> None:
    found = [str(mismatch) for mismatch in _replicas("news.raw", replicas, needed)]
    assert len(found) == (says is not None)
    assert all(says in line for line in found if says)
