"""How topics are learnt: shared stems, readers who disagree, thresholds."""

from collections import Counter

import numpy as np
import pytest

from training.topics.fit import Example, choose_vocabulary, families, fit, half_of_best, stem


def example(text: str, share: float, group: str = "") -> Example:
    return Example(Counter(text.split()), (share >= 0.5, share < 0.5), group, (share, 1 - share))


@pytest.mark.parametrize(
    ("word", "expected"),
    [("elections", "election"), ("election", "election"), ("striking", "strik"), ("strikes", "strik"), ("gas", "gas")],
)
def test_forms_of_a_word_have_a_stem(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_rare_forms_of_a_frequent_word_are_terms() -> None:
    texts = [Counter(text.split()) for text in ("strikes", "striking", "strike strikers", "goal", "goal", "rain")]
    vocabulary, _ = choose_vocabulary(texts)
    assert list(vocabulary) == ["strikers", "strikes", "striking"]


def test_a_form_too_rare_to_be_learnt_has_the_column_of_its_stem_only() -> None:
    texts = [Counter(("strikes",))] * 3 + [Counter(("striking",))]
    learnt = families({"strikes": 0, "striking": 1}, texts).toarray()
    assert learnt.tolist() == [[1, 1], [0, 1]]


def test_a_form_learns_from_the_others() -> None:
    articles = [example("strikes union", 1.0, str(n)) for n in range(4)] + [
        example("rain cloud", 0.0, str(n)) for n in range(5)
    ]
    articles.append(example("striking cloud rain", 0.0, "x"))
    fitted = fit(articles, [])
    assert fitted.weights[fitted.vocabulary["striking"], 0] > 0


def test_a_reader_who_disagrees_takes_weight_away() -> None:
    def logit(share: float) -> float:
        sure = [example("union strikes", 1.0, str(n)) for n in range(4)] + [
            example("rain cloud", 0.0, str(n)) for n in range(9)
        ]
        fitted = fit([*sure, *[example("union cloud", share, str(n)) for n in range(4)]], [])
        return float(fitted.weights[fitted.vocabulary["union"], 0])

    assert logit(1.0) > logit(2 / 3) > logit(1 / 3)


def test_the_threshold_is_half_of_the_best_f1() -> None:
    probabilities = np.array([0.9, 0.8, 0.5, 0.1, 0.1])
    assert half_of_best(probabilities, np.array([True, True, True, False, False])) == 0.5
    assert half_of_best(probabilities, np.array([True, True, False, False, False])) == 0.5
    assert half_of_best(probabilities, np.array([True, False, True, False, False])) == pytest.approx(0.4)
