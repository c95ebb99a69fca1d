"""Sixty articles annotated by hand: names, what is one entity, and who said what. No text: ids and offsets only.

`articles.jsonl` holds a line for each, all of `articles/allsides_8k.jsonl.gz`, of 250 to 520 words, at most five of one
outlet:

* `id`, and `sha256`: the first 16 hex digits of that of its `body`, the text that all offsets (code points, half open)
  are into.
* `mentions`: start, end, type, entity. Those of one entity share its id. Types and bounds are OntoNotes', but for
  titles, possessives and a leading "the", which stand outside. Pronouns and descriptions are not marked.
* `quotes`: start, end, id, speaker. An id with Q is a direct quotation with its marks, one with R a clause of reported
  speech without its cue; parts of one quotation share the id. The speaker is an entity, null where no named one is
  told.

One reading each, and each was checked by the same reader again. Rules are made on `DEVELOPED`; figures are those of
`HELD_OUT`, at which nobody looks for that.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from tests.data import DATA
from training.topics.corpus import ALLSIDES, json_lines

ARTICLES: Final = Path(__file__).parent / "articles.jsonl"
SHA_CHARS: Final = 16
DEVELOPED: Final = "developed"
HELD_OUT: Final = "held out"


class Marked(NamedTuple):
    """A mention of an entity."""

    start: int
    end: int
    type: str
    entity: str


class Said(NamedTuple):
    """A piece of speech."""

    start: int
    end: int
    id: str
    speaker: str | None

    @property
    def direct(self) -> bool:
        """Whether it is in quotation marks."""
        return self.id.startswith("Q")


class Annotated(NamedTuple):
    """An article with its marks."""

    id: str
    title: str
    text: str
    mentions: tuple[Marked, ...]
    said: tuple[Said, ...]

    @property
    def half(self) -> str:
        """Whether rules may be made on it."""
        return DEVELOPED if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2 else HELD_OUT


@lru_cache(maxsize=1)
def annotated() -> tuple[Annotated, ...]:
    """Return the articles in the order of their ids.

    Raises:
        ValueError: a text is not the one that was annotated.
    """
    marks = {line["id"]: line for line in map(json.loads, ARTICLES.read_text(encoding="utf-8").splitlines())}
    found = []
    for row in json_lines(DATA / ALLSIDES):
        if (line := marks.pop(row["id"], None)) is None:
            continue
        if hashlib.sha256(row["body"].encode()).hexdigest()[:SHA_CHARS] != line["sha256"]:
            raise ValueError(f"{ALLSIDES}: {row['id']} has another text than the one that was annotated")
        mentions = tuple(Marked(*mark) for mark in line["mentions"])
        found.append(
            Annotated(row["id"], row["title"], row["body"], mentions, tuple(Said(*mark) for mark in line["quotes"]))
        )
    if marks:
        raise ValueError(f"{ALLSIDES}: no rows {', '.join(sorted(marks))}")
    return tuple(sorted(found))
