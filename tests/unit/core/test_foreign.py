import numpy as np
import pytest

from streams.core.foreign import (
    FEATURES,
    MIN_NETWORK_ODDS,
    ForeignModel,
    ForeignPolicy,
    Forest,
    Network,
    Vocabulary,
    features,
    find_foreign,
    foreign_odds,
    forest_odds,
    log_odds,
    stem,
)
from streams.models.foreign import load_foreign_model

TITLE = "Elmford keeps its old bridge open"
ARTICLE = [
    "The council of Elmford voted on Tuesday to keep the old bridge over the Ren open for another year.",
    "Its clerk, Ann Lee, said repairs to the bridge would start in the spring and cost two million crowns.",
    "Shops on both banks of the Ren had asked the council to keep the bridge open over the winter.",
    "Lee said the council would close one lane for lorries while engineers inspect the arches of the bridge.",
    "“We listened to the shops,” she said. “Nobody in Elmford wants to walk to the other bridge.”",
    "Engineers had found cracks in two arches last year, and the council then thought of closing the bridge.",
]
STRANGER = "Striker Paulo Mendes scored twice as Santos beat Corinthians 3-1 in the Brazilian league on Sunday."


def test_a_paragraph_of_another_story_is_found_wherever_it_stands() -> None:
    model = load_foreign_model()
    for at in range(1, len(ARTICLE) + 1):
        assert find_foreign(TITLE, [*ARTICLE[:at], STRANGER, *ARTICLE[at:]], model) == [at]


def test_an_article_of_one_story_stays_whole() -> None:
    assert find_foreign(TITLE, ARTICLE, load_foreign_model()) == []


def test_the_lead_is_never_foreign() -> None:
    assert 0 not in find_foreign("", [STRANGER, *ARTICLE], load_foreign_model())


def test_a_roundup_of_strangers_is_left_alone() -> None:
    policy = ForeignPolicy(min_log_odds=((0, -100),), slight_more_odds=0)
    assert find_foreign(TITLE, [*ARTICLE, STRANGER], load_foreign_model(), policy) == []


def test_the_threshold_depends_on_how_many_paragraphs_there_are() -> None:
    model, mixed = load_foreign_model(), [*ARTICLE, STRANGER]
    strict = ForeignPolicy(min_log_odds=((0, 0), (7, 100), (8, -1)))
    assert find_foreign(TITLE, mixed, model, strict) == []
    assert find_foreign(TITLE, [*mixed, ARTICLE[1]], model, strict) == [6]


def test_a_paragraph_that_says_little_needs_more() -> None:
    model, mixed = load_foreign_model(), [*ARTICLE, STRANGER]
    assert find_foreign(TITLE, mixed, model, ForeignPolicy(slight_words=99, slight_more_odds=100)) == []
    assert find_foreign(TITLE, mixed, model, ForeignPolicy(slight_words=9, slight_more_odds=100)) == [6]
    quoted = [*ARTICLE, "“Paulo Mendes scored twice as Santos beat Corinthians and won the Brazilian league,” he said."]
    assert find_foreign(TITLE, quoted, model, ForeignPolicy(slight_more_odds=-100)) == [6]
    assert find_foreign(TITLE, quoted, model, ForeignPolicy(slight_more_odds=100)) == []


@pytest.mark.parametrize(
    "policy",
    [ForeignPolicy(min_paragraphs=8), ForeignPolicy(max_paragraphs=3), ForeignPolicy(max_chars=50),
     ForeignPolicy(min_words=99)],
)  # fmt: skip
def test_what_cannot_be_judged_is_not(policy: ForeignPolicy) -> None:
    assert find_foreign(TITLE, [*ARTICLE, STRANGER], load_foreign_model(), policy) == []


def test_features_tell_the_stranger() -> None:
    table = features(TITLE, [*ARTICLE, STRANGER], load_foreign_model().vocabulary)
    assert table.shape == (len(ARTICLE) + 1, len(FEATURES))
    assert np.isfinite(table).all()
    for name in ("shared", "near_article", "shared_with_lead", "names_shared"):
        column = table[:, FEATURES.index(name)]
        assert column.argmin() == len(ARTICLE), name


def test_features_of_texts_without_words_are_finite() -> None:
    for paragraphs in (["…"] * 5, ["a"] * 5, ["a", "", "“", "1", "9.5"]):
        assert np.isfinite(features("", paragraphs, load_foreign_model().vocabulary)).all()


def test_the_network_is_one_hidden_layer() -> None:
    one = np.ones(1, dtype=np.float32)
    network = Network(mean=one, scale=2 * one, hidden=np.array([[1, -1]], dtype=np.float32),
                      hidden_bias=np.zeros(2, dtype=np.float32), output=np.array([3, 5], dtype=np.float32),
                      output_bias=one)  # fmt: skip
    assert log_odds(np.array([[3], [-1]], dtype=np.float32), network).tolist() == [4, 6]


def test_words_of_one_stem_are_one_term() -> None:
    assert {stem(word) for word in ("Pakistan", "Pakistani", "pakistan's", "Pakistan’s")} == {"pakist"}


def test_a_tree_goes_left_up_to_its_limit_and_stays_at_its_leaf() -> None:
    nodes = np.array([[0, 0, 0], [0, 0, 0]], dtype=np.int16)
    ends = np.array([0, 1, 2], dtype=np.int16)
    forest = Forest(
        feature=nodes,
        limit=np.array([[1.5, 0, 0], [9, 0, 0]], dtype=np.float32),
        left=np.array([[1, *ends[1:]], [1, *ends[1:]]], dtype=np.int16),
        right=np.array([[2, *ends[1:]], [2, *ends[1:]]], dtype=np.int16),
        value=np.array([[0, 10, 20], [0, 3, 4]], dtype=np.float32),
        base=np.array(-1, dtype=np.float32),
        depth=np.array(3),
    )
    assert forest_odds(np.array([[1.5], [2], [10]], dtype=np.float32), forest).tolist() == [12, 22, 23]


def test_the_forest_is_asked_only_about_what_the_network_finds_likely() -> None:
    model = load_foreign_model()
    table = features(TITLE, [*ARTICLE, STRANGER], model.vocabulary)
    network, both = log_odds(table, model.network), foreign_odds(table, model)
    likely = network > MIN_NETWORK_ODDS
    assert likely[-1]
    assert both[likely] == pytest.approx((network[likely] + forest_odds(table[likely], model.forest)) / 2)
    assert both[~likely].tolist() == network[~likely].tolist()


def test_models_are_plain_data() -> None:
    model, empty = load_foreign_model(), np.zeros((1, 2), dtype=np.float32)
    vocabulary = Vocabulary(index={}, idf=empty[0], vectors=empty, subjects=empty, unseen_idf=5.0)
    assert ForeignModel("en", vocabulary, model.network, model.forest).vocabulary.unseen_idf == 5.0
