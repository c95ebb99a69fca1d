"""Loading of everything that the normalise stage needs."""

from streams.core.normalise import NormaliseModels
from streams.models.foreign import load_foreign_model
from streams.models.language import load_detector


def load_normalise_models() -> NormaliseModels:
    """Return the loaded models."""
    return NormaliseModels(detect=load_detector(), foreign=load_foreign_model())
