"""The packaged list of Wikidata ids: what the build printed, small, and of the gazetteer's places."""

import hashlib
import re
from pathlib import Path

import pytest

from streams.core.registers import organisation_key
from streams.models.gazetteer import load_gazetteer
from streams.models.registers import ARTEFACT, load_register

MIB = 1 << 20


def test_the_file_is_the_one_that_the_card_names() -> None:
    card = (ARTEFACT.parent / "card.md").read_text(encoding="utf-8")
    assert hashlib.sha256(ARTEFACT.read_bytes()).hexdigest() in re.findall(r"\b[0-9a-f]{64}\b", card)
    assert ARTEFACT.stat().st_size <= 2 * MIB


def test_places_are_the_gazetteers_and_countries_have_ids() -> None:
    gazetteer, register = load_gazetteer(), load_register()
    known = {str(number) for number in gazetteer.ids}
    assert register.places.keys() <= known
    countries = [str(gazetteer.ids[row]) in register.places for row in gazetteer.country_rows.values()]
    assert sum(countries) >= 230
    assert register.places[str(gazetteer.ids[gazetteer.country_rows["FR"]])] == "Q142"
    assert register.places[str(gazetteer.ids[gazetteer.regions["texas"][0]])] == "Q1439"


def test_ids_are_ids_and_keys_are_what_is_looked_up() -> None:
    register = load_register()
    ids = [*register.places.values(), *(one.id for one in register.organisations.values())]
    assert all(re.fullmatch(r"Q[1-9]\d*", one) for one in ids)
    assert all(key == organisation_key(key) for key in register.organisations)


@pytest.mark.parametrize(
    "name", ["Central Bank", "Ministry of Justice", "ANC", "Supreme Court", "Apple", "Orbit", "Paris"]
)
def test_names_that_may_mean_another_one_are_not_listed(name: str) -> None:
    assert organisation_key(name) not in load_register().organisations


@pytest.mark.parametrize(("name", "wikidata"), [("Google", "Q95"), ("the Bank of Japan", "Q333101")])
def test_names_that_mean_one_are(name: str, wikidata: str) -> None:
    assert load_register().organisations[organisation_key(name)].id == wikidata


def test_a_file_of_other_lines_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text("river\t1\tQ1\tRhine\n")
    with pytest.raises(ValueError, match="river"):
        load_register(path)
