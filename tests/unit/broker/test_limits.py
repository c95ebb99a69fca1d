"""What a worker makes of a broker's limits and of topics that differ."""

import pytest

from streams.broker.admin import MIN_REPLICAS, Mismatch
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
        (MIN_REPLICAS, "1 replicas", "2", True),
    ],
)
def test_what_may_lose_records_is_fatal_and_more_room_is_not(
    setting: str, expected: str, actual: str, fatal: bool
) -> None:
    mismatch = Mismatch("news.raw", setting, expected, actual)
    assert mismatch.fatal == fatal
    assert "news.raw" in str(mismatch)
    assert "more does no harm" in str(mismatch) or fatal
