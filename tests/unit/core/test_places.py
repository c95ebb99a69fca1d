import pytest

from streams.contracts.events import Entity, Link, Mention
from streams.contracts.ids import entity_id
from streams.core import place_names
from streams.core.gazetteer import place_key
from streams.core.place_names import regions_named
from streams.core.place_source import host_of, label_of, named_in, regions_in, source_country
from streams.core.places import link_places
from streams.models.gazetteer import load_gazetteer

GAZETTEER = load_gazetteer()
# GeoNames' ids
PARIS, PARIS_TEXAS = "2988507", "4717560"
SPRINGFIELD_ILLINOIS, SPRINGFIELD_OREGON = "4250542", "5754005"
PORTLAND_MAINE = "4975802"
GEORGIA, GEORGIA_STATE = "614540", "4197000"
WASHINGTON, WASHINGTON_STATE = "4140963", "5815135"
MOSCOW, RUSSIA, UNITED_STATES = "524901", "2017370", "6252001"
CAMBRIDGE, CAMBRIDGE_MASSACHUSETTS = "2653941", "4931972"


def entity(name: str, text: str, type_: str = "GPE") -> Entity:
    """Return the entity with all places where the text has its name."""
    starts = [at for at in range(len(text)) if text.startswith(name, at)]
    mentions = tuple(Mention(start=at, end=at + len(name), text=name) for at in starts)
    return Entity(entity_id=entity_id(type_, name), type=type_, name=name, salience=0, mentions=mentions)


def linked(
    text: str, *names: str, types: dict[str, str] | None = None, url: str | None = None, source: str = "wire"
) -> dict[str, Link | None]:
    """Return the link of each name."""
    found = link_places(
        tuple(entity(name, text, (types or {}).get(name, "GPE")) for name in names),
        title="",
        text=text,
        url=url,
        source=source,
        gazetteer=GAZETTEER,
    )
    return {one.name: one.links[0] if one.links else None for one in found}


def id_of(text: str, *names: str, url: str | None = None) -> str | None:
    """Return the id of the first name."""
    link = linked(text, *names, url=url)[names[0]]
    return link.id if link else None


def test_words_that_open_no_region_are_passed_over_without_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [key.title() for key in (*GAZETTEER.regions, *GAZETTEER.demonyms)]
    forms = [name.replace("Saint ", "St. ") for name in names] + [name.replace(" ", "-") for name in names]
    text = "\n".join(f"All of {name}, {name}'s and {name}’s North fell." for name in (*names, *forms))
    found = regions_named(text, frozenset(), GAZETTEER)
    assert len(found) > 500
    monkeypatch.setattr(place_names, "_may_open", lambda word, openings: True)
    assert regions_named(text, frozenset(), GAZETTEER) == found


def test_a_name_by_itself_is_the_place_that_is_known_by_it() -> None:
    assert id_of("They met in Paris on Monday.", "Paris") == PARIS


@pytest.mark.parametrize(
    "text", ["A fire in Paris, Texas, spread.", "PARIS, Tex. (AP) - A fire.", "A fire in Paris, TX 75460.",
             "A fire in Paris (Texas).", "A fire in Paris in Texas."]
)  # fmt: skip
def test_the_words_behind_a_name_say_where_it_lies(text: str) -> None:
    assert id_of(text, "PARIS" if "PARIS" in text else "Paris") == PARIS_TEXAS


def test_a_name_that_is_marked_with_what_contains_it_is_read_in_parts() -> None:
    assert id_of("A fire in Paris, Texas, spread.", "Paris, Texas") == PARIS_TEXAS


def test_an_ambiguous_name_without_context_gets_no_link() -> None:
    assert id_of("A man from Springfield won.", "Springfield") is None


def test_two_spellings_of_a_name_do_not_speak_for_each_other() -> None:
    text = "SPRINGFIELD: A man from Springfield won."
    assert id_of(text, "Springfield", "SPRINGFIELD") is None
    marked = linked("PARIS, Texas. It rained in Paris.", "PARIS", "Paris")
    assert {link.id for link in marked.values() if link} == {PARIS_TEXAS}
    assert None not in marked.values()


def test_other_places_tell_which_is_meant() -> None:
    assert id_of("From Springfield to Chicago.", "Springfield", "Chicago") == SPRINGFIELD_ILLINOIS
    assert id_of("From Springfield to Eugene.", "Springfield", "Eugene") == SPRINGFIELD_OREGON


def test_a_state_that_the_text_names_elsewhere_tells_too() -> None:
    assert id_of("The University of Maine bought land in Portland.", "Portland") == PORTLAND_MAINE


def test_a_country_and_a_state_of_one_name_are_told_apart() -> None:
    assert id_of("Voters in Georgia, Alabama and Ohio.", "Georgia", "Alabama", "Ohio") == GEORGIA_STATE
    assert id_of("Georgia and Armenia opened a road to Tbilisi.", "Georgia", "Armenia", "Tbilisi") == GEORGIA


