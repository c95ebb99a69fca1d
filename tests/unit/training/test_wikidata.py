"""The build of the list of Wikidata ids, from entries made up for it."""

from pathlib import Path
from typing import Any

import pytest

from streams.models.gazetteer import load_gazetteer
from training.wikidata.build import About, is_telling, organisations, places, read, town

ABOUT = {
    "Q1": About("Voss Energy", "energy company in Norway"),
    "Q2": About("Norway", "country in Northern Europe"),
    "Q3": About("Modesto", "city in and county seat of Stanislaus County, California, United States"),
    "Q4": About("Kingdom of Norway", "former state in Northern Europe"),
}


def item(tags: dict[str, str], name: str = "", where: str = "no") -> dict[str, Any]:
    return {"displayName": name, "locationSet": {"include": [where]}, "tags": tags}


def flag(name: str, wikidata: str, kind: str = "national") -> dict[str, Any]:
    return item({"flag:type": kind, "subject:wikidata": wikidata}, name)


def test_countries_and_states_come_from_flags_and_towns_from_their_description() -> None:
    names = {"flags/man_made/flagpole": {"items": [
        flag("NO - Norway", "Q2"), flag("NO - Norway, once", "Q4"), flag("US-TX - Texas", "Q1439", "regional"),
        flag("XX - Nowhere", "Q9"), flag("Sports club", "Q8", "cultural"),
    ]}}  # fmt: skip
    found = {line[3]: line[2] for line in places(names, ABOUT, load_gazetteer())}
    assert found == {"Norway": "Q2", "Texas": "Q1439", "Modesto": "Q3"}


@pytest.mark.parametrize(
    ("label", "description", "is_one"),
    [
        ("Modesto", "city in California, United States", True),
        ("Modesto", "city in Texas, United States", False),
        ("Springfield", "city in the United States", False),
        ("Brno", "city in Czechia", True),
        ("Nowhere at All", "city in California, United States", False),
    ],
)
def test_a_town_is_the_only_one_of_its_name_there(label: str, description: str, is_one: bool) -> None:
    assert (town(About(label, description), load_gazetteer()) is not None) is is_one


def test_a_name_of_two_ids_or_not_the_labels_is_left_out() -> None:
    names = {
        "brands/shop/a": {
            "items": [item({"brand": "Voss Energy", "brand:wikidata": "Q1", "name": "Voss Energy Oslo"})]
        },
        "operators/office/b": {"items": [item({"operator": "Nord Lys", "operator:wikidata": "Q1"})]},
    }
    found = {line[1] for line in organisations(names, ABOUT)}
    assert found == {"voss energy", "voss energy oslo"}
    names["brands/shop/c"] = {"items": [item({"brand": "Voss Energy", "brand:wikidata": "Q7"})]}
    assert "voss energy" not in {line[1] for line in organisations(names, ABOUT)}


@pytest.mark.parametrize(
    ("key", "about", "everywhere", "telling"),
    [
        ("voss energy", ABOUT["Q1"], False, True),
        ("central bank", About("Central Bank", "bank in the United States"), True, False),
        ("voss", About("Voss", "company in Norway"), False, False),
        ("voss", About("Voss", "company in Norway"), True, True),
        ("voss", About("Voss", "Norwegian multinational company"), False, True),
        ("vos", About("VOS", "Norwegian multinational company"), True, False),
        ("city of voss", About("City of Voss", "town in Norway"), True, False),
        ("voss city council", About("Voss City Council", "town council in Norway"), False, True),
        ("", About("", "company"), True, False),
    ],
)
def test_which_names_tell(key: str, about: About, everywhere: bool, telling: bool) -> None:
    assert is_telling(key, about, everywhere=everywhere) is telling


def test_another_package_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "package.tgz"
    path.write_bytes(b"other")
    with pytest.raises(ValueError, match="sha256"):
        read(path)
