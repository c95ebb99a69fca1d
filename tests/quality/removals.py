"""How well the removals work: `python -m tests.quality.removals [--set NAME] [--show N]` prints the figures.

Insertions: one paragraph of an article is put into another of the same set, anywhere from the second place to the
last; found means that exactly this paragraph is removed. Endings: the lead once more behind itself, or a heading such
as "LAST NEWS" with headlines of other articles at the end; found means that these lines are removed and nothing that
was not removed before. Untouched articles: what `foreign_paragraph` takes counts as a loss, and so does every other
removed paragraph but tails and credits, although most of them (advertisements, calls to subscribe) are rightly gone.

Tuned on the training rows, the first half of AllSides and the even rows of the BBC; the sets here are the others.
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
from tests.quality.figures import ratio, share
from training.ner import corpus as newswire

SEED: Final = 20_260_407
UNTOUCHED: Final = {"worldwide": 127, "bbc": 873, "allsides": 1_000}  # 2,000 articles; the newswire has no more
INSERTIONS: Final = {"worldwide": 334, "bbc": 333, "allsides": 333}
MIXED: Final = 1_000  # insertions where the sets are mixed
MIXED_POOL: Final = 250  # articles of each set, of which those long enough are taken
ENDED: Final = 150  # articles of each set with a doubled lead, and as many with a tail
MIN_PARAGRAPHS: Final = 5  # of an article that gets a stranger; the rule judges no shorter ones
MIN_LEAD_WORDS: Final = 5  # shorter first lines are names and places
ENDINGS: Final = frozenset(("tail", "credit"))
HEADINGS: Final = (
    "LAST NEWS", "Related stories", "More from World", "Read more", "Most read", "Latest news:", "Trending now",
    "You may also like", "Recommended for you", "Top stories",
)  # fmt: skip


class Story(NamedTuple):
    title: str
    text: str
    outlet: str = ""


class Untouched(NamedTuple):
    """What was removed from articles as they are: of each article its paragraphs and what the rules took."""

    articles: list[tuple[str, int, Counter[str]]]  # the outlet, as far as it is known
    foreign: list[str]

    @property
    def paragraphs(self) -> int:
        return sum(number for _, number, _ in self.articles)

    @property
    def by_rule(self) -> Counter[str]:
        return sum((rules for *_, rules in self.articles), Counter())

    @property
    def foreign_share(self) -> float:
        return self.by_rule["foreign_paragraph"] / self.paragraphs

    @property
    def loss_share(self) -> float:
        return sum(n for rule, n in self.by_rule.items() if rule not in ENDINGS) / self.paragraphs


class Inserted(NamedTuple):
    """What became of inserted paragraphs: whether each was found, how long it was, how many others were lost."""

    found: list[bool]
    words: list[int]
    others_lost: int

    @property
    def found_share(self) -> float:
        return sum(self.found) / len(self.found)


def data_folder() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("NEWSWIRE_DATA", beside))


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def allsides(data: Path, half: int = 2) -> list[Story]:
    """One half of AllSides; the first one was tuned on."""
    stories = [Story(row["title"], row["body"], row["source"]) for row in rows(data / "articles/allsides_8k.jsonl.gz")]
    middle = len(stories) // 2
    return stories[:middle] if half == 1 else stories[middle:]


def worldwide(data: Path) -> list[Story]:
    """The held-out part of the worldwide newswire; its articles have no headlines."""
    _, held_out = newswire.split(newswire.read_articles(data / newswire.ARCHIVE))
    return [Story("Untitled", article.text) for article in held_out]


def bbc(data: Path) -> list[Story]:
    """The BBC's odd rows; the even ones were tuned on."""
    lines = list(rows(data / "topics/bbc.jsonl.gz"))[1::2]
    parts = (row["text"].partition("\n") for row in lines)
    return [Story(title, text.strip()) for title, _, text in parts]


SETS: Final = {"allsides": allsides, "worldwide": worldwide, "bbc": bbc}


