"""Our encoder against spaCy's, with random weights."""

from typing import Any

import numpy as np
import pytest
from spacy.ml.models import MaxoutWindowEncoder

from streams.models.encode import Encoder


@pytest.mark.parametrize(("window", "pieces", "depth"), [(1, 3, 4), (1, 2, 1), (2, 3, 2)])
@pytest.mark.parametrize("tokens", [1, 2, 3, 40])
def test_the_vectors_are_those_of_the_layers(window: int, pieces: int, depth: int, tokens: int) -> None:
    rng = np.random.default_rng(20_260_410)
    model: Any = MaxoutWindowEncoder(width=12, window_size=window, maxout_pieces=pieces, depth=depth)
    vectors = rng.normal(size=(tokens, 12)).astype(np.float32)
    model.initialize(X=[vectors])
    for node in model.walk():
        for name in node.param_names:
            node.set_param(name, rng.normal(size=node.get_param(name).shape).astype(np.float32))
    (theirs,) = model.predict([vectors])
    assert np.abs(theirs).max() > 1
    np.testing.assert_allclose(Encoder(model).of(vectors), theirs, rtol=1e-4, atol=1e-4)
