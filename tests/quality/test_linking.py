"""Wikidata ids; `python -m tests.quality.linking` prints the table by class."""

import pytest

from tests.data import needs_data
from tests.quality.linking import ALL, ORGANISATION, PLACE, Span, figures, labels, read_all
from tests.quality.plugin import Recorder

pytestmark = pytest.mark.quality


@needs_data
def test_what_news_name_has_its_id(card: Recorder) -> None:
    row = figures(read_all(), ALL)
    found = {"precision": row.precision, "recall, ids available": row.recall, "F1, ids available": row.f1}
    card.check("linking", found, "python -m tests.quality.linking --errors names them")


def label(
    number: int, start: int, end: int, entity_id: str, type_: str, parent: int | None = None
) -> dict[str, object]:
    made: dict[str, object] = {"id": number, "span": [start, end], "entity_id": entity_id, "type": type_}
    return made | ({} if parent is None else {"parent": parent})


def test_labels_that_count_are_named_and_of_a_class() -> None:
    text = "He met Oslo, Norway and the BBC; the country, 2009."
    row = {
        "text": text,
        "labels": [
            label(0, 0, 2, "Q1", "Q215627"),  # a pronoun
            label(1, 7, 19, "Q585", "Q27096213|Q43229"),
            label(2, 7, 11, "Q585", "Q27096213|Q43229", parent=1),  # the same once more
            label(3, 13, 19, "Q20", "Q27096213|Q43229", parent=1),
            label(4, 28, 31, "Q9531", "Q2424752|Q43229"),
            label(5, 33, 44, "Q20", "Q27096213"),  # a description
            label(6, 46, 50, "DATETIME", "DATETIME"),
        ],
    }
    assert list(labels(row)) == [
        Span(7, 19, PLACE, "Q585"), Span(13, 19, PLACE, "Q20"), Span(28, 31, ORGANISATION, "Q9531"),
    ]  # fmt: skip
