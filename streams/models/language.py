"""Loading of the language detector."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from streams.core.language import Detector


@cache
def load_detector() -> Detector:
    """Return the detector that comes with py3langid (Lui & Baldwin 2012), with probabilities from 0 to 1.

    Takes about a second; one is enough for a process.
    """
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def detect(text: str) -> list[tuple[str, float]]:
        return [(str(code), float(score)) for code, score in identifier.rank(text)]

    return detect
