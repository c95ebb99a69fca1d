"""The vectors of a document's tokens by spaCy's `tok2vec`, what is the same for a word wherever it stands done once.

More than half of an article's tokens are words that it has already had. The first layers look at a word by itself
(its spelling and parts of it); the others at its neighbours, too.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc
from thinc.api import Model

from streams.models.encode import Encoder

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

_STIR: Final = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a word's hash is lost (2**64 / golden ratio)


class Embedding:
    """Runs the layers `words >> context >> list2array >> linear`, with the same results."""

    def __init__(self, model: Model[Any, Any]) -> None:
        tok2vec, _, self._narrow = model.layers
        self._words, context = tok2vec.layers
        self._encoder = Encoder(context)
        columns = [c for node in self._words.walk() if node.name == "extract_features" for c in node.attrs["columns"]]
        self._columns = ["ORTH", *columns]

    def of(self, doc: Doc) -> Floats:
        """Return a vector for each token of a document that has some."""
        first, places = self._distinct(doc)
        (words,) = self._words.predict([_Words(doc, first)])
        vectors: Floats = self._narrow.predict(self._encoder.of(words[places]))
        return vectors

    def _distinct(self, doc: Doc) -> tuple[Places, Places]:
        """Return where each word stands first, and for each token which word it is."""
        table = doc.to_array(self._columns).astype(np.uint64)
        key = table[:, 0]
        for column in table.T[1:]:
            key = key * _STIR + column
        _, first, places = np.unique(key, return_index=True, return_inverse=True)
        return first, places


class _Words:
    """Some tokens of a document, in the place of a document: what layers ask of one that look at words only."""

    def __init__(self, doc: Doc, tokens: Places) -> None:
        self.vocab = doc.vocab
        self._doc, self._tokens = doc, tokens

    def __len__(self) -> int:
        return len(self._tokens)

    def to_array(self, attributes: Any) -> npt.NDArray[np.uint64]:
        return np.asarray(self._doc.to_array(attributes), dtype=np.uint64)[self._tokens]
