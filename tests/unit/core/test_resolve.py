"""Names of one article and entities of others: what is joined, what stays apart, and how both are taken back."""

import pytest

from streams.contracts.errors import Malformed
from streams.contracts.events import ArticleForgotten, EnrichedArticle, Entity, OverrideEntities
from streams.core import entity_memory
from streams.core.entity_names import Article, names_of
from streams.core.entity_policy import ResolvePolicy
from streams.core.entity_updates import Entities, updates
from streams.core.resolution import Resolution
from streams.core.resolve import ACRONYM, OWN_BEARER, SAME_LINK, SAME_NAME, SAME_PERSON, SHORT, ResolveState
from streams.core.shelf import MemoryShelf
from tests.enriched_articles import AT, enriched, entity, organisation, person, place

LAVROV, SERGEY = person("Lavrov", "foreign minister"), person("Sergey Lavrov", "foreign minister")
MOSCOW = place("Moscow", "524901")


class Stream:
    """A fold and what a reader of its updates knows."""

    def __init__(self, policy: ResolvePolicy | None = None) -> None:
        self.state = ResolveState(policy)
        self.read = Entities()
        self.count = 0

    def take(self, article: EnrichedArticle, at: int | None = None) -> Resolution:
        origin = f"news.raw/e/0/{self.count}"
        self.count += 1
        when = AT + self.count if at is None else at
        for gone in self.state.expired(when):
            self.state.forget(gone)
        return self._apply(origin, self.state.judge(article, origin, when))

    def order(self, action: str, one: Entity, other: Entity) -> Resolution:
        origin = f"news.orders/e/0/{self.count}"
        self.count += 1
        order = OverrideEntities.model_validate({
            "action": action, "entity_id": one.entity_id, "other_id": other.entity_id, "name": one.name,
            "other_name": other.name, "type": one.type, "reason": "why",
        })  # fmt: skip
        return self._apply(origin, self.state.judge_order(order, origin))

    def withdraw(self, article: EnrichedArticle) -> Resolution:
        origin = f"news.clean/e/0/{self.count}"
        self.count += 1
        told = ArticleForgotten(event_id="x", article_id=article.article_id, version=article.version, reason=None)
        return self._apply(origin, self.state.judge_withdrawal(told, origin, AT + self.count))

    def _apply(self, origin: str, decision: Resolution) -> Resolution:
        self.state.apply(origin, decision)
        for update in updates(decision, f"cause {self.count}", "p"):
            self.read.add(update)
        return decision

    def names(self, given: Entity) -> set[str]:
        """Return what an entity is called, as a reader knows it."""
        found = self.read.entity(given.entity_id)
        return set() if found is None else {found.newest.name, *(each.name for each in found.aliases)}

    def articles(self, given: Entity) -> int:
        found = self.read.entity(given.entity_id)
        return 0 if found is None else found.newest.articles


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_a_surname_is_the_full_name_of_another_article_where_the_office_is_the_same(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY, MOSCOW))
    decision = stream.take(enriched(2, LAVROV))
    [alias] = decision.joined
    assert (alias.change, alias.rule, alias.evidence["role"]) == ("alias", SHORT, "foreign minister")
    assert alias.evidence["article"] == enriched(1).article_id
    assert stream.names(SERGEY) == {"Sergey Lavrov", "Lavrov"}
    assert stream.articles(SERGEY) == 2
    assert stream.read.entity(LAVROV.entity_id) is None, "nothing is said of the surname by itself"


def test_it_does_not_matter_which_of_the_two_comes_first(stream: Stream) -> None:
    first = stream.take(enriched(2, LAVROV))
    assert [each.apart for each in first.standings] == [None]
    stream.take(enriched(1, SERGEY, MOSCOW))
    assert stream.names(SERGEY) == {"Sergey Lavrov", "Lavrov"}
    assert stream.articles(SERGEY) == 2
    assert stream.articles(LAVROV) == 0
    [alias] = stream.read.entity(SERGEY.entity_id).aliases  # type: ignore[union-attr]
    assert alias.article_id == enriched(2).article_id
    later = stream.take(enriched(3, SERGEY))
    assert not later.joined, "an earlier article is explained once"


def test_two_names_of_one_person_explain_a_short_name_once(stream: Stream) -> None:
    sergei = person("Sergei Lavrov", "foreign minister")
    stream.take(enriched(3, LAVROV))
    stream.order("merge", SERGEY, sergei)
    decision = stream.take(enriched(4, SERGEY, sergei))
    assert [each.articles for each in decision.joined if each.change == "alias"] == [1]
    assert stream.articles(SERGEY) == 2


