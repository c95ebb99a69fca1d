"""The named entity model: its loading, and texts to mentions. spaCy's objects stay in this module."""

import ctypes
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from streams.core.mentions import RawMention
from streams.models.decode import Decoder
from streams.models.threads import use_one_thread
from streams.models.vectors import FILE, WordVectors

# An article has some 6,000 characters; memory grows by 7 kB a word, and spaCy refuses a million characters.
PIECE_CHARS: Final = 100_000
# spaCy keeps every word that it meets, some 300 bytes each. Loading the model anew takes 0.2 s; its own `memory_zone`
# would take a twentieth of every article's time. With the 1,300 of the model these stay below 3/5 of 32,768, where
# spaCy's tables double: with 50,000 a process grew by some MiB over tens of thousands of articles, probably for the
# holes that such blocks leave.
LEARNED_WORDS: Final = 15_000
ARTEFACT: Final = Path(__file__).parent / "artefacts" / "ner"


def load_pipeline(path: Path | None = None) -> Language:
    """Return the model as spaCy runs it; `path` is its folder, the shipped one by default.

    Raises:
        OSError: when the folder holds no model.
    """
    folder = path or ARTEFACT
    nlp = spacy.load(folder)
    if (folder / FILE).exists():
        nlp.vocab.vectors = WordVectors.read(folder / FILE)
    return nlp


def load_ner(path: Path | None = None) -> Language:
    """Return the model with our own walk over the texts, the same results some three times as fast.

    From here on BLAS uses one thread.

    Raises:
        OSError: when the folder holds no model.
    """
    use_one_thread()
    nlp = load_pipeline(path)
    nlp.add_pipe("newswire_walk")
    nlp.remove_pipe("ner")
    return nlp


class Walk:
    """A part of a pipeline that marks the entities of a document as its `ner` would."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    def __call__(self, doc: Doc) -> Doc:
        """Return the document with its entities."""
        doc.set_ents([Span(doc, *entity) for entity in self._decoder.entities(doc)])
        return doc


@Language.factory("newswire_walk")
def _walk(nlp: Language, name: str) -> Walk:
    return Walk(Decoder(nlp))


class Recogniser:
    """The model in a process that runs for long: it is loaded anew before the words of articles fill the memory.

    Raises:
        OSError: when the folder holds no model.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._nlp: Language | None = None
        self._load()

    def _load(self) -> Language:
        self._nlp = load_ner(self._path)
        self._limit = len(self._nlp.vocab.strings) + LEARNED_WORDS
        _return_free_memory()  # loading takes some MiB more than what is loaded
        return self._nlp

    def mentions(self, texts: list[str]) -> list[list[RawMention]]:
        """Return what the model marks in each text of an article; as `find_mentions`."""
        if self._nlp is not None and len(self._nlp.vocab.strings) > self._limit:
            self._nlp = None  # before the next one takes its memory
            _return_free_memory()
        nlp = self._load() if self._nlp is None else self._nlp  # a loading that failed is tried with the next article
        return find_mentions(nlp, texts)


def _return_free_memory() -> None:
    """Hand what was freed back to the kernel, as far as the C library can.

    The next model does not always fit the holes of the one before: at times some MiB more would stay.
    """
    gc.collect()  # the parts of a model refer to each other
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # glibc's
        trim(0)


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
