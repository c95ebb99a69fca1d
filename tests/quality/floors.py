"""The floors of what is measured: `floors.toml` holds them all, the tests read them, and they move upwards only.

    python -m tests.quality.floors                                    prints them
    python -m tests.quality.floors raise [MEASURE ...]                sets them just below the figures of the card
    python -m tests.quality.floors lower "MEASURE: PART" VALUE --because "REASON"

`raise` leaves a margin: MARGIN, which another processor or library may move a figure by, or one case, whichever is
more; it never lowers a floor. `lower` notes floor, reason and date in the file. Exit codes: 0 done, 2 refused, with one
line that says why. A floor of what is better when lower (`better = "lower"`) is the highest value allowed.

`tests/meta/test_floors.py` compares the file with its own history (`floor_history.py`): a floor below the highest ever
held needs a note, and what was noted stays.
"""

import argparse
import json
import math
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

FILE: Final = Path(__file__).with_suffix(".toml")
CARD: Final = Path(__file__).parents[2] / "streams" / "models" / "quality.json"  # `make quality` writes it
MARGIN: Final = 0.002
DECIMALS: Final = 4
REFUSED: Final = 2
RETIRED: Final = "retired"  # the table of parts that are measured no more


class Refused(Exception):
    """Says in one line why a floor stays as it is."""


@dataclass(frozen=True, slots=True)
class Lowering:
    """A floor that was taken back."""

    before: float
    to: float
    because: str
    on: str

    def __str__(self) -> str:
        words = (f"from = {self.before}", f"to = {self.to}", f"because = {_quoted(self.because)}", f'on = "{self.on}"')
        return f"{{ {', '.join(words)} }}"


@dataclass(frozen=True, slots=True)
class Floor:
    """The bar of one figure."""

    floor: float
    highest: float  # the best floor ever held
    aim: float | None = None
    better: Literal["higher", "lower"] = "higher"
    lowered: tuple[Lowering, ...] = ()

    def held_by(self, value: float) -> bool:
        """Whether a figure is as good as the floor."""
        return not self.below(value, self.floor)

    def below(self, one: float, other: float) -> bool:
        """Whether one figure is worse than another."""
        return one < other if self.better == "higher" else one > other

    def __str__(self) -> str:
        words = [f"floor = {self.floor}", f"highest = {self.highest}"]
        words += [f"aim = {self.aim}"] * (self.aim is not None)
        words += ['better = "lower"'] * (self.better == "lower")
        words += [f"lowered = [{', '.join(map(str, self.lowered))}]"] * bool(self.lowered)
        return f"{{ {', '.join(words)} }}"


@dataclass(frozen=True, slots=True)
class Measure:
    """Figures that one test module takes: what of, of which stages, on what data, counting what."""

    about: str
    counted: str
    stages: tuple[str, ...]  # whose policies and models decide; with others, the figures are measured anew
    data: tuple[str, ...]  # below the measuring data, or in the repository
    parts: Mapping[str, Floor]


Measures: TypeAlias = Mapping[str, Measure]


@lru_cache(maxsize=1)
def floors() -> Measures:
    """Return the measures of the file, in its order."""
    return parsed(FILE.read_text(encoding="utf-8"))


def parsed(text: str) -> Measures:
    """Return the measures of a file's text."""
    tables = tomllib.loads(text)
    return {name: _measure(table) for name, table in tables.items() if name != RETIRED}


def _measure(table: Mapping[str, Any]) -> Measure:
    parts = {part: _floor(entry) for part, entry in table["parts"].items()}
    return Measure(table["about"], table["counted"], tuple(table["stages"]), tuple(table["data"]), parts)


def _floor(entry: Mapping[str, Any]) -> Floor:
    notes = tuple(Lowering(n["from"], n["to"], n["because"], n["on"]) for n in entry.get("lowered", ()))
    return Floor(**{**entry, "lowered": notes})


def flat(measures: Measures) -> dict[str, Floor]:
    """Return the floors by `measure: part`."""
    return {f"{name}: {part}": floor for name, measure in measures.items() for part, floor in measure.parts.items()}


