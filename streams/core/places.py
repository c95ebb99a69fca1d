"""From the names of places to GeoNames ids, by what else an article says.

A name has one sense in an article. Which one is told, in this order, by the words around it ("Paris, Texas"), by the
other places (`place_context`), by the countries that the text and the publisher's address name, and by size. Of two
that are equally likely none is taken.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from streams.contracts.events import Entity, Link
from streams.contracts.ids import entity_id
from streams.core.datelines import is_dateline
from streams.core.gazetteer import FEATURE_CLASSES, Found, Gazetteer, Kind, place_key
from streams.core.metonymy import stands_for_government
from streams.core.nations import COMBINING
from streams.core.place_context import Anchor, Flags, Floats, Rows, Toponym, decades, three_decimals, weigh
from streams.core.place_names import (
    Marked,
    container_rows,
    containers_before,
    containers_behind,
    is_abbreviated,
    is_division,
    regions_named,
)
from streams.core.place_source import host_of, label_of, named_in, regions_in, source_country

SCHEME: Final = "geonames"
PLACE_TYPES: Final = frozenset(("GPE", "LOC"))
PEOPLE: Final = "NORP"
MIN_SCORE: Final = 0.5  # below it another place is as likely
MAX_SIZES: Final = 160  # of the places of one name the largest; there are 800 called San José
MAX_CANDIDATES: Final = 40  # of these the likeliest by themselves; there are 70 Springfields
MAX_TOPONYMS: Final = 100  # of one article; names behind them get no link: it is a list of places
MAX_ROWS: Final = 800  # candidates of one article, fewer of each name where there are many: the time is quadratic
MAX_MENTIONS: Final = 20  # of one name that are read: what is said of it is said early
MIN_KEY_LETTERS: Final = 3  # two letters are a country or a state, or nothing

# Log odds, as in place_context. A city with ten times the people is POPULATION * 2.3 ahead.
POPULATION: Final = 0.6
SMALL: Final = 1_000  # people
COUNTRY: Final = 5.0
STATE: Final = 1.5
CAPITAL: Final = 2.0
OTHER_NAME: Final = -2.0
OTHER_DIVISION: Final = -3.0  # a county without the word "County"
NAMESAKE: Final = -6.0  # a division with the name of its capital, or of a city with much of its people: that is meant
NAMESAKE_SHARE: Final = 0.25
MARKED: Final = 12.0  # "Paris, Texas"
MAYBE_MARKED: Final = 6.0  # "Georgia, Texas"; "Texas' Paris"
DIVISION: Final = 6.0  # "Washington state"
DATELINE: Final = 6.0  # "WASHINGTON (AP) - ": a reporter is in a town
SOURCE: Final = 3.0  # in the country of the publisher's domain: twenty to one
LABEL_CITY: Final = 2.0  # newspapers are named for towns

# Weights of what else tells where an article belongs; a place that it names weighs 1.
LABEL_WEIGHT: Final = 2.0  # a country or state in the publisher's name
REGION_WEIGHT: Final = 1.0  # a country or state in the text outside of names of places, times the root of how often
NAMED_WEIGHT: Final = 2.0  # a place of the publisher's name

# Plain numbers: an enumeration's members cost a look-up each time, and numpy a conversion.
_COUNTRY, _ADMIN1, _ADMIN2, _CITY, _CONTINENT = (int(kind) for kind in Kind)

_DIRECTIONS: Final = frozenset(
    ("north", "south", "east", "west", "northern", "southern", "eastern", "western", "northeast", "northwest",
     "southeast", "southwest", "northeastern", "northwestern", "southeastern", "southwestern", "central", "upper",
     "lower", "downtown", "greater", "metro", "the")
)  # fmt: skip
_DIVISIONS: Final = frozenset(("province", "state", "region", "district", "prefecture", "governorate", "city"))
_GENERIC: Final = ("city of ", "town of ", "village of ", "state of ", "province of ", "republic of ")


def link_places(
    entities: tuple[Entity, ...], *, title: str, text: str, url: str | None, source: str, gazetteer: Gazetteer
) -> tuple[Entity, ...]:
    """Return the entities, those with a link under the id that counts it in: two Springfields are two entities."""
    links = place_links(entities, title=title, text=text, url=url, source=source, gazetteer=gazetteer)
    return tuple(_linked(entity, found) for entity, found in zip(entities, links, strict=True))


def _linked(entity: Entity, links: tuple[Link, ...]) -> Entity:
    if not links:
        return entity
    own = entity_id(entity.type, entity.name, f"{links[0].scheme}:{links[0].id}")
    return entity.model_copy(update={"entity_id": own, "links": (*entity.links, *links)})


def place_links(
    entities: Sequence[Entity], *, title: str, text: str, url: str | None, source: str, gazetteer: Gazetteer
) -> list[tuple[Link, ...]]:
    """Return the links of each entity: one, or none where no place is likelier than all others together.

    Args:
        entities: of one article; those of PLACE_TYPES are linked, and the people of a country to the country.
        title: the headline.
        text: what the mentions' offsets are into.
        url: the article's address, if it has one.
        source: the publisher's id, mostly its domain.
        gazetteer: the places.
    """
    links: list[tuple[Link, ...]] = [()] * len(entities)
    host = host_of(url, source)
    label = label_of(host)
    toponyms, owners = _toponyms(entities, text, label, source_country(host, gazetteer), gazetteer)
    if not toponyms:
        return links
    limit = min(MAX_CANDIDATES, MAX_ROWS // len(toponyms))
    toponyms = [_likeliest(toponym, limit) for toponym in toponyms]
    anchors = _anchors(entities, title, text, label, gazetteer)
    weighed = weigh(toponyms, anchors, gazetteer)
    for at, number in owners.items():
        best = int(np.argmax(weighed[number]))
        share, row = float(weighed[number][best]), int(toponyms[number].rows[best])
        if share >= MIN_SCORE:
            links[at] = (_link(entities[at], text, row, share, gazetteer),)
    return links


def _toponyms(
    entities: Sequence[Entity], text: str, label: str, home: int | None, gazetteer: Gazetteer
) -> tuple[list[Toponym], dict[int, int]]:
    """Return the names of places, and which of them each entity has.

    Entities that may mean the same rows are one name ("PARIS", "Paris"): two would speak for each other.
    """
    toponyms: list[Toponym] = []
    owners: dict[int, int] = {}
    numbers: dict[bytes, int] = {}
    for at, entity in enumerate(entities):
        toponym = _toponym(entity, text, label, home, gazetteer) if len(toponyms) < MAX_TOPONYMS else None
        if toponym is None:
            continue
        owners[at] = number = numbers.setdefault(toponym.rows.tobytes(), len(toponyms))
        if number == len(toponyms):
            toponyms.append(toponym)
        else:
            known = toponyms[number]
            prior = np.maximum(known.prior, toponym.prior)
            toponyms[number] = Toponym(known.rows, prior, max(known.weight, toponym.weight))
    return toponyms, owners


def _link(entity: Entity, text: str, row: int, share: float, gazetteer: Gazetteer) -> Link:
    lat, lon = float(gazetteer.lat[row]), float(gazetteer.lon[row])
    state = int(gazetteer.admin1[row])
    capital = entity.type in PLACE_TYPES and bool(gazetteer.capitals[row])
    return Link(
        scheme=SCHEME,
        id=str(gazetteer.ids[row]),
        score=three_decimals(share),
        lat=None if math.isnan(lat) else lat,
        lon=None if math.isnan(lon) else lon,
        name=gazetteer.name(row),
        country=gazetteer.codes.get(int(gazetteer.countries[row])),
        admin1=gazetteer.name(state) if state >= 0 else None,
        admin1_code=gazetteer.codes.get(state),
        feature_class=FEATURE_CLASSES[Kind(int(gazetteer.kinds[row]))],
        metonym=capital and stands_for_government(text, entity.mentions),
    )


def _toponym(entity: Entity, text: str, label: str, home: int | None, gazetteer: Gazetteer) -> Toponym | None:
    """Return what the name may mean; None where the gazetteer has nothing by it."""
    found = _candidates(entity, text, gazetteer)
    if found is None:
        return None
    rows = found.rows[:MAX_SIZES]
    prior = _prior(rows, found.own[:MAX_SIZES], gazetteer)
    if entity.type == PEOPLE:
        return Toponym(rows, prior, 1.0)
    prior += _marks(entity, text, rows, gazetteer)
    if home is not None:
        prior += SOURCE * (gazetteer.countries[rows] == home)
    named = named_in(label, entity.name)
    if named:
        prior += LABEL_CITY * (gazetteer.kinds[rows] == _CITY)
    return Toponym(rows, prior, NAMED_WEIGHT if named else 1.0)


def _likeliest(toponym: Toponym, limit: int) -> Toponym:
    if len(toponym.rows) <= limit:
        return toponym
    kept = np.sort(np.argsort(-toponym.prior, kind="stable")[:limit])
    return toponym._replace(rows=toponym.rows[kept], prior=toponym.prior[kept])


def _candidates(entity: Entity, text: str, gazetteer: Gazetteer) -> Found | None:
    key = place_key(_name_and_container(entity)[0])
    if entity.type == PEOPLE:
        return _country_of(COMBINING.get(key, key), gazetteer)
    if entity.type not in PLACE_TYPES:
        return None
    if key in gazetteer.abbreviations and _abbreviates(entity, text):
        return _certain(gazetteer.abbreviations[key])
    found = gazetteer.find(key) or _whole_of(_core_of(key), gazetteer) or _country_of(key, gazetteer)
    if found is None:
        return None
    if len(key) < MIN_KEY_LETTERS:
        return _of(found, gazetteer.kinds[found.rows] <= _ADMIN1)
    # A location that is no country, division or town is a sea, a mountain or a part of the world.
    return found if entity.type == "GPE" else _of(found, gazetteer.kinds[found.rows] != _CITY)


def _whole_of(key: str, gazetteer: Gazetteer) -> Found | None:
    """Return what a part of it may be named by: northern Iraq by Iraq, but not South Asia by Asia."""
    found = gazetteer.find(key)
    return None if found is None else _of(found, gazetteer.kinds[found.rows] != _CONTINENT)


def _of(found: Found, kept: Flags) -> Found | None:
    return Found(found.rows[kept], found.own[kept]) if kept.any() else None


def _country_of(key: str, gazetteer: Gazetteer) -> Found | None:
    """Return the country of a people, by its adjective or, as in "Fiji players", by its name; or the state."""
    if key in gazetteer.demonyms:
        return _certain((gazetteer.demonyms[key],))
    return _certain(gazetteer.regions[key]) if key in gazetteer.regions else None


def _certain(rows: tuple[int, ...]) -> Found:
    return Found(np.array(rows, np.int32), np.ones(len(rows), np.bool_))


def _core_of(key: str) -> str:
    """Return the name in "northern Iraq", "city of Oslo" and "Karnali province"."""
    for generic in _GENERIC:
        if key.startswith(generic):
            return key.removeprefix(generic)
    first, _, rest = key.partition(" ")
    if first in _DIRECTIONS:
        return rest
    name, _, last = key.rpartition(" ")
    return name if last in _DIVISIONS else ""


def _name_and_container(entity: Entity) -> tuple[str, str]:
    """Tell the name from what contains it: "Lafayette, Louisiana" may be marked whole."""
    name, _, container = entity.name.partition(", ")
    return name, container


def _abbreviates(entity: Entity, text: str) -> bool:
    """Say whether a name such as "La" is written as that of a state: "La.", ", LA"."""
    return entity.name.endswith(".") or any(
        text[m.end : m.end + 1] == "." or (is_abbreviated(m.text) and text[max(0, m.start - 2) : m.start] == ", ")
        for m in entity.mentions[:MAX_MENTIONS]
    )


def _prior(rows: Rows, own: Flags, gazetteer: Gazetteer) -> Floats:
    kinds = gazetteer.kinds[rows]
    county = kinds == _ADMIN2
    people = gazetteer.population[rows].astype(np.float64)
    prior = POPULATION * decades(people, SMALL)
    prior += COUNTRY * (kinds == _COUNTRY) + STATE * (kinds == _ADMIN1) + CAPITAL * gazetteer.capitals[rows]
    prior += np.where(own, 0, np.where(county, OTHER_DIVISION, OTHER_NAME))
    cities = rows[kinds == _CITY]
    for at in np.flatnonzero(county | (kinds == _ADMIN1)) if len(cities) else ():
        inside = cities[(gazetteer.admin1[cities] == rows[at]) | (gazetteer.admin2[cities] == rows[at])]
        if not len(inside):
            continue
        largest = gazetteer.population[inside].max() >= NAMESAKE_SHARE * people[at]
        if largest or gazetteer.capitals[inside].any():
            prior[at] += NAMESAKE
    return prior


def _marks(entity: Entity, text: str, rows: Rows, gazetteer: Gazetteer) -> Floats:
    """Return what the words around the mentions say for each row."""
    marks = np.zeros(len(rows))
    kinds = gazetteer.kinds[rows]
    levels = frozenset(kinds.tolist())
    container = container_rows(_name_and_container(entity)[1], gazetteer)
    if container:
        marks += _inside(rows, Marked(container, True), gazetteer)
    for mention in entity.mentions[:MAX_MENTIONS]:
        for marked in (
            containers_behind(text, mention.end, levels, gazetteer),
            containers_before(text, mention.start, gazetteer),
        ):
            if marked is not None:
                np.maximum(marks, _inside(rows, marked, gazetteer), out=marks)
        if is_division(text, mention.start, mention.end):
            np.maximum(marks, DIVISION * (kinds == _ADMIN1), out=marks)
        if is_dateline(text, mention.start, mention.end):
            np.maximum(marks, DATELINE * (kinds == _CITY), out=marks)
    return marks


def _inside(rows: Rows, marked: Marked, gazetteer: Gazetteer) -> Floats:
    inside = np.zeros(len(rows), np.bool_)
    for row in marked.containers:
        within = (gazetteer.countries[rows] == row) | (gazetteer.admin1[rows] == row) | (gazetteer.admin2[rows] == row)
        inside |= within & (rows != row)
    return np.where(inside, MARKED if marked.sure else MAYBE_MARKED, 0.0)


def _anchors(entities: Sequence[Entity], title: str, text: str, label: str, gazetteer: Gazetteer) -> list[Anchor]:
    # Places and peoples are toponyms of their own; Virginia Woolf is not from there.
    covered = frozenset(
        m.start for e in entities if e.type in PLACE_TYPES or e.type in ("PERSON", PEOPLE) for m in e.mentions
    )
    anchors = [
        Anchor(rows, REGION_WEIGHT * math.sqrt(count))
        for rows, count in regions_named(text, covered, gazetteer).items()
    ]
    region = regions_in(label, gazetteer)
    if region:
        anchors.append(Anchor(region, LABEL_WEIGHT))
    return anchors
