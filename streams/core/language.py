"""Which language an article is in, as far as a detector can tell."""

from collections.abc import Callable
from typing import Final

from streams.contracts.events import Language

UNKNOWN: Final = "und"  # ISO 639-3 for "undetermined"

# A text to an ISO 639-1 code and a probability from 0 to 1.
Detector = Callable[[str], tuple[str, float]]


def read_language(
    detect: Detector, title: str, text: str, hint: str | None, *, sample_chars: int, min_letters: int, min_score: float
) -> Language:
    """Return the language of title and text.

    The publisher's hint never overrules the detector (many sites label all pages alike); it only confirms a guess
    that would be too weak alone.
    """
    sample = f"{title}\n{text[:sample_chars]}"
    code, score = detect(sample)
    letters = sum(map(str.isalpha, sample))
    sure = score >= min_score and letters >= min_letters
    agreed = hint is not None and _primary(hint) == code
    return Language(code=code if sure or agreed else UNKNOWN, score=round(min(max(score, 0.0), 1.0), 3))


def _primary(tag: str) -> str:
    return tag.replace("_", "-").split("-", 1)[0].strip().lower()