def test_a_surname_alone_is_nobody(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY))
    decision = stream.take(enriched(2, person("Lavrov")))
    assert not decision.joined
    assert decision.standings[0].apart == "too little speaks for Sergey Lavrov"


def test_two_full_names_of_one_surname_stay_two_and_the_context_tells_which_is_meant(stream: Stream) -> None:
    imran, sadiq, khan = person("Imran Khan", "prime minister"), person("Sadiq Khan", "mayor"), person("Khan", "mayor")
    pakistan, london = place("Pakistan", "1168579"), place("London", "2643743")
    stream.take(enriched(1, imran, pakistan))
    stream.take(enriched(2, sadiq, london))
    assert stream.names(imran) == {"Imran Khan"}
    assert stream.names(sadiq) == {"Sadiq Khan"}
    apart = stream.take(enriched(3, person("Khan"), london))
    assert not apart.joined
    assert apart.standings[0].apart == "too little speaks for any of 2 known so"
    stream.take(enriched(4, khan, london, organisation("City Hall")))
    stream.take(enriched(5, sadiq, organisation("City Hall")))
    assert stream.names(sadiq) == {"Sadiq Khan", "Khan"}
    assert stream.names(imran) == {"Imran Khan"}


def test_an_article_that_names_both_bearers_tells_them_apart(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY))
    decision = stream.take(enriched(2, LAVROV, person("Anna Lavrov")))
    assert not decision.joined
    assert [each.apart for each in decision.standings if each.name == "Lavrov"] == [OWN_BEARER]


def test_two_spellings_are_one_person_where_much_is_shared(stream: Stream) -> None:
    sergei = person("Sergei Lavrov", "foreign minister")
    stream.take(enriched(1, SERGEY, MOSCOW))
    decision = stream.take(enriched(2, sergei, MOSCOW))
    [merged] = decision.joined
    assert (merged.change, merged.rule, merged.entity_id) == ("merged", SAME_PERSON, SERGEY.entity_id)
    assert stream.read.root(sergei.entity_id) == SERGEY.entity_id
    assert stream.articles(sergei) == stream.articles(SERGEY) == 2
    stream.take(enriched(3, sergei))
    assert stream.articles(SERGEY) == 3
    assert stream.read.entity(SERGEY.entity_id).aliases[0].articles == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(("one", "other"), [
    ("Imran Khan", "Sadiq Khan"), ("George Bush", "Jeb Bush"), ("Donald Trump", "Donald Trump Jr."),
    ("Anna Smith", "Anne Smith"), ("Kim Jong Un", "Kim Jong Il"), ("George W. Bush", "George H. W. Bush"),
])  # fmt: skip
def test_two_people_are_two_however_much_is_shared(stream: Stream, one: str, other: str) -> None:
    stream.take(enriched(1, person(one, "prime minister"), MOSCOW, story=1))
    assert not stream.take(enriched(2, person(other, "prime minister"), MOSCOW, story=1)).joined


@pytest.mark.parametrize(("one", "other"), [
    ("Joe Biden", "Joseph Biden"), ("Joseph R. Biden", "Joe Biden"), ("Qamar Bajwa", "Qamar Javed Bajwa"),
    ("Sergei Lavrov", "Sergey Lavrov"),
])  # fmt: skip
def test_one_person_under_two_names_needs_evidence(stream: Stream, one: str, other: str) -> None:
    stream.take(enriched(1, person(one), MOSCOW))
    assert not stream.take(enriched(2, person(other), MOSCOW)).joined
    assert stream.take(enriched(3, person(other), MOSCOW, story=1)).joined == ()
    assert stream.take(enriched(4, person(one), MOSCOW, story=1)).joined[0].rule == SAME_PERSON


def test_a_name_that_two_may_have_does_not_make_them_one(stream: Stream) -> None:
    nephew, either, father = person("George P. Bush"), person("George Bush"), person("George H. W. Bush")
    stream.take(enriched(1, either, MOSCOW, story=1))
    assert stream.take(enriched(2, nephew, MOSCOW, story=1)).joined
    assert not stream.take(enriched(3, father, MOSCOW, story=1)).joined
    assert not stream.take(enriched(4, either, MOSCOW, story=1)).joined[1:]
    assert stream.names(father) == {"George H. W. Bush"}


