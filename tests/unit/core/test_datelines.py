import pytest

from streams.contracts.events import Dateline, Link
from streams.core.datelines import read_dateline
from streams.core.days import written_on
from streams.core.extract import extract_entities
from tests.marked import marked

BODY = "The council voted for a new bridge."
TOWN = Link(scheme="geonames", id="3143244", score=0.9, feature_class="P")
COUNTRY = Link(scheme="geonames", id="3144096", score=0.9, feature_class="A")


def read(text: str, link: Link | None = TOWN) -> Dateline | None:
    plain, mentions = marked(text)
    entities = extract_entities("", plain, (), mentions)
    if link is not None:
        entities = tuple(e.model_copy(update={"links": (link,)}) if e.type == "GPE" else e for e in entities)
    return read_dateline(plain, entities, written_on("2026-04-08"))


@pytest.mark.parametrize(
    ("line", "place", "day", "agency"),
    [
        ("[OSLO|GPE] (Reuters) - ", "OSLO", None, "Reuters"),
        ("[OSLO|GPE], April 7 (Reuters) - ", "OSLO", "2026-04-07", "Reuters"),
        ("[OSLO|GPE], Apr 7 /PRNewswire/ -- ", "OSLO", "2026-04-07", "PR Newswire"),
        ("[Oslo|GPE] (CNN) ", "Oslo", None, "CNN"),
        ("[OSLO|GPE], Norway (AP) — ", "OSLO", None, "AP"),
        ("OSLO — ", "OSLO", None, None),
        ("[NEW OSLO|GPE] (Fair Wire) — ", "NEW OSLO", None, "Fair Wire"),
        ("[Oslo|GPE], 7 April 2026 – ", "Oslo", "2026-04-07", None),
        ("[Oslo|GPE] — ", "Oslo", None, None),
        ("[OSLO|GPE]: ", "OSLO", None, None),
        ("[OSLO|GPE]/BERGEN (Reuters) - ", "OSLO", None, "Reuters"),
        ("[OSLO|GPE] and Bergen (AFP) - ", "OSLO", None, "AFP"),
        ("(Reuters) - ", None, None, "Reuters"),
        ("CNN — ", None, None, "CNN"),
        ("(CNN) ", None, None, "CNN"),
        ("(Thomson Reuters) ", None, None, "Reuters"),
        ("By Ida Moe\n\nSpecial to the Fair Post\n\n[OSLO|GPE] — ", "OSLO", None, None),
    ],
)
def test_datelines(line: str, place: str | None, day: str | None, agency: str | None) -> None:
    found = read(line + BODY)
    assert found is not None
    assert (found.place and found.place.text, found.day, found.agency) == (place, day, agency)
    plain = marked(line + BODY)[0]
    assert plain[found.end :] == BODY
    assert plain[found.start : found.end] == found.text
    if place is not None and "|" in line:
        assert found.link == TOWN
        assert found.entity_id


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "BREAKING — " + BODY,
        "FILE - In this photo of April 7, a bridge is seen.",
        "[Norway|GPE] — a country in the north — has a bridge.",
        "[Oslo|GPE] is a city - and a bridge.",
        "[Oslo|GPE]: " + BODY,
        "[Oslo|GPE] (the capital) has a bridge.",
        "[Oslo|GPE] (photo) - " + BODY,
        "(Oslo) - " + BODY,
        "Reuters " + BODY,
        "NATO — the alliance of the West — has agreed.",
        "[Norway|GPE], the oil country — has agreed.",
    ],
)
def test_other_beginnings_are_none(text: str) -> None:
    assert read(text, COUNTRY) is None


def test_a_date_far_from_the_published_one_is_only_written() -> None:
    found = read("[OSLO|GPE], Jan. 7 (Reuters) - " + BODY)
    assert found is not None
    assert (found.date and found.date.text, found.day) == ("Jan. 7", None)


def test_a_place_that_is_no_entity_has_no_link() -> None:
    found = read_dateline("OSLO — " + BODY, (), None)
    assert found is not None
    assert (found.entity_id, found.link) == (None, None)