def clean(story: Story, models: NormaliseModels, policy: NormalisePolicy = DEFAULT_POLICY) -> CleanArticle:
    value = json.dumps({"url": "https://example.org/story", "title": story.title, "text": story.text})
    return normalise(
        value.encode(), origin="t:1:0:0", ingested_at=None, pipeline="quality", models=models, policy=policy
    )


def untouched(
    stories: Sequence[Story], models: NormaliseModels, number: int, policy: NormalisePolicy = DEFAULT_POLICY
) -> Untouched:
    chosen = random.Random(SEED).sample(list(stories), min(number, len(stories)))
    articles, foreign = list[tuple[str, int, Counter[str]]](), list[str]()
    for story in chosen:
        article = clean(story, models, policy)
        rules = Counter(item.rule for item in article.removed)
        articles.append((story.outlet, article.text.count("\n\n") + 1 + len(article.removed), rules))
        foreign += [f"{story.title[:60]} || {i.text}" for i in article.removed if i.rule == "foreign_paragraph"]
    return Untouched(articles, foreign)


def ready(
    stories: Sequence[Story], models: NormaliseModels, number: int, policy: NormalisePolicy = DEFAULT_POLICY
) -> list[Story]:
    """Return cleaned stories: what is inserted is a paragraph of an article, not an advertisement in it."""
    pool = random.Random(SEED).sample(list(stories), min(number, len(stories)))
    cleaned = [Story(story.title, clean(story, models, policy).text) for story in pool]
    return [story for story in cleaned if story.text.count("\n\n") + 1 >= MIN_PARAGRAPHS]


def inserted(
    stories: Sequence[Story], models: NormaliseModels, number: int, policy: NormalisePolicy = DEFAULT_POLICY
) -> Inserted:
    return put_in([ready(stories, models, 2 * number, policy)], models, number, policy)


def mixed(
    sets: Sequence[Sequence[Story]], models: NormaliseModels, number: int, policy: NormalisePolicy = DEFAULT_POLICY
) -> Inserted:
    """Insertions where the host and the donor are each of one of the sets, drawn with equal chances."""
    return put_in([ready(stories, models, MIXED_POOL, policy) for stories in sets], models, number, policy)


def put_in(pools: Sequence[Sequence[Story]], models: NormaliseModels, number: int, policy: NormalisePolicy) -> Inserted:
    dice = random.Random(SEED)
    found, words, lost = list[bool](), list[int](), 0
    while len(found) < number:
        host, other = dice.choice(dice.choice(pools)), dice.choice(dice.choice(pools))
        if host is other:
            continue
        paragraphs = host.text.split("\n\n")
        stranger = dice.choice(other.text.split("\n\n"))
        at = dice.randint(1, len(paragraphs))
        changed = "\n\n".join([*paragraphs[:at], stranger, *paragraphs[at:]])
        removed = [item.text for item in clean(Story(host.title, changed), models, policy).removed]
        found.append(stranger in removed)
        words.append(len(stranger.split()))
        lost += sum(text != stranger for text in removed)
    return Inserted(found, words, lost)


def ended(
    stories: Sequence[Story], models: NormaliseModels, number: int, policy: NormalisePolicy = DEFAULT_POLICY
) -> dict[str, list[bool]]:
    """Return whether doubled leads and tails were removed, and nothing else with them."""
    dice, pool = random.Random(SEED), ready(stories, models, 2 * number, policy)
    found: dict[str, list[bool]] = {"doubled lead": [], "tail": []}
    for _ in range(number):
        host, *others = dice.sample(pool, 4)
        paragraphs = host.text.split("\n\n")
        lead = next((at for at, text in enumerate(paragraphs) if len(text.split()) >= MIN_LEAD_WORDS), 0)
        before = Counter(item.text for item in clean(host, models, policy).removed)
        headlines = [" ".join(other.title.split()) for other in others if other.title != "Untitled"][
            : dice.randint(1, 3)
        ]
        tail = [dice.choice(HEADINGS), *headlines]
        for kind, mixed, wanted in (
            ("doubled lead", [*paragraphs[: lead + 1], *paragraphs[lead:]], [paragraphs[lead]]),
            ("tail", [*paragraphs, *tail], tail),
        ):
            removed = clean(Story(host.title, "\n\n".join(mixed)), models, policy).removed
            found[kind].append(Counter(item.text for item in removed) - before == Counter(wanted))
    return found


