"""An article taken back, as the fold remembers it."""

from streams.contracts.events import ForgetArticle
from streams.core.dedupe import Decision, DedupePolicy, DedupeState
from streams.core.forget import forgotten_event, is_forgetting
from tests.clean_articles import HOUR_MS, clean_article, numbered, report

URL = "https://example.org/bridge"
FIRST = clean_article(URL, "Bridge opens", report(1))
CHANGED = clean_article(URL, "School closes", report(2))


class Fold:
    """A state, with a method for each kind of arrival."""

    def __init__(self) -> None:
        self.state = DedupeState(DedupePolicy(), pipeline="test")

    def take(self, article: object, origin: str, at: int = 0) -> Decision:
        decision = self.state.judge(article, origin, at)  # type: ignore[arg-type]
        self.state.apply(origin, decision)
        return decision

    def order(self, article_id: str, origin: str, at: int = 0, reason: str | None = None) -> Decision:
        decision = self.state.judge_order(ForgetArticle(article_id=article_id, reason=reason), origin, at)
        self.state.apply(origin, decision)
        return decision


def test_an_order_names_the_newest_version_and_is_decided_once() -> None:
    fold = Fold()
    fold.take(FIRST, "raw-0")
    order = fold.order(FIRST.article_id, "order-0", reason="asked to")
    assert is_forgetting(order)
    assert forgotten_event(order, "order-0", "p") == forgotten_event(Decision.decode(order.encode()), "order-0", "p")
    event = forgotten_event(order, "order-0", "p")
    assert (event.article_id, event.version, event.reason) == (FIRST.article_id, 1, "asked to")
    fold.take(CHANGED, "raw-1")
    assert fold.order(FIRST.article_id, "order-0") == order, "an order read again takes no newer version back"
    assert forgotten_event(fold.order(FIRST.article_id, "order-1"), "order-1", "p").version == 2


def test_only_what_came_before_the_order_is_taken_back() -> None:
    fold = Fold()
    first = fold.take(FIRST, "raw-0")
    assert fold.state.taken_back(first) is None
    order = fold.order(FIRST.article_id, "order-0")
    changed = fold.take(CHANGED, "raw-1")
    assert fold.state.taken_back(fold.take(FIRST, "raw-0")) == ("order-0", order)
    assert fold.state.taken_back(changed) is None
    assert fold.state.taken_back(fold.take(numbered(5), "raw-2")) is None


def test_its_own_words_do_not_bring_it_back_but_new_ones_are_the_next_version() -> None:
    fold = Fold()
    first = fold.take(FIRST, "raw-0")
    fold.order(FIRST.article_id, "order-0")
    assert fold.take(FIRST, "raw-1").verdict == "same_article"
    copy = fold.take(clean_article("https://other.net/1", FIRST.title, FIRST.text), "raw-2")
    assert (copy.verdict, copy.canonical_id) == ("exact_copy", first.article_id)
    changed = fold.take(CHANGED, "raw-3")
    assert (changed.verdict, changed.version, changed.change) == (None, 2, "replaced")


def test_an_article_that_nobody_knew_comes_as_new_afterwards() -> None:
    fold = Fold()
    order = fold.order(FIRST.article_id, "order-0")
    assert forgotten_event(order, "order-0", "p").version is None
    first = fold.take(FIRST, "raw-0")
    assert (first.version, first.change) == (1, "new")
    assert fold.state.taken_back(first) is None


def test_versions_go_on_when_the_article_has_expired_and_the_order_not() -> None:
    fold = Fold()
    fold.take(FIRST, "raw-0", at=0)
    fold.order(FIRST.article_id, "order-0", at=60 * HOUR_MS)
    later = 80 * HOUR_MS
    assert fold.state.expired(later) == ["raw-0"]
    fold.state.forget("raw-0")
    assert fold.take(FIRST, "raw-1", at=later).version == 2
    assert fold.state.expired(140 * HOUR_MS) == ["order-0"]
    fold.state.forget("order-0")
    assert fold.state.recorded("order-0") is None


def test_a_state_rebuilt_in_any_order_answers_the_same() -> None:
    fold = Fold()
    decisions = {
        "raw-0": fold.take(FIRST, "raw-0"),
        "order-0": fold.order(FIRST.article_id, "order-0"),
        "raw-1": fold.take(CHANGED, "raw-1"),
    }
    rebuilt = Fold()
    for origin, decision in reversed(decisions.items()):
        rebuilt.state.apply(origin, decision)
    for origin, decision in decisions.items():
        assert rebuilt.state.recorded(origin) == decision
        assert rebuilt.state.taken_back(decision) == fold.state.taken_back(decision)
    third = clean_article(URL, "Ferry late", report(3))
    assert rebuilt.take(third, "raw-2") == fold.take(third, "raw-2")
