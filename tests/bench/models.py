"""The entity models that the benchmarks compare with, as spaCy runs them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Final

from spacy.language import Language
from thinc.api import use_ops

from streams.models.ner import load_pipeline
from streams.models.threads import use_one_thread
from training.ner.score import load_stock

Pair = tuple[str, str]
"""Title and text of an article: two texts for a model."""

BATCHES: Final = (4, 16, 64)  # of the best of them: small ones stay in a core's cache, large ones make fewer calls
SHIPPED: Final = "shipped model"
STOCK: Final = "stock small model"
LOADERS: Final[dict[str, Callable[[], Language]]] = {SHIPPED: load_pipeline, STOCK: load_stock}


def load(name: str, *, blis: bool = True) -> Language:
    """Return the model of this name, on one thread, with what is done once only behind it.

    Its matrix products are those of BLIS, as spaCy has them by default, or of numpy. BLIS knows few processors;
    on others its products take several times as long as numpy's.
    """
    use_one_thread()
    with use_ops("numpy", use_blis=blis):
        nlp = LOADERS[name]()
    nlp("Mira Novak spoke in Oslo.")
    return nlp


def read_all(nlp: Language, texts: Sequence[Pair], batch: int) -> None:
    """Run the model over titles and texts."""
    parts: Iterable[str] = chain.from_iterable(texts)
    for _ in nlp.pipe(parts, batch_size=batch):
        pass