def test_names_that_differ_in_accents_or_capitals_are_one(stream: Stream) -> None:
    stream.take(enriched(1, person("Recep Tayyip Erdoğan"), organisation("White House")))
    decision = stream.take(enriched(2, person("Recep Tayyip Erdogan"), organisation("the White House")))
    assert [each.rule for each in decision.joined] == [SAME_NAME, SAME_NAME]


def test_who_stands_beside_the_other_in_an_article_is_somebody_else(stream: Stream) -> None:
    joe, joseph = person("Joe Biden", "vice president"), person("Joseph Biden", "vice president")
    stream.take(enriched(1, joe, joseph))
    assert not stream.take(enriched(2, joseph, story=1)).joined


def test_an_acronym_is_what_an_article_spells_out(stream: Stream) -> None:
    agency, court = organisation("Federal Investigation Agency", "FIA"), organisation("Supreme Court")
    stream.take(enriched(1, agency, court))
    decision = stream.take(enriched(2, organisation("FIA")))
    assert (decision.joined[0].rule, decision.joined[0].evidence["declared"]) == (ACRONYM, 1)
    federation = organisation("Federation Internationale Automobile", "FIA")
    stream.take(enriched(3, federation, organisation("Ferrari")))
    assert not stream.take(enriched(4, organisation("FIA"))).joined
    stream.take(enriched(5, organisation("FIA"), organisation("Ferrari"), organisation("Mercedes")))
    assert stream.names(federation) == {federation.name}, "one shared name is not enough among two"
    stream.take(enriched(6, federation, organisation("Ferrari"), organisation("Mercedes")))
    assert stream.names(federation) == {federation.name, "FIA"}


def test_places_of_one_link_are_one(stream: Stream) -> None:
    usa, states = place("US", "6252001"), place("United States", "6252001")
    stream.take(enriched(1, states))
    assert stream.take(enriched(2, usa)).joined[0].rule == SAME_LINK
    assert stream.articles(states) == 2
    assert not stream.take(enriched(3, place("America", "6252001", sure=0.3))).joined
    assert not stream.take(enriched(4, place("America", "1"))).joined


def test_what_an_operator_splits_does_not_come_back(stream: Stream) -> None:
    sergei = person("Sergei Lavrov", "foreign minister")
    stream.take(enriched(1, SERGEY, MOSCOW))
    stream.take(enriched(2, sergei, MOSCOW))
    split = stream.order("split", SERGEY, sergei)
    assert split.joined[0].change == "split"
    assert stream.read.root(sergei.entity_id) == sergei.entity_id
    assert (stream.articles(SERGEY), stream.articles(sergei)) == (1, 1)
    assert not stream.take(enriched(3, sergei, MOSCOW, story=1)).joined
    assert not stream.take(enriched(4, SERGEY, MOSCOW, story=1)).joined
    stream.order("merge", SERGEY, sergei)
    assert stream.articles(sergei) == 4
    assert stream.take(enriched(5, sergei)).standings[0].entity_id == SERGEY.entity_id


def test_a_surname_that_an_operator_splits_stays_apart(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY))
    stream.take(enriched(2, LAVROV))
    stream.order("split", SERGEY, LAVROV)
    assert stream.names(SERGEY) == {"Sergey Lavrov"}
    assert (stream.articles(SERGEY), stream.articles(LAVROV)) == (1, 1)
    assert not stream.take(enriched(3, LAVROV)).joined
    assert not stream.take(enriched(4, SERGEY)).joined
    assert not stream.read.entity(SERGEY.entity_id).aliases  # type: ignore[union-attr]


def test_an_order_is_remembered_when_everything_else_is_forgotten() -> None:
    stream = Stream(ResolvePolicy(window_ms=1_000))
    sergei = person("Sergei Lavrov", "foreign minister")
    stream.order("split", SERGEY, sergei)
    stream.take(enriched(1, SERGEY, MOSCOW), AT)
    stream.take(enriched(2, person("Somebody Else")), AT + 10_000)
    stream.take(enriched(3, SERGEY, MOSCOW), AT + 10_001)
    assert not stream.take(enriched(4, sergei, MOSCOW), AT + 10_002).joined
    assert len(stream.state) == 4


