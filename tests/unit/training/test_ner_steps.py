"""The training of `ner` a batch at once: its gradients, and that a model learns."""

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.vectors import Vectors  # type: ignore[import-not-found]
from thinc.api import Optimizer

from streams.models.vectors import WordVectors
from tests.unit.models.test_decode import LABELS, small_ner
from training.ner.steps import NONE, Floats, Trainer, Transitions, _hidden, _loss
from training.ner.train import compacted

NAMES = ("B-ORG", "I-ORG", "L-ORG", "U-ORG", "U-", "O")


def _doc() -> Doc:
    doc = Doc(spacy.blank("en").vocab, ["the", "Bank", "of", "Oslo", "sued", "Novak"])
    doc.set_ents([Span(doc, 1, 4, "ORG"), Span(doc, 5, 6, "ORG")])
    return doc


def test_the_right_path_of_a_text() -> None:
    path = Transitions(NAMES).path(_doc())
    assert path.first.tolist() == [NONE, NONE, 1, 1, NONE, NONE]
    assert [NAMES[i] for i in path.action] == ["O", "B-ORG", "I-ORG", "L-ORG", "O", "U-ORG"]


def test_within_an_entity_it_goes_on_or_ends() -> None:
    transitions = Transitions(NAMES)
    possible = transitions.possible(transitions.path(_doc()))
    named = [{name for name, may in zip(NAMES, row, strict=True) if may} for row in possible]
    assert named[0] == {"B-ORG", "U-ORG", "O"}
    assert named[2] == named[3] == {"I-ORG", "L-ORG"}


def test_the_gradients_are_those_of_the_loss() -> None:
    nlp = small_ner()
    _, lower, upper = nlp.get_pipe("ner").model.layers  # type: ignore[attr-defined]
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(6, lower.get_dim("nI"))).astype(np.float32)
    first = np.array([NONE, NONE, 1, 1, NONE, NONE])
    action = rng.integers(0, upper.get_dim("nO"), size=6)
    possible = np.ones((6, upper.get_dim("nO")), dtype=bool)

    def loss(at: Floats) -> tuple[float, Floats]:
        hidden, back = _hidden(lower, at, first)
        scores = hidden @ upper.get_param("W").T + upper.get_param("b")
        value, d_scores = _loss(scores, action, possible)
        return value, back(d_scores @ upper.get_param("W"))

    _, gradient = loss(vectors)
    for _ in range(20):
        place = tuple(int(rng.integers(0, n)) for n in vectors.shape)
        moved = [vectors.copy(), vectors.copy()]
        for sign, other in zip((-1, 1), moved, strict=True):
            other[place] += sign * 1e-3
        slope = (loss(moved[1])[0] - loss(moved[0])[0]) / 2e-3
        assert gradient[place] == pytest.approx(slope, abs=0.05)


def test_a_model_learns_what_it_is_shown() -> None:
    nlp = small_ner()
    doc = nlp.make_doc("the Bank of Oslo sued Novak")
    doc.set_ents([Span(doc, 1, 4, "ORG"), Span(doc, 5, 6, "PERSON")])
    trainer = Trainer(nlp, dropout=0.1, seed=1)
    optimizer = Optimizer(0.01)
    losses = [trainer.step([(doc, trainer.transitions.path(doc))] * 4, optimizer) for _ in range(60)]
    assert losses[-1] < losses[0] / 10
    assert [(e.text, e.label_) for e in nlp("the Bank of Oslo sued Novak").ents] == [
        ("Bank of Oslo", "ORG"), ("Novak", "PERSON"),
    ]  # fmt: skip


def test_word_vectors_multiplied_beforehand_give_the_same() -> None:
    words = ("Oslo", "Novak", "Bank")
    texts = ("Novak of Oslo.", "The Bank of Oslo", "Nobody")
    nlp = spacy.blank("en")
    rng = np.random.default_rng(5)
    nlp.vocab.vectors = Vectors(data=rng.normal(size=(3, 20)).astype(np.float32), keys=words, strings=nlp.vocab.strings)
    embed = {"@architectures": "spacy.MultiHashEmbed.v2", "width": 16, "attrs": ["NORM", "SHAPE"], "rows": [50, 50],
             "include_static_vectors": True}  # fmt: skip
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 16, "depth": 1, "window_size": 1,
              "maxout_pieces": 2}  # fmt: skip
    tok2vec = {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}
    ner = nlp.add_pipe("ner", config={"model": {
        "@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": False,
        "hidden_width": 8, "maxout_pieces": 2, "use_upper": True, "tok2vec": tok2vec,
    }})  # fmt: skip
    for label in LABELS:
        ner.add_label(label)  # type: ignore[attr-defined]
    nlp.initialize()
    docs = [nlp.make_doc(text) for text in texts]
    before = ner.model.layers[0].predict(docs)  # type: ignore[attr-defined]
    small = compacted(nlp)
    assert isinstance(small, WordVectors)
    assert small.shape == (3, 16)
    nlp.vocab.vectors = small
    np.testing.assert_allclose(ner.model.layers[0].predict(docs), before, atol=5e-3)  # type: ignore[attr-defined]
