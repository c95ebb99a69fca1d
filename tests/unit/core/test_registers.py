"""Wikidata ids come from the list or not at all."""

import pytest

from streams.contracts.events import Entity, Link, Mention
from streams.contracts.ids import entity_id
from streams.core.registers import Organisation, Register, link_wikidata, organisation_key

REGISTER = Register({"3143244": "Q585"}, {"university of oslo": Organisation("Q486156", "University of Oslo")})
OSLO = Link(scheme="geonames", id="3143244", score=0.9)


def entity(type_: str, name: str, *links: Link) -> Entity:
    mention = Mention(start=0, end=len(name), text=name)
    return Entity(entity_id=entity_id(type_, name), type=type_, name=name, salience=0, mentions=(mention,), links=links)


def test_a_places_link_gets_the_id_and_the_place_stays_the_same() -> None:
    [found] = link_wikidata((entity("GPE", "Oslo", OSLO),), REGISTER)
    assert found.links == (OSLO.model_copy(update={"wikidata": "Q585"}),)
    assert found.entity_id == entity_id("GPE", "Oslo")


@pytest.mark.parametrize("link", [OSLO.model_copy(update={"id": "1"}), OSLO.model_copy(update={"scheme": "other"})])
def test_a_place_that_is_not_listed_has_none(link: Link) -> None:
    before = entity("GPE", "Oslo", link)
    assert link_wikidata((before,), REGISTER) == (before,)


@pytest.mark.parametrize(
    "name", ["University of Oslo", "the University of Oslo", "UNIVERSITY OF OSLO", "Univérsity-of Oslo"]
)
def test_an_organisation_of_a_listed_name_is_linked_and_its_id_counts_that_in(name: str) -> None:
    [found] = link_wikidata((entity("ORG", name),), REGISTER)
    assert found.links == (Link(scheme="wikidata", id="Q486156", score=0.9, name="University of Oslo"),)
    assert found.entity_id == entity_id("ORG", name, "wikidata:Q486156")


@pytest.mark.parametrize(("type_", "name"), [("PERSON", "University of Oslo"), ("ORG", "University"), ("ORG", "")])
def test_others_stay_as_they_are(type_: str, name: str) -> None:
    before = entity(type_, name)
    assert link_wikidata((before,), REGISTER) == (before,)


def test_only_a_leading_article_is_left_out() -> None:
    assert organisation_key("The Bank of the West") == "bank of the west"
