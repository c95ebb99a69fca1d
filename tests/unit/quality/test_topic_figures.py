"""The card's figures of topics are those that training prints."""

import numpy as np
import pytest

from tests.quality.topic_figures import topic_figures
from training.topics.measure import Validated, quality

PARENTS = [0, 1, 2, 0, 1]  # three top topics, two finer ones


def test_the_figures_are_trainings_and_lie_in_their_intervals() -> None:
    dice = np.random.default_rng(7)
    topics = dice.random((200, len(PARENTS))) < 0.3
    given = np.where(dice.random(topics.shape) < 0.8, topics, dice.random(topics.shape) < 0.3)
    decided = Validated(np.arange(len(topics)), given, topics, dice.random(topics.shape))
    found = topic_figures(decided, PARENTS)
    wanted = quality(decided, PARENTS)
    assert {name: figure.value for name, figure in found.items()} == pytest.approx(
        {
            "micro F1, 3 topics": wanted.micro_f1,
            "macro F1, 3 topics": wanted.macro_f1,
            "the likeliest topic is labelled": wanted.top1,
            "precision of finer topics": wanted.finer_precision,
        }
    )
    assert all(figure.low < figure.value < figure.high for figure in found.values() if figure.low and figure.high)
    assert found["macro F1, 3 topics"].of == 200
