"""Which language an article is in, as far as a detector can tell."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from streams.contracts.events import Language

UNKNOWN: Final = "und"  # ISO 639-3 for "undetermined"
ENGLISH: Final = "en"
PIDGIN: Final = "pcm"  # Nigerian Pidgin takes half the probability of an English headline

# A text to ISO 639 codes with probabilities that sum to 1, the likeliest first.
Detector = Callable[[str], Sequence[tuple[str, float]]]

# Varieties that a detector tells apart and news does not come in, and the language that is meant.
VARIETIES: Final = {
    "grc": "el", "hbo": "he", "wuu": "zh", "yue": "zh", "ary": "ar", "arz": "ar", "uzs": "uz", "zxx": UNKNOWN,
}  # fmt: skip
PIDGIN_WORDS: Final = 2  # different ones; one may be a name
_PIDGIN: Final = re.compile(r"\b(?:dey|wey|wetin|di|sey|una|pipol|dis|dat|dem|comot|sabi|abi)\b")


@dataclass(frozen=True, slots=True)
class LanguagePolicy:
    """What may be called a language, in letters and probability.

    English needs less: no sentence of 66 other languages (those of spaCy's examples) has it as its likeliest from 5
    words on, while English headlines are full of names and have .1 to .5. Other languages are taken for each other.
    """

    sample_chars: int = 1_000  # the detector is as sure after these as after ten times as many
    min_letters: int = 20  # "OK" is every language
    min_score: float = 0.5
    min_english_score: float = 0.15


DEFAULT_POLICY: Final = LanguagePolicy()


def read_language(
    detect: Detector, title: str, text: str, hint: str | None, policy: LanguagePolicy = DEFAULT_POLICY
) -> Language:
    """Return the language of title and text.

    The publisher's hint never overrules the detector (many sites label all pages alike); it only confirms a guess
    that would be too weak alone.
    """
    sample = f"{title}\n{text[: policy.sample_chars]}"
    code, score = _likeliest(detect(sample), sample)
    least = policy.min_english_score if code == ENGLISH else policy.min_score
    sure = score >= least and sum(map(str.isalpha, sample)) >= policy.min_letters
    agreed = hint is not None and _primary(hint) == code
    return Language(code=code if sure or agreed else UNKNOWN, score=round(min(max(score, 0.0), 1.0), 3))


def _likeliest(ranked: Sequence[tuple[str, float]], sample: str) -> tuple[str, float]:
    """Return the likeliest language and its probability, which is that of all its varieties."""
    meant = VARIETIES if _is_pidgin(sample) else {**VARIETIES, PIDGIN: ENGLISH}
    scores: dict[str, float] = {}
    for code, score in ranked:
        language = meant.get(code, code)
        scores[language] = scores.get(language, 0.0) + score
    return max(scores.items(), key=lambda item: item[1])


def _is_pidgin(sample: str) -> bool:
    return len(set(_PIDGIN.findall(sample))) >= PIDGIN_WORDS


def _primary(tag: str) -> str:
    return tag.replace("_", "-").split("-", 1)[0].strip().lower()
