"""The log says when dedupe remembers less than its window, and when it does again."""

from structlog.testing import capture_logs

from streams.agents.context import Context
from streams.agents.dedupe import dedupe_stage
from streams.contracts.topics import Catalogue
from streams.core.dedupe import DedupePolicy, DedupeState
from streams.core.matching import HOUR_MS
from streams.delivery.records import Record
from tests.clean_articles import clean_article, report

CATALOGUE = Catalogue()
CONTEXT = Context(CATALOGUE, "p", {CATALOGUE.raw.name: "epoch"})


def arriving(number: int, hours: float) -> Record:
    article = clean_article(f"https://example.org/{number}", f"Bridge {number} opens", report(number))
    at = round(hours * HOUR_MS)
    output = CONTEXT.write(
        article, to=CATALOGUE.clean, key="k", stage="normalise", origin=f"news.raw/epoch/0/{number}", ingested_at=at
    )
    return Record(CATALOGUE.clean.name, 0, number, at, None, output.value, list(output.headers))


def test_it_is_said_once_for_each_whole_hour() -> None:
    state = DedupeState(DedupePolicy(max_articles=3), pipeline="p")
    stage = dedupe_stage(CONTEXT, lambda: state)
    with capture_logs() as lines:
        for number, hours in enumerate((0, 0.1, 5.2, 5.3, 5.4, 5.5, 300)):
            stage.decide(arriving(number, hours))
    said = [(line["event"], line.get("hours")) for line in lines]
    assert said == [("window.shortened", 5), ("window.shortened", 0), ("window.whole", None)]