def told_found(found: Sequence[bool]) -> str:
    """Return the share that was found with its counts and its interval."""
    return share(sum(found), len(found)).told(counts=f"{sum(found)} of {len(found)}")


def told_lost(articles: Sequence[tuple[str, int, Counter[str]]], rules: frozenset[str] | None = None) -> str:
    """Return the share of paragraphs that `rules` (default: all but endings) took, and its interval by articles."""
    counts = [
        (sum(n for rule, n in taken.items() if (rule in rules if rules else rule not in ENDINGS)), number)
        for _, number, taken in articles
    ]
    lost, number = (sum(column) for column in zip(*counts, strict=True))
    return ratio(counts).told(".2%", f"{lost} of {number}")


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
    parser.add_argument("--mixed", action="store_true", help="insertions between the sets, too")
    parser.add_argument("--show", type=int, default=0, help="print so many wrongly suspected paragraphs of each set")
    parser.add_argument("--min-log-odds", type=float, help="another threshold of the foreign paragraph rule")
    options = parser.parse_args()
    policy = DEFAULT_POLICY
    if options.min_log_odds is not None:
        policy = replace(policy, foreign=replace(policy.foreign, min_log_odds=((0, options.min_log_odds),)))
    data, models = data_folder(), load_normalise_models()
    print(f"seed {SEED}\n\n| set | insertions found | doubled leads | tails | foreign_paragraph | all but endings |")
    print("| --- | --- | --- | --- | --- | --- |")
    found, ends = list[bool](), {"doubled lead": list[bool](), "tail": list[bool]()}
    articles, outlets = list[tuple[str, int, Counter[str]]](), dict[str, list[tuple[str, int, Counter[str]]]]()
    for name in options.set or SETS:
        stories = SETS[name](data)
        plain = untouched(stories, models, UNTOUCHED[name], policy)
        put = inserted(stories, models, INSERTIONS[name], policy)
        endings = ended(stories, models, ENDED, policy)
        print(_line(name, put.found, endings, plain.articles), flush=True)
        found, articles = found + put.found, articles + plain.articles
        ends = {kind: ends[kind] + endings[kind] for kind in ends}
        for article in plain.articles:
            outlets.setdefault(article[0] or name, []).append(article)
        for text in plain.foreign[: options.show]:
            print("    ", text[:200])
    print(_line("all", found, ends, articles))
    if options.mixed:
        between = mixed([read(data) for read in SETS.values()], models, MIXED, policy)
        print(f"\nhost and donor of any set: found {told_found(between.found)}")
    print("\n| outlet | articles | foreign_paragraph |\n| --- | --- | --- |")
    for outlet, those in sorted(outlets.items(), key=lambda item: -len(item[1]))[:12]:
        print(f"| {outlet} | {len(those)} | {told_lost(those, frozenset(('foreign_paragraph',)))} |")
    words, spent = milliseconds(allsides(data), models)
    print(f"\nnormalise: {spent:.2f} ms of CPU for an article of {words:.0f} words")


def _line(
    name: str,
    found: Sequence[bool],
    ends: dict[str, list[bool]],
    articles: Sequence[tuple[str, int, Counter[str]]],
) -> str:
    cells = [told_found(found), *map(told_found, ends.values())]
    foreign = told_lost(articles, frozenset(("foreign_paragraph",)))
    return f"| {' | '.join([name, *cells, foreign, told_lost(articles)])} |"


if __name__ == "__main__":
    main()
