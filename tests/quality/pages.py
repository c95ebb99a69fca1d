"""The text of real news pages: `python -m tests.quality.pages [--errors]` prints the figures.

85 pages whose text, title, date and authors people wrote down. The measure: runs of four words (`\\w+`, as they are
written) in common, each as often as it occurs in both; precision, recall and F1 of each page, and their means over
the pages. Differences to the baseline are of the same pages; 95 % intervals by a bootstrap over pages.

Pages fall into two halves by a hash of their file. Rules were made on the half `developed`; of the half `held out`
only totals were looked at. The columns:

* trafilatura, with the settings named; `fast=True` is the baseline;
* page reader: `streams.core.html.text_of`, what takes the article out of its page;
* event: the text of the clean article, after the page went through the file producer and `normalise`.
"""

import argparse
import hashlib
import json
import re
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import trafilatura

from producers.items import encoded
from producers.sources.documents import page_article
from streams.contracts.errors import Malformed
from streams.contracts.events import CleanArticle
from streams.core import html
from streams.core.clean_text import key
from streams.core.fields import split_authors
from streams.core.normalise import NormaliseModels, normalise
from streams.models.normalise import load_normalise_models
from tests.data import DATA
from tests.quality.figures import Figure, ratio
from tests.quality.removals import rows

GRAM: Final = 4
HALVES: Final = ("developed", "held out")
SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "fast": {"fast": True},
    "fast, no comments": {"fast": True, "include_comments": False},
    "fast, precision": {"fast": True, "include_comments": False, "favor_precision": True},
    "fast, recall": {"fast": True, "include_comments": False, "favor_recall": True},
    "fast, no repeats": {"fast": True, "include_comments": False, "deduplicate": True},
    "not fast": {"include_comments": False},
}
BASELINE: Final = "fast"


class Page(NamedTuple):
    """A page as it came, and what people wrote down of it."""

    name: str
    half: str
    data: bytes
    text: str
    title: str
    date: str | None
    authors: str
    link: str

    @property
    def markup(self) -> str:
        return self.data.decode("utf-8", "replace")


class Score(NamedTuple):
    precision: float
    recall: float
    f1: float


def read_pages(data: Path = DATA) -> list[Page]:
    gold = {row["html_file"]: row for row in rows(data / "pages/articledata_gold.jsonl.gz")}
    pages = []
    with tarfile.open(data / "pages/articledata_html.tar.xz") as files:
        for member in files:
            name = Path(member.name).stem
            file = files.extractfile(member) if member.isfile() and name in gold else None
            if file:
                pages.append(_page(name, file.read(), gold[name]))
    return sorted(pages)


def _page(name: str, data: bytes, row: dict[str, Any]) -> Page:
    half = HALVES[hashlib.sha256(name.encode()).digest()[0] % 2]
    return Page(name, half, data, row["text"], row["title"], row["date"], row["authors"], row["link"])


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + GRAM]) for at in range(max(1, len(words) - GRAM + 1)) if words)


def score(found: str, gold: str) -> Score:
    ours, theirs = grams(found), grams(gold)
    shared = (ours & theirs).total()
    precision = shared / ours.total() if ours else 0.0
    recall = shared / theirs.total() if theirs else 0.0
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0)


def extracted(page: Page, settings: dict[str, Any]) -> str:
    return trafilatura.extract(page.markup, **settings) or ""


def cleaned(page: Page, models: NormaliseModels) -> CleanArticle | None:
    """Return what the pipeline makes of a saved page under its own address."""
    record = encoded({**page_article(page.data, page.name, "pages"), "url": page.link})
    try:
        return normalise(record, origin="t:1:0:0", ingested_at=None, pipeline="quality", models=models)
    except Malformed:
        return None


def mean(scores: Sequence[Score]) -> Score:
    return Score(*(sum(values) / len(scores) for values in zip(*scores, strict=True)))


