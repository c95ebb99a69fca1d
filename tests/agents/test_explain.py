"""What `explain` says of the seeds is what dedupe decides on them."""

import random
from collections import Counter, defaultdict
from itertools import permutations

import pytest

from streams.contracts.errors import Malformed
from streams.contracts.events import CleanArticle
from streams.core.normalise import normalise
from streams.models.normalise import load_normalise_models
from tests.expected import Seed, load_seeds
from tests.explained import check_explained

pytestmark = pytest.mark.slow

SEED = 20_260_407
PAIRS = 400  # of some 14,000, beside those of copies and versions


@pytest.fixture(scope="module")
def articles() -> list[tuple[Seed, CleanArticle]]:
    models = load_normalise_models()
    found = []
    for seed in load_seeds():
        try:
            article = normalise(seed.value, origin=seed.name, ingested_at=None, pipeline="test", models=models)
        except Malformed:
            continue
        found.append((seed, article))
    return found


def test_all_pairs_of_copies_and_versions(articles: list[tuple[Seed, CleanArticle]]) -> None:
    by_place = {(seed.file, seed.line): article for seed, article in articles}
    groups: dict[str, dict[str, CleanArticle]] = defaultdict(dict)  # by the article_id that it began with
    for seed, article in articles:
        of = seed.expected.get("of")
        first = by_place[of["file"], of["line"]] if of else article
        groups[first.article_id][seed.name] = article
    verdicts, rules = Counter[str](), Counter[str]()
    for group in groups.values():
        for earlier, later in permutations(group.values(), 2):
            verdicts[check_explained(earlier, later).verdict] += 1
            elsewhere = later.model_copy(update={"article_id": "another"})  # its words alone decide
            rules[check_explained(earlier, elsewhere).rule] += 1
    print(dict(verdicts), dict(rules))
    assert set(rules) >= {
        "same_words",
        "similar_text",
        "correction",
        "other_numbers",
        "longer_version",
        "different_text",
    }
    assert set(verdicts) >= {"same_article", "exact_copy", "near_copy", "revised", "corrected", "replaced"}


def test_a_sample_of_other_pairs(articles: list[tuple[Seed, CleanArticle]]) -> None:
    pairs = list(permutations([article for _, article in articles], 2))
    rules = Counter(check_explained(*pair).rule for pair in random.Random(SEED).sample(pairs, PAIRS))
    print(f"seed {SEED}:", dict(rules))
    assert rules["different_text"] > PAIRS / 2


def test_no_report_of_a_template_is_a_copy_of_another(articles: list[tuple[Seed, CleanArticle]]) -> None:
    kinds = ("template", "bill auction", "match report", "weather column")
    reports = [article for seed, article in articles if any(kind in seed.expected.get("why", "") for kind in kinds)]
    found = [check_explained(*pair) for pair in permutations(reports, 2)]
    print(Counter(one.rule for one in found))
    assert {one.verdict for one in found} == {"new"}
    assert sum(len(one.figures.other) for one in found) > len(found)
