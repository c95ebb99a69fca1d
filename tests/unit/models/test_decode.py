"""Our walk over a text against spaCy's, with random weights."""

import random

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed

from streams.models.decode import Decoder

WORDS = ("Mira", "Novak", "flew", "to", "Oslo", "on", "Friday", ".", "\n\n", "the", "Bank", "of", "5,000", "—")
LABELS = ("PERSON", "ORG", "GPE")
SEED = 20_260_410


def small_ner(seed: int = SEED, **embed: object) -> Language:
    """Return a pipeline with a small network that nobody trained, so that it marks anything."""
    nlp = spacy.blank("en")
    tok2vec = {
        "@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 16, "depth": 1,
        "embed_size": 200, "window_size": 1, "maxout_pieces": 2, "subword_features": True, **embed,
    }  # fmt: skip
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": False,
        "hidden_width": 8, "maxout_pieces": 2, "use_upper": True, "tok2vec": tok2vec,
    }  # fmt: skip
    ner = nlp.add_pipe("ner", config={"model": model})
    for label in LABELS:
        ner.add_label(label)  # type: ignore[attr-defined]
    fix_random_seed(seed)
    doc = nlp.make_doc("Mira Novak flew to Oslo.")
    nlp.initialize(lambda: [Example.from_dict(doc, {"entities": [(0, 10, "PERSON"), (19, 23, "GPE")]})])
    rng = np.random.default_rng(seed)
    for layer in ner.model.layers[1:]:  # type: ignore[attr-defined]
        for name in layer.param_names:
            layer.set_param(name, rng.normal(size=layer.get_param(name).shape).astype(np.float32))
    return nlp


def texts(count: int, rng: random.Random) -> list[list[str]]:
    return [rng.choices(WORDS, k=rng.randrange(1, 40)) for _ in range(count)]


@pytest.mark.parametrize("seed", range(4))
def test_the_entities_are_those_of_spacy(seed: int) -> None:
    nlp = small_ner(seed)
    decoder = Decoder(small_ner(seed))
    marked = 0
    for words in texts(60, random.Random(seed)):
        doc = nlp.get_pipe("ner")(Doc(nlp.vocab, words))
        theirs = [(e.start, e.end, e.label_) for e in doc.ents]
        assert decoder.entities(Doc(nlp.vocab, words)) == theirs, f"seed {seed}: {words}"
        marked += len(theirs)
    assert marked > 60


def test_a_text_without_words_has_none() -> None:
    nlp = small_ner()
    assert Decoder(nlp).entities(nlp.make_doc("")) == []


def test_states_of_other_tokens_are_refused() -> None:
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner", config={"model": {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": True,
        "hidden_width": 8, "maxout_pieces": 2, "use_upper": True,
        "tok2vec": {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 16, "depth": 1,
                    "embed_size": 200, "window_size": 1, "maxout_pieces": 2, "subword_features": True},
    }})  # fmt: skip
    ner.add_label("ORG")  # type: ignore[attr-defined]
    nlp.initialize()
    with pytest.raises(ValueError, match="6 tokens"):
        Decoder(nlp)
