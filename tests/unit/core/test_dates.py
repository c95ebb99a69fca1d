import math
from datetime import UTC, datetime

import pytest

from streams.core.dates import FUTURE_TOLERANCE, latest_allowed, read_date, read_fetched


@pytest.mark.parametrize(
    ("given", "iso", "problem"),
    [
        ("2026-04-07T15:00:00+04:00", "2026-04-07T15:00:00+04:00", None),
        ("2026-04-07T11:00:00Z", "2026-04-07T11:00:00+00:00", None),
        ("2026-04-07 11:00:00 UTC", "2026-04-07T11:00:00+00:00", None),
        ("2026-04-07T11:00:00.25 +0400", "2026-04-07T11:00:00.250000+04:00", None),
        ("20260407T110000Z", "2026-04-07T11:00:00+00:00", None),
        ("Tue, 07 Apr 2026 11:00:00 +0200", "2026-04-07T11:00:00+02:00", None),
        ("07 Apr 2026 11:00 GMT", "2026-04-07T11:00:00+00:00", None),
        ("2012-12-31", "2012-12-31", None),
        ("20121231", "2012-12-31", None),
        (20121231, "2012-12-31", None),
        ("2026-04-07T11:00:00", "2026-04-07", "no time zone"),
        ("Tue, 07 Apr 2026 11:00:00", "2026-04-07", "no time zone"),
        (1_123_891_200.0, "2005-08-13T00:00:00+00:00", None),
        ("1123891200", "2005-08-13T00:00:00+00:00", None),
        (1_123_891_200_000, "2005-08-13T00:00:00+00:00", None),
        ("1123891200000", "2005-08-13T00:00:00+00:00", None),
        (-2_500_000_000, None, "before 1900"),
        (-62_135_769_600, None, "before 1900"),
        (-70_000_000_000, None, "before 1900"),
        (-9e13, None, "before 1900"),
        (253_402_300_799, "9999-12-31T23:59:59+00:00", None),
        (253_402_300_800, None, "number too large"),
        ("253402300800", None, "number too large"),
        (253_402_300_801, "1978-01-11T21:31:40.801000+00:00", None),
        ("0001-01-01T00:00:00Z", None, "before 1900"),
        ("1899-12-31", None, "before 1900"),
        ("yesterday evening", None, "not a date"),
        ("2026-13-40", None, "not a date"),
        ("2026-04-07T25:99:00Z", None, "not a date"),
        ("99 Foo 2026 11:00:00 +0200", None, "not a date"),
        ("2026-04-07T11:00" + " " * 100_000, "2026-04-07", "no time zone"),
        ("2026-04-07T11:00" + " " * 100_000 + ".", None, "not a date"),
        (2012, None, "not a date"),
        (0, None, "not a date"),
        (0.5, None, "not a date"),
        (math.nan, None, "not a number"),
        (math.inf, None, "number too large"),
        (10**15, None, "number too large"),
        pytest.param(10**400, None, "number too large", id="huge"),
        pytest.param(-(10**400), None, "number too large", id="-huge"),
        (True, None, "wrong type"),
        (["2026"], None, "wrong type"),
        ({}, None, "wrong type"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_reads_what_publishers_give(given: object, iso: str | None, problem: str | None) -> None:
    found = read_date(given)
    assert (found.iso, found.problem) == (iso, problem)


def test_the_future_starts_a_day_after_the_earliest_sighting() -> None:
    fetched = datetime(2026, 4, 7, tzinfo=UTC)
    ingested = int(datetime(2026, 4, 9, tzinfo=UTC).timestamp() * 1_000)
    latest = latest_allowed(fetched, ingested)
    assert latest == fetched + FUTURE_TOLERANCE
    assert read_date("2026-04-08T00:00:00Z", latest).problem is None
    assert read_date("2026-04-08T00:00:01Z", latest).problem == "in the future"
    assert read_date("2026-04-09", latest).problem == "in the future"


@pytest.mark.parametrize("ingested_at", [None, -1, 0, 10**18])
def test_without_a_clock_nothing_is_in_the_future(ingested_at: int | None) -> None:
    assert latest_allowed(None, ingested_at) is None
    assert read_date("9999-01-01T00:00:00Z", None).iso == "9999-01-01T00:00:00+00:00"


@pytest.mark.parametrize("last", ["9999-12-31", "9999-12-31T23:59:59-12:00"])
def test_a_day_after_the_last_one_of_the_calendar_judges_nothing(last: str) -> None:
    assert latest_allowed(read_date(last).instant, None) is None


def test_nobody_fetches_after_the_record_arrived() -> None:
    ingested = int(datetime(2026, 4, 9, tzinfo=UTC).timestamp() * 1_000)
    assert read_fetched("2026-04-10T00:00:00Z", ingested).problem is None
    assert read_fetched("2026-04-10T00:00:01Z", ingested).problem == "in the future"
    assert read_fetched("2099-12-31T23:59:59Z", None).problem is None
    assert read_fetched("2100-01-02T00:00:00Z", None).problem == "in the future"


def test_years_at_the_ends_of_the_calendar_do_not_overflow() -> None:
    assert read_date("0001-01-01T00:00:00+14:00").problem == "before 1900"
    assert read_date("9999-12-31T23:59:59-12:00", datetime(2026, 1, 1, tzinfo=UTC)).problem == "in the future"
