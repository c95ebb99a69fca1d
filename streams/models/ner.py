"""The named entity model: its loading, and texts to mentions. spaCy's objects stay in this module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import spacy
from spacy.language import Language

from streams.core.mentions import RawMention

# An article has some 6,000 characters; memory grows by 7 kB a word, and spaCy refuses a million characters.
PIECE_CHARS: Final = 100_000
ARTEFACT: Final = Path(__file__).parent / "artefacts" / "ner"


def load_ner(path: Path | None = None) -> Language:
    """Return the model; `path` is its folder, the shipped one by default.

    Raises:
        OSError: when the folder holds no model.
    """
    return spacy.load(path or ARTEFACT)


def find_mentions(nlp: Language, texts: list[str]) -> list[list[RawMention]]:
    """Return what the model marks in each text, in order; offsets are code points into that text.

    Texts are done one at a time, so that no result can depend on its neighbours.
    """
    return [_mentions(nlp, text) for text in texts]


def _mentions(nlp: Language, text: str) -> list[RawMention]:
    found = []
    offset = 0
    for piece in _pieces(text):
        found += [RawMention(e.start_char + offset, e.end_char + offset, e.label_) for e in nlp(piece).ents]
        offset += len(piece)
    return found


def _pieces(text: str) -> Iterator[str]:
    """Cut a very long text behind line breaks, else behind spaces, else anywhere."""
    start = 0
    while len(text) - start > PIECE_CHARS:
        limit = start + PIECE_CHARS
        cut = text.rfind("\n", start, limit)
        cut = cut if cut > start else text.rfind(" ", start, limit)
        cut = cut + 1 if cut > start else limit
        yield text[start:cut]
        start = cut
    yield text[start:]