def lower(text: str, name: str, value: float, because: str, on: str) -> str:
    """Return the text with a floor taken back, and why.

    Raises:
        Refused: there is no such floor, it would not be lower, or no reason is given.
    """
    floor = _named(text, name)
    if not because.strip():
        raise Refused("a floor is lowered with a reason only: --because REASON")
    if not floor.below(value, floor.floor):
        raise Refused(f"{name}: {value} is not below the floor, {floor.floor}; `raise` moves it upwards")
    note = Lowering(floor.floor, value, " ".join(because.split()), on)
    return with_line(text, name, replace(floor, floor=value, lowered=(*floor.lowered, note)))


def raise_(text: str, name: str, value: float, count: int) -> str:
    """Return the text with a floor just below a figure; one that is as high already stays.

    Raises:
        Refused: there is no such floor.
    """
    floor = _named(text, name)
    margin = max(MARGIN, 1 / count) if count else MARGIN
    scale, sign = 10**DECIMALS, 1 if floor.better == "higher" else -1
    # Rounded away from the figure; first off what floating point adds.
    new = max(0.0, sign * math.floor(round(sign * (value - sign * margin) * scale, 6)) / scale)
    if not floor.below(floor.floor, new):
        return text
    highest = new if floor.below(floor.highest, new) else floor.highest
    return with_line(text, name, replace(floor, floor=new, highest=highest))


def _named(text: str, name: str) -> Floor:
    try:
        return flat(parsed(text))[name]
    except KeyError:
        raise Refused(f'no floor is called "{name}"; `python -m tests.quality.floors` prints them') from None


def with_line(text: str, name: str, floor: Floor) -> str:
    """Return the text with another line for one floor: each has a line of its own, so that comments stay."""
    measure, part = name.split(": ", 1)
    lines = text.split("\n")
    at = lines.index(f"[{measure}.parts]")
    place = next(n for n in range(at + 1, len(lines)) if lines[n].startswith(f"{_quoted(part)} = "))
    lines[place] = line(part, floor)
    return "\n".join(lines)


def line(part: str, floor: Floor) -> str:
    """Return the line that a floor has in the file."""
    return f"{_quoted(part)} = {floor}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main(arguments: Sequence[str] | None = None, file: Path = FILE) -> int:
    """Run the command; see the top of this module."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.quality.floors", description="the floors of what is measured"
    )
    verbs = parser.add_subparsers(dest="verb")
    up = verbs.add_parser("raise", help="set floors just below the figures of the card")
    up.add_argument("measures", nargs="*", metavar="MEASURE", help="default: all")
    up.add_argument("--card", type=Path, default=CARD, help="figures of `make quality`")
    down = verbs.add_parser("lower", help="take a floor back, with a reason")
    down.add_argument("name", help='"MEASURE: PART"')
    down.add_argument("value", type=float, help="a share of 1")
    down.add_argument("--because", default="", metavar="REASON", help="why; without a reason no floor is lowered")
    given = parser.parse_args(arguments)
    text = file.read_text(encoding="utf-8")
    try:
        new = _moved(text, given)
    except (Refused, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    file.write_text(new, encoding="utf-8")
    if file == FILE and new != text:
        from tests.quality.carded import refresh  # which reads the file

        refresh()
    before = flat(parsed(text))
    for name, floor in flat(parsed(new)).items():
        if floor != before[name]:
            sys.stdout.write(f"{name}: {before[name].floor} -> {floor.floor}\n")
        elif given.verb is None:
            sys.stdout.write(f"{name}: {floor.floor}\n")
    return 0


def _moved(text: str, given: argparse.Namespace) -> str:
    if given.verb == "lower":
        return lower(text, given.name, given.value, given.because, f"{datetime.now(UTC):%Y-%m-%d}")
    if given.verb == "raise":
        if unknown := set(given.measures) - parsed(text).keys():
            raise Refused(f"no measure is called {', '.join(sorted(unknown))}")
        for row in json.loads(given.card.read_text(encoding="utf-8"))["figures"]:
            if row["measure"] in (given.measures or [row["measure"]]):
                text = raise_(text, f"{row['measure']}: {row['part']}", row["value"], row["count"])
    return text


if __name__ == "__main__":
    sys.exit(main())