def difference(ours: Sequence[Score], baseline: Sequence[Score]) -> Figure:
    """Return the difference of the mean F1."""
    return ratio((one.f1 - other.f1, 1) for one, other in zip(ours, baseline, strict=True))


def texts_of(pages: Sequence[Page], articles: Sequence[CleanArticle | None]) -> dict[str, tuple[list[str], float]]:
    """Return of each column the texts and the pages a second of CPU; of events only the texts."""
    readers: dict[str, Callable[[Page], str]] = {
        name: (lambda page, settings=settings: extracted(page, settings))  # type: ignore[misc]
        for name, settings in SETTINGS.items()
    }
    readers["page reader"] = lambda page: html.text_of(page.markup)
    found = {}
    for name, read in readers.items():
        start = time.process_time()
        texts = [read(page) for page in pages]
        found[name] = texts, len(pages) / (time.process_time() - start)
    found["event"] = [article.text if article else "" for article in articles], 0.0
    return found


class Facts(NamedTuple):
    """How many pages have the right title, date and authors, of those that have any."""

    titles: int
    dates: int
    dated: int
    authors: int
    some_author: int
    authored: int
    pages: int


def facts(pages: Sequence[Page], articles: Sequence[CleanArticle | None]) -> Facts:
    counts: Counter[str] = Counter()
    for page, article in zip(pages, articles, strict=True):
        wanted = {key(name) for name in split_authors(page.authors)}
        found = {key(name) for name in article.authors} if article else set()
        counts["titles"] += article is not None and key(article.title) == key(page.title)
        counts["dated"] += page.date is not None
        counts["dates"] += bool(page.date and article and (article.published_at or "").startswith(page.date))
        counts["authored"] += bool(wanted)
        counts["authors"] += bool(wanted) and found == wanted
        counts["some_author"] += bool(wanted & found)
    return Facts(**{name: counts[name] for name in Facts._fields if name != "pages"}, pages=len(pages))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="print the worst pages of the half developed")
    options = parser.parse_args()
    pages, models = read_pages(), load_normalise_models()
    articles = [cleaned(page, models) for page in pages]
    columns = texts_of(pages, articles)
    scores = {
        name: [score(text, page.text) for text, page in zip(texts, pages, strict=True)]
        for name, (texts, _) in columns.items()
    }
    for half in (*HALVES, "all"):
        chosen = [at for at, page in enumerate(pages) if half in (page.half, "all")]
        print(f"\n| {half}: {len(chosen)} pages | P | R | F1 | to the baseline | pages/s |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name in columns:
            print(_line(name, [scores[name][at] for at in chosen], [scores[BASELINE][at] for at in chosen],
                        columns[name][1]))  # fmt: skip
    print("\n| | pages | title | date | authors | one of them |\n| --- | --- | --- | --- | --- | --- |")
    for half in (*HALVES, "all"):
        chosen = [at for at, page in enumerate(pages) if half in (page.half, "all")]
        right = facts([pages[at] for at in chosen], [articles[at] for at in chosen])
        print(f"| {half} | {right.pages} | {right.titles} | {right.dates} of {right.dated} "
              f"| {right.authors} of {right.authored} | {right.some_author} of {right.authored} |")  # fmt: skip
    if options.errors:
        print(json.dumps(_worst(pages, scores["event"]), indent=1))


def _line(name: str, ours: Sequence[Score], baseline: Sequence[Score], speed: float) -> str:
    means = " | ".join(f"{value:.1%}".removesuffix("%") for value in mean(ours))
    return f"| {name} | {means} | {difference(ours, baseline).told('+.1%')} | {f'{speed:.0f}' if speed else ''} |"


def _worst(pages: Sequence[Page], scores: Sequence[Score]) -> list[str]:
    ranked = sorted(zip(scores, pages, strict=True), key=lambda item: item[0].f1)
    return [
        f"{page.link.split('/')[2]}: P {one.precision:.2f} R {one.recall:.2f} F1 {one.f1:.2f}"
        for one, page in ranked
        if page.half == HALVES[0]
    ][:10]


if __name__ == "__main__":
    main()
