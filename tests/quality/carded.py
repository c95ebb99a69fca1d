"""The quality card made of what the tests measured."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from streams.cli import quality
from streams.cli.quality import Card
from tests.data import DATA
from tests.quality import floors
from tests.quality.figures import Figure


def card_of(found: Mapping[tuple[str, str], Figure]) -> Card:
    """Return the card of these figures (by measure and part), in the order of the floors."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    measures = {name: _measure(each) for name, each in floors.floors().items() if name in {name for name, _ in found}}
    return Card(measures, _under_floors(_row(*key, figure, day) for key, figure in found.items()))


def _row(measure: str, part: str, figure: Figure, day: str) -> quality.Figure:
    value, count, low, high = figure
    low, high = (None if bound is None else round(bound, 4) for bound in (low, high))
    return quality.Figure(measure, part, round(value, 4), count, low, high, 0.0, None, "higher", day)


def _measure(measure: floors.Measure) -> quality.Measure:
    now = quality.versions()
    data = {name: _digest(DATA / name) for name in measure.data}
    return quality.Measure(measure.about, measure.counted, data, {stage: now[stage] for stage in measure.stages})


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[: quality.HASH_DIGITS] if path.is_file() else ""


def _under_floors(rows: Iterable[quality.Figure]) -> tuple[quality.Figure, ...]:
    """Return the rows in the order of the floors, with these; rows that have none any more are left out."""
    given = {(row.measure, row.part): row for row in rows}
    bars = {(name, part): bar for name, measure in floors.floors().items() for part, bar in measure.parts.items()}
    return tuple(
        replace(given[key], floor=bar.floor, aim=bar.aim, better=bar.better)
        for key, bar in bars.items()
        if key in given
    )


def write(card: Card, path: Path) -> Card:
    """Write a card, and return it: with what the file has of measures and parts that were not measured now.

    Those of other versions of their stages, or on other data, are left out.
    """
    try:
        before = quality.read(path)
    except (OSError, ValueError):
        before = Card({}, ())
    known = {name: _measure(each) for name, each in floors.floors().items()}
    kept = {name: each for name, each in before.measures.items() if name in known and _same(each, known[name])}
    figures = _under_floors((*(row for row in before.figures if row.measure in kept), *card.figures))
    have = {row.measure for row in figures}
    measures = {
        name: kept[name] if name in kept and name not in card.measures else now
        for name, now in known.items()
        if name in have
    }
    whole = Card(measures, figures)
    path.write_text(whole.text(), encoding="utf-8")
    return whole


def _same(before: quality.Measure, now: quality.Measure) -> bool:
    """Whether figures are of the same stages, and of the same data as far as these are here."""
    return before.versions == now.versions and all(
        digest in ("", before.data.get(name)) for name, digest in now.data.items()
    )


def refresh() -> None:
    """Put the floors of today into the packaged card; nothing is measured."""
    write(Card({}, ()), quality.PACKAGED)


def missing(card: Card) -> dict[str, int]:
    """Return of how many floors of each measure the card has no figure."""
    have = {(row.measure, row.part) for row in card.figures}
    lacking = {
        name: sum((name, part) not in have for part in measure.parts) for name, measure in floors.floors().items()
    }
    return {name: number for name, number in lacking.items() if number}
