"""The folds of the entity model's measure."""

from training.ner.corpus import Article, GoldSpan
from training.ner.folds import FOLDS, estimate, folds
from training.ner.score import MAIN, counts

SHARED = "A paragraph that two articles share is longer than what any two of them would have in common by chance."


def _article(number: int, text: str = "") -> Article:
    return Article(f"{'no' if number % 2 else 'se'}_{number}", text or f"Novak {number}.", (GoldSpan(0, 5, "Person"),))


def test_each_article_is_in_one_fold() -> None:
    articles = [_article(number) for number in range(52)]
    parts = folds(articles)
    assert len(parts) == FOLDS
    assert sorted(a.name for part in parts for a in part) == sorted(a.name for a in articles)
    assert {len(part) for part in parts} == {10, 11}
    assert parts == folds(articles[::-1])


def test_articles_that_share_a_paragraph_are_in_one_fold() -> None:
    articles = [_article(n, f"Novak {n}.\n\n{SHARED}" if n in (1, 2, 30, 41) else "") for n in range(52)]
    assert sum(any(SHARED in a.text for a in part) for part in folds(articles)) == 1


def test_the_figure_lies_in_its_interval() -> None:
    articles = [_article(number) for number in range(40)]
    predicted = [[GoldSpan(0, 5, "PERSON" if number % 4 else "ORG")] for number in range(40)]
    figure = estimate(counts(articles, predicted), MAIN)
    assert figure.value == 75
    assert figure.low < figure.value < figure.high
