import pytest

from streams.core.essentials import Essentials, find_essentials
from streams.core.extract import extract_entities
from streams.core.speech_tokens import read_text
from tests.marked import marked

PUBLISHED = "2026-04-08T18:00:00+02:00"  # a Wednesday


def read(text: str, published: str | None = PUBLISHED) -> Essentials:
    plain, mentions = marked(text)
    entities = extract_entities("", plain, (), mentions)
    return find_essentials("", plain, entities, read_text(plain, entities), published)


def event(text: str, published: str | None = PUBLISHED) -> str | None:
    found = read(text, published).event_date
    return None if found is None else found.day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The council of the city voted on [Tuesday|DATE] for a bridge.", "2026-04-07"),
        ("The council will vote on [Friday|DATE] for a bridge over the river.", "2026-04-10"),
        ("The council said [Tuesday|DATE] it will vote on [Friday|DATE] for a bridge.", "2026-04-07"),
        ("The mayor of the city resigned [yesterday|DATE].\n\nThe council will meet on [Friday|DATE].", "2026-04-07"),
        ("The old bridge over the river fell on [March 30|DATE], killing two.", "2026-03-30"),
        ("Nobody was hurt when the old bridge fell.\n\nThe council met [Monday|DATE] in the town hall.", "2026-04-06"),
    ],
)
def test_the_day_of_the_lead(text: str, day: str) -> None:
    assert event(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "The council of the city voted for a bridge over the river.",
        "The city has had no bridge since it fell on [March 3, 2012|DATE].",
        "The old bridge of the city fell on [March 3, 2012|DATE].",
        "The council wants a bridge under a law, which took effect [April 1|DATE].",
        "The mayor has kept silent since [Monday|DATE] about the bridge.",
        "The council missed a [March 31|DATE] deadline for the bridge.",
        "The council met on [Monday|DATE] and then met again [Tuesday|DATE] over the bridge.",
        "The bridge of the city opens on [May 1, 2031|DATE], says the mayor.",
        "The bridge of the city will open on [May 1, 2031|DATE], says the mayor.",
    ],
)
def test_none_where_it_is_not_safe(text: str) -> None:
    assert event(text) is None


def test_none_without_a_day_of_writing() -> None:
    assert event("The council of the city voted on [April 7, 2026|DATE] for a bridge.", None) is None


def test_the_dateline_is_the_day_of_writing() -> None:
    found = read("[OSLO|GPE], April 3 (Fair Wire) - The council voted on [Tuesday|DATE] for a bridge over the river.")
    assert found.dateline is not None
    assert found.dateline.day == "2026-04-03"
    assert [d.day for d in found.dates] == ["2026-03-31"]
    assert found.event_date == found.dates[0]
    assert found.lead[0].text.startswith("The council")
