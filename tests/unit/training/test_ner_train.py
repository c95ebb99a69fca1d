"""The model is the mean of several trainings."""

import numpy as np
import pytest
import spacy
from spacy.language import Language

from training.ner.train import _mean


def model(seed: int) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("GPE")  # type: ignore[attr-defined]
    nlp.initialize()
    rng = np.random.default_rng(seed)
    for node in nlp.get_pipe("ner").model.walk():  # type: ignore[attr-defined]
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, rng.random(node.get_param(name).shape, dtype=np.float32))
    return nlp


@pytest.mark.slow
def test_every_weight_is_the_mean_of_those_of_the_runs() -> None:
    runs = [model(seed) for seed in (1, 2, 3)]
    weights = [
        [
            (node.name, name, node.get_param(name).copy())
            for node in nlp.get_pipe("ner").model.walk()  # type: ignore[attr-defined]
            for name in node.param_names
            if node.has_param(name)
        ]
        for nlp in runs
    ]
    mean = iter(_mean(runs).get_pipe("ner").model.walk())  # type: ignore[attr-defined]
    found = [node.get_param(name) for node in mean for name in node.param_names if node.has_param(name)]
    assert len(found) == len(weights[0]) > 5
    for got, *each in zip(found, *weights, strict=True):
        assert len({(node, name) for node, name, _ in each}) == 1
        assert not np.allclose(each[0][2], each[1][2])
        np.testing.assert_allclose(got, sum(weight for _, _, weight in each) / 3, rtol=1e-5)