def test_washington_is_the_capital_among_countries_and_a_state_where_it_is_called_one() -> None:
    assert id_of("Washington and Iran, Russia and China talk.", "Washington", "Iran", "Russia") == WASHINGTON
    assert id_of("Apples from Washington state are late.", "Washington") == WASHINGTON_STATE
    assert id_of("WASHINGTON (Reuters) - The budget is late.", "WASHINGTON") == WASHINGTON


def test_the_publishers_domain_tells_the_country() -> None:
    text = "Students in Cambridge protest."
    assert id_of(text, "Cambridge", url="https://news.example.co.uk/a") == CAMBRIDGE
    massachusetts = "Students in Cambridge protest, as in Boston."
    assert id_of(massachusetts, "Cambridge", "Boston") == CAMBRIDGE_MASSACHUSETTS


def test_a_link_says_what_the_register_says() -> None:
    link = linked("Rain in Houston, Texas.", "Houston")["Houston"]
    assert link is not None
    said = (link.scheme, link.name, link.country, link.admin1, link.admin1_code, link.feature_class, link.metonym)
    assert said == ("geonames", "Houston", "US", "Texas", "US-TX", "P", False)
    assert (link.lat, link.lon) == (29.76328, -95.36327)
    assert round(link.score, 3) == link.score <= 1


def test_a_people_is_linked_to_its_country() -> None:
    links = linked("Russians and Fiji players.", "Russians", "Fiji", types={"Russians": "NORP", "Fiji": "NORP"})
    assert links["Russians"] is not None
    assert (links["Russians"].id, links["Russians"].country) == (RUSSIA, "RU")
    assert links["Fiji"] is not None
    assert links["Fiji"].country == "FJ"


def test_a_combining_form_is_linked_to_its_country() -> None:
    link = linked("Russo-Fijian ties.", "Russo", types={"Russo": "NORP"})["Russo"]
    assert link is not None
    assert (link.id, link.country) == (RUSSIA, "RU")


def test_short_forms_of_countries_are_known() -> None:
    assert id_of("The U.S. and Canada.", "U.S.") == UNITED_STATES
    assert id_of("Rain in northern Russia.", "northern Russia") == RUSSIA


def test_what_is_no_place_or_not_known_gets_no_link() -> None:
    text = "Paris Hilton sailed the Tethys Ocean to Qwertyville."
    links = linked(text, "Paris Hilton", "Tethys Ocean", "Qwertyville",
                   types={"Paris Hilton": "PERSON", "Tethys Ocean": "LOC"})  # fmt: skip
    assert list(links.values()) == [None, None, None]


def test_a_part_of_the_world_is_no_village_of_that_name() -> None:
    assert linked("War in the Middle East.", "Middle East", types={"Middle East": "LOC"})["Middle East"] is None


def test_a_capital_that_acts_is_its_government() -> None:
    acting = linked("Moscow said on Monday that Russia would reply.", "Moscow", "Russia")["Moscow"]
    assert acting is not None
    assert (acting.id, acting.metonym) == (MOSCOW, True)
    place = linked("It snowed in Moscow and across Russia.", "Moscow", "Russia")["Moscow"]
    assert place is not None
    assert not place.metonym


def test_the_link_is_a_part_of_the_entitys_id() -> None:
    text = "A fire in Paris, Texas."
    (found,) = link_places((entity("Paris", text),), title="", text=text, url=None, source="wire", gazetteer=GAZETTEER)
    assert found.entity_id == entity_id("GPE", "Paris", f"geonames:{PARIS_TEXAS}")
    (other,) = link_places((entity("Qwertyville", text),), title="", text=text, url=None, source="wire",
                           gazetteer=GAZETTEER)  # fmt: skip
    assert other.entity_id == entity_id("GPE", "Qwertyville")


def test_what_the_address_tells() -> None:
    assert source_country("www.bbc.co.uk", GAZETTEER) == GAZETTEER.country_rows["GB"]
    assert source_country("example.com", GAZETTEER) is None
    assert source_country("example.io", GAZETTEER) is None
    assert source_country("localhost", GAZETTEER) is None
    assert host_of("http://[bad", "Source.example") == "source.example"
    assert label_of("www.dallas-news.co.uk") == "dallasnews"
    assert named_in("dallasnews", "Dallas")
    assert not named_in("limanews", "Lima")  # four letters stand in many words
    (arkansas,) = regions_in("arkansasonline", GAZETTEER)
    assert GAZETTEER.name(arkansas) == "Arkansas"


def test_keys_of_names() -> None:
    assert place_key("St. Louis") == place_key("Saint-Louis") == "saint louis"
    assert place_key("São Paulo") == "sao paulo"
    assert place_key("U.S.") == "us"
    assert place_key("Xi’an") == place_key("Xi'an") == "xian"
    assert place_key("x" * 1_000) == ""


def test_a_part_of_a_country_is_found_by_it_and_a_part_of_a_continent_is_not() -> None:
    text = "Rain fell in northern Iraq and all over South Asia."
    assert id_of(text, "northern Iraq", "South Asia") == "99237"
    assert linked(text, "South Asia", types={"South Asia": "LOC"})["South Asia"] is None
