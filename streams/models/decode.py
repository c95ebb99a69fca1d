"""The greedy walk of spaCy's `ner` over a text, with the same weights and the same result, in a few matrix products.

spaCy scores one state after the other. But a state is told by three tokens: the next one and, within an entity, its
first and its last so far. So the states between entities are known beforehand: all are scored at once, and only what
lies within an entity is walked, where two transitions are possible: on, or to the end.
"""

from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model, NumpyOps

from streams.models.embed import Embedding

Floats = npt.NDArray[np.float32]
_FEATURES: Final = 3  # the next token, the first and the last of the open entity


class Decoder:
    """Finds the entities of a document with the weights of a pipeline's `ner`."""

    def __init__(self, nlp: Language) -> None:
        ner: Any = nlp.get_pipe("ner")
        embed, lower, upper = ner.model.layers
        names = [ner.moves.get_class_name(i) for i in range(ner.moves.n_moves)]
        self._embed = Embedding(_with_blas(embed))
        weights, pad = lower.get_param("W"), lower.get_param("pad")
        self._pieces: int = weights.shape[2]
        if weights.shape[0] != _FEATURES:
            raise ValueError(f"the states of this ner have {weights.shape[0]} tokens, not {_FEATURES}")
        self._lower = np.ascontiguousarray(weights.reshape(-1, weights.shape[3]).T)
        self._bias = lower.get_param("b").reshape(-1)
        self._no_entity = pad.reshape(_FEATURES, -1)[1:].sum(axis=0)
        scores, bias = upper.get_param("W"), upper.get_param("b")
        # "U-" is for tokens that may be in no entity.
        outside = [i for i, name in enumerate(names) if name[0] in "BUO" and name != "U-"]
        self._names = [names[i] for i in outside]
        self._none = self._names.index("O")
        self._begins = np.array([name[0] == "B" for name in self._names])
        self._upper, self._upper_bias = np.ascontiguousarray(scores[outside].T), bias[outside]
        # How much better the end of an entity is than going on, by label.
        pairs = {n[2:]: (names.index(f"L-{n[2:]}"), names.index(f"I-{n[2:]}")) for n in names if n[0] == "B"}
        self._end = {label: (scores[end] - scores[on], bias[end] - bias[on]) for label, (end, on) in pairs.items()}

    def entities(self, doc: Doc) -> list[tuple[int, int, str]]:
        """Return the entities as tokens, half open, and labels."""
        if not len(doc):
            return []
        parts = self._parts(doc)
        actions = self._outside(doc, parts)
        found = []
        free_from = 0
        for start in np.flatnonzero(actions != self._none).tolist():
            if start < free_from:
                continue
            name = self._names[actions[start]]
            end = start + 1 if name[0] == "U" else self._end_of(parts, start, name[2:])
            found.append((start, end, name[2:]))
            free_from = end
        return found

    def _parts(self, doc: Doc) -> Floats:
        """Return what each token adds to the hidden layer in each of its parts of a state."""
        vectors = self._embed.of(doc)
        product: Floats = vectors @ self._lower
        return product.reshape(len(vectors), _FEATURES, -1)

    def _outside(self, doc: Doc, parts: Floats) -> npt.NDArray[np.intp]:
        """Return for each token the best transition where no entity is open."""
        hidden = self._maxed(parts[:, 0] + (self._bias + self._no_entity))
        scores = hidden @ self._upper + self._upper_bias
        spaces = np.flatnonzero(doc.to_array("IS_SPACE"))
        scores[spaces] = np.where(np.arange(len(self._names)) == self._none, scores[spaces], -np.inf)
        scores[-1, self._begins] = -np.inf  # nothing follows
        best: npt.NDArray[np.intp] = scores.argmax(axis=1)
        return best

    def _end_of(self, parts: Floats, start: int, label: str) -> int:
        weights, bias = self._end[label]
        opened = self._bias + parts[start, 1]
        for last in range(start + 1, len(parts) - 1):
            hidden = self._maxed((opened + parts[last, 0] + parts[last - 1, 2])[None])[0]
            if hidden @ weights + bias > 0:
                return last + 1
        return len(parts)

    def _maxed(self, summed: Floats) -> Floats:
        pieces = summed.reshape(len(summed), -1, self._pieces)
        # Column by column: numpy reduces a short axis ten times as slowly.
        maxed: Floats = reduce(np.maximum, (pieces[:, :, piece] for piece in range(self._pieces)))
        return maxed


def _with_blas(model: Model[Any, Any]) -> Model[Any, Any]:
    """Return the model with numpy's matrix products, some three times as fast as the default."""
    ops = NumpyOps(use_blis=False)
    for node in model.walk():
        node.ops = ops
    return model
