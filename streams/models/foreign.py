"""Loading of the model that finds paragraphs of another story."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.core.foreign import Floats, ForeignModel, Forest, Network, Vocabulary
from streams.models.threads import use_one_thread

ARTEFACT: Final = Path(__file__).parent / "artefacts" / "foreign" / "foreign.npz"
# A term that is not in the vocabulary is rarer than any that is.
UNSEEN_STORIES: Final = 0.3


@cache
def load_foreign_model(path: Path = ARTEFACT) -> ForeignModel:
    """Return the model for English articles that is part of the package. From here on BLAS uses one thread."""
    use_one_thread()
    with np.load(path, allow_pickle=False) as stored:
        terms = stored["terms"].tobytes().decode().split("\n")
        vocabulary = unpack_vocabulary(
            terms, stored["documents"], stored["vectors"], stored["subjects"], int(stored["stories"])
        )
        network = Network(*(stored[name] for name in Network._fields))
        forest = Forest(*(stored[f"forest_{name}"] for name in Forest._fields))
    return ForeignModel(language="en", vocabulary=vocabulary, network=network, forest=forest)


def unpack_vocabulary(
    terms: Sequence[str],
    documents: Floats,
    vectors: npt.NDArray[np.int8],
    subjects: npt.NDArray[np.float16],
    stories: int,
) -> Vocabulary:
    """Return a vocabulary from the number of stories that each term is expected in, 8-bit and 16-bit vectors."""
    wide = vectors.astype(np.float32)
    return Vocabulary(
        index={term: row for row, term in enumerate(terms)},
        idf=np.log(stories / documents).astype(np.float32),
        vectors=wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1),
        subjects=subjects.astype(np.float32),
        unseen_idf=float(np.log(stories / UNSEEN_STORIES)),
    )
