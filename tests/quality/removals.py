"""How well the removals work: `python -m tests.quality.removals [--set NAME] [--show N]` prints the figures.

Insertions: one paragraph of an article is put into another of the same set, anywhere from the second place to the
last; found means that exactly this paragraph is removed. Untouched articles: every removed paragraph but tails and
credits counts as a loss, although some (advertisements, real subheadings) are rightly gone.

Tuned on the training rows and the first half of AllSides; the sets here are the other ones.
"""

import argparse
import gzip
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from streams.contracts.events import CleanArticle
from streams.core.normalise import DEFAULT_POLICY, NormaliseModels, NormalisePolicy, normalise
from streams.models.normalise import load_normalise_models
from training.ner import corpus as newswire

SEED: Final = 20_260_407
UNTOUCHED: Final = 500
INSERTIONS: Final = 300
ENDINGS: Final = frozenset(("tail", "credit"))


class Story(NamedTuple):
    title: str
    text: str


class Paragraphs(NamedTuple):
    """Of one article: all, those taken for another article's, those that any rule but tails and credits took out."""

    all: int
    foreign: int
    lost: int


class Untouched(NamedTuple):
    """What was removed from articles as they are."""

    articles: int
    paragraphs: int
    by_rule: Counter[str]
    foreign: list[str]
    each: list[Paragraphs]

    @property
    def foreign_share(self) -> float:
        return self.by_rule["foreign_paragraph"] / self.paragraphs

    @property
    def loss_share(self) -> float:
        return sum(n for rule, n in self.by_rule.items() if rule not in ENDINGS) / self.paragraphs


class Inserted(NamedTuple):
    """What became of inserted paragraphs."""

    insertions: int
    found: int
    others_lost: int

    @property
    def found_share(self) -> float:
        return self.found / self.insertions


def data_folder() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("NEWSWIRE_DATA", beside))


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def allsides(data: Path, half: int = 2) -> list[Story]:
    """One half of AllSides; the first one was tuned on."""
    stories = [Story(row["title"], row["body"]) for row in rows(data / "articles/allsides_8k.jsonl.gz")]
    middle = len(stories) // 2
    return stories[:middle] if half == 1 else stories[middle:]


def worldwide(data: Path) -> list[Story]:
    """The held-out part of the worldwide newswire; its articles have no headlines."""
    _, held_out = newswire.split(newswire.read_articles(data / newswire.ARCHIVE))
    return [Story("Untitled", article.text) for article in held_out]


def bbc(data: Path) -> list[Story]:
    parts = (row["text"].partition("\n") for row in rows(data / "topics/bbc.jsonl.gz"))
    return [Story(title, text.strip()) for title, _, text in parts]


SETS: Final = {"allsides": allsides, "worldwide": worldwide, "bbc": bbc}


def clean(story: Story, models: NormaliseModels, policy: NormalisePolicy = DEFAULT_POLICY) -> CleanArticle:
    value = json.dumps({"url": "https://example.org/story", "title": story.title, "text": story.text})
    return normalise(
        value.encode(), origin="t:1:0:0", ingested_at=None, pipeline="quality", models=models, policy=policy
    )


def untouched(
    stories: Sequence[Story],
    models: NormaliseModels,
    policy: NormalisePolicy = DEFAULT_POLICY,
    number: int = UNTOUCHED,
) -> Untouched:
    chosen = random.Random(SEED).sample(list(stories), min(number, len(stories)))
    by_rule, foreign, each = Counter[str](), list[str](), list[Paragraphs]()
    for story in chosen:
        article = clean(story, models, policy)
        rules = [item.rule for item in article.removed]
        by_rule.update(rules)
        lost = sum(rule not in ENDINGS for rule in rules)
        each.append(Paragraphs(article.text.count("\n\n") + 1 + len(rules), rules.count("foreign_paragraph"), lost))
        foreign += [f"{story.title[:60]} || {i.text}" for i in article.removed if i.rule == "foreign_paragraph"]
    return Untouched(len(chosen), sum(one.all for one in each), by_rule, foreign, each)


def inserted(
    stories: Sequence[Story],
    models: NormaliseModels,
    policy: NormalisePolicy = DEFAULT_POLICY,
    number: int = INSERTIONS,
) -> Inserted:
    dice = random.Random(SEED)
    least = policy.foreign.min_paragraphs
    # Cleaned first: what is inserted is a paragraph of an article, not an advertisement in it.
    pool = dice.sample(list(stories), min(2 * number, len(stories)))
    ready = [Story(story.title, clean(story, models, policy).text) for story in pool]
    ready = [story for story in ready if story.text.count("\n\n") + 1 >= least]
    found = lost = 0
    for _ in range(number):
        host, other = dice.sample(ready, 2)
        paragraphs = host.text.split("\n\n")
        stranger = dice.choice(other.text.split("\n\n"))
        at = dice.randint(1, len(paragraphs))
        mixed = "\n\n".join([*paragraphs[:at], stranger, *paragraphs[at:]])
        removed = [item.text for item in clean(Story(host.title, mixed), models, policy).removed]
        found += stranger in removed
        lost += sum(text != stranger for text in removed)
    return Inserted(number, found, lost)


def milliseconds(stories: Sequence[Story], models: NormaliseModels, number: int = 200) -> tuple[float, float]:
    """Return the mean words and the mean time of this process's CPU for one article."""
    chosen = random.Random(SEED).sample(list(stories), number)
    start = time.process_time()
    for story in chosen:
        clean(story, models)
    spent = time.process_time() - start
    return sum(len(story.text.split()) for story in chosen) / number, spent / number * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=sorted(SETS), action="append", help="default: all")
    parser.add_argument("--show", type=int, default=0, help="print so many wrongly suspected paragraphs of each set")
    parser.add_argument("--min-log-odds", type=float, help="another threshold of the foreign paragraph rule")
    options = parser.parse_args()
    policy = DEFAULT_POLICY
    if options.min_log_odds is not None:
        policy = replace(policy, foreign=replace(policy.foreign, min_log_odds=options.min_log_odds))
    data, models = data_folder(), load_normalise_models()
    for name in options.set or SETS:
        stories = SETS[name](data)
        plain, mixed = untouched(stories, models, policy), inserted(stories, models, policy)
        print(f"{name}: seed {SEED}")
        print(f"  {plain.articles} untouched articles, {plain.paragraphs} paragraphs, removed {dict(plain.by_rule)}")
        print(f"  foreign_paragraph {plain.foreign_share:.2%}, all rules but tails and credits {plain.loss_share:.2%}")
        print(f"  {mixed.insertions} insertions, found {mixed.found_share:.1%}, others lost {mixed.others_lost}")
        for text in plain.foreign[: options.show]:
            print("    ", text[:200])
    words, spent = milliseconds(allsides(data), models)
    print(f"normalise: {spent:.2f} ms of CPU for an article of {words:.0f} words")


if __name__ == "__main__":
    main()
