"""Loading of the topic classifier that `python -m training.topics.train` makes."""

import json
from pathlib import Path

import numpy as np

from streams.core.classify import TopicModel
from streams.models.threads import use_one_thread

PACKAGED = Path(__file__).parent / "artefacts" / "topics"
WEIGHTS = "weights.npz"  # idf [V], weights [V, K], bias [K], thresholds [K]
VOCABULARY = "vocabulary.txt"  # one term a line, in row order
TOPICS = "mediatopics.json"  # the K concepts, in column order


def load_topic_model(path: Path | None = None) -> TopicModel:
    """The classifier in the folder `path`; default: the packaged one. From here on BLAS uses one thread.

    Raises OSError where a file is missing, ValueError where the files do not belong together.
    """
    use_one_thread()
    folder = path or PACKAGED
    terms = (folder / VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]
    topics = json.loads((folder / TOPICS).read_text(encoding="utf-8"))["topics"]
    with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
        idf, weights, bias, thresholds = (
            arrays[name].astype(np.float64) for name in ("idf", "weights", "bias", "thresholds")
        )
    ids = tuple(topic["id"] for topic in topics)
    if weights.shape != (len(terms), len(topics)):
        raise ValueError(
            f"{folder}: {len(terms)} terms and {len(topics)} topics do not fit weights of shape {weights.shape}"
        )
    return TopicModel(
        vocabulary={term: row for row, term in enumerate(terms)},
        idf=idf,
        weights=weights,
        bias=bias,
        thresholds=thresholds,
        ids=ids,
        labels=tuple(topic["label"] for topic in topics),
        parents=tuple(ids.index(topic.get("top", topic["id"])) for topic in topics),
        wikidata={topic["id"]: topic["wikidata"] for topic in topics if "wikidata" in topic},
    )