def test_what_parts_two_parts_all_that_is_them(stream: Stream) -> None:
    one, middle, other = person("Joseph Biden"), person("Joe Biden"), person("Joe R. Biden")
    stream.take(enriched(1, one, MOSCOW, story=1))
    stream.take(enriched(2, middle, MOSCOW, story=1))
    assert stream.read.root(middle.entity_id) == one.entity_id
    stream.order("split", one, other)
    assert not stream.take(enriched(3, other, MOSCOW, story=1)).joined
    stream.order("merge", one, other)
    assert stream.read.root(other.entity_id) == one.entity_id


def test_a_merge_of_an_operator_holds_for_a_surname_too(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY))
    stream.take(enriched(2, person("Lavrov")))
    stream.order("merge", SERGEY, LAVROV)
    assert stream.articles(SERGEY) == 2
    assert stream.take(enriched(3, person("Lavrov"))).standings[0].entity_id == SERGEY.entity_id


def test_what_was_taken_back_counts_no_more_and_is_no_evidence(stream: Stream) -> None:
    article = enriched(1, SERGEY)
    stream.take(article)
    stream.withdraw(article)
    assert stream.articles(SERGEY) == 0
    assert not stream.take(enriched(2, LAVROV)).joined


def test_a_new_version_counts_once(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY))
    stream.take(enriched(1, SERGEY, version=2))
    assert stream.articles(SERGEY) == 1
    stream.take(enriched(2, LAVROV))
    decision = stream.take(enriched(2, LAVROV, version=2))
    assert decision.joined[0].articles == 1
    assert stream.articles(SERGEY) == 2


def test_only_names_are_followed(stream: Stream) -> None:
    decision = stream.take(enriched(1, entity("DATE", "Monday"), entity("NORP", "Russian"), MOSCOW))
    assert [each.name for each in decision.standings] == ["Moscow"]


def test_what_is_kept_of_an_article_is_what_was_put_there(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY, MOSCOW))
    decision = stream.take(enriched(2, LAVROV, MOSCOW))
    article = Article.of(decision)
    assert Article.unpacked(article.packed()) == article
    asked = [(kind, name, each) for each in decision.seen for kind, name in names_of(each)]
    assert asked
    assert all(each in article.named(kind, name) for kind, name, each in asked)
    assert article.named("family", "somebody else") == ()


def test_how_much_is_kept_in_memory_changes_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [enriched(number, *((SERGEY, MOSCOW) if number % 3 else (LAVROV, MOSCOW))) for number in range(12)]
    kept = Stream()
    decisions = [kept.take(article).encode() for article in articles]
    monkeypatch.setattr(entity_memory, "_ARTICLES", 1)
    monkeypatch.setattr(entity_memory, "_DECISIONS", 1)
    read = Stream()
    assert [read.take(article).encode() for article in articles] == decisions


def test_what_is_forgotten_gives_its_room_on_the_shelf_back() -> None:
    shelf = MemoryShelf()
    state = ResolveState(None, shelf)
    place = shelf.put(b"another's")
    state.apply("o", state.judge(enriched(1, SERGEY, MOSCOW), "o", AT))
    state.forget("o")
    assert shelf._values == {place: b"another's"}


def test_a_decoded_decision_has_no_dictionary_but_its_evidence(stream: Stream) -> None:
    stream.take(enriched(1, SERGEY, MOSCOW))
    decision = Resolution.decode(stream.take(enriched(2, LAVROV, MOSCOW)).encode())
    parts = [decision, *decision.seen, *decision.standings, *decision.joined]
    assert len(parts) > 4
    assert not [each for each in parts if hasattr(each, "__dict__")], "thousands are kept decoded"


def test_fields_of_a_newer_writer_are_ignored() -> None:
    standing = b'{"entity_id":"x","change":"opened","articles":1,"newer":{"a":1}}'
    found = Resolution.decode(b'{"sequence":3,"newer":[1],"standings":[%b]}' % standing)
    assert found.encode() == b'{"sequence":3,"standings":[{"entity_id":"x","change":"opened","articles":1}]}'


def test_what_is_no_decision_is_named() -> None:
    with pytest.raises(Malformed, match="not a Resolution: sequence: Field required"):
        Resolution.decode(b'{"about":"article"}')


def test_the_window_bounds_the_memory() -> None:
    stream = Stream(ResolvePolicy(max_articles=3))
    for number in range(6):
        stream.take(enriched(number, person(f"Anna Person{number}")))
    assert len(stream.state) == 4, "those, and the one that came last"
    assert stream.state.recorded("news.raw/e/0/1") is None
