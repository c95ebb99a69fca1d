"""Sentences with a day, and the day on which they were written: what day is meant, or none."""

import pytest

from streams.core.days import Written, day_of, find_days, written_on
from streams.core.extract import extract_entities
from streams.core.speech_tokens import read_text
from tests.marked import marked

WEDNESDAY = "2026-04-08"


def days(text: str, published: str | None) -> list[str]:
    plain, mentions = marked(text)
    entities = extract_entities("", plain, (), mentions)
    reading = read_text(plain, entities)
    return [found.day.isoformat() for found in find_days(plain, entities, reading, written_on(published))]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The council met on [Tuesday|DATE].", "2026-04-07"),
        ("The council met [late Monday|DATE].", "2026-04-06"),
        ("The council met on [Wednesday|DATE].", "2026-04-08"),
        ("The council met [Tuesday night|TIME].", "2026-04-07"),
        ("On [Tuesday|DATE], the council voted for a bridge.", "2026-04-07"),
        ("In a speech [Monday|DATE], the mayor called for a bridge.", "2026-04-06"),
        ("The mayor, who was elected [Sunday|DATE], will build a bridge.", "2026-04-05"),
        ("Three people were killed on [Saturday|DATE].", "2026-04-04"),
        ("The council will meet on [Friday|DATE].", "2026-04-10"),
        ("On [Monday|DATE], the council will vote.", "2026-04-13"),
        ("The bridge will be opened [Tuesday|DATE].", "2026-04-14"),
        ("A vote is scheduled for [Friday|DATE].", "2026-04-10"),
        ("The council is set to vote [Thursday|DATE].", "2026-04-09"),
        ("The bridge opened [last Thursday|DATE].", "2026-04-02"),
        ("The bridge opened this past [Monday|DATE].", "2026-04-06"),
        ("The bridge opens [next Tuesday|DATE].", "2026-04-14"),
        ("It rained [yesterday|DATE].", "2026-04-07"),
        ("It rained [last night|TIME].", "2026-04-07"),
        ("The mayor said [today|DATE] that it rained.", "2026-04-08"),
        ("The mayor resigned [this morning|TIME].", "2026-04-08"),
        ("The council will vote [tomorrow|DATE].", "2026-04-09"),
        ("The bridge fell [two days ago|DATE].", "2026-04-06"),
        ("The bridge fell on [3 March|DATE].", "2026-03-03"),
        ("The bridge fell on [March 3|DATE].", "2026-03-03"),
        ("The bridge fell on [Mar. 3rd|DATE].", "2026-03-03"),
        ("The bridge fell on [the 3rd of March|DATE].", "2026-03-03"),
        ("The bridge fell on [March 3, 2012|DATE].", "2012-03-03"),
        ("The bridge fell on [3 March 2012|DATE].", "2012-03-03"),
        ("The bridge fell on [Saturday, March 3, 2012|DATE].", "2012-03-03"),
        ("The bridge fell on [Tuesday, March 3|DATE].", "2026-03-03"),
        ("The bridge fell on [December 20|DATE].", "2025-12-20"),
        ("The bridge will open on [May 1|DATE].", "2026-05-01"),
        ("The bridge will open on [September 30|DATE].", "2026-09-30"),
        ("The bridge fell on [January 2|DATE].", "2026-01-02"),
        ("The games of [May 1|DATE] are dull to watch.", "2026-05-01"),
        ("The mayor declined to comment on [Tuesday|DATE].", "2026-04-07"),
        ("The council voted to keep the bridge [Tuesday|DATE].", "2026-04-07"),
        ("The fair of [Sunday, July 5|DATE] is the last one.", "2026-07-05"),
        ("“It fell on [March 3, 2012|DATE],” the mayor said.", "2012-03-03"),
        ("The report of [2026-03-31|DATE] says so.", "2026-03-31"),
    ],
)
def test_a_day_that_is_safe_to_tell(text: str, day: str) -> None:
    assert days(text, WEDNESDAY) == [day]


@pytest.mark.parametrize(
    "text",
    [
        "The council agreed to meet [Friday|DATE].",
        "The council could meet on [Friday|DATE].",
        "The council was scheduled to meet on [Friday|DATE].",
        "The mayor says so [Friday|DATE].",
        "The bridge fell [twenty-five days ago|DATE].",
        "The bridge fell [two or three days ago|DATE].",
        "The bridge fell [1.5 days ago|DATE].",
        "The council met on [Thursday|DATE].",  # six days ago, or tomorrow elsewhere
        "The bridge opened [last Monday|DATE].",  # of this week, or of the last one
        "The bridge opens [next Friday|DATE].",
        "Shops opened early on [Black Friday|DATE].",
        "Shops opened [every Friday|DATE].",
        "Shops closed [Fridays|DATE].",
        "The mayor spoke of [Tuesday|DATE]'s vote.",
        "The council met from Monday to [Tuesday|DATE].",
        "It fell [two weeks ago Tuesday|DATE].",
        "He left on [Tuesday|DATE] of last week.",
        "“We met on [Tuesday|DATE],” the mayor said.",
        "The young of [today|DATE] are different.",
        "It happened in most places of the wide world [today|DATE].",
        "She wants a better [tomorrow|DATE].",
        "It opened on [March 3-5|DATE].",
        "Profit fell in [the three months to March 31|DATE].",
        "It opened in [March 2012|DATE].",
        "It opened in [May|DATE].",
        "It opened on [3/4/2012|DATE].",
        "It opened on [February 30, 2012|DATE].",
        "It opened on [Monday, March 3, 2012|DATE].",  # that was a Saturday
        "The [Sept. 11|DATE] attacks changed the city.",
        "It opened [last week|DATE].",
        "It opened on [October 20|DATE].",  # of another year, which would be said
        "He spoke about it on [Saturday Night Live|DATE].",
        "He spoke at several [Sunday|DATE] shows.",
        "The games of [June 20|DATE] are dull to watch.",
        "It opened [the day before yesterday|DATE].",
    ],
)
def test_no_day_where_it_is_not_safe(text: str) -> None:
    assert days(text, WEDNESDAY) == []


def test_without_a_published_date_only_years_tell() -> None:
    assert days("It fell on [Tuesday|DATE] and on [March 3, 2012|DATE].", None) == ["2012-03-03"]


@pytest.mark.parametrize(
    ("published", "found"),
    [
        ("2026-04-08T02:00:00+00:00", []),  # still Tuesday evening in New York
        ("2026-04-08T12:00:00Z", ["2026-04-07"]),
        ("2026-04-08T02:00:00+09:00", ["2026-04-07"]),
    ],
)
def test_yesterday_needs_the_writers_day(published: str, found: list[str]) -> None:
    assert days("It rained [yesterday|DATE].", published) == found


@pytest.mark.parametrize("published", ["", "soon", "2026-13-40", "2026-04-08T25:00:00Z"])
def test_a_published_date_that_is_none(published: str) -> None:
    assert written_on(published) is None


@pytest.mark.parametrize("published", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar(published: str) -> None:
    text = "It rained [yesterday|DATE]. It rained [Tuesday|DATE]. It will rain [tomorrow|DATE]. It fell [May 1|DATE]."
    days(text, published)


def test_a_leap_day_has_its_year() -> None:
    written = written_on("2024-03-10")
    assert written is not None
    found = day_of("Feb. 29", 0, 7, written)
    assert found is not None
    assert found.isoformat() == "2024-02-29"
    assert day_of("Feb. 29", 0, 7, Written(written.day.replace(year=2022), sure=True)) is None
