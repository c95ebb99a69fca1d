"""How many agency credits are found, and how many are seen where there are none.

python -m tests.quality.agencies
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from streams.core.syndication import agency_of_source, credited
from streams.core.wording import parted
from tests.data import DATA
from tests.quality.figures import Figure, share
from tests.quality.wire_edits.articles import rows

LABELS: Final = Path(__file__).with_suffix(".txt")
ELSEWHERE: Final = "example.org"  # whose articles an agency's own are taken for: their lines have to say it
NOBODY: Final = "-"


class Judged(NamedTuple):
    """One labelled article."""

    article: str
    wanted: str  # "" where none is credited
    found: str


def labels() -> dict[str, str]:
    """Return the labelled articles and their agencies."""
    lines = LABELS.read_text(encoding="utf-8").splitlines()[1:]
    pairs = (line.split(" ", 1) for line in lines)
    return {article: "" if agency == NOBODY else agency for article, agency in pairs}


def judged() -> list[Judged]:
    """Return what is found in each labelled article, as another outlet would print it."""
    return list(_judged(labels()))


def _judged(wanted: dict[str, str]) -> Iterator[Judged]:
    for row in rows("articles/allsides_8k.jsonl.gz"):
        if row["id"] in wanted:
            authors = tuple(filter(None, map(str.strip, (row["authors"] or "").split(","))))
            source = ELSEWHERE if agency_of_source(row["source"]) else row["source"]
            yield Judged(row["id"], wanted[row["id"]], credited(parted(row["body"]), authors, source))


def precision(found: list[Judged]) -> Figure:
    """Return the share of named agencies that are right."""
    return _share([one.wanted == one.found for one in found if one.found])


def recall(found: list[Judged]) -> Figure:
    """Return the share of credits that are found, with the right agency."""
    return _share([one.wanted == one.found for one in found if one.wanted])


def _share(right: list[bool]) -> Figure:
    return share(sum(right), len(right))


def table(found: list[Judged]) -> str:
    """Return the figures, and each article that is judged wrongly."""
    wanted = sum(bool(one.wanted) for one in found)
    figures = " | ".join(f"{100 * measure(found).value:.1f} %" for measure in (precision, recall))
    lines = [
        "| credited | not credited | precision | recall |",
        "| --- | --- | --- | --- |",
        f"| {wanted} | {len(found) - wanted} | {figures} |",
    ]
    wrong = [one for one in found if one.wanted != one.found]
    lines += [f"{one.article}: {one.wanted or NOBODY}, found {one.found or NOBODY}" for one in wrong]
    return "\n".join(lines)


if __name__ == "__main__":
    if not DATA.is_dir():
        sys.exit("no measuring data (set NEWSWIRE_DATA)")
    sys.stdout.write(table(judged()) + "\n")
