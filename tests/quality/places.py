"""Names of places against their GeoNames ids, given the mention: `python -m tests.quality.places` prints the tables.

What is right is counted over all names with an id, those without a link as wrong; precision over the links. "Within
161 km" takes the coordinates that the link carries, which for a country or division are not GeoNames' own; "or the
place itself" counts a link to the very id as well. The baseline takes the most populous place of the name.
"""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

from streams.contracts.events import Entity, Link
from streams.core.extract import extract_entities
from streams.core.gazetteer import Gazetteer, place_key
from streams.core.places import place_links
from streams.models.gazetteer import load_gazetteer
from streams.models.ner import find_mentions, load_ner
from tests.quality.figures import Figure, ratio
from tests.quality.toponyms import HALVES, Document, Gold, entities, half

NEAR_KM: Final = 161  # 100 miles, the field's usual radius
EARTH_KM: Final = 6_371
SURE_SCORE: Final = 0.9
SURE: Final = f"precision of links scored {SURE_SCORE} and above"
SCORES: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
Linker = Callable[[Document, Sequence[Entity]], list[tuple[Link, ...]]]


class Judged(NamedTuple):
    """A name with an id, the article that it stands in, and the link that it got."""

    document: int
    gold: Gold
    link: Link | None

    @property
    def exact(self) -> bool:
        """Whether the link is the very place."""
        return self.link is not None and self.link.id == str(self.gold.id)

    @property
    def near(self) -> bool:
        """Whether the link's own coordinates are near those of the place."""
        link = self.link
        if link is None or link.lat is None or link.lon is None:
            return False
        return distance(link.lat, link.lon, self.gold.lat, self.gold.lon) <= NEAR_KM


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great circle distance, in km."""
    a, b, c, d = map(radians, (lat, lon, other_lat, other_lon))
    return 2 * EARTH_KM * asin(min(1.0, sqrt(sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2)))


def ours(gazetteer: Gazetteer) -> Linker:
    """Return what is shipped."""
    return lambda document, found: place_links(
        found,
        title=document.title,
        text=document.text,
        url=document.url,
        source=document.source,
        gazetteer=gazetteer,
    )


def most_populous(gazetteer: Gazetteer) -> Linker:
    """Return the baseline: the place of that name that has the most people, people of a country as the country."""

    def link(entity: Entity) -> tuple[Link, ...]:
        key = place_key(entity.name)
        found = gazetteer.find(key)
        row = int(found.rows[0]) if found is not None else gazetteer.demonyms.get(key)
        if row is None:
            return ()
        lat, lon = float(gazetteer.lat[row]), float(gazetteer.lon[row])
        return (Link(scheme="geonames", id=str(gazetteer.ids[row]), score=1, lat=lat, lon=lon),)

    return lambda _, found: [link(entity) for entity in found]


def judged(documents: Sequence[Document], linker: Linker, gazetteer: Gazetteer) -> list[Judged]:
    """Return each name with an id as the linker has it, given all marked names of its article."""
    rows = []
    for document in documents:
        found = entities(document, gazetteer)
        links = {entity.name: link for entity, link in zip(found, linker(document, found), strict=True)}
        rows += [Judged(document.id, gold, next(iter(links[gold.name]), None)) for gold in document.gold]
    return rows


def found_whole(documents: Sequence[Document], gazetteer: Gazetteer) -> list[Judged]:
    """Return each name with an id as the whole extraction has it: no link where the model marks something else."""
    nlp = load_ner()
    rows = []
    for document in documents:
        marked = find_mentions(nlp, [document.title, document.text])
        found = extract_entities(document.title, document.text, *marked)
        links = {
            (mention.start, mention.end): next(iter(link), None)
            for entity, link in zip(found, ours(gazetteer)(document, found), strict=True)
            for mention in entity.mentions
        }
        rows += [Judged(document.id, gold, links.get((gold.start, gold.end))) for gold in document.gold]
    return rows


MEASURES: Final[dict[str, tuple[Callable[[Judged], bool], Callable[[Judged], bool]]]] = {
    "exact id": (lambda _: True, lambda j: j.exact),
    f"within {NEAR_KM} km, or the place itself": (lambda _: True, lambda j: j.near or j.exact),
    f"within {NEAR_KM} km by the link's coordinates": (lambda _: True, lambda j: j.near),
    "no link": (lambda _: True, lambda j: j.link is None),
    "precision of links": (lambda j: j.link is not None, lambda j: j.exact),
    SURE: (lambda j: j.link is not None and j.link.score >= SURE_SCORE, lambda j: j.exact),
}


def share(rows: Sequence[Judged], measure: str) -> Figure:
    """Return the share that the measure counts."""
    counts, right = MEASURES[measure]
    tallies: dict[int, list[int]] = {row.document: [0, 0] for row in rows}
    for row in rows:
        if counts(row):
            tallies[row.document][0] += right(row)
            tallies[row.document][1] += 1
    return ratio((right, all_) for right, all_ in tallies.values())


def told(rows: Sequence[Judged], measure: str) -> str:
    """Return share, counts, and the 95 % interval by drawing articles."""
    found = share(rows, measure)
    assert found.low is not None
    assert found.high is not None
    rightly = round(found.value * found.of)
    return f"{100 * found.value:.1f} % ({rightly} of {found.of}; {100 * found.low:.1f} to {100 * found.high:.1f})"


def main() -> None:
    """Measure, and print."""
    gazetteer = load_gazetteer()
    columns = {}
    for name in HALVES:
        columns[f"most populous, {name}"] = judged(half(name), most_populous(gazetteer), gazetteer)
        columns[f"newswire, {name}"] = judged(half(name), ours(gazetteer), gazetteer)
    columns["from the text alone, held out"] = found_whole(half("held out"), gazetteer)
    print(f"| | {' | '.join(columns)} |\n| --- {'| --- ' * len(columns)}|")
    print(f"| articles | {' | '.join(str(len({row.document for row in rows})) for rows in columns.values())} |")
    for measure in MEASURES:
        print(f"| {measure} | {' | '.join(told(rows, measure) for rows in columns.values())} |")
    _print_scores(columns["newswire, held out"])
    _print_time(gazetteer)
    known = set(gazetteer.ids.tolist())
    missing = sum(row.gold.id not in known for row in columns["newswire, held out"])
    print(f"\nids that the gazetteer does not have, held out: {missing}")


def _print_scores(rows: Sequence[Judged]) -> None:
    print("\n| score | links | right | links from there on | right |\n| --- | --- | --- | --- | --- |")
    scored = [(row.link.score, row.exact) for row in rows if row.link is not None]
    for low, high in pairwise(SCORES):
        these, those = ([right for score, right in scored if low <= score < end] for end in (high, 2))
        cells = [f"{len(these)} | {_percent(these)}", f"{len(those)} | {_percent(those)}"]
        print(f"| {low} to {high} | {' | '.join(cells)} |")


def _percent(right: Sequence[bool]) -> str:
    return f"{100 * sum(right) / max(1, len(right)):.1f} %"


def _print_time(gazetteer: Gazetteer) -> None:
    """Print the linker's CPU time beside the model's, on the same articles, with the entities that the model finds."""
    nlp = load_ner()
    model = linking = 0.0
    for document in half("held out"):
        start = time.process_time()
        marked = find_mentions(nlp, [document.title, document.text])
        model += time.process_time() - start
        found = extract_entities(document.title, document.text, *marked)
        start = time.process_time()
        ours(gazetteer)(document, found)
        linking += time.process_time() - start
    count = len(half("held out"))
    print(f"\nCPU ms an article: {1000 * linking / count:.2f} linking, {1000 * model / count:.1f} the model;", end=" ")
    print(f"{100 * linking / model:.1f} %")


if __name__ == "__main__":
    main()
