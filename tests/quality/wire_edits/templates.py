"""Made-up templates of reports that machines fill in. A slot is named for its kind, and counted where there are more.

The long ones have 150 to 250 words and 6 to 12 slots; the short ones are market, sports and weather reports.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.quality.wire_edits.lines import CITIES, FIRST, LAST, MONTHS, WEEKDAYS


class Template(NamedTuple):
    """A headline and paragraphs with slots in braces."""

    title: str
    paragraphs: tuple[str, ...]


_COMPANIES: Final = (
    "Alvarion", "Brightwater", "Cormack Steel", "Delphine Foods", "Eastgate Energy", "Fennimore", "Gallant Motors",
    "Holloway Bank", "Ingram Textiles", "Juniper Rail", "Kestrel Air", "Lomond Chemicals", "Marlow Media", "Northfield",
    "Orrin Pharma", "Pelham Insurance", "Quillon", "Redstone Mining", "Sable Software", "Tarrant Retail", "Umber Paper",
    "Vantry", "Westmere Shipping", "Yarrow Telecom",
)  # fmt: skip
_TEAMS: Final = (
    "Rovers", "Harriers", "Mariners", "Falcons", "Wanderers", "Comets", "Athletic", "Kings", "Pioneers", "Bulls",
    "Rangers", "Saints", "Thunder", "Wolves", "Eagles", "Hornets",
)  # fmt: skip
_TOWNS: Final = (
    "Ashby", "Bellmont", "Carrick", "Dunmore", "Elsworth", "Fairhaven", "Glenrock", "Hartwell", "Inverness Falls",
    "Kirkby", "Langford", "Millbrook", "Newbury", "Oakdale", "Preston", "Queensferry", "Ridgeway", "Stanhope",
    "Thornton", "Whitby",
)  # fmt: skip
_STREETS: Final = (
    "Mill Lane",
    "Station Road",
    "Church Street",
    "Park Avenue",
    "High Street",
    "Canal Street",
    "Elm Drive",
)
_SKIES: Final = ("sunny", "cloudy", "partly cloudy", "rainy", "overcast", "foggy", "windy", "hazy")
_COURSES: Final = ("rose", "fell", "climbed", "slipped", "gained", "dropped")
_DEGREES: Final = (-9, 38)

_KINDS: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "company": lambda rng: rng.choice(_COMPANIES), "team": lambda rng: f"{rng.choice(_TOWNS)} {rng.choice(_TEAMS)}",
    "town": lambda rng: rng.choice(_TOWNS), "city": lambda rng: rng.choice(CITIES),
    "person": lambda rng: f"{rng.choice(FIRST)} {rng.choice(LAST)}", "street": lambda rng: rng.choice(_STREETS),
    "weekday": lambda rng: rng.choice(WEEKDAYS), "date": lambda rng: f"{rng.choice(MONTHS)} {rng.randint(1, 28)}",
    "sky": lambda rng: rng.choice(_SKIES), "moved": lambda rng: rng.choice(_COURSES),
    "degrees": lambda rng: str(rng.randint(*_DEGREES)), "goals": lambda rng: str(rng.randint(0, 6)),
    "points": lambda rng: str(rng.randint(61, 139)), "minute": lambda rng: str(rng.randint(2, 89)),
    "crowd": lambda rng: f"{rng.randint(2, 78)},{rng.randint(0, 999):03}", "age": lambda rng: str(rng.randint(18, 91)),
    "million": lambda rng: f"{rng.randint(3, 940)}.{rng.randint(1, 9)}",
    "share": lambda rng: f"{rng.uniform(0.1, 9.9):.1f}",
    "price": lambda rng: f"{rng.uniform(2, 190):.2f}",
    "index": lambda rng: f"{rng.randint(2, 29)},{rng.randint(100, 999)}.{rng.randint(10, 99)}",
    "count": lambda rng: str(rng.randint(13, 980)), "magnitude": lambda rng: f"{rng.uniform(4.1, 7.4):.1f}",
    "rate": lambda rng: f"{rng.uniform(0.9, 154):.4f}",
    "time": lambda rng: f"{rng.randint(1, 12)}:{rng.randint(10, 59)}",
}  # fmt: skip
_SLOT: Final = re.compile(r"{([a-z]+\d?)}")
OWN_TEXT: Final = "..."


def slots(template: Template) -> list[str]:
    """Return the names of the slots, each once."""
    return list(dict.fromkeys(_SLOT.findall("\n".join((template.title, *template.paragraphs)))))


def values(rng: random.Random, template: Template) -> dict[str, str]:
    """Return something to fill each slot with; slots of one kind hold different things."""
    filled: dict[str, str] = {}
    for slot in slots(template):
        draw = _KINDS[slot.rstrip("0123456789")]
        filled[slot] = draw(rng)
        while list(filled.values()).count(filled[slot]) > 1:
            filled[slot] = draw(rng)
    return filled


def other_values(rng: random.Random, template: Template, than: Mapping[str, str]) -> dict[str, str]:
    """Return fillings of which none is what stood in its slot before."""
    while True:
        filled = values(rng, template)
        if all(filled[slot] != than[slot] for slot in filled):
            return filled


def fill(template: Template, filled: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """Return title and paragraphs."""
    return template.title.format(**filled), [part.format(**filled) for part in template.paragraphs]


def _read(kind: str) -> tuple[Template, ...]:
    """Return the templates of one kind from the file beside: `[kind] title`, then paragraphs between blank lines."""
    parts = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").split("\n\n\n")
    found = (part.strip().partition("\n") for part in parts if part.strip().startswith(f"[{kind}]"))
    return tuple(
        Template(head.partition("]")[2].strip(), tuple(" ".join(text.split()) for text in body.split("\n\n")))
        for head, _, body in found
    )


LONG: Final = _read("long")
MARKET: Final = _read("market")
SPORT: Final = _read("sport")
WEATHER: Final = _read("weather")
COLUMNS: Final = _read("column")  # one paragraph is the text of the day
SITES: Final = _read("site")  # likewise


def around(frame: Template, own: Sequence[str]) -> tuple[str, ...]:
    """Return the paragraphs of a column or page with its own text in their place."""
    at = frame.paragraphs.index(OWN_TEXT)
    return (*frame.paragraphs[:at], *own, *frame.paragraphs[at + 1 :])
