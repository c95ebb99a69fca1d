"""The quality card of the release: what was measured, how sure that is, and beside which floors and aims.

`make quality` writes it to `streams/models/quality.json`, each measure with the versions of the stages that it is of.
Figures are shares of 1 in the file and percentages in print.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from streams.core import classify, extract
from streams.core.dedupe import POLICY_VERSION as DEDUPE_VERSION
from streams.core.matching import DedupePolicy
from streams.core.normalise import NormalisePolicy
from streams.core.stories import StoryPolicy
from streams.models.pipeline import ARTEFACTS

PACKAGED: Final = Path(__file__).parents[1] / "models" / "quality.json"
HEAD: Final = ("figure", "n", "%", "95 % interval", "floor", "aim", "")
HASH_DIGITS: Final = 16
# The artefacts that a stage decides with.
MODELS: Final[dict[str, tuple[str, ...]]] = {
    "normalise": ("foreign",), "dedupe": (), "classify": ("topics",), "extract": ("ner", "places", "wikidata"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the card."""

    measure: str
    part: str
    value: float
    count: int
    low: float | None
    high: float | None
    floor: float
    aim: float | None
    better: Literal["higher", "lower"]
    measured: str  # the day

    @property
    def held(self) -> bool:
        """Whether the floor holds."""
        return self._reaches(self.floor)

    @property
    def reached(self) -> bool:
        """Whether the aim is reached; where there is none it is."""
        return self.aim is None or self._reaches(self.aim)

    def _reaches(self, bar: float) -> bool:
        return self.value >= bar if self.better == "higher" else self.value <= bar


@dataclass(frozen=True, slots=True)
class Measure:
    """What several figures are of, what they count, the data that they were taken on, and the versions of stages."""

    about: str
    counted: str
    data: Mapping[str, str]  # file -> first digits of its sha256, "" of what lies in the repository
    versions: Mapping[str, str]  # stage -> policy and models


@dataclass(frozen=True, slots=True)
class Card:
    """All figures."""

    measures: Mapping[str, Measure]
    figures: tuple[Figure, ...]

    def text(self) -> str:
        """Return it as JSON, a measure and a figure a line."""
        measures = ",\n".join(f"  {_json(name)}: {_json(asdict(each))}" for name, each in self.measures.items())
        rows = ",\n".join(f"  {_json(asdict(figure))}" for figure in self.figures)
        return f'{{\n "measures": {{\n{measures}\n }},\n "figures": [\n{rows}\n ]\n}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def read(path: Path = PACKAGED) -> Card:
    """Return a card that was written.

    Raises:
        OSError: there is none.
        ValueError: it is none.
    """
    told = json.loads(path.read_text(encoding="utf-8"))
    try:
        measures = {name: Measure(**measure) for name, measure in told["measures"].items()}
        return Card(measures, tuple(Figure(**row) for row in told["figures"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name} is no quality card: {error}") from None


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return by stage the policy and a hash of each model: with others, figures are of something else."""
    policies = {
        "normalise": NormalisePolicy().version,
        "dedupe": f"{DEDUPE_VERSION} {DedupePolicy().version} {StoryPolicy().version}",
        "classify": classify.POLICY_VERSION,
        "extract": extract.POLICY_VERSION,
    }
    return {
        stage: ", ".join([policies[stage], *(f"{name} {_digest(ARTEFACTS / name)}" for name in models)])
        for stage, models in MODELS.items()
    }


def _digest(folder: Path) -> str:
    """Return the first digits of a hash of all files but notes."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".md":
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:HASH_DIGITS]


def table(card: Card) -> str:
    """Return the card as Markdown: a table for each measure, then what fails."""
    parts = []
    for name, measure in card.measures.items():
        rows = [figure for figure in card.figures if figure.measure == name]
        parts.append(f"### {name}: {measure.about}\n\nn: {measure.counted}. Data: {', '.join(measure.data)}.\n")
        parts.append("\n".join(_markdown(rows)) + "\n")
    return "\n".join([*parts, *summary(card)])


def summary(card: Card) -> list[str]:
    """Return how many floors hold and aims are reached, when and of what versions that was measured, and what fails."""
    broken = [f"{figure.measure}: {figure.part}" for figure in card.figures if not figure.held]
    aims = [figure for figure in card.figures if figure.aim is not None]
    days = sorted({figure.measured for figure in card.figures}) or ["never"]
    stages = sorted({f"{stage}: {of}" for measure in card.measures.values() for stage, of in measure.versions.items()})
    return [
        f"{len(card.figures) - len(broken)} of {len(card.figures)} floors hold,"
        f" {sum(figure.reached for figure in aims)} of {len(aims)} aims are reached.",
        f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))}, of {'; '.join(stages)}.",
        *(f"BELOW ITS FLOOR: {name}" for name in broken),
    ]


def _markdown(rows: Iterable[Figure]) -> Iterator[str]:
    yield f"| {' | '.join(HEAD)} |"
    yield "| --- " * len(HEAD) + "|"
    for row in rows:
        yield f"| {' | '.join(cells(row))} |"


def cells(row: Figure) -> tuple[str, ...]:
    """Return what a line of the card shows under HEAD."""
    sign = ">=" if row.better == "higher" else "<="
    interval = "" if row.low is None or row.high is None else f"{percent(row.low)} to {percent(row.high)}"
    aim = "" if row.aim is None else f"{sign} {percent(row.aim)}"
    verdict = "pass" if row.held else "FAIL"
    met = ", aim" if row.aim is not None and row.reached else ""
    return row.part, f"{row.count:,}", percent(row.value), interval, f"{sign} {percent(row.floor)}", aim, verdict + met


def percent(value: float) -> str:
    """Return a share in percent: with one decimal, or two where it is small."""
    return f"{100 * value:.{2 if 0 < abs(value) < 0.02 else 1}f}"
