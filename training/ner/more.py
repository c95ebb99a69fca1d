"""More articles to train on: those of MasakhaNEWS, whose names were marked for this project.

`masakhanews.jsonl` holds a line an article: its row, a hash of its text, how many characters were read, and the marks
as offsets (code points, half open) into headline, an empty line, and text. One reading. Names only, in the shipped
model's own types: dates and numbers are the stock model's.
"""

import json
from pathlib import Path
from typing import Final, NamedTuple

from training.ner.corpus import GoldSpan
from training.ner.labels import NUMBERS, joined
from training.topics.corpus import masakhanews

MARKS: Final = Path(__file__).parent / "masakhanews.jsonl"


class Marked(NamedTuple):
    """A text with the names in it."""

    text: str
    spans: tuple[GoldSpan, ...]

    def labels(self, stock: list[GoldSpan]) -> list[GoldSpan]:
        """Return the names, and what the stock model takes for dates and numbers beside them."""
        return joined(list(self.spans), [span for span in stock if span.label in NUMBERS])


def read_more(data: Path) -> list[Marked]:
    """Return the marked articles in the order of their rows.

    Raises:
        ValueError: a text is not the one that was marked.
    """
    rows = {row.id: row for row in masakhanews(data)}
    found = []
    for line in map(json.loads, MARKS.read_text(encoding="utf-8").splitlines()):
        row = rows.get(line["id"])
        if row is None or row.sha != line["sha256"]:
            raise ValueError(f"{MARKS.name}: row {line['id']} is missing or not the text that was marked")
        text = f"{row.title}\n\n{row.text}"[: line["chars"]]
        found.append(Marked(text, tuple(GoldSpan(*mark) for mark in line["spans"])))
    return found
