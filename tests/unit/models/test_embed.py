"""Words embedded once against spaCy's layers, with random weights."""

import random

import numpy as np
import pytest
from spacy.tokens import Doc

from streams.models.embed import Embedding
from tests.unit.models.test_decode import small_ner, texts


@pytest.mark.parametrize("seed", range(3))
def test_the_vectors_are_those_of_the_layers(seed: int) -> None:
    nlp = small_ner(seed)
    layers = nlp.get_pipe("ner").model.layers[0]  # type: ignore[attr-defined]
    embedding = Embedding(layers)
    for words in texts(40, random.Random(seed)):
        doc = Doc(nlp.vocab, words)
        np.testing.assert_allclose(embedding.of(doc), layers.predict([doc]), rtol=1e-5, atol=1e-6)


def test_a_word_that_stands_for_two_is_two() -> None:
    """The tokenizer says of some words what they stand for: "'s" for "is", or for itself behind a name."""
    nlp = small_ner()
    layers = nlp.get_pipe("ner").model.layers[0]  # type: ignore[attr-defined]
    doc = Doc(nlp.vocab, ["It", "'s", "Mira", "'s", "."])
    doc[1].norm_ = "is"
    plain = Doc(nlp.vocab, ["It", "'s", "Mira", "'s", "."])
    one, other = Embedding(layers).of(doc), Embedding(layers).of(plain)
    np.testing.assert_allclose(one, layers.predict([doc]), rtol=1e-5, atol=1e-6)
    assert not np.allclose(one[1], other[1])
