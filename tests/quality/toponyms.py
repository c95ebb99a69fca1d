"""Local news with its place names and their GeoNames ids (LGL), as entities that an article would have."""

import lzma
import tarfile
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree import ElementTree

from streams.contracts.events import Entity, Mention
from streams.core.gazetteer import Gazetteer, place_key
from tests.data import DATA

FILE: Final = DATA / "geo" / "lgl.tar.xz"
HALVES: Final = {"developed": 0, "held out": 1}  # parity of the document's id; weights were set on the first half only


class Gold(NamedTuple):
    """A place name with the place that people chose for it."""

    start: int
    end: int
    name: str
    id: int
    lat: float
    lon: float


class Document(NamedTuple):
    """An article; `names` are all names of places that people marked, `gold` those with an id."""

    id: int
    url: str
    source: str
    title: str
    text: str
    names: tuple[tuple[int, int, str], ...]
    gold: tuple[Gold, ...]


@lru_cache(maxsize=1)
def documents() -> tuple[Document, ...]:
    """Return all articles, in the order of the file."""
    with lzma.open(FILE) as packed, tarfile.open(fileobj=packed) as archive:
        member = next(one for one in archive if one.name.endswith(".xml"))
        content = archive.extractfile(member)
        assert content is not None
        root = ElementTree.fromstring(content.read())
    return tuple(_document(article) for article in root)


def half(name: str) -> tuple[Document, ...]:
    """Return one half of the articles."""
    return tuple(document for document in documents() if document.id % 2 == HALVES[name])


def entities(document: Document, gazetteer: Gazetteer) -> tuple[Entity, ...]:
    """Return the marked names as entities without links: one for each spelling, peoples as such."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end, name in document.names:
        spans.setdefault(name, []).append((start, end))
    return tuple(
        Entity(
            entity_id=name,
            type="NORP" if place_key(name) in gazetteer.demonyms else "GPE",
            name=name,
            salience=0,
            mentions=tuple(Mention(start=start, end=end, text=document.text[start:end]) for start, end in found),
        )
        for name, found in spans.items()
    )


def _document(article: ElementTree.Element) -> Document:
    names, gold = [], []
    for toponym in article.iter("toponym"):
        start, end, name = int(_text(toponym, "start")), int(_text(toponym, "end")), _text(toponym, "phrase")
        names.append((start, end, name))
        tag = toponym.find("gaztag")
        if tag is not None:
            place = int(tag.attrib["geonameid"]), float(_text(tag, "lat")), float(_text(tag, "lon"))
            gold.append(Gold(start, end, name, *place))
    return Document(
        int(article.attrib["docid"]),
        _text(article, "url"),
        _text(article, "domain"),
        _text(article, "title"),
        _text(article, "text"),
        tuple(names),
        tuple(gold),
    )


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(name) or ""
