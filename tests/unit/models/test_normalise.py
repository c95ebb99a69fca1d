import numpy as np
import pytest

from streams.core.foreign import FEATURES
from streams.models.foreign import ARTEFACT, load_foreign_model
from streams.models.normalise import load_normalise_models

MAX_ARTEFACT_BYTES = 700 * 1_024


def test_the_detector_knows_languages_and_its_doubts() -> None:
    detect = load_normalise_models().detect
    ranked = detect("Der Rat der Stadt stimmte am Dienstag dafür, die alte Brücke offen zu halten.")
    assert ranked[0][0] == "de"
    assert ranked[0][1] > 0.9
    assert sum(score for _, score in ranked) == pytest.approx(1, abs=1e-3)
    assert detect("OK")[0][1] < 0.5


def test_the_foreign_model_fits_its_features_and_its_size() -> None:
    model = load_foreign_model()
    assert model.network.mean.shape == (len(FEATURES),)
    assert model.network.hidden.shape[0] == len(FEATURES)
    assert ARTEFACT.stat().st_size <= MAX_ARTEFACT_BYTES
    lengths = np.linalg.norm(model.vocabulary.vectors, axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-3) | (lengths == 0))
    assert len(model.vocabulary.index) == len(model.vocabulary.idf) == len(lengths)
    assert model.vocabulary.unseen_idf > float(model.vocabulary.idf.max())
